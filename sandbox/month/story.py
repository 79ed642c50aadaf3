"""What happened to each request, event by event: the truth that all figures can be held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sandbox.month.arrivals import arrivals, topic
from sandbox.month.conduct import Conduct
from sandbox.month.events import Event, Place, Placed
from sandbox.month.hours import Shifts
from sandbox.month.people import Person
from sandbox.people.dates import CLINIC_TIME
from sandbox.people.shapes import Ref

A_DAY = 23.0


@dataclass(frozen=True)
class Asked:
    """One request, with all that came of it until now."""

    sid: str
    person: Person
    at: datetime
    placed: Placed
    has_task: bool
    events: tuple[Event, ...]  # in order of time; the first is that it was asked

    def as_line(self) -> dict[str, Any]:
        placed, person = self.placed, self.person
        return {
            "request": self.sid,
            "what": "request",
            "at": self.at.isoformat(),
            "topic": placed.topic,
            "queue": placed.queue,
            "priority": placed.priority,
            "due": placed.due.isoformat(),
            "rule": placed.rule,
            "answers": {key: str(value) for key, value in placed.answers.items()},
            "has_task": self.has_task,
            "patient": person.ref.id,
            "by_proxy": person.proxy is not None,
            "age": person.age,
            "language": person.language,
            "payer": person.payer.display if person.payer else None,
            "site": person.site.id,
            "need": person.need,
            "conditions": person.conditions,
        }


@dataclass(frozen=True)
class Story:
    people: tuple[Person, ...]
    requests: tuple[Asked, ...]

    def lines(self) -> Iterator[dict[str, Any]]:
        """The log of the truth: a line for each request, and one for each thing that happened."""
        for request in self.requests:
            yield request.as_line()
            yield from (event.as_line() for event in request.events)


def tell(
    dice: Random,
    people: Sequence[Person],
    place: Place,
    *,
    end: datetime,
    length: int = 31,
    a_day: float = A_DAY,
    holidays: Set[date] = frozenset(),
) -> Story:
    """What happens after `end` has not happened."""
    first = end.astimezone(CLINIC_TIME).date() - timedelta(days=length - 1)
    conduct = Conduct(dice, Shifts(holidays), end)
    # Some write often and most hardly ever, as everywhere.
    eagerness = [dice.paretovariate(1.6) for _ in people]
    told = []
    for at in arrivals(dice, first, end, a_day, holidays):
        (person,) = dice.choices(people, weights=eagerness)
        placed = place(dice, topic(dice), at)
        if placed is None:
            continue
        sid = str(UUID(int=dice.getrandbits(128), version=4))
        told.append(_request(conduct, sid, person, at, placed))
    return Story(tuple(people), tuple(told))


def _request(conduct: Conduct, sid: str, person: Person, at: datetime, placed: Placed) -> Asked:
    writer: Ref = person.writer
    has_task = conduct.dice.random() >= 0.025
    asked = Event(
        sid, at, "asked", f"{writer.kind}/{writer.id}", writer.display, placed.queue,
        rule=placed.rule,
    )  # fmt: skip
    later = conduct.of(sid, person, at, placed, has_task=has_task)
    happened = (each for each in (asked, *later) if each.at <= conduct.end)
    in_order = tuple(sorted(happened, key=lambda each: each.at))
    return Asked(sid, person, at, placed, has_task, in_order)
