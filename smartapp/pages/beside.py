"""What stands beside an item: the part of the record that a decision needs."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.errors import NotOffered
from smartapp.fhir.allergy import Allergy
from smartapp.fhir.condition import Condition
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.medication import Dispense, MedicationOrder
from smartapp.fhir.observation import Observation
from smartapp.fhir.section import Section
from smartapp.pages.health import listed
from smartapp.pages.results import badges_of, found_words, newest_of_each
from smartapp.pages.when import day_words
from smartapp.words import Words

Loaded = (
    Section[Allergy]
    | Section[Condition]
    | Section[Dispense]
    | Section[MedicationOrder]
    | Section[Observation]
)
RESULTS_SHOWN = 6


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
    conditions: Section[Condition]
    results: Section[Observation]
    about_an_order: bool = True


def record_panels(words: Words, beside: Beside) -> tuple[Panel, ...]:
    """What somebody who decides has to see first; an order and its fills where it is about one."""
    order = (_order_panel(words, beside),) if beside.about_an_order else ()
    fills = (_dispense_panel(words, beside),) if beside.about_an_order else ()
    return (
        *order,
        allergy_panel(words, beside.allergies),
        *fills,
        _others_panel(words, beside),
        condition_panel(words, beside.conditions),
        result_panel(words, beside.results),
    )


def condition_panel(words: Words, conditions: Section[Condition]) -> Panel:
    """Also what nobody has said of whether it is current: that is no past."""
    shown = [each for each in listed(conditions.items) if not each.is_refuted]
    shown = [each for each in shown if each.is_current or each.clinical is None]
    none = ""
    if not shown and conditions.whole:
        none = words("No current problems are recorded.")
    lines = tuple(_condition(words, each) for each in shown)
    return Panel(words("Problems"), lines, none, trouble_of(words, conditions))


def _condition(words: Words, condition: Condition) -> str:
    parts = [condition.name or words("A problem without a name")]
    if condition.clinical is None:
        parts.append(words("status not recorded"))
    if condition.verification in {"unconfirmed", "provisional", "differential"}:
        parts.append(words("not confirmed"))
    return " · ".join(parts)


def result_panel(words: Words, results: Section[Observation]) -> Panel:
    """The newest of each test, with what the laboratory says; there are more in the chart."""
    newest = newest_of_each(results.items)[:RESULTS_SHOWN]
    none = ""
    if results.is_known_empty:
        none = words("No laboratory results are recorded.")
    lines = tuple(_result(words, each) for each in newest)
    return Panel(words("Recent results"), lines, none, trouble_of(words, results))


def _result(words: Words, result: Observation) -> str:
    flags = [badge.text for badge in badges_of(words, result)]
    when = day_words(words, result.is_of) if result.is_of else words("no date")
    return " · ".join([result.name, found_words(words, result), *flags, when])


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
    title = words("Other active medicines") if beside.about_an_order else words("Active medicines")
    none = words("No other active medicines.") if beside.about_an_order else words("None recorded.")
    return Panel(
        title,
        tuple(each.name for each in others if each.name),
        none if beside.orders.whole and not others else "",
        trouble_of(words, beside.orders),
    )


def trouble_of(words: Words, section: Loaded) -> str:
    if isinstance(section.failure, NotOffered):
        return words("This EHR does not share this with the app. Look in the chart.")
    if section.failed:
        return words("Could not be loaded. Look in the chart before you decide.")
    if not section.whole:
        return words("Not all could be loaded. Look in the chart before you decide.")
    return ""
