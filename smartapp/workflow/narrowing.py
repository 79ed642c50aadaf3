"""Which part of a queue somebody looks at: by queue, topic, priority, place and owner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from urllib.parse import urlencode

from smartapp.workflow.policy.model import Policy, Priority
from smartapp.workflow.queue import QueueItem

NO_SITE = "not-known"
FIRST_LINES = 25  # of a long queue; the rest is asked for
PAGE_LINES = 100  # at the most at once; what follows is on a page of its own
MOST_LINES = 1000  # so far a queue can be paged through; a narrower part of it shows the others


class Whose(StrEnum):
    ALL = "all"
    MINE = "mine"
    UNCLAIMED = "unclaimed"


@dataclass(frozen=True)
class Narrowing:
    """Empty is everything. It stands in addresses, so it holds codes of the policy and nothing of
    any patient.
    """

    whose: str = Whose.ALL
    queue: str = ""
    topic: str = ""
    priority: str = ""
    site: str = ""
    show: int = FIRST_LINES
    start: int = 0  # so many lines are on the pages before

    @classmethod
    def read(cls, asked: Mapping[str, str], policy: Policy) -> Narrowing:
        """What the policy does not know narrows nothing: a made-up code hides no work."""
        known: Mapping[str, list[str]] = {
            "whose": list(Whose),
            "queue": list(policy.queues),
            "topic": list(policy.topics),
            "priority": list(Priority),
            "site": [*(site.code for site in policy.named.sites), NO_SITE],
        }
        said = {name: asked.get(name, "") for name, codes in known.items()}
        kept = {name: code for name, code in said.items() if code in known[name]}
        start = min(_number(asked.get("start", "")), MOST_LINES - 1) // PAGE_LINES * PAGE_LINES
        show = max(FIRST_LINES, min(_number(asked.get("show", "")), PAGE_LINES))
        return replace(cls(), **kept, start=start, show=PAGE_LINES if start else show)

    @property
    def from_start(self) -> Narrowing:
        return replace(self, show=FIRST_LINES, start=0)

    def page_at(self, start: int) -> Narrowing:
        return replace(self, start=max(0, start), show=PAGE_LINES)

    @property
    def query(self) -> str:
        """As it stands in an address: only what differs from everything."""
        usual = Narrowing()
        said = {
            each.name: str(getattr(self, each.name))
            for each in fields(self)
            if getattr(self, each.name) != getattr(usual, each.name)
        }
        return urlencode(said)

    @property
    def is_all(self) -> bool:
        return self.from_start == Narrowing()

    def holds(self, item: QueueItem, reader: str) -> bool:
        return all(
            (
                not self.queue or item.routing.queue == self.queue,
                not self.topic or item.topic == self.topic,
                not self.priority or item.routing.priority == self.priority,
                not self.site or (item.site or NO_SITE) == self.site,
                self._is_whose(item, reader),
            )
        )

    def _is_whose(self, item: QueueItem, reader: str) -> bool:
        tests: Mapping[str, Callable[[], bool]] = {
            Whose.MINE: lambda: item.owner is not None and item.owner.target == reader,
            Whose.UNCLAIMED: lambda: item.owner is None,
        }
        return tests.get(self.whose, lambda: True)()


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 5 else 0


def place(start: int, lines: int) -> int:
    """Where a page begins, or the last page where the queue has become shorter."""
    return min(start, max(0, lines - 1) // PAGE_LINES * PAGE_LINES)
