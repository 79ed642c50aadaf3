"""The times that the clinic has free, by day: each can be asked for, and none is booked here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from smartapp.fhir.section import Section
from smartapp.fhir.slot import FreeTime
from smartapp.pages.shell import Link, Shell
from smartapp.words import Words


@dataclass(frozen=True)
class TimesWith:
    """With one person at one place."""

    name: str
    facts: tuple[str, ...]
    times: tuple[Link, ...]


@dataclass(frozen=True)
class DayOfTimes:
    heading: str
    people: tuple[TimesWith, ...]


@dataclass(frozen=True)
class TimesPage:
    shell: Shell
    heading: str
    lead: str
    trouble: str
    again: Link | None
    days: tuple[DayOfTimes, ...]
    none: str
    earlier: Link | None
    later: Link | None
    other: Link


def times_page(
    words: Words,
    shell: Shell,
    *,
    times: Section[FreeTime],
    asking: Callable[[str], str],
    local: Callable[[datetime], datetime],
    earlier: str,
    later: str,
    other: str,
    phone: str,
) -> TimesPage:
    by_day = groupby(times.items, key=lambda each: local(each.start.earliest).date())
    trouble = ""
    if times.failed:
        trouble = words(
            "We could not load the free times. This does not mean that there are none. You can "
            "still ask for an appointment, or call {phone}.",
            phone=phone,
        )
    elif not times.whole:
        trouble = words("We could not load all free times. There may be more.")
    return TimesPage(
        shell=shell,
        heading=words("Free times"),
        lead=words(
            "Choose a time and ask for it. Nothing is booked until the clinic confirms it: others "
            "may ask for the same time."
        ),
        trouble=trouble,
        again=Link(words("Try again"), "") if trouble else None,
        days=tuple(_day(words, day, list(found), asking, local) for day, found in by_day),
        none=words("No free times are shown for these days.") if times.is_known_empty else "",
        earlier=Link(words("Earlier times"), earlier) if earlier else None,
        later=Link(words("Later times"), later) if later else None,
        other=Link(words("No time fits: ask for an appointment"), other),
    )


def _day(
    words: Words,
    day: date,
    times: Sequence[FreeTime],
    asking: Callable[[str], str],
    local: Callable[[datetime], datetime],
) -> DayOfTimes:
    by_person: dict[tuple[object, ...], list[FreeTime]] = {}
    for each in times:
        by_person.setdefault((each.who, each.where, each.what, each.minutes), []).append(each)
    return DayOfTimes(
        heading=words.weekday(day),
        people=tuple(_with(words, found, asking, local) for found in by_person.values()),
    )


def _with(
    words: Words,
    times: Sequence[FreeTime],
    asking: Callable[[str], str],
    local: Callable[[datetime], datetime],
) -> TimesWith:
    first = times[0]
    length = words.plural("1 minute", "{n} minutes", first.minutes) if first.minutes else ""
    facts = (first.what if first.who else "", first.where, length)
    return TimesWith(
        name=first.who or first.what or words("The clinic does not say with whom"),
        facts=tuple(fact for fact in facts if fact),
        times=tuple(
            Link(
                words("Ask for {time}", time=words.time(local(each.start.earliest))),
                asking(each.reference),
            )
            for each in times
        ),
    )
