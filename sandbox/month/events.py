"""What happened, one thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from random import Random
from typing import Any


@dataclass(frozen=True)
class Placed:
    """What the clinic's rules make of a request."""

    topic: str
    answers: Mapping[str, Any]
    queue: str
    priority: str
    due: datetime
    rule: str
    outcomes: tuple[str, ...]  # how such a thing can end, the usual way first
    decision: Any = None  # the rules' own, for who writes it down


# Draws what is answered and lets the rules decide; None where the topic is not offered.
Place = Callable[[Random, str, datetime], Placed | None]


@dataclass(frozen=True)
class Event:
    """One thing that happened, in the words of `smartapp`'s own record of changes where staff did
    it; `asked`, `wrote`, `rated` are the patient's.
    """

    request: str
    at: datetime
    what: str
    by: str  # "Practitioner/nurse-berg"
    name: str
    queue: str = ""  # where it is when this has happened
    was: str = ""  # where it was before
    rule: str = ""
    reason: str = ""
    words: str = ""
    outcome: str = ""
    minutes: int | None = None
    score: int | None = None

    def as_line(self) -> dict[str, Any]:
        told = {name: value for name, value in asdict(self).items() if value not in ("", None)}
        return {**told, "at": self.at.isoformat()}
