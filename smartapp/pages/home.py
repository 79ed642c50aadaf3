"""The patient's start page: what matters now, and what they can do about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.pages.block import Block, Places, Trouble, places
from smartapp.pages.requests import RequestCard, request_cards, requests_trouble
from smartapp.pages.shell import Link, Shell
from smartapp.pages.showing import Showing
from smartapp.pages.todo import ToDoList
from smartapp.sessions.submission import Submission
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.requests import Request

SHOWN = 3


@dataclass(frozen=True)
class HomePage:
    shell: Shell
    heading: str
    actions_label: str
    actions: tuple[Link, ...]
    cannot_ask: str
    other_record: str
    places: Places
    urgent_heading: str
    urgent: str


@dataclass(frozen=True)
class RequestsShown:
    """What the block of requests shows instead of rows."""

    cards: tuple[RequestCard, ...]
    answer_word: str
    todo: ToDoList | None


def home_page(
    at: Showing,
    shell: Shell,
    keys: Sequence[str],
    *,
    patient: Patient,
    topics: Mapping[str, Topic],
    can_ask: bool,
    can_write: bool,
    urgent: str,
) -> HomePage:
    words = at.words
    return HomePage(
        shell=shell,
        heading=_greeting(words, shell, patient.name or ""),
        other_record=other_record_note(words, patient, at.source.phone),
        actions_label=words("What you can do"),
        actions=_actions(at, topics, can_write=can_write) if can_ask else (),
        cannot_ask=""
        if can_ask
        else words(
            "Your clinic’s system does not let you ask for things here. "
            "Call the clinic at {phone}.",
            phone=at.source.phone,
        ),
        places=places(words, keys, at.source),
        urgent_heading=words("Do you need help now?"),
        urgent=urgent,
    )


def _actions(at: Showing, topics: Mapping[str, Topic], *, can_write: bool) -> tuple[Link, ...]:
    """Each one tap away, where the clinic offers it. For a refill, a medicine has to be chosen.
    A message is only what can be answered here.
    """
    words, paths = at.words, at.paths
    question = topics.get("medical-question")
    name = in_locale(question.words.title, words.locale) if question else ""
    wanted = (
        ("appointment", words("Ask for an appointment"), paths.asking("appointment")),
        ("refill", words("Ask for a refill"), paths.medicines),
        (
            "medical-question",
            words("Send a message") if can_write else name,
            paths.asking("medical-question"),
        ),
    )
    offered = (Link(text, href) for code, text, href in wanted if code in topics)
    return (*offered, Link(words("Ask for something else"), paths.ask))


def requests_block(
    at: Showing,
    section: Section[Request],
    *,
    submissions: Sequence[Submission],
    topics: Mapping[str, Topic],
    now: datetime,
    unread: Collection[str] = (),
    todo: ToDoList | None = None,
) -> Block:
    """What waits for an answer, what is answered, and what has not arrived yet."""
    words = at.words
    cards = request_cards(words, at.paths, section.items, submissions, topics, now, unread)
    made = at.block(
        section,
        key="requests",
        heading=words("Your latest requests"),
        rows=(),
        none=words("You have not asked for anything yet.") if not cards else "",
    )
    trouble = requests_trouble(words, section)
    return replace(
        made,
        trouble=Trouble(trouble, "failed" if section.failed else "partial") if trouble else None,
        template="requests",
        extra=RequestsShown(cards[:SHOWN], words("There is an answer"), todo),
        more=Link(words("All your requests"), at.paths.requests) if cards else None,
    )


def other_record_note(words: Words, patient: Patient, phone: str) -> str:
    """A patient may have more than one record: what stands in the other is not shown here."""
    how = {kind for kind, _ in patient.links}
    if "replaced-by" in how or not patient.active:
        return words(
            "Your clinic keeps a newer record for you. This one may be out of date. "
            "Call the clinic at {phone} to open the newer one.",
            phone=phone,
        )
    if how & {"replaces", "seealso", "refer"}:
        return words(
            "Your clinic has one more record for you. Some of your health data may be only there. "
            "If something is missing, call the clinic at {phone}.",
            phone=phone,
        )
    return ""


def _greeting(words: Words, shell: Shell, name: str) -> str:
    """Whoever acts for the patient is not greeted by the patient's name."""
    acting = shell.whose is not None and shell.whose.other
    return words("Hello, {name}", name=name) if name and not acting else words("Hello")
