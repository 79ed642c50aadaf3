"""Allergies, conditions, vaccines and procedures, each as a block of rows."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.allergy import Allergy
from smartapp.fhir.condition import Condition
from smartapp.fhir.procedure import Procedure
from smartapp.fhir.section import Section
from smartapp.pages.block import Badge, Block, Row
from smartapp.pages.shell import Link, Shell
from smartapp.pages.showing import Showing, newest_first
from smartapp.words import Words


@dataclass(frozen=True)
class BlocksPage:
    """A page that is nothing but its parts."""

    shell: Shell
    heading: str
    blocks: tuple[Block, ...]
    lead: str = ""
    actions: tuple[Link, ...] = ()


# --- allergies ------------------------------------------------------------------------------------


def allergies_block(at: Showing, section: Section[Allergy]) -> Block:
    """What somebody must not be given comes first, and is never cut short."""
    words = at.words
    current = [each for each in section.items if each.is_current]
    real = [each for each in current if not each.none_known]
    real.sort(key=lambda each: each.criticality != "high")
    stated = [each for each in current if each.none_known]
    return at.block(
        section,
        key="allergies",
        heading=words("Allergies"),
        rows=[_allergy(at, each) for each in real or stated],
        none=words(
            "No allergies are in your record. Nobody has written down that you have none. "
            "If you have an allergy, tell the clinic."
        ),
        all_of_them=words("All about your allergies"),
    )


def past_allergies_block(at: Showing, section: Section[Allergy]) -> Block | None:
    past = [each for each in section.items if not each.is_current and not each.none_known]
    if not past:
        return None
    rows = tuple(_allergy(at, each) for each in past)
    return Block("past-allergies", at.words("Not an allergy any more, or never was"), rows)


def _allergy(at: Showing, allergy: Allergy) -> Row:
    words = at.words
    if allergy.none_known:
        return Row(words("The record states: {statement}", statement=allergy.name))
    badges = []
    if allergy.criticality == "high" and not allergy.is_refuted:
        badges.append(Badge(words("Can be dangerous"), "urgent"))
    if allergy.verification == "unconfirmed":
        badges.append(Badge(words("Not confirmed"), "soon"))
    if allergy.is_refuted:
        badges.append(Badge(words("Ruled out"), "quiet"))
    elif not allergy.is_current:
        badges.append(Badge(words("In the past"), "quiet"))
    reactions = ", ".join(allergy.reactions)
    noted = at.day(allergy.recorded)
    return Row(
        title=allergy.name or words("An allergy without a name"),
        facts=tuple(
            fact
            for fact in (
                words("What happens: {reactions}", reactions=reactions) if reactions else "",
                words("Written down {date}", date=noted) if noted else "",
            )
            if fact
        ),
        badges=tuple(badges),
        explain=at.explained(allergy.name, allergy.codings),
        learn=at.learn(allergy.codings),
    )


# --- conditions -----------------------------------------------------------------------------------


def conditions_block(at: Showing, section: Section[Condition]) -> Block:
    """What is current, and what nobody has said of whether it is: that is no past either."""
    words = at.words
    open_ones = [each for each in listed(section.items) if each.is_current or each.clinical is None]
    open_ones = [each for each in open_ones if not each.is_refuted]
    open_ones.sort(key=lambda each: (not each.is_current, newest_first(each.began)))
    return at.block(
        section,
        key="conditions",
        heading=words("Health conditions"),
        rows=[_condition(at, each) for each in open_ones],
        none=words("No current health conditions are in your record."),
        all_of_them=words("All your health conditions"),
    )


def past_conditions_block(at: Showing, section: Section[Condition]) -> Block | None:
    past = [
        each
        for each in listed(section.items)
        if each.is_refuted or (each.clinical is not None and not each.is_current)
    ]
    if not past:
        return None
    past.sort(key=lambda each: newest_first(each.ended or each.began))
    rows = tuple(_condition(at, each) for each in past)
    return Block("past-conditions", at.words("In the past, or ruled out"), rows)


def listed(conditions: tuple[Condition, ...]) -> list[Condition]:
    """A diagnosis of a visit that stands in the list of problems as well is shown once."""
    problems = {_sign(each) for each in conditions if not each.is_of_a_visit}
    kept: list[Condition] = []
    seen: set[object] = set()
    for each in conditions:
        sign = _sign(each)
        if each.is_of_a_visit and (sign in problems or sign in seen):
            continue
        seen.add(sign)
        kept.append(each)
    return kept


def _sign(condition: Condition) -> object:
    codes = frozenset((coding.system, coding.code) for coding in condition.codings if coding.code)
    return codes or condition.name.casefold() or condition.id


def _condition(at: Showing, condition: Condition) -> Row:
    words = at.words
    began = at.day(condition.began) or condition.began_words
    ended = at.day(condition.ended)
    facts = (
        words("Since {date}", date=began) if began else "",
        words("Until {date}", date=ended) if ended else "",
        words("How bad: {severity}", severity=condition.severity) if condition.severity else "",
    )
    return Row(
        title=condition.name or words("A condition without a name"),
        facts=tuple(fact for fact in facts if fact),
        badges=_condition_badges(words, condition),
        explain=at.explained(condition.name, condition.codings),
        learn=at.learn(condition.codings),
    )


def _condition_badges(words: Words, condition: Condition) -> tuple[Badge, ...]:
    if condition.is_refuted:
        return (Badge(words("Ruled out"), "quiet"),)
    badges = []
    unsure = {
        "unconfirmed": words("Not confirmed"),
        "provisional": words("Not sure yet"),
        "differential": words("One of several possible causes"),
    }
    if condition.verification in unsure:
        badges.append(Badge(unsure[condition.verification], "soon"))
    states = {
        None: words("The record does not say whether you still have this"),
        "recurrence": words("It came back"),
        "relapse": words("It got worse again"),
        "inactive": words("Not active"),
        "remission": words("Better, but may come back"),
        "resolved": words("Over"),
    }
    if condition.clinical in states:
        badges.append(Badge(states[condition.clinical], "quiet"))
    return tuple(badges)


# --- what was done --------------------------------------------------------------------------------


def procedures_block(at: Showing, section: Section[Procedure]) -> Block:
    words = at.words
    items = sorted(section.items, key=lambda each: newest_first(each.when))
    return at.block(
        section,
        key="procedures",
        heading=words("Operations and treatments"),
        rows=[_procedure(at, each) for each in items],
        none=words("No operations or treatments are in your record."),
        all_of_them=words("All operations and treatments"),
    )


def _procedure(at: Showing, procedure: Procedure) -> Row:
    words = at.words
    when = at.day(procedure.when) or procedure.when_words
    status = {
        "not-done": words("Not done"),
        "in-progress": words("Going on now"),
        "preparation": words("Being prepared"),
        "on-hold": words("On hold"),
        "stopped": words("Stopped before the end"),
    }.get(procedure.status)
    facts = (
        when or words("No date in the record"),
        words("Done by {name}", name=procedure.done_by) if procedure.done_by else "",
        words("Reason: {reason}", reason=procedure.why_not) if procedure.why_not else "",
    )
    return Row(
        title=procedure.name or words("A treatment without a name"),
        facts=tuple(fact for fact in facts if fact),
        badges=(Badge(status, "soon"),) if status else (),
        explain=at.explained(procedure.name, procedure.codings),
        learn=at.learn(procedure.codings),
    )
