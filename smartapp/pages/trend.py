"""A picture of a series as SVG, drawn on the server; a table beside it holds the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

WIDTH, HEIGHT = 640, 256
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 16, 48
FEWEST = 2  # one point is no trend


@dataclass(frozen=True)
class Point:
    """One measurement: when, how much, and whether the laboratory finds it unusual."""

    when: datetime
    amount: Decimal
    unusual: bool = False


@dataclass(frozen=True)
class Dot:
    x: str
    y: str
    unusual: bool


@dataclass(frozen=True)
class Tick:
    at: str
    text: str


@dataclass(frozen=True)
class Band:
    """What is usual, as a band behind the line."""

    y: str
    height: str


@dataclass(frozen=True)
class Trend:
    title: str  # what a screen reader says of the picture
    lines: tuple[str, ...]  # the points of each line
    dots: tuple[Dot, ...]
    band: Band | None
    amounts: tuple[Tick, ...]  # at the left
    days: tuple[Tick, ...]  # at the bottom, the first and the last
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def trend(
    title: str,
    series: Sequence[Sequence[Point]],
    *,
    usual: tuple[Decimal | None, Decimal | None] = (None, None),
    days: tuple[str, str] = ("", ""),
) -> Trend | None:
    """None where there is nothing to draw: fewer than two points, or no time between them."""
    every = [point for line in series for point in line]
    if len(every) < FEWEST or min(p.when for p in every) == max(p.when for p in every):
        return None
    scale = _Scale.of(every, usual)
    return Trend(
        title=title,
        lines=tuple(
            " ".join(f"{scale.x(p.when)},{scale.y(p.amount)}" for p in line) for line in series
        ),
        dots=tuple(Dot(scale.x(p.when), scale.y(p.amount), p.unusual) for p in every),
        band=scale.band(usual),
        amounts=tuple(Tick(scale.y(each), _short(each)) for each in scale.marks()),
        days=(Tick("0", days[0]), Tick(str(WIDTH - RIGHT), days[1])),  # two long ones fit so
    )


@dataclass(frozen=True)
class _Scale:
    first: float
    last: float
    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, points: Sequence[Point], usual: tuple[Decimal | None, Decimal | None]) -> _Scale:
        limits = [each for each in usual if each is not None]
        amounts = [*(point.amount for point in points), *limits]
        low, high = min(amounts), max(amounts)
        margin = (high - low) / 10 or abs(high) / 10 or Decimal(1)
        moments = [point.when.timestamp() for point in points]
        return cls(min(moments), max(moments), low - margin, high + margin)

    def x(self, when: datetime) -> str:
        share = (when.timestamp() - self.first) / (self.last - self.first)
        return f"{LEFT + share * (WIDTH - LEFT - RIGHT):.1f}"

    def y(self, amount: Decimal) -> str:
        share = float((amount - self.low) / (self.high - self.low))
        return f"{HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM):.1f}"

    def band(self, usual: tuple[Decimal | None, Decimal | None]) -> Band | None:
        low, high = usual
        if low is None and high is None:
            return None
        top = float(self.y(high if high is not None else self.high))
        bottom = float(self.y(low if low is not None else self.low))
        return Band(f"{top:.1f}", f"{max(0.0, bottom - top):.1f}")

    def marks(self) -> tuple[Decimal, Decimal, Decimal]:
        return (self.low, (self.low + self.high) / 2, self.high)


def _short(amount: Decimal) -> str:
    """Three digits are enough beside a line."""
    return f"{float(amount):.3g}"
