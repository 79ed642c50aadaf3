"""FHIR dates as spans of time, and how the prefixes of a search compare two spans."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Span:
    """A date says no more than it says: "2026" is the whole year. The end is not part of it."""

    start: datetime
    end: datetime

    def holds(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def widened(self, by: timedelta) -> Span:
        return Span(self.start - by, self.end + by)


@lru_cache(maxsize=100_000)
def span_of(text: str) -> Span:
    """The time that a date stands for; where it names no zone, the zone is UTC."""
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError("not a FHIR date")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    offset = (zone or "Z").replace("Z", "+00:00")
    micros = (fraction or "")[:6].ljust(6, "0")
    start = datetime.fromisoformat(
        f"{year}-{month or '01'}-{day or '01'}"
        f"T{hour or '00'}:{minute or '00'}:{second or '00'}.{micros}{offset}"
    ).astimezone(UTC)
    if month is None:
        return Span(start, _replaced(start, start.year + 1, 1))
    if day is None:
        return Span(start, _replaced(start, start.year + start.month // 12, start.month % 12 + 1))
    if hour is None:
        return Span(start, _plus(start, timedelta(days=1)))
    if second is None:
        return Span(start, _plus(start, timedelta(minutes=1)))
    width = timedelta(seconds=1) if fraction is None else timedelta(seconds=10 ** -len(fraction))
    return Span(start, _plus(start, max(width, timedelta(microseconds=1))))


def span_between(start: str | None, end: str | None) -> Span:
    """A Period; a side that is not stated is open."""
    return Span(
        span_of(start).start if start else _BEGINNING,
        span_of(end).end if end else _END,
    )


def _replaced(moment: datetime, year: int, month: int) -> datetime:
    return _END if year > _END.year else moment.replace(year=year, month=month)


def _plus(moment: datetime, by: timedelta) -> datetime:
    return _END if _END - moment < by else moment + by


def _about(asked: Span, held: Span) -> bool:
    """Within a tenth of the distance between the date and now, as R4 recommends."""
    distance = abs(datetime.now(UTC) - asked.start)
    room = min(distance / 10, asked.start - _BEGINNING, _END - asked.end)
    return asked.widened(room).overlaps(held)


# Each takes what was asked and what the resource holds.
COMPARISONS: Mapping[str, Callable[[Span, Span], bool]] = {
    "eq": lambda asked, held: asked.holds(held),
    "ne": lambda asked, held: not asked.holds(held),
    "lt": lambda asked, held: held.start < asked.start,
    "gt": lambda asked, held: held.end > asked.end,
    "le": lambda asked, held: held.start < asked.start or asked.holds(held),
    "ge": lambda asked, held: held.end > asked.end or asked.holds(held),
    "sa": lambda asked, held: held.start >= asked.end,
    "eb": lambda asked, held: held.end <= asked.start,
    "ap": _about,
}
