"""Asking for something: one step of the questions."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from smartapp.fhir.questionnaire import Item
from smartapp.pages.ask_choose import subject_words
from smartapp.pages.form import FaultLine, Field, fault_lines, fields_of
from smartapp.pages.receipt import heard_by, no_answer_here
from smartapp.pages.shell import Link, Shell
from smartapp.pages.urgent import Urgent, urgent_words
from smartapp.words import Words, in_locale
from smartapp.workflow.asking import WRITER, WRITER_NAME, WRITER_RELATION, names_in, question_of
from smartapp.workflow.forms import FieldFault, Fields
from smartapp.workflow.policy.model import RedFlag, Topic
from smartapp.workflow.subjects import Subject

_WRITTEN_BY_ANOTHER = json.dumps(
    {"any": False, "conditions": [{"question": WRITER, "operator": "=", "answer": "other"}]}
)


@dataclass(frozen=True)
class Writer:
    """Somebody may write with the patient's own sign-in: then the message says so."""

    label: str
    checked: bool
    name_label: str
    name: str
    name_error: str
    relation_label: str
    relation: str
    asked_when: str  # for the page's script, as in the questions


@dataclass(frozen=True)
class AskFormPage:
    shell: Shell
    heading: str
    step: str
    position: str
    subject: str
    detail: str
    intro: str
    notes: tuple[str, ...]
    urgent: tuple[Urgent, ...]
    before: Link | None  # an open request of the same kind
    before_text: str
    next_heading: str
    next_text: tuple[str, ...]
    fault_heading: str
    faults: tuple[FaultLine, ...]
    fields: tuple[Field, ...]
    carried: tuple[tuple[str, str], ...]  # what was answered on the page before
    writer: Writer | None
    action: str
    submission: str
    slip: str
    button: str
    save_button: str
    saved: str
    kept: str
    not_kept: str


def ask_form_page(
    words: Words,
    shell: Shell,
    *,
    topic: Topic,
    subject: Subject | None,
    parts: Sequence[tuple[Item, ...]],
    at: int,
    posted: Fields,
    faults: Sequence[FieldFault],
    prefilled: frozenset[str],
    red_flags: Sequence[RedFlag],
    notes: Sequence[str],
    before: Link | None,
    who: str,
    by: str,
    writer: Writer | None,
    action: str,
    submission: str,
    slip: str,
    saved_until: str = "",
    by_form: str = "",
) -> AskFormPage:
    chosen = prefilled if subject and subject.is_time else frozenset[str]()
    part = replace(topic.questionnaire, items=_without(parts[at], chosen))
    last = at == len(parts) - 1
    said = words("This is from your record. Change it if it is wrong.")
    fields = tuple(
        _from_record(each, prefilled, said) for each in fields_of(words, part, posted, faults)
    )
    lines = fault_lines(fields)
    if writer and writer.name_error:
        lines += (FaultLine(writer.name_error, f"#{WRITER_NAME}"),)
    first = at == 0
    return AskFormPage(
        shell=shell,
        heading=in_locale(topic.words.title, words.locale),
        step=str(at),
        position=words("Step {step} of {steps}", step=at + 1, steps=len(parts) + 1),
        subject=subject_words(words, subject),
        detail=subject.detail if subject else "",
        intro=in_locale(topic.words.intro, words.locale) if first else "",
        notes=(in_locale(topic.words.scope, words.locale), *notes) if first else (),
        urgent=urgent_words(words, red_flags),
        before=before if first else None,
        before_text=words("You already have an open request of this kind."),
        next_heading=words("What will happen"),
        next_text=_what_happens(words, who, by, by_form) if first else (),
        fault_heading=words("There is a problem"),
        faults=lines,
        fields=fields,
        carried=(*_carried(parts[:at], posted), *_kept(chosen, parts[at], posted)),
        writer=writer if last else None,
        action=action,
        submission=submission,
        slip=slip,
        kept=words("What you typed is kept. Nothing is sent yet."),
        not_kept=words("What you typed could not be kept just now. Do not close this page."),
        button=words("Check your answers") if last else words("Continue"),
        save_button=words("Save and finish later"),
        saved=words("Your answers are kept until {time}. Nothing is sent yet.", time=saved_until)
        if saved_until
        else "",
    )


def _from_record(field: Field, prefilled: frozenset[str], said: str) -> Field:
    """What was filled in from the record is there to be confirmed, and says so."""
    inner = tuple(_from_record(each, prefilled, said) for each in field.fields)
    if field.name not in prefilled or field.error:
        return replace(field, fields=inner)
    return replace(field, fields=inner, hint=f"{field.hint} {said}".strip())


def _what_happens(words: Words, who: str, by: str, by_form: str) -> tuple[str, ...]:
    """`by_form`: whom to call, where the form is the request and no answer comes back here."""
    if by_form:
        goes = words("It goes to {team}.", team=who)
        return (goes, no_answer_here(words), heard_by(words, by, by_form))
    return (
        words(
            "It goes to {team}. If you send it now, you get an answer by {time}, or sooner.",
            team=who,
            time=by,
        ),
    )


def _without(items: tuple[Item, ...], chosen: Collection[str]) -> tuple[Item, ...]:
    """What a chosen time has answered is not asked again."""
    return tuple(
        replace(each, items=_without(each.items, chosen))
        for each in items
        if each.link_id not in chosen
    )


def _kept(
    chosen: Collection[str], part: tuple[Item, ...], posted: Fields
) -> tuple[tuple[str, str], ...]:
    here = names_in(part) & frozenset(chosen)
    return tuple((name, value) for name in here for value in posted.get(name, ()))


def _carried(parts: Sequence[tuple[Item, ...]], posted: Fields) -> tuple[tuple[str, str], ...]:
    def walk(items: tuple[Item, ...]) -> list[str]:
        return [name for each in items for name in (each.link_id, *walk(each.items))]

    questions = {name for part in parts for name in walk(part)}
    return tuple(
        (name, value)
        for name, values in posted.items()
        if question_of(name) in questions
        for value in values
    )


def writer_of(words: Words, posted: Fields, patient: str, *, nameless: bool) -> Writer:
    def given(name: str) -> str:
        return next(iter(posted.get(name, ())), "")

    return Writer(
        label=words("I am not {name}. I am writing for them.", name=patient)
        if patient
        else words("I am not the patient. I am writing for them."),
        checked=given(WRITER) == "other",
        name_label=words("If you write for someone else: your name"),
        name=given(WRITER_NAME),
        name_error=words("Write your name, so that the clinic knows who is writing")
        if nameless
        else "",
        relation_label=words("Who you are to them, such as daughter or friend"),
        relation=given(WRITER_RELATION),
        asked_when=_WRITTEN_BY_ANOTHER,
    )
