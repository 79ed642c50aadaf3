"""How it went for patients: what they say, who comes back, and whether appointments were kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from smartapp.workflow.metrics.handled import Handled
from smartapp.workflow.metrics.statistics import Share


@dataclass(frozen=True)
class Satisfaction:
    scores: Mapping[int, int]  # by score, 1 to 5
    mean: float | None
    well: Share  # four or five

    @classmethod
    def of(cls, scores: Iterable[int]) -> Satisfaction:
        counts = Counter(scores)
        total = sum(counts.values())
        mean = sum(score * count for score, count in counts.items()) / total if total else None
        return cls(
            {score: counts[score] for score in (5, 4, 3, 2, 1)},
            mean,
            Share(counts[5] + counts[4], total),
        )


def returning(items: Iterable[Handled]) -> Share:
    """Of all who asked for something: who asked more than once."""
    each_asked = Counter(item.patient for item in items)
    return Share(sum(count > 1 for count in each_asked.values()), len(each_asked))


@dataclass(frozen=True)
class Kept:
    """What became of the appointments whose time has come."""

    total: int
    missed: int
    called_off: int
    late: int  # of these, so near to the time that nobody else could have it
    unknown: int  # called off, and nobody says when


@dataclass(frozen=True)
class Booked:
    starts: datetime
    status: str
    called_off: datetime | None = None


def kept(appointments: Iterable[Booked], now: datetime, notice: timedelta) -> Kept:
    past = [each for each in appointments if each.starts <= now]
    off = [each for each in past if each.status == "cancelled"]
    return Kept(
        total=len(past),
        missed=sum(each.status == "noshow" for each in past),
        called_off=len(off),
        late=sum(
            each.called_off is not None and each.starts - each.called_off < notice for each in off
        ),
        unknown=sum(each.called_off is None for each in off),
    )
