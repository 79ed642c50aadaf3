"""FHIR dates and times, which may say no more than a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_SHAPE = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d{2})(-(?P<day>\d{2})(?P<time>T.+)?)?)?", re.ASCII
)
# Some records write "9999-12-31" for "no end" and "0001-01-01" for "not known": no dates at all.
_YEARS = range(1800, 2200)


@dataclass(frozen=True, order=True)
class FhirDate:
    """A point in time as the record states it, with the precision that it states."""

    earliest: datetime  # to sort and compare with: the first moment that fits
    precision: str  # "year", "month", "day" or "time"

    @classmethod
    def parse(cls, text: str | None) -> FhirDate | None:
        """None for nothing, and for what is not a date: a wrong date is worse than none."""
        match = _SHAPE.fullmatch(text or "")
        if match is None or text is None or int(match["year"]) not in _YEARS:
            return None
        try:
            if match["time"]:
                moment = datetime.fromisoformat(text)
                if moment.tzinfo is None:
                    moment = moment.replace(tzinfo=UTC)
                return cls(moment, "time")
            first = datetime(
                int(match["year"]), int(match["month"] or 1), int(match["day"] or 1), tzinfo=UTC
            )
        except ValueError:
            return None
        precision = "day" if match["day"] else "month" if match["month"] else "year"
        return cls(first, precision)

    @property
    def day(self) -> date:
        """The calendar day as written: a plain date has no time zone to move it."""
        return self.earliest.date()

    @property
    def latest(self) -> datetime:
        """The last moment that fits: what ends "2026" ends with that year."""
        if self.precision == "time":
            return self.earliest
        first = self.earliest
        following = {
            "day": first + timedelta(days=1),
            "month": (first.replace(day=28) + timedelta(days=4)).replace(day=1),
            "year": first.replace(year=first.year + 1, month=1, day=1),
        }[self.precision]
        return following - timedelta(seconds=1)

    @property
    def last_day(self) -> date:
        return self.latest.date()
