"""New answers: counted from the record each time, and gone once they were opened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from smartapp.views.here import Here
from smartapp.workflow.requests import Request

NEW_FOR = timedelta(days=90)  # as long as it is known what was opened


def unread(here: Here, requests: Iterable[Request]) -> frozenset[str]:
    """By the first message of the thread."""
    answers = {
        request.root.reference: answer
        for request in requests
        if (answer := request.answer_to_read) is not None
        and answer.sent is not None
        and answer.sent.latest > here.now - NEW_FOR
    }
    opened = here.services.seen.among(
        here.active.person, (answer.reference for answer in answers.values())
    )
    return frozenset(first for first, each in answers.items() if each.reference not in opened)


def opened(here: Here, request: Request) -> None:
    if request.last_answer is not None:
        here.services.seen.mark(here.active.person, request.last_answer.reference)
