"""The summary of an item for the chart, made when it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from smartapp.errors import EhrError, MalformedAnswer
from smartapp.fhir.change import Kind
from smartapp.fhir.client import FhirClient
from smartapp.fhir.codes import ENTERED_IN_ERROR, Vocabulary
from smartapp.fhir.documentation import in_error, new_documentation
from smartapp.fhir.haul import Found
from smartapp.fhir.message import Message
from smartapp.fhir.task import WorkTask, etag_of
from smartapp.sessions.submission import Step
from smartapp.workflow.new_work import UNHEARD
from smartapp.workflow.requests import Request
from smartapp.workflow.submission import Named, step


def documentation_id(task: WorkTask) -> str:
    """Each closing is documented once: the history is longer at the next."""
    closed = len(task.changes) or task.etag
    return str(uuid5(NAMESPACE_URL, f"{task.reference}/{closed}/chart-summary"))


def documentation_step(
    vocabulary: Vocabulary,
    *,
    task: WorkTask,
    request: Request,
    patient: str,
    author: Named,
    at: datetime,
    text: str,
) -> Step:
    identifier = documentation_id(task)
    body = new_documentation(
        vocabulary=vocabulary,
        identifier=identifier,
        title=f"Summary: {request.root.subject_line}",
        patient=patient,
        author=author,
        at=at,
        text=text,
        about=links_of(task, request),
    )
    return step(body, vocabulary.documentation, identifier, patient)


def links_of(task: WorkTask, request: Request) -> tuple[str, ...]:
    """What the summary is about, the work first."""
    messages = (each.reference for each in request.messages)
    about = (each.target for each in request.root.about if each.target)
    return tuple(dict.fromkeys((task.reference, *messages, *about)))


def withdraw(client: FhirClient, reference: str) -> bool:
    """Whether the record says now that this summary was an error. What is there afterwards decides:
    not every EHR lets a Communication be changed, whatever it says of itself.
    """
    try:
        there = client.read(reference, fresh=True)
        etag = etag_of(there)
        if etag is None:
            return False
        with suppress(*UNHEARD):
            client.update(in_error(there), etag)
        return client.read(reference, fresh=True).get("status") == ENTERED_IN_ERROR
    except EhrError:
        return False


def is_of_last_end(summary: Message, task: WorkTask) -> bool:
    """And not of an earlier one: where staff have closed it again, and no summary came of that."""
    ends = [each.when for each in task.changes if each.kind == Kind.CLOSED]
    return not ends or summary.sent is None or summary.sent.latest >= ends[-1]


def documented(found: Found, task: WorkTask, vocabulary: Vocabulary) -> Message | None:
    """The last summary of this item, as it is in the record."""
    summaries = [each for each in _summaries(found, vocabulary) if _is_about(each, task)]
    dated = [each for each in summaries if each.sent]
    return max(dated, key=lambda each: each.sent.earliest if each.sent else 0, default=None)


def _summaries(found: Found, vocabulary: Vocabulary) -> Sequence[Message]:
    read = []
    for json in found.matches:
        try:
            message = Message.from_fhir(json, vocabulary)
        except MalformedAnswer:
            continue
        if message is not None and message.for_chart:
            read.append(message)
    return read


def _is_about(message: Message, task: WorkTask) -> bool:
    return any(each.target == task.reference for each in message.about)
