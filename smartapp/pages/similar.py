"""What the same patient asked for before, on the same topic."""

from __future__ import annotations

from collections.abc import Iterable

from smartapp.fhir.section import Section
from smartapp.pages.beside import Panel, trouble_of
from smartapp.pages.item_words import outcome_words
from smartapp.pages.when import day_words
from smartapp.words import Words
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.requests import Request

SHOWN = 4


def similar(request: Request, others: Iterable[Request]) -> tuple[Request, ...]:
    """The newest first, as they come."""
    found = [each for each in others if each.topic == request.topic and request.topic]
    return tuple(found[:SHOWN])


def earlier_panel(
    words: Words, topic: Topic | None, request: Request, others: Section[Request]
) -> Panel:
    found = similar(request, others.items)
    return Panel(
        words("Earlier requests like this"),
        tuple(_line(words, topic, each) for each in found),
        "" if found or not others.whole else words("None are recorded."),
        trouble_of(words, others),
    )


def _line(words: Words, topic: Topic | None, request: Request) -> str:
    sent = request.root.sent
    parts = (
        day_words(words, sent) if sent else "",
        request.root.subject_line,
        outcome_words(words, topic, request.task) if request.is_closed else words("Still open"),
    )
    return " · ".join(part for part in parts if part)
