"""Days as the clinic counts them: everything that happens is placed relative to one today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CLINIC_TIME = ZoneInfo("America/Chicago")
SATURDAY = 5


@dataclass(frozen=True)
class Days:
    today: date

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def each_ago(self, *days: int) -> list[date]:
        return [self.ago(each) for each in days]

    def ahead(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def years_ago(self, years: int, days: int = 0) -> date:
        """A weekday about that long ago, because the clinic is closed at weekends."""
        return self.visit(round(years * 365.25) + days)

    def visit(self, days_ago: int) -> date:
        """The last weekday on or before that day."""
        day = self.ago(days_ago)
        return day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))

    def booking(self, days_ahead: int) -> date:
        """The first weekday on or after that day."""
        day = self.ahead(days_ahead)
        return day + timedelta(days=7 - day.weekday() if day.weekday() >= SATURDAY else 0)

    def born(self, age: int, birthday: str) -> date:
        """The birth date of someone who is that old today; the birthday is written `03-14`."""
        this_year = date.fromisoformat(f"{self.today.year}-{birthday}")
        had_birthday = this_year <= self.today
        return this_year.replace(year=self.today.year - age - (0 if had_birthday else 1))

    def workdays_ahead(self, count: int) -> list[date]:
        days = (self.ahead(offset) for offset in range(1, 2 * count + 7))
        return [day for day in days if day.weekday() < SATURDAY][:count]


def at(day: date, clock: str = "09:00", plus_minutes: int = 0) -> str:
    """A FHIR instant on the clinic's clock."""
    moment = datetime.combine(day, time.fromisoformat(clock), CLINIC_TIME)
    return (moment + timedelta(minutes=plus_minutes)).isoformat()
