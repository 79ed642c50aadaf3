"""When staff are at work: a plain week, which knows nothing of the clinic's own calendar."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sandbox.people.dates import CLINIC_TIME, SATURDAY

OPENS, CLOSES = time(8, 0), time(17, 0)


@dataclass(frozen=True)
class Shifts:
    holidays: Set[date] = frozenset()

    def works_on(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.holidays

    def after(self, start: datetime, hours: float) -> datetime:
        """When somebody has been at work for so long since then."""
        left, moment = timedelta(hours=hours), start.astimezone(CLINIC_TIME)
        while True:
            opens = datetime.combine(moment.date(), OPENS, CLINIC_TIME)
            closes = datetime.combine(moment.date(), CLOSES, CLINIC_TIME)
            begins = max(moment, opens)
            if self.works_on(moment.date()) and begins < closes:
                if begins + left < closes:
                    return begins + left
                left -= closes - begins
            moment = datetime.combine(moment.date() + timedelta(days=1), time(0), CLINIC_TIME)

    def hours_between(self, start: datetime, end: datetime) -> float:
        day, worked = start.astimezone(CLINIC_TIME).date(), timedelta()
        while day <= end.astimezone(CLINIC_TIME).date():
            if self.works_on(day):
                opens = max(start, datetime.combine(day, OPENS, CLINIC_TIME))
                closes = min(end, datetime.combine(day, CLOSES, CLINIC_TIME))
                worked += max(closes - opens, timedelta())
            day += timedelta(days=1)
        return max(1.0, worked.total_seconds() / 3600)

    def evening_of(self, moment: datetime, minutes: int) -> datetime:
        """The same day, once the doors are closed."""
        day = moment.astimezone(CLINIC_TIME).date()
        return datetime.combine(day, time(19, 0), CLINIC_TIME) + timedelta(minutes=minutes)
