"""The summary of an item for the chart, made when it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from smartapp.errors import MalformedAnswer
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.documentation import new_documentation
from smartapp.fhir.haul import Found
from smartapp.fhir.message import Message
from smartapp.fhir.task import WorkTask
from smartapp.sessions.submission import Step
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
