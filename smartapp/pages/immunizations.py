"""Vaccines: those that were given, those that were not, and a record to print."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.immunization import Immunization
from smartapp.fhir.section import Section
from smartapp.pages.block import Badge, Block, Row
from smartapp.pages.shell import Shell
from smartapp.pages.showing import Showing, newest_first


@dataclass(frozen=True)
class VaccineLine:
    when: str
    name: str
    details: tuple[str, ...]  # which dose, which lot, who gave it


@dataclass(frozen=True)
class VaccinesPage:
    shell: Shell
    heading: str
    lead: str
    block: Block
    table_heading: str
    columns: tuple[str, ...]
    lines: tuple[VaccineLine, ...]


def vaccines_block(at: Showing, section: Section[Immunization]) -> Block:
    words = at.words
    items = sorted(section.items, key=lambda each: newest_first(each.when))
    given = [each for each in items if each.was_given]
    others = [each for each in items if not each.was_given]
    return at.block(
        section,
        key="immunizations",
        heading=words("Vaccines"),
        rows=[_row(at, each) for each in (*given, *others)],
        none=words("No vaccines are in your record. You may have had some elsewhere."),
        all_of_them=words("All your vaccines"),
    )


def vaccines_page(at: Showing, shell: Shell, section: Section[Immunization]) -> VaccinesPage:
    words = at.words
    items = sorted(section.items, key=lambda each: newest_first(each.when))
    return VaccinesPage(
        shell=shell,
        heading=words("Your vaccines"),
        lead=words("You can print this page and take it with you."),
        block=vaccines_block(at, section),
        table_heading=words("Vaccines that were given"),
        columns=(words("Date"), words("Vaccine"), words("Dose, lot, given by")),
        lines=tuple(_line(at, each) for each in items if each.was_given),
    )


def _when(at: Showing, each: Immunization) -> str:
    return at.day(each.when) or each.when_words or at.words("No date in the record")


def _row(at: Showing, each: Immunization) -> Row:
    words = at.words
    badges = []
    if each.status == "not-done":
        badges.append(Badge(words("Not given"), "soon"))
    elif not each.was_given:
        badges.append(Badge(words("Not clear whether it was given"), "soon"))
    if each.reported:
        badges.append(Badge(words("As you or others told the clinic"), "quiet"))
    facts = (
        _when(at, each),
        words("Dose {number}", number=each.dose) if each.dose else "",
        words("Reason: {reason}", reason=each.why_not) if each.why_not else "",
    )
    return Row(
        title=each.name or words("A vaccine without a name"),
        facts=tuple(fact for fact in facts if fact),
        badges=tuple(badges),
        explain=at.explained(each.name, each.codings),
        learn=at.learn(each.codings),
    )


def _line(at: Showing, each: Immunization) -> VaccineLine:
    words = at.words
    lot = " ".join(part for part in (each.maker, each.lot) if part)
    details = (each.dose, lot, each.given_by)
    return VaccineLine(
        when=_when(at, each),
        name=each.name or words("A vaccine without a name"),
        details=tuple(part for part in details if part) or ("–",),
    )
