"""A patient's medicines as the refill rules see them, and which can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from smartapp.fhir.medication import Dispense, MedicationOrder
from smartapp.fhir.section import Section
from smartapp.workflow.policy.model import RefillLimits
from smartapp.workflow.refills import OrderFacts, RefillCheck, check_refill
from smartapp.workflow.requests import Request


@dataclass(frozen=True)
class Offer:
    """One order, with what is known about asking for more of it."""

    order: MedicationOrder
    facts: OrderFacts
    check: RefillCheck
    request: Request | None  # the one that asks for it, or else the last that did
    pharmacy: str = ""  # that is to hand it out, or did so last

    @property
    def is_asked_for(self) -> bool:
        return self.request is not None and not self.request.is_closed


def offers(
    orders: Section[MedicationOrder],
    dispenses: Section[Dispense],
    requests: Section[Request],
    limits: RefillLimits,
    today: date,
) -> Section[Offer]:
    items = tuple(_offer(each, dispenses, requests, limits, today) for each in orders.items)
    return Section(items, orders.whole, orders.failure)


def _offer(
    order: MedicationOrder,
    dispenses: Section[Dispense],
    requests: Section[Request],
    limits: RefillLimits,
    today: date,
) -> Offer:
    facts = facts_of(order, dispenses, limits)
    asked = [each for each in requests.items if each.concerns(order.reference)]
    still_open = [each for each in asked if not each.is_closed]
    request = next(iter(still_open or asked), None)
    pharmacy = order.pharmacy or _last_place(order, dispenses)
    return Offer(order, facts, check_refill(facts, limits, today), request, pharmacy)


def _last_place(order: MedicationOrder, dispenses: Section[Dispense]) -> str:
    """Of fills that are not all known, the last one is not known either."""
    fills = [each for each in dispenses.items if order.reference in each.orders and each.happened]
    if not dispenses.whole or not fills or not all(map(_is_dated, fills)):
        return ""
    return max(fills, key=_day).place


def facts_of(
    order: MedicationOrder, dispenses: Section[Dispense], limits: RefillLimits
) -> OrderFacts:
    """What the rules want to know of an order. What is not known for sure stays unknown."""
    fills = [each for each in dispenses.items if order.reference in each.orders and each.happened]
    left, last = None, None
    if dispenses.whole:
        last = max(fills, key=_day, default=None) if all(map(_is_dated, fills)) else None
        if order.refills_allowed is not None:
            left = max(0, order.refills_allowed - max(0, len(fills) - 1))
    return OrderFacts(
        status=order.status,
        intent=order.intent,
        do_not_perform=order.do_not_take,
        refills_left=left,
        valid_until=order.valid_until.last_day if order.valid_until else None,
        last_fill=_day(last) if last else None,
        days_supply=(last.days_supply if last else None) or order.days_supply,
        controlled=any(map(limits.is_controlled, (order.name, *order.other_names))),
        reported=order.reported,
    )


def _is_dated(fill: Dispense) -> bool:
    """To the day: from "May" nobody can count days."""
    return fill.handed_over is not None and fill.handed_over.precision in {"day", "time"}


def _day(fill: Dispense) -> date:
    return fill.handed_over.day if fill.handed_over else date.min
