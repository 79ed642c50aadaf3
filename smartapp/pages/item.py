"""One item of the queue, ready to act on: the answers, the record beside them, the thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from smartapp.fhir.questionnaire import Answers, AnswerValue, Attachment, Item
from smartapp.pages.acting import ActionForm
from smartapp.pages.answering import AnswerForm
from smartapp.pages.ask_check import AnswerLine
from smartapp.pages.beside import Panel
from smartapp.pages.form import answer_words
from smartapp.pages.form.shelf import sent_files
from smartapp.pages.history import History
from smartapp.pages.queue_line import Badge, due_words, urgency, written_in
from smartapp.pages.shell import Link, Shell
from smartapp.pages.thread import MessageBubble, Opens, bubbles
from smartapp.pages.tracker import Step, steps_of, title_of
from smartapp.words import Words, in_locale
from smartapp.workflow.forms.scores import score_of
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.requests import Request
from smartapp.workflow.submission import FREE_TEXT


@dataclass(frozen=True)
class ItemPage:
    shell: Shell
    heading: str
    badges: tuple[Badge, ...]
    due: str
    owner: str
    why: str
    why_label: str
    way: Link | None  # through the rules, step by step
    written_in: str
    answers_heading: str
    answers: tuple[AnswerLine, ...]
    answers_trouble: str
    language_note: str
    thread_heading: str
    thread: tuple[MessageBubble, ...]
    panels: tuple[Panel, ...]
    more_record: Link  # documents, visits and all else
    aside_heading: str
    steps_heading: str
    steps: tuple[Step, ...]
    claim_action: str
    claim_button: str
    release_action: str
    release_button: str
    cannot_act: str
    answer_heading: str
    form: AnswerForm | None
    outcome: str
    kept_heading: str
    kept: str
    etag: str
    actions: tuple[ActionForm, ...]
    actions_heading: str
    history: History | None


@dataclass(frozen=True)
class GonePage:
    """An item that went to a team of which the reader is not one, while they had it open."""

    shell: Shell
    heading: str
    text: str
    kept_heading: str
    kept: str


def gone_page(words: Words, shell: Shell, *, title: str, kept: str) -> GonePage:
    return GonePage(
        shell=shell,
        heading=title,
        text=words("Somebody sent it there while you had it open. Nothing else was changed."),
        kept_heading=words("What you typed. It was not sent."),
        kept=kept,
    )


def answer_lines(
    words: Words, topic: Topic | None, answers: Answers, files_at: str = ""
) -> tuple[AnswerLine, ...]:
    """The answers in the words of the questionnaire; what it does not know, as it came.

    What the patient wrote freely is in the message beside them, and need not be read twice.
    """
    lines = []
    for link_id, values in answers.items():
        item = topic.questionnaire.item(link_id) if topic else None
        files = [each for each in values if isinstance(each, Attachment)]
        if files:
            question = in_locale(item.text, words.locale) if item else link_id
            lines.append(AnswerLine(question, "", sent_files(words, files, files_at)))
        elif item is None:
            lines.append(AnswerLine(link_id, ", ".join(str(value) for value in values)))
        elif item.type != FREE_TEXT:
            question = in_locale(item.text, words.locale)
            said = answer_words(words, item, values)
            lines.append(AnswerLine(question, f"{said}{band_of(item, values)}"))
    return tuple(lines)


def band_of(item: Item, values: Sequence[AnswerValue]) -> str:
    """What a total may mean, by the thresholds that its authors published. For staff alone."""
    score, total = score_of(item), values[0] if values else None
    if score is None or not isinstance(total, Decimal):
        return ""
    return f" – {score.name}: {score.band(total)}"


def item_page(
    words: Words,
    shell: Shell,
    *,
    request: Request,
    topic: Topic | None,
    answers: Answers | None,
    answer_files: str = "",
    panels: tuple[Panel, ...],
    record_at: str,
    reader: str,
    now: datetime,
    opens: Opens | None = None,
    claim_action: str = "",
    release_action: str = "",
    cannot_act: str = "",
    form: AnswerForm | None = None,
    kept: str = "",
    etag: str = "",
    actions: tuple[ActionForm, ...] = (),
    history: History | None = None,
    way: str = "",
) -> ItemPage:
    routing = request.routing
    owner = request.work.owner if request.work else None
    mine = owner is not None and owner.target == reader
    return ItemPage(
        shell=shell,
        heading=title_of(words, request, topic),
        badges=tuple(_badges(words, request, now)),
        due=due_words(words, request.due, now),
        owner=_owner(words, request, mine),
        why=routing.reason if routing else "",
        why_label=words("Why it is here"),
        way=Link(words("step by step"), way) if way else None,
        written_in=written_in(words),
        answers_heading=words("What the patient answered"),
        answers=answer_lines(words, topic, answers or {}, answer_files),
        answers_trouble=words("The patient’s answers could not be loaded.")
        if answers is None
        else "",
        language_note=_language_note(words, request),
        thread_heading=words("Messages"),
        thread=bubbles(words, request, reader, opens),
        panels=panels,
        more_record=Link(words("More of the record"), record_at),
        aside_heading=words("From the record"),
        steps_heading=words("Where it is"),
        steps=steps_of(words, request, topic),
        claim_action=claim_action,
        claim_button=words("Take this item"),
        release_action=release_action,
        release_button=words("Give it back to the queue"),
        cannot_act=cannot_act,
        answer_heading=words("How it ended") if request.is_closed else words("Answer the patient"),
        form=form,
        outcome=_outcome(words, topic, request),
        kept_heading=words("What you typed. It was not sent."),
        kept=kept,
        etag=etag,
        actions=actions,
        actions_heading=words("What else you can do"),
        history=history,
    )


def _badges(words: Words, request: Request, now: datetime) -> list[Badge]:
    badges = urgency(words, request.routing)
    if request.is_late(now):
        badges.append(Badge(words("Late"), "late"))
    if request.is_closed:
        badges.append(Badge(words("Closed"), "done"))
    return badges


def _owner(words: Words, request: Request, mine: bool) -> str:
    owner = request.work.owner if request.work else None
    if mine:
        return words("You have it")
    if owner is None:
        return words("Nobody has it yet")
    return words("{name} has it", name=owner.display or words("Someone else"))


def _language_note(words: Words, request: Request) -> str:
    language = request.root.language
    if not language or language == words.locale:
        return ""
    name = words.language(language)
    return words("The patient wrote in: {language}. You see the original.", language=name)


def _outcome(words: Words, topic: Topic | None, request: Request) -> str:
    task = request.task
    if task is None or task.outcome is None:
        return ""
    code = next((each.code for each in task.outcome.codings), "")
    outcome = topic.outcome(code) if topic else None
    name = in_locale(outcome.words, words.locale) if outcome else task.outcome.label
    return words("Closed: {outcome}", outcome=name)
