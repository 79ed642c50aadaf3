"""Home readings: what is measured, what can be true, and what raises an item."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from smartapp.words import LocalText
from smartapp.workflow.policy.route import Reason, Route


@dataclass(frozen=True)
class Measure:
    """One number of a reading, such as the upper one of a blood pressure."""

    code: str
    loinc: str
    name: LocalText
    unit: LocalText  # as people read it
    ucum: str
    lowest: Decimal  # what lies outside is a slip of the pen
    highest: Decimal


class Trend(StrEnum):
    LATEST = "latest"  # the newest reading
    AVERAGE = "average"  # the mean of the readings of the days
    RISE = "rise"  # the newest above the lowest of the days before it
    FALL = "fall"  # the newest below the highest of the days before it


@dataclass(frozen=True)
class TrendRule:
    """Looked at from the top when a reading is sent. The first that holds raises an item."""

    name: str
    measure: str
    trend: Trend
    within_days: int
    at_least_readings: int
    is_at_least: Decimal | None
    is_at_most: Decimal | None
    do_now: LocalText | None  # with advice it is a red flag: shown at once
    message: LocalText | None
    route: Route
    reason: Reason


@dataclass(frozen=True)
class ReadingKind:
    """Something that patients measure at home."""

    code: str
    name: LocalText
    advice: LocalText  # how to measure it well
    loinc: str  # of the whole, where it has one
    measures: tuple[Measure, ...]
    trends: tuple[TrendRule, ...]
    otherwise: Route  # where the series goes that raises nothing
    otherwise_reason: Reason
