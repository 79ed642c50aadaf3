"""What stands beside an item: the part of the record that a decision needs."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.allergy import Allergy
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.medication import Dispense, MedicationOrder
from smartapp.fhir.section import Section
from smartapp.pages.when import day_words
from smartapp.words import Words

Loaded = Section[Allergy] | Section[Dispense] | Section[MedicationOrder]


@dataclass(frozen=True)
class Panel:
    """A part of the record beside the item. What could not be loaded says so."""

    title: str
    lines: tuple[str, ...]
    none: str
    trouble: str


@dataclass(frozen=True)
class Beside:
    """What is loaded beside a refill request."""

    order: MedicationOrder | None
    orders: Section[MedicationOrder]
    dispenses: Section[Dispense]
    allergies: Section[Allergy]


def refill_panels(words: Words, beside: Beside) -> tuple[Panel, ...]:
    return (
        _order_panel(words, beside),
        allergy_panel(words, beside.allergies),
        _dispense_panel(words, beside),
        _others_panel(words, beside),
    )


def _order_panel(words: Words, beside: Beside) -> Panel:
    order = beside.order
    if order is None:
        trouble = words("The order could not be loaded. Look it up in the chart.")
        return Panel(words("The order"), (), "", trouble)
    lines = [order.name or words("A medicine without a name"), *order.dosage]
    lines.append(words("Status: {status}", status=order.status))
    if order.refills_allowed is not None:
        lines.append(words("Refills on the order: {count}", count=order.refills_allowed))
    if order.days_supply is not None:
        lines.append(words("Supply for {count} days each time", count=order.days_supply))
    if order.valid_until is not None:
        lines.append(words("Good until {date}", date=day_words(words, order.valid_until)))
    if order.requester:
        lines.append(words("Ordered by {name}", name=order.requester))
    trouble = (
        words("The order carries a part that this app does not understand. Check the chart.")
        if order.not_understood
        else ""
    )
    return Panel(words("The order"), tuple(line for line in lines if line), "", trouble)


def _dispense_panel(words: Words, beside: Beside) -> Panel:
    reference = beside.order.reference if beside.order else ""
    fills = [
        each
        for each in beside.dispenses.items
        if reference in each.orders and each.happened and each.handed_over
    ]
    fills.sort(key=lambda each: each.handed_over.earliest if each.handed_over else 0, reverse=True)
    lines = tuple(
        _fill(words, each.handed_over, each.days_supply) for each in fills[:3] if each.handed_over
    )
    return Panel(
        words("Last fills"),
        lines,
        words("No fill is in the record.") if beside.dispenses.whole and not lines else "",
        trouble_of(words, beside.dispenses),
    )


def _fill(words: Words, handed_over: FhirDate, days_supply: int | None) -> str:
    when = day_words(words, handed_over)
    if days_supply is None:
        return when
    return words("{date}, for {count} days", date=when, count=days_supply)


def allergy_panel(words: Words, allergies: Section[Allergy]) -> Panel:
    current = [each for each in allergies.items if each.is_current]
    lines = tuple(_allergy(words, each) for each in current if not each.none_known)
    stated = [each for each in current if each.none_known]
    none = ""
    if not lines and stated:
        none = words("The record states: {statement}", statement=stated[0].name)
    elif not current and allergies.whole and not allergies.failed:
        none = words("No allergies are recorded. Nobody has stated that there are none.")
    return Panel(words("Allergies"), lines, none, trouble_of(words, allergies))


def _allergy(words: Words, allergy: Allergy) -> str:
    parts = [allergy.name or words("An allergy without a name")]
    if allergy.criticality == "high":
        parts.append(words("high risk"))
    if allergy.verification == "unconfirmed":
        parts.append(words("not confirmed"))
    if allergy.reactions:
        parts.append(", ".join(allergy.reactions))
    return " · ".join(parts)


def _others_panel(words: Words, beside: Beside) -> Panel:
    chosen = beside.order.id if beside.order else ""
    others = [
        each
        for each in beside.orders.items
        if each.status == "active" and not each.do_not_take and each.id != chosen
    ]
    return Panel(
        words("Other active medicines"),
        tuple(each.name for each in others if each.name),
        words("No other active medicines.") if beside.orders.whole and not others else "",
        trouble_of(words, beside.orders),
    )


def trouble_of(words: Words, section: Loaded) -> str:
    if section.failed:
        return words("Could not be loaded. Look in the chart before you decide.")
    if not section.whole:
        return words("Not all could be loaded. Look in the chart before you decide.")
    return ""
