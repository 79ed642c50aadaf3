"""Pages of a search that was made once: a link leads to what is left of it, for that token only."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

from sandbox.search import Query

_MOST_KEPT = 500


@dataclass(frozen=True)
class Page:
    query: Query
    keys: tuple[str, ...]  # of all matches, in the order in which they were found
    token_id: str
    start: int = 0

    @property
    def keys_here(self) -> tuple[str, ...]:
        return self.keys[self.start : self.start + self.query.count]

    @property
    def has_next(self) -> bool:
        return 0 < self.query.count < len(self.keys) - self.start

    def next(self) -> Page:
        return replace(self, start=self.start + self.query.count)


class Pages:
    """The oldest links die first; nothing in a link says what it leads to."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Page] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, page: Page) -> str:
        token = secrets.token_urlsafe(18)
        with self._lock:
            self._kept[token] = page
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return token

    def find(self, token: str, token_id: str) -> Page | None:
        with self._lock:
            page = self._kept.get(token)
        return page if page is not None and page.token_id == token_id else None
