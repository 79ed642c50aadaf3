"""What was ordered for a patient: tests, pictures and referrals, and where each stands."""

from __future__ import annotations

from smartapp.fhir.order import Order
from smartapp.pages.block import Badge, Row
from smartapp.pages.when import day_words
from smartapp.words import Words


def order_row(words: Words, order: Order) -> Row:
    facts = []
    if order.authored:
        facts.append(words("Ordered on {date}", date=day_words(words, order.authored)))
    if order.by:
        facts.append(words("By {name}", name=order.by))
    if order.to:
        facts.append(words("To {name}", name=", ".join(order.to)))
    if order.reasons:
        facts.append(words("Because of: {reasons}", reasons=", ".join(order.reasons)))
    if order.planned:
        facts.append(words("Planned for {date}", date=day_words(words, order.planned)))
    what = order.what or words("An order without a name")
    return Row(
        title=words("Not to be done: {what}", what=what) if order.do_not_do else what,
        text=order.instruction,
        facts=tuple(facts),
        badges=(_badge(words, order),),
        quiet=not order.is_open,
    )


def _badge(words: Words, order: Order) -> Badge:
    if order.intent in {"proposal", "plan"} and order.is_open:
        return Badge(words("Suggested, not ordered"), "soon")
    table = {
        "active": Badge(words("Ordered"), "done"),
        "completed": Badge(words("Was done"), "quiet"),
        "revoked": Badge(words("Cancelled"), "late"),
        "on-hold": Badge(words("On hold"), "soon"),
        "draft": Badge(words("Not ordered yet"), "soon"),
    }
    return table.get(order.status, Badge(words("Status not stated"), "quiet"))
