"""Numbers with units, ranges, ratios and spans of time, as the record states them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element
from smartapp.fhir.plain import plain

LONGEST_NUMBER = 20  # digits; beyond that a number is a slip, and is shown as it is written
UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True)
class Quantity:
    amount: Decimal
    unit: str  # as it is written: show this
    ucum: str = ""  # as it is coded: compare this
    comparator: str = ""  # "<" or ">=" where the true value lies beyond what can be measured

    @classmethod
    def of(cls, element: Element | None) -> Quantity | None:
        """None without a number: an absent amount is not zero."""
        amount = element.number("value") if element else None
        if element is None or amount is None or not amount.is_finite():
            return None
        code = element.text("code") or "" if element.text("system") == UCUM else ""
        return cls(
            amount=amount,
            unit=plain(element.text("unit") or code),
            ucum=code,
            comparator=element.text("comparator") or "",
        )

    @property
    def number(self) -> str:
        """As the record writes it: 5.10 has been measured more exactly than 5.1."""
        is_readable = abs(self.amount.adjusted()) < LONGEST_NUMBER
        return f"{self.amount:f}" if is_readable else str(self.amount)


@dataclass(frozen=True)
class Range:
    low: Quantity | None
    high: Quantity | None

    @classmethod
    def of(cls, element: Element | None) -> Range | None:
        if element is None:
            return None
        low, high = Quantity.of(element.child("low")), Quantity.of(element.child("high"))
        return cls(low, high) if low or high else None


@dataclass(frozen=True)
class Ratio:
    numerator: Quantity
    denominator: Quantity

    @classmethod
    def of(cls, element: Element | None) -> Ratio | None:
        if element is None:
            return None
        over = Quantity.of(element.child("numerator"))
        under = Quantity.of(element.child("denominator"))
        return cls(over, under) if over and under else None


@dataclass(frozen=True)
class Period:
    start: FhirDate | None
    end: FhirDate | None

    @classmethod
    def of(cls, element: Element | None) -> Period | None:
        if element is None:
            return None
        start, end = element.date("start"), element.date("end")
        return cls(start, end) if start or end else None


@dataclass(frozen=True)
class Sampled:
    """A curve, such as of a heart's rhythm: no page here draws it, and none leaves it out."""

    count: int
