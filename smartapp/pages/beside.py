"""What stands beside an item: the part of the record that a decision on this topic needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from smartapp.errors import NotOffered
from smartapp.fhir.allergy import Allergy
from smartapp.fhir.appointment import Appointment
from smartapp.fhir.codes import LOINC
from smartapp.fhir.condition import Condition
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.encounter import Visit
from smartapp.fhir.medication import Dispense, MedicationOrder
from smartapp.fhir.observation import Observation
from smartapp.fhir.section import Section
from smartapp.pages.health import listed
from smartapp.pages.results import badges_of, found_words, newest_of_each
from smartapp.pages.visits import coming, visit_when, when_words
from smartapp.pages.when import day_words
from smartapp.words import Words
from smartapp.workflow.duplicates import duplicates_of
from smartapp.workflow.policy.desk import DeskPolicy

Loaded = (
    Section[Allergy]
    | Section[Appointment]
    | Section[Condition]
    | Section[Dispense]
    | Section[MedicationOrder]
    | Section[Observation]
    | Section[Visit]
)
RESULTS_SHOWN = 6
VISITS_SHOWN = 4
PRESSURE = frozenset({"85354-9", "55284-4"})  # LOINC: both numbers in one

# What each part is made from.
SOURCES: Mapping[str, tuple[str, ...]] = {
    "order": ("orders",),
    "fills": ("orders", "dispenses"),
    "duplicates": ("orders",),
    "medicines": ("orders",),
    "allergies": ("allergies",),
    "problems": ("conditions",),
    "labs": ("orders", "results"),
    "results": ("results",),
    "pressure": ("vitals",),
    "vitals": ("vitals",),
    "visits": ("visits",),
    "appointments": ("appointments",),
}
OF_AN_ORDER = frozenset({"order", "fills", "duplicates"})
NOT_ASKED_FOR = NotOffered("record", "not asked for")


def _unasked() -> Section[Any]:
    return Section(whole=False, failure=NOT_ASKED_FOR)


@dataclass(frozen=True)
class Panel:
    """A part of the record beside the item. What could not be loaded says so."""

    title: str
    lines: tuple[str, ...]
    none: str
    trouble: str


@dataclass(frozen=True)
class Beside:
    """What is loaded beside an item: what its topic does not need was not asked for."""

    parts: tuple[str, ...]  # in the order of the policy
    now: datetime
    order: MedicationOrder | None = None
    about_an_order: bool = False
    orders: Section[MedicationOrder] = field(default_factory=_unasked)
    dispenses: Section[Dispense] = field(default_factory=_unasked)
    allergies: Section[Allergy] = field(default_factory=_unasked)
    conditions: Section[Condition] = field(default_factory=_unasked)
    results: Section[Observation] = field(default_factory=_unasked)
    vitals: Section[Observation] = field(default_factory=_unasked)
    visits: Section[Visit] = field(default_factory=_unasked)
    appointments: Section[Appointment] = field(default_factory=_unasked)


def parts_shown(parts: tuple[str, ...], *, about_an_order: bool) -> tuple[str, ...]:
    """What is about no order has no fills, and all results matter alike."""
    if about_an_order:
        return parts
    without = ("results" if part == "labs" else part for part in parts if part not in OF_AN_ORDER)
    return tuple(dict.fromkeys(without))


def record_panels(words: Words, desk: DeskPolicy, beside: Beside) -> tuple[Panel, ...]:
    """What somebody who decides has to see first, in the order that the clinic has chosen."""
    makes: Mapping[str, Callable[[], Panel]] = {
        "order": lambda: _order_panel(words, beside),
        "fills": lambda: _dispense_panel(words, beside),
        "duplicates": lambda: _duplicates_panel(words, beside),
        "medicines": lambda: _others_panel(words, beside),
        "allergies": lambda: allergy_panel(words, beside.allergies),
        "problems": lambda: condition_panel(words, beside.conditions),
        "labs": lambda: _labs_panel(words, desk, beside),
        "results": lambda: result_panel(words, words("Recent results"), beside.results),
        "pressure": lambda: _pressure_panel(words, beside.vitals),
        "vitals": lambda: result_panel(words, words("Vital signs"), beside.vitals),
        "visits": lambda: _visits_panel(words, beside.visits),
        "appointments": lambda: _appointments_panel(words, beside),
    }
    return tuple(makes[part]() for part in beside.parts)


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


def result_panel(words: Words, title: str, results: Section[Observation]) -> Panel:
    """The newest of each, with what the laboratory says; there are more in the chart."""
    newest = newest_of_each(results.items)[:RESULTS_SHOWN]
    none = words("None are recorded.") if results.is_known_empty else ""
    lines = tuple(_result(words, each) for each in newest)
    return Panel(title, lines, none, trouble_of(words, results))


def _labs_panel(words: Words, desk: DeskPolicy, beside: Beside) -> Panel:
    """Those that matter for this medicine, where the clinic has said which; else the newest."""
    wanted = desk.labs_for(beside.order.name) if beside.order else frozenset[str]()
    if not wanted:
        return result_panel(words, words("Recent results"), beside.results)
    fitting = [e for e in beside.results.items if e.main.what.code(LOINC) in wanted]
    lines = tuple(_result(words, each) for each in newest_of_each(fitting)[:RESULTS_SHOWN])
    none = ""
    if not lines and not beside.results.failed:
        none = words("None of the results that matter for this medicine are among the newest.")
    return Panel(words("Results for this medicine"), lines, none, trouble_of(words, beside.results))


def _pressure_panel(words: Words, vitals: Section[Observation]) -> Panel:
    found = [each for each in vitals.items if each.main.what.code(LOINC) in PRESSURE]
    found.sort(key=lambda each: each.is_of.earliest.timestamp() if each.is_of else 0, reverse=True)
    lines = tuple(_result(words, each, named=False) for each in found[:3])
    none = words("None are recorded.") if vitals.whole and not lines else ""
    return Panel(words("Blood pressure"), lines, none, trouble_of(words, vitals))


def _visits_panel(words: Words, visits: Section[Visit]) -> Panel:
    past = [each for each in visits.items if each.took_place][:VISITS_SHOWN]
    lines = tuple(
        " · ".join(
            part
            for part in (visit_when(words, e), e.what or words("Visit"), ", ".join(e.reasons))
            if part
        )
        for e in past
    )
    none = words("None are recorded.") if visits.whole and not lines else ""
    return Panel(words("Recent visits"), lines, none, trouble_of(words, visits))


def _appointments_panel(words: Words, beside: Beside) -> Panel:
    next_ones = coming(beside.appointments, beside.now)[:VISITS_SHOWN]
    lines = tuple(
        " · ".join(part for part in (when_words(words, each, beside.now), each.what) if part)
        for each in next_ones
    )
    none = words("None are recorded.") if beside.appointments.whole and not lines else ""
    return Panel(words("Coming visits"), lines, none, trouble_of(words, beside.appointments))


def _duplicates_panel(words: Words, beside: Beside) -> Panel:
    """Another active order of the same medicine: a refill of both would be too much."""
    found = duplicates_of(beside.order, beside.orders.items) if beside.order else ()
    none = words("No second order of this medicine.") if beside.orders.whole and not found else ""
    lines = tuple(" · ".join([each.name, *each.dosage]) for each in found)
    return Panel(words("Ordered twice?"), lines, none, trouble_of(words, beside.orders))


def _result(words: Words, result: Observation, *, named: bool = True) -> str:
    flags = [badge.text for badge in badges_of(words, result)]
    when = day_words(words, result.is_of) if result.is_of else words("no date")
    name = [result.name] if named else []
    return " · ".join([*name, found_words(words, result), *flags, when])


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


def trouble_of(words: Words, section: Section[Any]) -> str:
    if isinstance(section.failure, NotOffered):
        return words("This EHR does not share this with the app. Look in the chart.")
    if section.failed:
        return words("Could not be loaded. Look in the chart before you decide.")
    if not section.whole:
        return words("Not all could be loaded. Look in the chart before you decide.")
    return ""
