"""Shares, medians and percentiles: of nothing there is none, and never a zero."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

HUNDRED = 100


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        return HUNDRED * self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Spread:
    """How a set of lengths lies: half are no longer than the median, nine in ten than the 90th."""

    count: int
    median: float | None
    ninetieth: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        if not values:
            return cls(0, None, None)
        return cls(len(values), statistics.median(values), percentile(values, 90))


def percentile(values: Sequence[float], percent: int) -> float:
    """By nearest rank: one of the values themselves, none in between."""
    ordered = sorted(values)
    return ordered[max(0, ceil(percent * len(ordered) / HUNDRED) - 1)]


def share_of(flags: Sequence[bool | None]) -> Share:
    """Of those of which it is known."""
    known = [flag for flag in flags if flag is not None]
    return Share(sum(known), len(known))
