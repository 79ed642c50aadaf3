"""What to take when, through one day: only what the orders themselves say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smartapp.fhir.amounts import Quantity
from smartapp.fhir.dosage import Dosage
from smartapp.fhir.medication import MedicationOrder
from smartapp.pages.value import quantity_words, range_words
from smartapp.words import Words

PLANNED = frozenset({"proposal", "plan", "option"})
EACH_MEAL = {"AC": ("ACM", "ACD", "ACV"), "PC": ("PCM", "PCD", "PCV"), "C": ("CM", "CD", "CV")}

MORNING, MIDDAY, EVENING, BEDTIME = "morning", "midday", "evening", "bedtime"
PART_OF_DAY = {
    "MORN": MORNING, "MORN.early": MORNING, "MORN.late": MORNING, "WAKE": MORNING,
    "ACM": MORNING, "CM": MORNING, "PCM": MORNING,
    "NOON": MIDDAY, "AFT": MIDDAY, "AFT.early": MIDDAY, "AFT.late": MIDDAY,
    "ACD": MIDDAY, "CD": MIDDAY, "PCD": MIDDAY,
    "EVE": EVENING, "EVE.early": EVENING, "EVE.late": EVENING,
    "ACV": EVENING, "CV": EVENING, "PCV": EVENING,
    "NIGHT": BEDTIME, "HS": BEDTIME,
}  # fmt: skip
CLOCK = (("11:00", MORNING), ("16:00", MIDDAY), ("20:30", EVENING), ("99:99", BEDTIME))


@dataclass(frozen=True)
class PlanLine:
    name: str
    how: str  # how much, and before or after which meal
    text: str  # the words of the order


@dataclass(frozen=True)
class PlanPart:
    heading: str
    lines: tuple[PlanLine, ...]


@dataclass(frozen=True)
class DayPlan:
    heading: str
    lead: str
    parts: tuple[PlanPart, ...]


def day_plan(words: Words, orders: Iterable[MedicationOrder], *, whole: bool) -> DayPlan | None:
    """None where nothing is taken. Where an order does not say when, the plan does not either."""
    slots: dict[str, list[PlanLine]] = {}
    for order in orders:
        if not _is_taken(order):
            continue
        for dosage in order.dosages or (None,):
            for slot, line in _placed(words, order, dosage):
                slots.setdefault(slot, []).append(line)
    parts = tuple(
        PlanPart(heading, tuple(slots[slot]))
        for slot, heading in _headings(words).items()
        if slot in slots
    )
    if not parts:
        return None
    lead = words("This plan says only what your orders say. If it looks wrong, ask the clinic.")
    if not whole:
        lead = words("Some of your medicines could not be loaded. This plan is not complete.")
    return DayPlan(words("Your day"), lead, parts)


def _is_taken(order: MedicationOrder) -> bool:
    safe = not order.not_understood and not order.do_not_take
    return safe and order.status in {"active", "unknown"} and order.intent not in PLANNED


def _headings(words: Words) -> dict[str, str]:
    return {
        MORNING: words("Morning"),
        MIDDAY: words("Midday"),
        EVENING: words("Evening"),
        BEDTIME: words("Bedtime"),
        "daily": words("Every day; the order does not say when"),
        "other": words("Not every day"),
        "needed": words("Only when you need it"),
        "unsure": words("The record does not say whether you still take this"),
        "unsaid": words("The order does not say how to take it"),
    }


def _placed(
    words: Words, order: MedicationOrder, dosage: Dosage | None
) -> Iterable[tuple[str, PlanLine]]:
    name = order.name or words("A medicine without a name")
    text = dosage.text if dosage else ""
    # Words can say more than codes, such as "6 to 10": where there are any, they alone count.
    amount = "" if text else _amount(words, dosage)
    plain = PlanLine(name, amount, text)
    if order.status == "unknown":
        yield "unsure", plain
    elif dosage is None or not (text or dosage.moments or dosage.clock or dosage.times):
        yield "unsaid", plain
    elif dosage.as_needed:
        yield "needed", plain
    elif not dosage.is_daily:
        yield "other", plain
    else:
        yield from _through_the_day(words, dosage, plain)


def _through_the_day(
    words: Words, dosage: Dosage, plain: PlanLine
) -> Iterable[tuple[str, PlanLine]]:
    moments = [each for code in dosage.moments for each in EACH_MEAL.get(code, (code,))]
    known = [each for each in moments if each in PART_OF_DAY]
    for code in known:
        meal = _meals(words).get(code, "")
        how = ", ".join(part for part in (plain.how, meal) if part)
        yield PART_OF_DAY[code], PlanLine(plain.name, how, plain.text)
    for time in dosage.clock:
        slot = next(slot for end, slot in CLOCK if time < end)
        how = ", ".join(part for part in (plain.how, words.clock(time)) if part)
        yield slot, PlanLine(plain.name, how, plain.text)
    if not known and not dosage.clock:
        yield "daily", plain


def _meals(words: Words) -> dict[str, str]:
    return {
        "ACM": words("before breakfast"), "CM": words("with breakfast"),
        "PCM": words("after breakfast"),
        "ACD": words("before lunch"), "CD": words("with lunch"), "PCD": words("after lunch"),
        "ACV": words("before dinner"), "CV": words("with dinner"), "PCV": words("after dinner"),
    }  # fmt: skip


def _amount(words: Words, dosage: Dosage | None) -> str:
    amount = dosage.amount if dosage else None
    if amount is None:
        return ""
    return (
        quantity_words(words, amount)
        if isinstance(amount, Quantity)
        else range_words(words, amount)
    )
