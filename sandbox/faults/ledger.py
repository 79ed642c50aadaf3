"""What was asked of the sandbox, so that a test can count it. Never a token, never a query."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

_MOST_KEPT = 20_000


@dataclass(frozen=True)
class Call:
    at: float
    method: str
    path: str
    status: int | None  # None where the client got no answer
    user: str | None
    authorization: bool  # whether the header was there
    cookie: bool  # as above
    grant: str | None  # the `grant_type` of a token request
    faults: tuple[str, ...]  # the ids of the rules that struck


class Ledger:
    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=_MOST_KEPT)
        self._lock = threading.Lock()

    def add(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(call) for call in self._calls]

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()
