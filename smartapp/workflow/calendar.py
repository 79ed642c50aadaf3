"""When the clinic is open, and when an answer is due."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_OPENING = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII)
_RESPONSE = re.compile(r"([1-9]\d{0,2}) (business hour|business day)s?", re.ASCII)
_MIDNIGHT = 24 * 60


@dataclass(frozen=True, order=True)
class Opening:
    """One stretch of a day, in minutes since midnight as the clock on the wall shows them."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= _MIDNIGHT:
            raise ValueError("must close after it opens, on the same day")

    @classmethod
    def parse(cls, text: str) -> Opening:
        match = _OPENING.fullmatch(text)
        if match is None:
            raise ValueError("must look like 08:00-17:00")
        from_hour, from_minute, to_hour, to_minute = (int(part) for part in match.groups())
        if from_minute > 59 or to_minute > 59:
            raise ValueError("must look like 08:00-17:00")
        return cls(from_hour * 60 + from_minute, to_hour * 60 + to_minute)


Week = tuple[tuple[Opening, ...], ...]  # Monday first, each day's openings in order


@dataclass(frozen=True)
class ResponseTime:
    """How soon a person answers, as the clinic promises it."""

    amount: int
    unit: Literal["business hour", "business day"]

    @classmethod
    def parse(cls, text: str) -> ResponseTime:
        match = _RESPONSE.fullmatch(text)
        if match is None:
            raise ValueError("must look like '4 business hours' or '2 business days'")
        days = match[2] == "business day"
        return cls(int(match[1]), "business day" if days else "business hour")

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"


@dataclass(frozen=True)
class Calendar:
    """Opening hours through the week, without the holidays. All answers are in the clinic's zone.

    A moment counts as open from the minute of opening until just before the minute of closing.
    """

    zone: ZoneInfo
    week: Week
    holidays: Mapping[date, str] = field(default_factory=dict)  # the day, and what it is called

    def __post_init__(self) -> None:
        if len(self.week) != len(DAYS) or not any(self.week):
            raise ValueError("a week has seven days and is open on at least one")

    def with_week(self, week: Week) -> Calendar:
        """The same zone and holidays for a team with hours of its own."""
        return replace(self, week=week)

    def opens_on(self, day: date) -> bool:
        return any(True for _ in self._stretches(day))

    def closed_days_after(self, day: date) -> int:
        """How many days in a row are closed, from the next day on."""
        count = 0
        while not self.opens_on(day + timedelta(days=count + 1)):
            count += 1
        return count

    def closed_since(self, now: datetime) -> datetime | None:
        """On the first open day after two closed ones or more: when it had closed before them."""
        today = self.local(now).date()
        day = today - timedelta(days=1)
        while not self.opens_on(day) and today - day < timedelta(days=30):
            day -= timedelta(days=1)
        closed = (today - day).days - 1
        openings = tuple(self._stretches(day))
        if closed < 2 or not self.opens_on(today) or not openings:
            return None
        return openings[-1][1]

    def is_open(self, at: datetime) -> bool:
        at = self.local(at)
        return any(
            _instant(opens) <= _instant(at) < _instant(closes)
            for opens, closes in self._stretches(at.date())
        )

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself where it is open, otherwise the moment when it opens next."""
        at = self.local(at)
        opens, _closes = next(self._from(at))
        return max(opens, at, key=_instant)

    def due(self, start: datetime, business_hours: Decimal | float) -> datetime:
        """When so many hours of opening time have passed."""
        left = timedelta(seconds=float(business_hours) * 3600)
        if left < timedelta():
            raise ValueError("a time to answer cannot be negative")
        start = self.local(start)
        for opens, closes in self._from(start):
            begins = max(_instant(opens), _instant(start))
            if left <= _instant(closes) - begins:
                return (begins + left).astimezone(self.zone)
            left -= _instant(closes) - begins
        raise AssertionError("a calendar never ends")

    def due_in_days(self, start: datetime, business_days: int) -> datetime:
        """The same time so many open days later, or the nearest time of that day that is open.

        What arrives while it is closed counts as arriving at the next opening.
        """
        begins = self.next_opening(start)
        day = begins.date()
        for _ in range(business_days):
            day += timedelta(days=1 + self.closed_days_after(day))
        moment = datetime.combine(day, begins.timetz())
        stretches = tuple(self._stretches(day))
        for opens, closes in stretches:
            if _instant(moment) < _instant(closes):
                return max(opens, moment, key=_instant)
        return stretches[-1][1]

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """How much opening time passes from one moment to the other."""
        start, total = self.local(start), timedelta()
        if _instant(end) <= _instant(start):
            return total
        for opens, closes in self._from(start):
            if _instant(end) <= _instant(opens):
                return total
            begins, ends = (
                max(_instant(opens), _instant(start)),
                min(_instant(closes), _instant(end)),
            )
            total += ends - begins
        raise AssertionError("a calendar never ends")

    def due_after(self, start: datetime, response: ResponseTime) -> datetime:
        if response.unit == "business day":
            return self.due_in_days(start, response.amount)
        return self.due(start, response.amount)

    def local(self, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError("a time without its zone could be any of 24")
        return at.astimezone(self.zone)

    def _stretches(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        openings = () if day in self.holidays else self.week[day.weekday()]
        for opening in openings:
            opens, closes = self._on(day, opening.opens), self._on(day, opening.closes)
            if _instant(opens) < _instant(closes):  # the clock change may swallow a short one
                yield opens, closes

    def _from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches that have not closed yet, without an end."""
        day = at.date()
        while True:
            for opens, closes in self._stretches(day):
                if _instant(at) < _instant(closes):
                    yield opens, closes
            day += timedelta(days=1)

    def _on(self, day: date, minute: int) -> datetime:
        extra, minute = divmod(minute, _MIDNIGHT)
        day += timedelta(days=extra)
        wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=self.zone)
        # In spring one hour does not exist. Going by way of UTC names the hour that follows it.
        return wall.astimezone(UTC).astimezone(self.zone)


def _instant(at: datetime) -> datetime:
    """Two times of one zone compare as the clock on the wall does: in UTC they compare as time."""
    return at.astimezone(UTC)
