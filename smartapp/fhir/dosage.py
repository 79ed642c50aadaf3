"""When and how much of a medicine to take: the words of the order, and what is coded of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from smartapp.fhir.amounts import Quantity, Range
from smartapp.fhir.element import Element
from smartapp.fhir.plain import plain


@dataclass(frozen=True)
class Dosage:
    text: str  # in the words of the order; "" where it has none
    amount: Quantity | Range | None
    clock: tuple[str, ...]  # times of day, such as "22:00"
    moments: tuple[str, ...]  # codes of moments of a day, such as MORN or ACV
    weekdays: tuple[str, ...]  # mon to sun; empty for any
    times: int | None  # so many times ...
    every: Decimal | None  # ... in so many ...
    unit: str  # ... of these: h, d, wk, mo
    as_needed: bool
    as_needed_for: str
    route: str
    at_most: str

    @classmethod
    def of(cls, element: Element) -> Dosage:
        timing = element.child("timing")
        repeat = timing.child("repeat") if timing else None
        reason = element.concept("asNeededCodeableConcept")
        route = element.concept("route")
        return cls(
            text=plain(element.text("patientInstruction") or element.text("text") or ""),
            amount=_amount(element),
            clock=tuple(each[:5] for each in repeat.texts("timeOfDay")) if repeat else (),
            moments=repeat.texts("when") if repeat else (),
            weekdays=repeat.texts("dayOfWeek") if repeat else (),
            times=repeat.whole("frequency") if repeat else None,
            every=repeat.number("period") if repeat else None,
            unit=(repeat.text("periodUnit") or "") if repeat else "",
            as_needed=bool(element.boolean("asNeededBoolean") or reason),
            as_needed_for=reason.label if reason else "",
            route=route.label if route else "",
            at_most=_at_most(element),
        )

    @property
    def is_daily(self) -> bool:
        """Every day, so that a plan of a day can hold it."""
        return not self.weekdays and self.unit in {"d", "h", ""} and self.every in {None, 1}


def _amount(element: Element) -> Quantity | Range | None:
    for dose in element.children("doseAndRate"):
        amount = Quantity.of(dose.child("doseQuantity")) or Range.of(dose.child("doseRange"))
        if amount is not None:
            return amount
    return None


def _at_most(element: Element) -> str:
    most = element.child("maxDosePerPeriod")
    dose = Quantity.of(most.child("numerator")) if most else None
    per = Quantity.of(most.child("denominator")) if most else None
    if dose is None or per is None:
        return ""
    return f"{dose.number} {dose.unit} / {per.number} {per.unit}"
