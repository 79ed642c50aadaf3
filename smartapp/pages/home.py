"""The patient's start page: what waits for them, and what they can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.section import Section
from smartapp.pages.paths import Paths
from smartapp.pages.requests import RequestCard, request_cards, requests_trouble
from smartapp.pages.shell import Link, Shell
from smartapp.sessions.submission import Submission
from smartapp.words import Words
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.requests import Request

SHOWN = 3


@dataclass(frozen=True)
class HomePage:
    shell: Shell
    heading: str
    ask: Link
    requests_heading: str
    cards: tuple[RequestCard, ...]
    none: str
    trouble: str
    again: Link | None
    all_requests: Link
    urgent_heading: str
    urgent: str
    answer_word: str


def home_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    *,
    name: str,
    requests: Section[Request],
    submissions: Sequence[Submission],
    topics: Mapping[str, Topic],
    urgent: str,
    now: datetime,
) -> HomePage:
    cards = request_cards(words, paths, requests.items, submissions, topics, now)
    return HomePage(
        shell=shell,
        heading=_greeting(words, shell, name),
        ask=Link(words("Ask for something"), paths.ask),
        requests_heading=words("Your latest requests"),
        cards=cards[:SHOWN],
        none=words("You have not asked for anything yet.")
        if requests.is_known_empty and not cards
        else "",
        trouble=requests_trouble(words, requests),
        again=Link(words("Try again"), paths.home) if not requests.whole else None,
        all_requests=Link(words("All your requests"), paths.requests),
        urgent_heading=words("Do you need help now?"),
        urgent=urgent,
        answer_word=words("There is an answer"),
    )


def _greeting(words: Words, shell: Shell, name: str) -> str:
    """Whoever acts for the patient is not greeted by the patient's name."""
    acting = shell.whose is not None and shell.whose.other
    return words("Hello, {name}", name=name) if name and not acting else words("Hello")
