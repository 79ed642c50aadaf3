"""One submission: the coded answers, the words, and the work, with identifiers from one id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from smartapp.fhir.asked_form import asked_extension
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.message import attachment, new_message
from smartapp.fhir.questionnaire import Answers, Attachment, Questionnaire
from smartapp.fhir.response import new_response
from smartapp.fhir.routing import Routing
from smartapp.fhir.serial import as_bytes
from smartapp.fhir.task import new_task
from smartapp.fhir.writable import check_writable
from smartapp.sessions.submission import Step
from smartapp.workflow.policy.conditions import in_words

Named = tuple[str, str]  # a reference, and what it is called
FREE_TEXT = "text"  # the type of the questions whose answers are the message itself


@dataclass(frozen=True)
class Asked:
    """What a patient asks for, ready to be written down."""

    sid: str
    patient: str  # "Patient/id"
    author: Named
    topic: Named  # code, and English words for it
    subject_line: str
    about: tuple[Named, ...]
    words: str
    questionnaire: Questionnaire
    answers: Answers
    routing: Routing
    queue_words: str
    recipients: tuple[str, ...]
    language: str
    at: datetime
    files: tuple[dict[str, Any], ...] = ()  # parts of the message
    notes: tuple[Named, ...] = ()  # kinds and texts: what else is on record about the asking
    # The answers in the form's own structure, where it has rows or values of its own.
    response_items: Sequence[dict[str, Any]] | None = None


def steps_for(
    asked: Asked,
    vocabulary: Vocabulary,
    *,
    with_response: bool,
    with_task: bool,
    with_message: bool = True,
) -> tuple[Step, ...]:
    """In the order of sending: what is pointed at comes before what points at it. Where the EHR
    takes no messages, the form is the request.
    """
    if not with_message:
        return (_form_alone(asked, vocabulary),)
    steps: list[Step] = []
    response = placeholder(asked.sid, "response") if with_response else None
    if response:
        body = _response(asked, vocabulary)
        steps.append(step(body, vocabulary.response, asked.sid, asked.patient))
    steps.append(_message_step(asked, vocabulary, response))
    if with_task:
        steps.append(_task_step(asked, vocabulary, response))
    if response:
        alone = (_message_step(asked, vocabulary, None), _task_step(asked, vocabulary, None))
        others = zip(steps[1:], alone, strict=False)
        steps[1:] = [replace(each, alone=other.body) for each, other in others]
    return tuple(steps)


def _response(asked: Asked, vocabulary: Vocabulary) -> dict[str, Any]:
    return new_response(
        vocabulary=vocabulary,
        identifier=asked.sid,
        questionnaire=asked.questionnaire,
        answers=asked.answers,
        patient=asked.patient,
        author=asked.author,
        authored=asked.at,
        language=asked.language,
        items=asked.response_items,
    )


def _form_alone(asked: Asked, vocabulary: Vocabulary) -> Step:
    said = asked_extension(vocabulary.request, asked.subject_line, asked.words, asked.about)
    body = _response(asked, vocabulary)
    body["extension"] = [asked.routing.as_extension(vocabulary.routing), said]
    return step(body, vocabulary.response, asked.sid, asked.patient)


def _message_step(asked: Asked, vocabulary: Vocabulary, response: str | None) -> Step:
    message = new_message(
        vocabulary=vocabulary,
        identifier=asked.sid,
        topic=asked.topic,
        subject_line=asked.subject_line,
        patient=asked.patient,
        sender=asked.author,
        sent=asked.at,
        words=asked.words if response else _with_answers(asked),
        recipients=asked.recipients,
        about=((response, ""), *asked.about) if response else asked.about,
        priority=asked.routing.priority,
        language=asked.language,
        routing=asked.routing,
        files=asked.files if response else (*asked.files, *_files_among(asked)),
    )
    return step(message, vocabulary.message, asked.sid, asked.patient)


def _files_among(asked: Asked) -> list[dict[str, Any]]:
    """A message that goes alone takes the files of the answers along."""
    values = (value for given in asked.answers.values() for value in given)
    found = ((each, each.content()) for each in values if isinstance(each, Attachment))
    return [attachment(each.title, each.content_type, data) for each, data in found if data]


def _with_answers(asked: Asked) -> str:
    """Where the EHR takes no forms, the message carries the answers, in the language of staff."""
    lines = [asked.words, ""]
    for item in asked.questionnaire.all_items():
        given = asked.answers.get(item.link_id, ())
        options = ((item.option(str(value)), value) for value in given)
        said = ", ".join(known.display["en"] if known else in_words(v) for known, v in options)
        if said and item.type != FREE_TEXT:
            lines.append(f"{item.text['en']} {said}")
    return "\n".join(lines).strip()


def _task_step(asked: Asked, vocabulary: Vocabulary, response: str | None) -> Step:
    body = new_task(
        vocabulary=vocabulary,
        identifier=asked.sid,
        thread=asked.sid,
        topic=asked.topic,
        description=asked.subject_line,
        patient=asked.patient,
        requester=asked.author,
        focus=placeholder(asked.sid, "message"),
        answers=response,
        about=asked.about,
        routing=asked.routing,
        queue_words=asked.queue_words,
        authored=asked.at,
        notes=asked.notes,
    )
    return step(body, vocabulary.task, asked.sid, asked.patient)


def step(body: dict[str, Any], system: str, identifier: str, patient: str) -> Step:
    """Checked here, so that nothing invalid is ever promised to be sent."""
    check_writable(body, patient)
    return Step(str(body["resourceType"]), system, identifier, as_bytes(body).decode())


_KINDS = {"QuestionnaireResponse": "response", "Communication": "message", "Task": "task"}


def placeholder(sid: str, kind: str) -> str:
    """Stands for a resource that the EHR has not given an id yet."""
    return f"urn:uuid:{uuid5(UUID(sid), kind)}"


def full_url(sid: str, resource_type: str) -> str:
    """What stands for the resource of this type among those of one submission."""
    return placeholder(sid, _KINDS[resource_type])


def resolved(each: Step, sid: str, done: Sequence[Step]) -> str:
    """The body with what is known by now in place of what stood for it."""
    body = each.body
    for earlier in done:
        if earlier.reference:
            body = body.replace(full_url(sid, earlier.resource_type), earlier.reference)
    return body
