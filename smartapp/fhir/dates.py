"""FHIR dates and times, which may say no more than a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

_SHAPE = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d{2})(-(?P<day>\d{2})(?P<time>T.+)?)?)?", re.ASCII
)


@dataclass(frozen=True, order=True)
class FhirDate:
    """A point in time as the record states it, with the precision that it states."""

    earliest: datetime  # to sort and compare with: the first moment that fits
    precision: str  # "year", "month", "day" or "time"

    @classmethod
    def parse(cls, text: str | None) -> FhirDate | None:
        """None for nothing, and for what is not a date: a wrong date is worse than none."""
        match = _SHAPE.fullmatch(text or "")
        if match is None or text is None:
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
