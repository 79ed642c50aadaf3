"""What the work takes: who did it, when, and for how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from smartapp.fhir.change import Kind
from smartapp.workflow.calendar import Calendar
from smartapp.workflow.metrics.handled import Colleague, Handled
from smartapp.workflow.metrics.statistics import Share


@dataclass(frozen=True)
class Worked:
    """What one colleague did."""

    who: Colleague
    claimed: int
    answered: int
    closed: int
    passed_on: int
    minutes: int | None  # None where none were typed
    untimed: int  # closed without a word on how long it took
    after_hours: int
    hours_a_week: float | None


def work_of(items: Iterable[Handled], calendar: Calendar, weeks: float) -> tuple[Worked, ...]:
    """One line for each colleague, who did most first."""
    deeds = [deed for item in items for deed in item.deeds]
    people: dict[str, Colleague] = {}
    for deed in deeds:
        if deed.who.name or deed.who.reference not in people:
            people[deed.who.reference] = deed.who
    found = []
    for reference, who in people.items():
        own = [deed for deed in deeds if deed.who.reference == reference]
        kinds = Counter(deed.kind for deed in own)
        closed = [deed for deed in own if deed.kind == Kind.CLOSED]
        typed = [deed.minutes for deed in closed if deed.minutes is not None]
        minutes = sum(typed) if typed else None
        found.append(
            Worked(
                who=who,
                claimed=kinds[Kind.CLAIMED],
                answered=kinds[Kind.REPLIED] + kinds[Kind.ASKED_PATIENT],
                closed=len(closed),
                passed_on=kinds[Kind.REROUTED] + kinds[Kind.ESCALATED] + kinds[Kind.REASSIGNED],
                minutes=minutes,
                untimed=len(closed) - len(typed),
                after_hours=sum(not calendar.is_open(deed.when) for deed in own),
                hours_a_week=minutes / 60 / weeks if minutes is not None else None,
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.closed, -each.answered, each.who.name)))


def after_hours_messages(items: Iterable[Handled], calendar: Calendar) -> Share:
    """What patients write while the clinic is closed."""
    sent = [moment for each in items for moment in each.from_patient]
    return Share(sum(not calendar.is_open(moment) for moment in sent), len(sent))


def after_hours_work(items: Iterable[Handled], calendar: Calendar) -> Share:
    """What staff do then."""
    done = [deed.when for each in items for deed in each.deeds]
    return Share(sum(not calendar.is_open(moment) for moment in done), len(done))


def typed_minutes(items: Iterable[Handled]) -> tuple[int, Share]:
    """In all, and of how many endings it is known."""
    ended = [deed for each in items for deed in each.deeds if deed.kind == Kind.CLOSED]
    typed = [deed.minutes for deed in ended if deed.minutes is not None]
    return sum(typed), Share(len(typed), len(ended))


def arrivals_by_hour(items: Iterable[Handled], calendar: Calendar) -> tuple[int, ...]:
    hours = Counter(calendar.local(each.asked).hour for each in items)
    return tuple(hours[hour] for hour in range(24))
