"""Results and vital signs: the newest of each test, and what was found at each visit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from smartapp.fhir.amounts import Quantity
from smartapp.fhir.codes import LOINC
from smartapp.fhir.observation import Measured, Observation
from smartapp.fhir.report import DiagnosticReport
from smartapp.fhir.section import Section
from smartapp.pages.block import Badge, Block, Row
from smartapp.pages.shell import Link, Shell
from smartapp.pages.showing import Showing, newest_first
from smartapp.pages.value import flag_badges, status_badges, usual_words, value_words
from smartapp.pages.when import day_words, moment_words
from smartapp.words import Words

NEW = timedelta(days=14)
LATE = timedelta(days=90)  # no laboratory takes longer
SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"


@dataclass(frozen=True)
class Fold:
    """Whether new results stay covered until the reader chooses to look, and how to change that."""

    folded: bool
    text: str
    button: str
    action: str


@dataclass(frozen=True)
class ResultsPage:
    shell: Shell
    heading: str
    lead: str
    ways: tuple[Link, ...]  # by test, by visit
    ways_label: str
    fold: Fold | None
    blocks: tuple[Block, ...]
    older: Link | None
    newest: Link | None


def fold_of(at: Showing, *, folded: bool) -> Fold:
    words = at.words
    return Fold(
        folded=folded,
        text=words("New results stay covered until you choose to look.")
        if folded
        else words("New results are shown at once."),
        button=words("Show new results at once")
        if folded
        else words("Cover new results until I choose to look"),
        action=f"{at.paths.page('results')}/fold",
    )


# --- one observation ------------------------------------------------------------------------------


def found_words(words: Words, observation: Observation) -> str:
    """What was found, whole: a value, its parts, or that it is made of other results."""
    pressure = _pressure(observation)
    if pressure:
        return pressure
    parts = [f"{part.name}: {value_words(words, part)}" for part in observation.parts]
    if observation.main.value is None and not observation.main.absent:
        if parts:
            return "; ".join(parts)
        if observation.members:
            return words("Made of several results. Each has a row of its own.")
    return "; ".join([value_words(words, observation.main), *parts])


def _pressure(observation: Observation) -> str:
    """As everybody writes it, where both numbers are there in one unit."""
    found = {part.what.code(LOINC): part.value for part in observation.parts}
    upper, lower = found.get(SYSTOLIC), found.get(DIASTOLIC)
    if not isinstance(upper, Quantity) or not isinstance(lower, Quantity):
        return ""
    if upper.unit != lower.unit or upper.comparator or lower.comparator or len(found) > 2:
        return ""
    return f"{upper.number} / {lower.number} {upper.unit}"


def badges_of(words: Words, observation: Observation) -> tuple[Badge, ...]:
    measured = (observation.main, *observation.parts)
    flags = [badge for each in measured for badge in flag_badges(words, each)]
    return tuple(dict.fromkeys((*flags, *status_badges(words, observation))))


def observation_row(
    at: Showing,
    observation: Observation,
    *,
    now: datetime,
    fold: bool = False,
    page: str = "results",
) -> Row:
    words = at.words
    when = observation.is_of
    new = is_new(observation, now)
    badges = badges_of(words, observation)
    facts = (
        moment_words(words, when) if when else words("No date in the record"),
        usual_words(words, observation.main),
        *(words("Note: {note}", note=note) for note in observation.notes),
    )
    name = observation.name or words("A result without a name")
    return Row(
        title=name,
        text=found_words(words, observation),
        facts=tuple(fact for fact in facts if fact),
        badges=(Badge(words("New"), "soon"), *badges) if new else badges,
        link=Link(name, at.paths.below(page, f"Test/{observation.test}")),
        explain=at.explained(name, observation.main.what.codings),
        folded=words("New result. Choose to see it.") if new and fold else "",
    )


def is_new(observation: Observation, now: datetime) -> bool:
    told = observation.issued or observation.when
    return told is not None and timedelta(0) <= now - told.latest < NEW


# --- many -----------------------------------------------------------------------------------------


def newest_of_each(observations: Iterable[Observation]) -> list[Observation]:
    """One of each test. A panel whose results stand for themselves is not shown a second time."""
    items = sorted(observations, key=lambda each: newest_first(each.is_of))
    there = {each.reference for each in items}
    kept: dict[str, Observation] = {}
    for each in items:
        empty = each.main.value is None and not each.parts and not each.main.absent
        if empty and each.members and there.issuperset(each.members):
            continue
        kept.setdefault(each.test or each.id, each)
    return list(kept.values())


def _newest_rows(
    at: Showing,
    section: Section[Observation],
    *,
    now: datetime,
    fold: bool = False,
    page: str = "results",
) -> Iterator[Row]:
    """Made one by one: of many only the first few may be shown."""
    for each in newest_of_each(section.items):
        yield observation_row(at, each, now=now, fold=fold, page=page)


def results_block(
    at: Showing, section: Section[Observation], *, now: datetime, fold: bool = False
) -> Block:
    words = at.words
    return at.block(
        section,
        key="results",
        heading=words("Test results"),
        rows=_newest_rows(at, section, now=now, fold=fold),
        none=words("No test results are in your record."),
        all_of_them=words("All your test results"),
    )


def vitals_block(at: Showing, section: Section[Observation], *, now: datetime) -> Block:
    words = at.words
    return at.block(
        section,
        key="vitals",
        heading=words("Vital signs"),
        rows=_newest_rows(at, section, now=now, page="vitals"),
        none=words("No vital signs are in your record."),
        all_of_them=words("All your vital signs"),
    )


def life_block(at: Showing, section: Section[Observation], *, now: datetime) -> Block:
    words = at.words
    return at.block(
        section,
        key="life",
        heading=words("About your life and habits"),
        rows=_newest_rows(at, section, now=now, page="vitals"),
        none=words("Nothing about your life and habits is in your record."),
        all_of_them=words("All your vital signs"),
        page="vitals",
    )


def new_results_block(
    at: Showing, section: Section[Observation], *, now: datetime, fold: bool
) -> Block:
    """For the start page. Older ones are there as well; only what is new is shown here."""
    words = at.words
    new = [each for each in newest_of_each(section.items) if is_new(each, now)]
    # They come the newest first: where a very old one came, all that are new have come, those too
    # that a laboratory was slow with.
    if any(each.is_of and now - each.is_of.latest > LATE for each in section.items):
        section = replace(section, following=None)
    return at.block(
        section,
        key="new-results",
        heading=words("New test results"),
        rows=[observation_row(at, each, now=now, fold=fold) for each in new[:3]],
        none=words("No new test results in the last 14 days."),
        all_of_them=words("All your test results"),
        page="results",
    )


def reports_block(at: Showing, section: Section[DiagnosticReport]) -> Block:
    words = at.words
    items = sorted(section.items, key=lambda each: newest_first(each.is_of))
    return at.block(
        section,
        key="reports",
        heading=words("Reports"),
        rows=(
            _report_row(
                at, each, (at.day(each.is_of) or words("No date in the record"), *each.performers)
            )
            for each in items
        ),
        none=words("No reports are in your record."),
        all_of_them=words("All your test results"),
        page="results",
    )


def by_visit(
    at: Showing,
    section: Section[Observation],
    reports: Section[DiagnosticReport],
    *,
    now: datetime,
    fold: bool,
) -> tuple[Block, ...]:
    """What was found on one day stands together, with what was concluded from it."""
    words = at.words
    days: dict[str, list[Observation]] = {}
    for each in sorted(section.items, key=lambda each: newest_first(each.is_of)):
        day = day_words(words, each.is_of) if each.is_of else words("No date in the record")
        days.setdefault(day, []).append(each)
    blocks = [
        Block(
            key=f"day-{number}",
            heading=day,
            rows=(
                *_reports_of(at, found, reports.items),
                *(observation_row(at, each, now=now, fold=fold) for each in found),
            ),
        )
        for number, (day, found) in enumerate(days.items(), 1)
    ]
    whole = results_block(at, section, now=now)
    told = Block(
        key="results",
        heading=words("By visit"),
        none=whole.none,
        trouble=whole.trouble,
        again=whole.again,
        freshness=whole.freshness,
    )
    return (told, *blocks)


def _reports_of(
    at: Showing, found: Sequence[Observation], reports: Iterable[DiagnosticReport]
) -> Iterable[Row]:
    there = {each.reference for each in found}
    for report in reports:
        if not there.intersection(report.results):
            continue
        named = tuple(at.words("From {name}", name=name) for name in report.performers)
        yield replace(_report_row(at, report, named), quiet=True)


def _report_row(at: Showing, report: DiagnosticReport, facts: tuple[str, ...]) -> Row:
    return Row(
        title=report.name or at.words("A report without a name"),
        text=report.conclusion,
        facts=facts,
        badges=report_badges(at, report),
    )


def report_badges(at: Showing, report: DiagnosticReport) -> tuple[Badge, ...]:
    words = at.words
    known = {
        "registered": Badge(words("Not ready yet"), "soon"),
        "partial": Badge(words("Some results are still to come"), "soon"),
        "preliminary": Badge(words("Not final: may still change"), "soon"),
        "amended": Badge(words("Changed by the laboratory"), "soon"),
        "corrected": Badge(words("Changed by the laboratory"), "soon"),
        "appended": Badge(words("Added to by the laboratory"), "soon"),
        "cancelled": Badge(words("Called off"), "quiet"),
    }
    badge = known.get(report.status)
    return (badge,) if badge else ()


def measured_of(observation: Observation) -> tuple[Measured, ...]:
    """All that has a number of its own."""
    return (observation.main, *observation.parts)
