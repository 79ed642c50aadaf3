"""Side by side: what a patient says and what the record says, for a person to settle."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.change import Change
from smartapp.pages.form import answer_words
from smartapp.words import Words, in_locale
from smartapp.workflow.conflicts import ASK, KEEP, SETTLED, UPDATE, About, Conflict
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.trail import Trail


@dataclass(frozen=True)
class Choice:
    value: str
    text: str


@dataclass(frozen=True)
class ConflictLine:
    title: str
    patient: str
    record: str
    owner: str
    action: str  # where it is settled; "" for who cannot
    choices: tuple[Choice, ...]
    settled: str


@dataclass(frozen=True)
class Conflicts:
    heading: str
    patient_label: str
    record_label: str
    lines: tuple[ConflictLine, ...]


def conflicts_shown(
    words: Words,
    policy: Policy,
    topic: Topic | None,
    found: tuple[Conflict, ...],
    trail: Trail | None,
    *,
    action: str,
) -> Conflicts | None:
    """None where nothing contradicts the record. `action` is empty for who has not got the item."""
    if not found:
        return None
    return Conflicts(
        heading=words("Does not fit the record"),
        patient_label=words("The patient says"),
        record_label=words("The record says"),
        lines=tuple(_line(words, policy, topic, each, trail, action) for each in found),
    )


def _line(
    words: Words,
    policy: Policy,
    topic: Topic | None,
    conflict: Conflict,
    trail: Trail | None,
    action: str,
) -> ConflictLine:
    settled = settled_by(trail, conflict) if trail else None
    queue = in_locale(policy.desk.conflicts[conflict.about].name, words.locale)
    return ConflictLine(
        title=title_of(words, conflict),
        patient=said_words(words, topic, conflict),
        record=held_words(words, conflict),
        owner=words("{team} settles it.", team=queue),
        action=f"{action}/{conflict.key}" if action and settled is None else "",
        choices=(
            Choice(KEEP, words("Keep the record")),
            Choice(UPDATE, words("Change the record")),
            Choice(ASK, words("Ask the patient")),
        ),
        settled=_settled(words, settled) if settled else "",
    )


def settled_by(trail: Trail, conflict: Conflict) -> Change | None:
    """The last word on it that this app vouches for: a patient's token may write a Task too."""
    said = (
        each
        for each in reversed(trail.task.changes)
        if each.reason in SETTLED and each.after == conflict.key and trail.is_ours(each)
    )
    return next(said, None)


def _settled(words: Words, change: Change) -> str:
    done = {
        KEEP: words("The record was kept"),
        UPDATE: words("To be changed in the EHR"),
        ASK: words("The patient was asked"),
    }[change.reason]
    return f"{done} ({change.by.display}, {words.date_time(change.when)})"


def title_of(words: Words, conflict: Conflict) -> str:
    contact = {
        "phone": words("Phone"),
        "email": words("Email"),
        "address": words("Address"),
        "name": words("Name"),
    }
    return {
        About.TAKING: words("Taking the medicine"),
        About.ALLERGIES: words("Allergies"),
        About.MEDICINES: words("Medicines"),
        About.CONTACT: contact.get(conflict.key, conflict.key),
        About.CORRECTION: words("Correction"),
    }[conflict.about]


def said_words(words: Words, topic: Topic | None, conflict: Conflict) -> str:
    """In the words of the form, where they chose from its answers."""
    shown = []
    for question, value in conflict.patient:
        item = topic.questionnaire.item(question) if topic else None
        shown.append(answer_words(words, item, (value,)) if item else value)
    return ", ".join(shown) or words("None")


def held_words(words: Words, conflict: Conflict) -> str:
    if not conflict.known:
        return words("Could not be loaded. Look in the chart before you decide.")
    return ", ".join(conflict.record) or words("Nothing is recorded")
