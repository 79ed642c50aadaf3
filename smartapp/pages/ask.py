"""Asking for something: choosing what, the questions, and the check before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from smartapp.fhir.questionnaire import Answers, Item
from smartapp.pages.form import FaultLine, Field, answer_words, fault_lines, fields_of
from smartapp.pages.form.shelf import ShownFile
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.pages.urgent import Urgent, urgent_words
from smartapp.pages.when import day_words
from smartapp.words import Words, in_locale
from smartapp.workflow.asking import WRITER, WRITER_NAME, WRITER_RELATION, question_of
from smartapp.workflow.forms import FieldFault, Fields
from smartapp.workflow.policy.intake import AskedAbout, SelfService
from smartapp.workflow.policy.model import Policy, RedFlag, Topic
from smartapp.workflow.subjects import Subject
from smartapp.workflow.submission import FREE_TEXT

_WRITTEN_BY_ANOTHER = json.dumps(
    {"any": False, "conditions": [{"question": WRITER, "operator": "=", "answer": "other"}]}
)


@dataclass(frozen=True)
class TopicLine:
    title: str
    hint: str
    href: str


@dataclass(frozen=True)
class TopicList:
    heading: str
    topics: tuple[TopicLine, ...]


@dataclass(frozen=True)
class Unfinished:
    """Something that was begun and not sent."""

    title: str
    until: str
    go_on: Link
    discard: str  # the address that a button posts to


@dataclass(frozen=True)
class Rules:
    """Of writing to the clinic, until somebody has said that they read them."""

    heading: str
    texts: tuple[str, ...]
    action: str
    button: str


@dataclass(frozen=True)
class AskPage:
    shell: Shell
    heading: str
    rules: Rules | None
    instead: str  # why nothing can be asked for here, and what to do
    urgent_heading: str
    urgent: str
    unfinished_heading: str
    unfinished: tuple[Unfinished, ...]
    discard_button: str
    groups: tuple[TopicList, ...]
    readings: Link | None


@dataclass(frozen=True)
class ChoosePage:
    """What is it about? One thing of the record, or nothing of it."""

    shell: Shell
    heading: str
    lead: str
    trouble: str
    choices: tuple[TopicLine, ...]
    none: str
    other: Link


@dataclass(frozen=True)
class InsteadPage:
    """Why this cannot be asked for here, and what to do instead: never a dead end."""

    shell: Shell
    heading: str
    about: str
    texts: tuple[str, ...]
    links: tuple[Link, ...]


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


@dataclass(frozen=True)
class AnswerLine:
    question: str
    answer: str
    files: tuple[ShownFile, ...] = ()


@dataclass(frozen=True)
class Hint:
    """What may answer the question at once."""

    title: str
    text: str
    link: Link | None


@dataclass(frozen=True)
class AskCheckPage:
    shell: Shell
    heading: str
    lead: str
    fault_heading: str
    faults: tuple[FaultLine, ...]
    urgent: tuple[Urgent, ...]
    hints_heading: str
    hints: tuple[Hint, ...]
    subject_label: str
    subject: str
    lines: tuple[AnswerLine, ...]
    files_label: str
    files: tuple[str, ...]
    files_link: Link | None
    words_label: str
    words_sent: str
    next_heading: str
    next_steps: tuple[str, ...]
    fee: str
    fee_label: str
    fee_error: str
    action: str
    submission: str
    checked: str
    slip: str
    button: str
    sending: str
    change: Link


# --- choosing ---------------------------------------------------------------------------------


def ask_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    *,
    policy: Policy,
    instead: str,
    rules: str,
    readings: str,
    unfinished: Sequence[Unfinished],
) -> AskPage:
    def line(topic: Topic) -> TopicLine:
        title = in_locale(topic.words.title, words.locale)
        return TopicLine(title, in_locale(topic.words.hint, words.locale), paths.asking(topic.code))

    return AskPage(
        shell=shell,
        heading=words("What do you need?"),
        rules=_rules(words, policy, rules) if rules else None,
        instead=instead,
        urgent_heading=words("Do you need help now?"),
        urgent=in_locale(policy.urgent, words.locale),
        unfinished_heading=words("You have not finished this"),
        unfinished=tuple(unfinished),
        discard_button=words("Delete it"),
        groups=tuple(
            TopicList(
                in_locale(group.name, words.locale),
                tuple(line(policy.topics[code]) for code in group.topics if code in policy.topics),
            )
            for group in policy.groups
        )
        if not instead
        else (),
        readings=Link(words("Send home readings"), readings) if readings else None,
    )


def _rules(words: Words, policy: Policy, action: str) -> Rules:
    said = policy.first_use
    return Rules(
        heading=in_locale(said.title, words.locale),
        texts=tuple(in_locale(rule, words.locale) for rule in said.rules),
        action=action,
        button=in_locale(said.acknowledge, words.locale),
    )


def unfinished(words: Words, title: str, ends_at: datetime, address: str) -> Unfinished:
    return Unfinished(
        title=title,
        until=words("Kept until {time}. Nothing is sent yet.", time=words.date_time(ends_at)),
        go_on=Link(words("Go on"), f"{address}?about=none"),
        discard=f"{address}/discard",
    )


def choose_page(
    words: Words,
    shell: Shell,
    *,
    topic: Topic,
    subjects: Sequence[tuple[Subject, str]],
    whole: bool,
    other: str,
) -> ChoosePage:
    is_new = topic.about.kind is AskedAbout.APPOINTMENT
    return ChoosePage(
        shell=shell,
        heading=in_locale(topic.words.title, words.locale),
        lead=words("What is it about?"),
        trouble=""
        if whole
        else words(
            "We could not load all of this list. If something is missing, you can still ask."
        ),
        choices=tuple(
            TopicLine(subject_words(words, each), each.detail, href) for each, href in subjects
        ),
        none=words("There is nothing in your record to choose from.")
        if whole and not subjects
        else "",
        other=Link(words("A new appointment") if is_new else words("None of these"), other),
    )


def subject_words(words: Words, subject: Subject | None) -> str:
    if subject is None:
        return ""
    name = subject.name or words("No name in the record")
    if subject.when is None:
        return name
    return words("{name}, {date}", name=name, date=day_words(words, subject.when))


# --- the questions ----------------------------------------------------------------------------


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
) -> AskFormPage:
    part = replace(topic.questionnaire, items=parts[at])
    last = at == len(parts) - 1
    fields = tuple(
        _from_record(words, each, prefilled) for each in fields_of(words, part, posted, faults)
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
        next_text=(
            words(
                "It goes to {team}. If you send it now, you get an answer by {time}, or sooner.",
                team=who,
                time=by,
            ),
        )
        if first
        else (),
        fault_heading=words("There is a problem"),
        faults=lines,
        fields=fields,
        carried=_carried(parts[:at], posted),
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


def _from_record(words: Words, field: Field, prefilled: frozenset[str]) -> Field:
    """What was filled in from the record is there to be confirmed, and says so."""
    inner = tuple(_from_record(words, each, prefilled) for each in field.fields)
    if field.name not in prefilled or field.error:
        return replace(field, fields=inner)
    said = words("This is from your record. Change it if it is wrong.")
    return replace(field, fields=inner, hint=f"{field.hint} {said}".strip())


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


# --- the check --------------------------------------------------------------------------------


def ask_check_page(
    words: Words,
    shell: Shell,
    *,
    topic: Topic,
    subject: Subject | None,
    answers: Answers,
    red_flags: Sequence[RedFlag],
    hints: Sequence[tuple[SelfService, str]],
    words_sent: str,
    reason: str,
    team: str,
    due: str,
    fee_missing: bool,
    action: str,
    submission: str,
    checked: str,
    files: Sequence[str],
    files_page: str,
    slip: str,
    change: str,
) -> AskCheckPage:
    fee = topic.fee
    fee_error = words("Tick this to show that you have read it") if fee_missing else ""
    return AskCheckPage(
        shell=shell,
        heading=words("Check your answers"),
        lead=words("Nothing is sent yet. Look at your answers, then send them."),
        fault_heading=words("There is a problem"),
        faults=(FaultLine(fee_error, "#fee"),) if fee_error else (),
        urgent=urgent_words(words, red_flags),
        hints_heading=words("This may help you now"),
        hints=tuple(_hint(words, each, href) for each, href in hints),
        subject_label=words("Medicine")
        if subject and subject.reference.startswith("MedicationRequest/")
        else words("About"),
        subject=subject_words(words, subject),
        lines=_answer_lines(words, topic, answers),
        files_label=words("Files that go with it"),
        files=tuple(files),
        files_link=Link(
            words("Change the files") if files else words("Add a photo or a paper"), files_page
        )
        if files_page
        else None,
        words_label=words("The message that goes with it"),
        words_sent=words_sent,
        next_heading=words("What happens next"),
        next_steps=tuple(
            text
            for text in (
                words("It goes to {team}.", team=team),
                reason,
                words("You get an answer by {time}.", time=due),
                in_locale(topic.words.next_steps, words.locale),
            )
            if text
        ),
        fee=in_locale(fee.text, words.locale) if fee else "",
        fee_label=in_locale(fee.acknowledge, words.locale) if fee else "",
        fee_error=fee_error,
        action=action,
        submission=submission,
        checked=checked,
        slip=slip,
        button=words("Send this request"),
        sending=words("Sending. This can take a few seconds. Please wait."),
        change=Link(words("Change your answers"), change),
    )


def _hint(words: Words, each: SelfService, href: str) -> Hint:
    title = in_locale(each.title, words.locale)
    link = Link(words("Look there"), href) if href else None
    return Hint(title, in_locale(each.text, words.locale), link)


def _answer_lines(words: Words, topic: Topic, answers: Answers) -> tuple[AnswerLine, ...]:
    return tuple(
        AnswerLine(
            in_locale(item.text, words.locale), answer_words(words, item, answers[item.link_id])
        )
        for item in topic.questionnaire.all_items()
        if item.link_id in answers and item.type != FREE_TEXT
    )


def instead_page(
    words: Words,
    shell: Shell,
    *,
    topic: Topic,
    subject: Subject | None,
    texts: Sequence[str],
    links: Mapping[str, str],
) -> InsteadPage:
    return InsteadPage(
        shell=shell,
        heading=in_locale(topic.words.title, words.locale),
        about=subject_words(words, subject),
        texts=tuple(text for text in texts if text),
        links=tuple(Link(text, href) for text, href in links.items()),
    )
