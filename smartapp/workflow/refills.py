"""Whether a refill of one medicine can be asked for: if not why not, and from when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from smartapp.fhir.questionnaire import Item
from smartapp.workflow.policy.facts import Facts, FactValue
from smartapp.workflow.policy.model import RefillLimits, RefillReason, Topic

LONGEST_SUPPLY = 366  # days

_ORDERED = frozenset({"order", "original-order", "instance-order", "reflex-order", "filler-order"})
_NOT_ORDERED = frozenset({"proposal", "plan", "option"})

_BY_STATUS = {
    "draft": RefillReason.NOT_ORDERED_YET,
    "on-hold": RefillReason.ON_HOLD,
    "completed": RefillReason.FINISHED,
    "stopped": RefillReason.NO_LONGER_ORDERED,
    "cancelled": RefillReason.NO_LONGER_ORDERED,
    "entered-in-error": RefillReason.NO_LONGER_ORDERED,
}


@dataclass(frozen=True)
class OrderFacts:
    """What the record says about one order. `None` is what it does not say."""

    status: str
    intent: str
    do_not_perform: bool
    refills_left: int | None
    valid_until: date | None
    last_fill: date | None
    days_supply: int | None
    controlled: bool
    reported: bool  # somebody said so; nobody here ordered it


@dataclass(frozen=True)
class RefillCheck:
    askable: bool
    reason: RefillReason
    from_when: date | None = None


def check_refill(order: OrderFacts, limits: RefillLimits, today: date) -> RefillCheck:
    """What cannot be known is asked to a person, not refused."""
    refused = _refused(order, limits, today)
    if refused is not None:
        return RefillCheck(False, refused)
    from_when = ask_from(order, limits, today)
    if from_when is not None and today < from_when:
        return RefillCheck(False, RefillReason.TOO_EARLY, from_when)
    return RefillCheck(True, _askable_as(order, today))


def with_supplies_for(topic: Topic, *, controlled: bool) -> Topic:
    """The topic as it is asked about one order: what is too much of it is no choice."""
    limits = topic.refills
    if limits is None:
        return topic
    most = limits.longest_supply_days_controlled if controlled else limits.longest_supply_days

    def narrowed(item: Item) -> Item:
        inner = tuple(map(narrowed, item.items))
        if item.link_id != limits.supply_question:
            return replace(item, items=inner)
        offered = tuple(each for each in item.options if _days_in(each.code) <= most)
        return replace(item, items=inner, options=offered)

    items = tuple(map(narrowed, topic.questionnaire.items))
    return replace(topic, questionnaire=replace(topic.questionnaire, items=items))


def _days_in(code: str) -> int:
    """What says nothing of days is no supply to limit."""
    number = code.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() else 0


def order_facts(order: OrderFacts, today: date) -> Facts:
    """The same order as the routing rules see it."""
    facts: dict[str, FactValue] = {"controlled-substance": order.controlled}
    run_out = runs_out(order, today)
    if run_out is not None:
        facts["days-of-supply-left"] = (run_out - today).days
    if order.refills_left is not None:
        facts["refills-left"] = order.refills_left
    if order.valid_until is not None:
        facts["order-expired"] = order.valid_until < today
    return facts


def runs_out(order: OrderFacts, today: date) -> date | None:
    """The first day without the medicine, if it is taken as ordered.

    A fill in the future or one that lasts for years is a slip of somebody's pen: it is not known.
    """
    if order.last_fill is None or order.last_fill > today:
        return None
    if order.days_supply is None or not 0 < order.days_supply <= LONGEST_SUPPLY:
        return None
    return order.last_fill + timedelta(days=order.days_supply)


def ask_from(order: OrderFacts, limits: RefillLimits, today: date) -> date | None:
    run_out = runs_out(order, today)
    if run_out is None:
        return None
    early = limits.ask_when_days_left_controlled if order.controlled else limits.ask_when_days_left
    return run_out - timedelta(days=early)


def _refused(order: OrderFacts, limits: RefillLimits, today: date) -> RefillReason | None:
    if order.do_not_perform:
        return RefillReason.DO_NOT_TAKE
    if order.status in _BY_STATUS:
        return _BY_STATUS[order.status]
    if order.reported:
        return RefillReason.NOT_ORDERED_HERE
    if order.intent in _NOT_ORDERED:
        return RefillReason.NOT_AN_ORDER
    if order.controlled and not limits.controlled_can_be_asked:
        return RefillReason.CONTROLLED
    last_day = timedelta(days=limits.renew_until_days_after_end)
    if order.valid_until is not None and order.valid_until + last_day < today:
        return RefillReason.ENDED_LONG_AGO
    return None


def _askable_as(order: OrderFacts, today: date) -> RefillReason:
    if order.status != "active" or order.intent not in _ORDERED:
        return RefillReason.A_PERSON_CHECKS
    if order.valid_until is not None and order.valid_until < today:
        return RefillReason.RENEWAL
    if order.refills_left is None:
        return RefillReason.A_PERSON_CHECKS
    return RefillReason.READY if order.refills_left > 0 else RefillReason.RENEWAL
