"""Other work of the same thread: an item, and the visit that it was turned into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from smartapp.fhir.task import WorkTask
from smartapp.pages.paths import Paths
from smartapp.pages.queue_line import stage_words, written_in
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.queue import from_task
from smartapp.workflow.requests import Request


@dataclass(frozen=True)
class OtherWork:
    title: str
    state: str  # whose it is, and how far
    href: str  # empty where the reader does not work its queue


@dataclass(frozen=True)
class OtherWorks:
    heading: str
    warning: str  # where two of one thread are open
    lines: tuple[OtherWork, ...]
    written_in: str  # the language of the titles, where it is not that of the page


def beside(request: Request) -> tuple[WorkTask, ...]:
    own = request.task.reference if request.task else ""
    return tuple(each for each in request.works if each.reference != own)


def other_works(
    words: Words, paths: Paths, policy: Policy, request: Request, works: Callable[[str], bool]
) -> OtherWorks | None:
    others = beside(request)
    if not others:
        return None
    both = request.work is not None and request.work.is_open and any(e.is_open for e in others)
    return OtherWorks(
        heading=words("In the same thread"),
        warning=words("Two items of this thread are open. Agree who answers the patient.")
        if both
        else "",
        lines=tuple(
            OtherWork(
                title=each.description or words("A request"),
                state=_state(words, policy, each),
                href=paths.item(each.reference) if works(each.routing.queue) else "",
            )
            for each in others
        ),
        written_in=written_in(words),
    )


def reopening_warning(words: Words, policy: Policy, request: Request) -> str:
    """Before it is done: what is open already, and with whom."""
    there = next((each for each in beside(request) if each.is_open), None)
    if there is None:
        return ""
    return words(
        "“{title}” is already open in this thread, with {queue}. If you open this one again, two "
        "are open: agree who answers the patient. A note in the other one reaches whoever has it.",
        title=there.description or words("A request"),
        queue=in_locale(policy.queue(there.routing.queue).name, words.locale),
    )


def _state(words: Words, policy: Policy, task: WorkTask) -> str:
    queue = in_locale(policy.queue(task.routing.queue).name, words.locale)
    stage = stage_words(words, from_task(task)) if task.is_open else words("Closed")
    return f"{queue} · {stage}"
