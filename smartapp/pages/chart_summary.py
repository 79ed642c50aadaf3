"""What goes into the chart when an item is closed: one text, in the language of all staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from smartapp.fhir.change import Kind
from smartapp.fhir.people import Patient
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.task import WorkTask
from smartapp.pages.answer_lines import answer_lines
from smartapp.pages.history import change_words
from smartapp.pages.thread import who_wrote
from smartapp.pages.when import day_words, moment_words
from smartapp.words import Words
from smartapp.workflow.documenting import links_of
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.requests import Request

UNWRITTEN = frozenset({Kind.NOTE, Kind.CLAIMED, Kind.RELEASED, Kind.REPLIED})


class Standing(StrEnum):
    """Whether the record holds it."""

    THERE = "there"
    MISSING = "missing"
    EARLIER = "earlier"  # of an end that is over


@dataclass(frozen=True)
class ChartSummary:
    heading: str
    state: str
    is_there: bool
    text: str


@dataclass(frozen=True)
class Said:
    """What staff have just told the patient, and the EHR may not list yet."""

    by: str
    when: str
    text: str


def summary_text(
    words: Words,
    policy: Policy,
    *,
    request: Request,
    task: WorkTask,
    topic: Topic | None,
    patient: Patient,
    answers: Answers | None,
    outcome: str,
    said: Said | None = None,
) -> str:
    """`words` speak the language that all staff of the clinic share."""
    parts: list[Sequence[str]] = [
        _head(words, request, patient),
        _answered(words, topic, answers),
        _thread(words, request, said),
        _handled(words, policy, task, outcome),
        [words("Links: {links}", links=", ".join(links_of(task, request)))],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _head(words: Words, request: Request, patient: Patient) -> list[str]:
    who = patient.name or words("Name not in the record")
    born = day_words(words, patient.birth_date) if patient.birth_date else ""
    asked = moment_words(words, request.root.sent) if request.root.sent else ""
    return [
        words("Request by portal: {what}", what=request.root.subject_line or words("A message")),
        words("Patient: {who}", who=", ".join(each for each in (who, born) if each)),
        words("Asked: {when}", when=f"{asked}, {who_wrote(words, request.root)}"),
    ]


def _answered(words: Words, topic: Topic | None, answers: Answers | None) -> list[str]:
    if answers is None:
        return [words("The patient’s answers could not be loaded.")]
    lines = answer_lines(words, topic, answers)
    told = [f"- {each.question} {each.answer}" for each in lines if each.answer]
    return [words("What the patient answered"), *told] if told else []


def _thread(words: Words, request: Request, said: Said | None) -> list[str]:
    lines = []
    for message in request.messages:
        when = moment_words(words, message.sent) if message.sent else ""
        lines.append(f"{who_wrote(words, message)}, {when}: {' '.join(message.words)}")
    known = {" ".join(message.words) for message in request.messages}
    if said is not None and said.text not in known:
        lines.append(f"{said.by}, {said.when}: {said.text}")
    return [words("Messages"), *lines]


def _handled(words: Words, policy: Policy, task: WorkTask, outcome: str) -> list[str]:
    """Who did what. What staff wrote to each other in notes stays there."""
    steps = [
        " ".join(
            part
            for part in (
                f"- {words.date_time(each.when)}, {each.by.display}:",
                change_words(words, policy, each),
                each.words and f"({' '.join(each.words.split())})",
            )
            if part
        )
        for each in task.changes
        if each.kind not in UNWRITTEN
    ]
    return [words("Outcome: {outcome}", outcome=outcome), *steps]


def summary_shown(words: Words, text: str, standing: Standing) -> ChartSummary:
    states = {
        Standing.THERE: words(
            "This is in the record, for staff. The patient does not see it in this app."
        ),
        Standing.MISSING: words("This is NOT in the record. Copy it into the chart."),
        Standing.EARLIER: words(
            "This is in the record from when the item was closed before. The next closing writes "
            "another beside it."
        ),
    }
    return ChartSummary(
        heading=words("Summary for the chart"),
        state=states[standing],
        is_there=standing is Standing.THERE,
        text=text,
    )
