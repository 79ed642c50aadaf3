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
MOST_LINES = 500


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
        show = asked.get("show", "")
        lines = int(show) if show.isdecimal() and len(show) < 5 else FIRST_LINES
        return replace(cls(), **kept, show=max(FIRST_LINES, min(lines, MOST_LINES)))

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
        return replace(self, show=FIRST_LINES) == Narrowing()

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
