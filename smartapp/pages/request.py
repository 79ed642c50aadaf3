"""One request: its receipt, where it is now, and the messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from smartapp.pages.adding import RatingForm, ReplyForm
from smartapp.pages.receipt import Receipt, heard_by, short_reference
from smartapp.pages.shell import Link, Shell
from smartapp.pages.thread import MessageBubble, Opens, bubbles
from smartapp.pages.tracker import Step, steps_of
from smartapp.pages.urgent import Urgent, urgent_words
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Policy, RedFlag
from smartapp.workflow.requests import Request, Stage


@dataclass(frozen=True)
class RequestPage:
    shell: Shell
    heading: str
    receipt: Receipt | None
    urgent: tuple[Urgent, ...]
    steps_heading: str
    steps: tuple[Step, ...]
    facts: tuple[str, ...]
    late: str
    outcome: str
    asks: str  # what the clinic waits for, where it waits for the patient
    thread_heading: str
    thread: tuple[MessageBubble, ...]
    trouble: str
    again: Link | None
    kept_heading: str
    kept: str
    print_hint: str
    reply: ReplyForm | None = None
    cannot_reply: str = ""
    rating: RatingForm | None = None
    rated: tuple[str, ...] = ()
    onward: Link | None = None


def request_page(
    words: Words,
    shell: Shell,
    *,
    policy: Policy,
    request: Request | None,
    receipt: Receipt | None,
    opens: Opens | None = None,
    lost_files: int = 0,
    answers_altered: bool = False,
    red_flags: Sequence[RedFlag] = (),
    title: str,
    reader: str,
    now: datetime,
    whole: bool = True,
    kept: str = "",
    reply: ReplyForm | None = None,
    cannot_reply: str = "",
    rating: RatingForm | None = None,
    rated: tuple[str, ...] = (),
    onward: Link | None = None,
) -> RequestPage:
    return RequestPage(
        shell=replace(shell, title=f"{receipt.heading} – {title}") if receipt else shell,
        heading=title,
        receipt=receipt,
        urgent=urgent_words(words, red_flags),
        steps_heading=words("Where your request is"),
        steps=steps_of(words, request, policy.topics.get(request.topic)) if request else (),
        facts=_facts(words, policy, request) if request and not receipt else (),
        late=_late(words, request, now, policy.phones.clinic) if request else "",
        outcome=_outcome(words, policy, request) if request else "",
        asks=words(
            "The clinic asked you something. Read it below and answer, so that we can go on."
        )
        if request and request.stage is Stage.WAITING
        else "",
        thread_heading=words("Messages"),
        thread=bubbles(words, request, reader, opens) if request else (),
        trouble=words(
            "Not all of your files arrived. Bring them to your visit, or call the clinic at "
            "{phone}.",
            phone=policy.phones.clinic,
        )
        if lost_files > 0
        else words(
            "Your clinic’s system has not stored all of your answers as you sent them. Look at "
            "them under “Forms”, and call {phone} if something is missing.",
            phone=policy.phones.clinic,
        )
        if answers_altered
        else ""
        if whole
        else words("We could not load all of this request. Some messages may be missing."),
        again=None if whole else Link(words("Try again"), ""),
        kept_heading=words("What you wrote"),
        kept=kept,
        print_hint=words("You can print this page and keep it."),
        reply=reply,
        cannot_reply=cannot_reply,
        rating=rating,
        rated=rated,
        onward=onward,
    )


def _facts(words: Words, policy: Policy, request: Request) -> tuple[str, ...]:
    facts = []
    if request.submission:
        facts.append(words("Your reference: {code}", code=short_reference(request.submission)))
    if request.routing and not request.is_closed:
        team = in_locale(policy.queue(request.routing.queue).team, words.locale)
        facts.append(
            words("It was passed on. Now it is with {team}.", team=team)
            if request.was_passed_on
            else words("It is with {team}.", team=team)
        )
    if request.due and request.is_bare_form:
        by = words.day_and_time(request.due)
        facts.append(heard_by(words, by, policy.phones.clinic))
    if request.due and request.is_promised:
        facts.append(words("You get an answer by {time}.", time=words.day_and_time(request.due)))
    return tuple(facts)


def _late(words: Words, request: Request, now: datetime, phone: str) -> str:
    if not request.is_late(now):
        return ""
    return words(
        "We are late. You should have had an answer by now. Call the clinic at {phone}.",
        phone=phone,
    )


def _outcome(words: Words, policy: Policy, request: Request) -> str:
    if not request.is_closed or request.task is None or request.task.outcome is None:
        return ""
    topic = policy.topics.get(request.task.topic)
    code = next((each.code for each in request.task.outcome.codings), "")
    outcome = topic.outcome(code) if topic else None
    return in_locale(outcome.words, words.locale) if outcome else request.task.outcome.label
