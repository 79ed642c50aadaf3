"""Everything about a patient's health in short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.fhir.medication import MedicationOrder
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.pages.block import Badge, Block, Places, Row, places
from smartapp.pages.home import other_record_note
from smartapp.pages.shell import Shell
from smartapp.pages.showing import Showing

CURRENT = frozenset({"active", "unknown", "on-hold"})
PLANNED = frozenset({"proposal", "plan", "option"})


@dataclass(frozen=True)
class SummaryPage:
    shell: Shell
    heading: str
    lead: str
    other_record: str
    places: Places


def summary_page(at: Showing, shell: Shell, patient: Patient, keys: Sequence[str]) -> SummaryPage:
    words = at.words
    return SummaryPage(
        shell=shell,
        heading=words("Your health in short"),
        lead=words("This is what your clinic has in its record. Show it to whoever treats you."),
        other_record=other_record_note(words, patient, at.source.phone),
        places=places(words, keys, at.source),
    )


def medicines_in_short(at: Showing, section: Section[MedicationOrder]) -> Block:
    """What to take, and what not to take: the second is never left out for want of room."""
    words = at.words
    safe = [each for each in section.items if not each.not_understood]
    never = [each for each in safe if each.do_not_take and each.status in CURRENT]
    takes = [
        each
        for each in safe
        if not each.do_not_take and each.status in CURRENT and each.intent not in PLANNED
    ]
    some_missing = len(safe) < len(section.items)
    shown = Section(
        section.items, section.whole and not some_missing, section.failure, at=section.at
    )
    return at.block(
        shown,
        key="orders",
        heading=words("Medicines"),
        rows=[*(_never(at, each) for each in never), *(_takes(at, each) for each in takes)],
        none=words("Your clinic has no current medicines for you in its record."),
        all_of_them=words("All your medicines"),
        page="medicines",
    )


def _takes(at: Showing, order: MedicationOrder) -> Row:
    words = at.words
    held = order.status == "on-hold"
    return Row(
        title=order.name or words("A medicine without a name"),
        text="; ".join(text for text in order.dosage if text),
        badges=(Badge(words("On hold"), "soon"),) if held else (),
    )


def _never(at: Showing, order: MedicationOrder) -> Row:
    return Row(
        title=order.name or at.words("A medicine without a name"),
        badges=(Badge(at.words("Do not take"), "urgent"),),
    )
