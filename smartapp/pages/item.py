"""One item of the queue, ready to act on: the answers, the record beside them, the thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.change import Change
from smartapp.fhir.questionnaire import Answers
from smartapp.pages.acting import ActionForm
from smartapp.pages.answer_lines import answer_lines, reading_lines
from smartapp.pages.answering import AnswerForm
from smartapp.pages.ask_check import AnswerLine
from smartapp.pages.beside import Panel
from smartapp.pages.chart_summary import ChartSummary
from smartapp.pages.conflicts import Conflicts
from smartapp.pages.history import History, change_words
from smartapp.pages.item_words import outcome_words
from smartapp.pages.queue_line import Badge, due_words, urgency, written_in
from smartapp.pages.shell import Link, Shell
from smartapp.pages.thread import MessageBubble, Opens, bubbles
from smartapp.pages.thread_works import OtherWorks
from smartapp.pages.tracker import Step, steps_of, title_of
from smartapp.words import Words
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.requests import Request
from smartapp.workflow.trail import Trail


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
    refresh: str  # where a script looks whether somebody has written
    changed: str
    freshness: str
    look_again: Link | None  # without a script
    other_works: OtherWorks | None
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
    summary: ChartSummary | None
    conflicts: Conflicts | None
    earlier: Panel


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


def item_page(
    words: Words,
    shell: Shell,
    *,
    policy: Policy,
    request: Request,
    trail: Trail | None,
    topic: Topic | None,
    answers: Answers | None,
    answer_files: str = "",
    panels: tuple[Panel, ...],
    earlier: Panel,
    record_at: str,
    reader: str,
    now: datetime,
    opens: Opens | None = None,
    refresh: str = "",
    look_again: Link | None = None,
    read_at: str = "",
    other_works: OtherWorks | None = None,
    claim_action: str = "",
    release_action: str = "",
    cannot_act: str = "",
    form: AnswerForm | None = None,
    kept: str = "",
    etag: str = "",
    actions: tuple[ActionForm, ...] = (),
    history: History | None = None,
    summary: ChartSummary | None = None,
    conflicts: Conflicts | None = None,
    way: str = "",
) -> ItemPage:
    moved = trail.last_move if trail else None
    owner = request.work.owner if request.work else None
    mine = owner is not None and owner.target == reader
    return ItemPage(
        shell=shell,
        heading=title_of(words, request, topic),
        badges=tuple(_badges(words, request, now)),
        due=due_words(words, request.due, now),
        owner=_owner(words, request, mine),
        why=_why(words, policy, request, moved),
        why_label=words("Why it is here"),
        way=Link(words("step by step"), way) if way else None,
        written_in="" if moved else written_in(words),
        answers_heading=words("What the patient answered"),
        answers=_answers(words, policy, request, topic, answers or {}, answer_files),
        answers_trouble=words("The patient’s answers could not be loaded.")
        if answers is None
        else "",
        language_note=_language_note(words, request),
        thread_heading=words("Messages"),
        thread=bubbles(words, request, reader, opens),
        refresh=refresh,
        changed=words("There is something new in the messages."),
        freshness=words("Read from the EHR at {time}.", time=read_at),
        look_again=look_again,
        other_works=other_works,
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
        outcome=_closed(words, topic, request),
        kept_heading=words("What you typed. It was not sent."),
        kept=kept,
        etag=etag,
        actions=actions,
        actions_heading=words("What else you can do"),
        history=history,
        summary=summary,
        conflicts=conflicts,
        earlier=earlier,
    )


def _why(words: Words, policy: Policy, request: Request, moved: Change | None) -> str:
    """By the rules; or by whoever sent it here since, and why."""
    if moved is None:
        return request.routing.reason if request.routing else ""
    name = moved.by.display or words("Someone else")
    told = f"{name}: {change_words(words, policy, moved)}"
    return f"{told}. {' '.join(moved.words.split())}" if moved.words else told


def _answers(
    words: Words,
    policy: Policy,
    request: Request,
    topic: Topic | None,
    answers: Answers,
    files_at: str,
) -> tuple[AnswerLine, ...]:
    readings = reading_lines(words, policy, answers) if request.is_reading else ()
    return readings or answer_lines(words, topic, answers, files_at)


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


def _closed(words: Words, topic: Topic | None, request: Request) -> str:
    name = outcome_words(words, topic, request.task)
    return words("Closed: {outcome}", outcome=name) if name else ""
