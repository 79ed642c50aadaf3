"""The list of all requests of a patient, and what is still on its way to the clinic."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.section import Section
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.pages.todo import ToDoList
from smartapp.pages.tracker import stage_words, title_of
from smartapp.pages.when import moment_words
from smartapp.sessions.submission import Submission, SubmissionState
from smartapp.words import Words
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.requests import Request, Stage

READ_RULES = "rules"  # that they were read is nobody's request


@dataclass(frozen=True)
class RequestCard:
    title: str
    stage: str
    kind: str  # of the badge that the stage is shown in
    new_answer: bool
    facts: tuple[str, ...]
    link: Link | None
    closed: bool


@dataclass(frozen=True)
class StateChoice:
    value: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class Search:
    """By a form that posts: what somebody looks for is in no address."""

    heading: str
    action: str
    find_label: str
    find: str
    state_label: str
    states: tuple[StateChoice, ...]
    button: str
    found: str
    all: Link | None


@dataclass(frozen=True)
class RequestsPage:
    shell: Shell
    heading: str
    cards: tuple[RequestCard, ...]
    none: str
    trouble: str
    again: Link | None
    ask: Link
    answer_word: str
    search: Search | None
    todo: ToDoList | None


def request_cards(
    words: Words,
    paths: Paths,
    requests: Sequence[Request],
    submissions: Sequence[Submission],
    topics: Mapping[str, Topic],
    now: datetime,
    unread: Collection[str] = (),
) -> tuple[RequestCard, ...]:
    """What is still on its way, or did not arrive, stands first: it is in no record yet."""
    arrived = {request.submission for request in requests}
    on_its_way = tuple(
        _submission_card(words, paths, each)
        for each in reversed(submissions)
        if each.state is not SubmissionState.CONFIRMED
        and each.sid not in arrived
        and each.form != READ_RULES
    )
    return (
        *on_its_way,
        *(
            _request_card(words, paths, each, topics, now, is_new=each.root.reference in unread)
            for each in requests
        ),
    )


def _submission_card(words: Words, paths: Paths, submission: Submission) -> RequestCard:
    refused = submission.state is SubmissionState.REFUSED
    return RequestCard(
        title=submission.title,
        stage=words("NOT received") if refused else words("Being confirmed"),
        kind="late" if refused else "soon",
        new_answer=False,
        facts=(),
        link=Link(words("Open"), _where(paths, submission)),
        closed=False,
    )


def _where(paths: Paths, submission: Submission) -> str:
    """What belongs to a thread is followed there."""
    kind, _, thread = submission.form.partition(":")
    if kind not in {"reply", "rating"}:
        return paths.request(submission.sid)
    return paths.thread(thread) if "/" in thread else paths.request(thread)


def _request_card(
    words: Words,
    paths: Paths,
    request: Request,
    topics: Mapping[str, Topic],
    now: datetime,
    *,
    is_new: bool,
) -> RequestCard:
    facts = []
    if request.root.sent:
        facts.append(words("Sent {time}", time=moment_words(words, request.root.sent)))
    if request.is_late(now):
        facts.append(words("Late: you should have had an answer by now."))
    elif request.due and request.is_promised:
        facts.append(words("Answer by {time}", time=words.day_and_time(request.due)))
    topic = topics.get(request.topic)
    if request.stage is Stage.WAITING:
        facts.append(words("The clinic waits for your answer."))
    return RequestCard(
        title=title_of(words, request, topic),
        stage=stage_words(words, request, topic),
        kind="done" if request.is_closed else "soon",
        new_answer=is_new and request.stage is not Stage.WAITING,
        facts=tuple(facts),
        link=Link(
            words("Open"),
            paths.request(request.submission)
            if request.submission
            else paths.thread(request.root.reference),
        ),
        closed=request.is_closed,
    )


def requests_trouble(words: Words, requests: Section[Request]) -> str:
    if requests.failed:
        return words("We could not load your requests. This does not mean that you have none.")
    if not requests.whole:
        return words("We could not load all of your requests. There may be more.")
    return ""


def requests_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    *,
    requests: Section[Request],
    submissions: Sequence[Submission],
    topics: Mapping[str, Topic],
    now: datetime,
    unread: Collection[str] = (),
    find: str = "",
    state: str = "",
    searching: bool = False,
    todo: ToDoList | None = None,
) -> RequestsPage:
    kept = [
        each
        for each in requests.items
        if _is_in(each, state) and _holds(words, each, topics.get(each.topic), find)
    ]
    shown = () if searching else submissions
    cards = request_cards(words, paths, kept, shown, topics, now, unread)
    return RequestsPage(
        shell=shell,
        heading=words("Your requests"),
        cards=cards,
        none=words("You have not asked for anything yet.")
        if requests.is_known_empty and not cards
        else "",
        trouble=requests_trouble(words, requests),
        again=Link(words("Try again"), paths.requests) if not requests.whole else None,
        ask=Link(words("Ask for something"), paths.ask),
        answer_word=words("There is an answer"),
        todo=todo if not searching else None,
        search=_search(words, paths, len(kept), find, state, searching=searching)
        if len(requests.items) > 1 or searching
        else None,
    )


STATES = ("", "open", "answered", "closed")


def _is_in(request: Request, state: str) -> bool:
    if state == "closed":
        return request.is_closed
    if state == "answered":
        return request.last_answer is not None
    return state != "open" or not request.is_closed


def _holds(words: Words, request: Request, topic: Topic | None, find: str) -> bool:
    """Every word that is looked for is somewhere in the thread, in whichever order."""
    said = [text for message in request.messages for text in message.words]
    names = [each.sender.display for each in request.messages if each.sender]
    every = " ".join([title_of(words, request, topic), *said, *names]).casefold()
    return all(part in every for part in find.casefold().split())


def _search(
    words: Words, paths: Paths, count: int, find: str, state: str, *, searching: bool
) -> Search:
    names = (
        words("All"),
        words("Not finished"),
        words("With an answer"),
        words("Finished"),
    )
    return Search(
        heading=words("Find a request"),
        action=paths.requests,
        find_label=words("Words in it"),
        find=find,
        state_label=words("Which ones"),
        states=tuple(
            StateChoice(value, name, value == state)
            for value, name in zip(STATES, names, strict=True)
        ),
        button=words("Find"),
        found=words.plural("1 request found", "{n} requests found", count) if searching else "",
        all=Link(words("Show all requests"), paths.requests) if searching else None,
    )
