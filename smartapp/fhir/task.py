"""One unit of work: a Task."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from smartapp.fhir.change import Change, changes_of
from smartapp.fhir.codes import ENTERED_IN_ERROR, Vocabulary
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Concept, Element, Json, Reference, is_id
from smartapp.fhir.message import coded, named
from smartapp.fhir.routing import RED_FLAG, Routing

OPEN = ("draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold")
SITE = "site"  # where the patient is seen, by the clinic's own code
ENDED = ("completed", "cancelled", "rejected", "failed")


@dataclass(frozen=True)
class Note:
    """What staff wrote to each other in the work itself."""

    text: str
    by: str
    when: FhirDate | None


@dataclass(frozen=True)
class WorkTask:
    id: str
    etag: str | None
    status: str
    stage: str
    topic: str
    description: str
    patient: str | None
    requester: Reference | None
    owner: Reference | None
    focus: str | None
    response: str | None  # "QuestionnaireResponse/id" with the coded answers
    authored: FhirDate | None
    routing: Routing
    outcome: Concept | None
    ended: FhirDate | None  # when it was closed; None while it is open, or where nobody says
    json: Json = field(repr=False)
    business_status: Concept | None = None  # as it stands there, in whosever codes
    identifier: str | None = None  # ours, where this app made it
    site: str = ""  # the clinic's code for the place, where it is known
    changes: tuple[Change, ...] = ()  # by staff, the oldest first; never for a patient
    notes: tuple[Note, ...] = ()  # nor these
    thread: str | None = None  # the id that the messages and the work of one request share

    @classmethod
    def from_fhir(cls, json: Json, vocabulary: Vocabulary) -> WorkTask | None:
        """None for what was entered in error: such work was never given to anybody."""
        task = Element.resource(json, "Task")
        status = task.required_text("status")
        if status == ENTERED_IN_ERROR:
            return None
        if task.has_unknown_modifier():
            raise task.wrong("modifierExtension", "not understood")
        code = task.concept("code")
        stage = task.concept("businessStatus")
        subject = task.reference("for")
        focus = task.reference("focus")
        group = task.child("groupIdentifier")
        given, made = Details(task, "input", vocabulary), Details(task, "output", vocabulary)
        response, outcome = given.first("answers"), made.first("outcome")
        answers = response.reference("valueReference") if response else None
        return cls(
            id=task.required_text("id"),
            etag=etag_of(json),
            status=status,
            stage=(stage.code(vocabulary.stage) if stage else None) or "",
            topic=(code.code(vocabulary.topic) if code else None) or "",
            description=task.text("description") or (code.label if code else ""),
            patient=subject.target if subject and subject.kind == "Patient" else None,
            requester=task.reference("requester"),
            owner=task.reference("owner"),
            focus=focus.target if focus else None,
            response=answers.target if answers else None,
            authored=task.date("authoredOn"),
            routing=_routing(task, vocabulary, given),
            outcome=outcome.concept("valueCodeableConcept") if outcome else None,
            ended=task.date("lastModified") if status in ENDED else None,
            json=json,
            business_status=stage,
            identifier=task.identifier(vocabulary.task),
            site=given.said(SITE),
            changes=changes_of(task, vocabulary.change),
            notes=tuple(_notes(task)),
            thread=group.text("value") if group else None,
        )

    @property
    def reference(self) -> str:
        return f"Task/{self.id}"

    @property
    def is_open(self) -> bool:
        """A status that nobody knows is no reason to stop looking."""
        return self.status not in ENDED

    def changed(
        self,
        *,
        vocabulary: Vocabulary,
        now: datetime,
        status: str,
        stage: str,
        changes: Sequence[Change],
    ) -> dict[str, Any]:
        """The whole resource as it was read, with these changes and their record, nothing else."""
        changed: dict[str, Any] = copy.deepcopy(dict(self.json))
        changed["status"] = status
        if stage:
            changed["businessStatus"] = coded(vocabulary.stage, stage, stage)
        changed["lastModified"] = now.isoformat(timespec="seconds")
        recorded = [each.as_extension(vocabulary.change) for each in changes]
        changed["extension"] = [*changed.get("extension", []), *recorded]
        return changed


def _notes(task: Element) -> Iterator[Note]:
    for each in task.children("note"):
        author = each.reference("authorReference")
        by = (author.display if author else "") or each.text("authorString") or ""
        text = each.text("text")
        if text:
            yield Note(text, by, each.date("time"))


def etag_of(json: Json) -> str | None:
    meta = json.get("meta")
    version = meta.get("versionId") if isinstance(meta, Mapping) else None
    return f'W/"{version}"' if is_id(version) else None


def detail(vocabulary: Vocabulary, kind: str, **value: Any) -> dict[str, Any]:
    """One input or output of a Task."""
    return {"type": coded(vocabulary.detail, kind, kind), **value}


def new_task(
    *,
    vocabulary: Vocabulary,
    identifier: str,
    thread: str,
    topic: tuple[str, str],
    description: str,
    patient: str,
    requester: tuple[str, str],
    focus: str,
    answers: str | None,
    about: Sequence[tuple[str, str]],
    routing: Routing,
    queue_words: str,
    authored: datetime,
    notes: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    code, topic_words = topic
    inputs = [
        detail(vocabulary, "rule", valueString=routing.rule),
        detail(vocabulary, "reason", valueString=routing.reason),
        detail(vocabulary, "policy-version", valueString=routing.policy_version),
        detail(vocabulary, "summary", valueString=routing.summary),
        detail(vocabulary, "seal", valueString=routing.seal),
    ]
    inputs += [detail(vocabulary, RED_FLAG, valueString=name) for name in routing.red_flags]
    inputs += [detail(vocabulary, kind, valueString=text) for kind, text in notes]
    if answers:
        inputs.append(detail(vocabulary, "answers", valueReference={"reference": answers}))
    inputs += [detail(vocabulary, "about", valueReference=named(*each)) for each in about]
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "identifier": [{"system": vocabulary.task, "value": identifier}],
        "groupIdentifier": {"system": vocabulary.thread, "value": thread},
        "status": "requested",
        "businessStatus": coded(vocabulary.stage, "received", "received"),
        "intent": "order",
        "priority": routing.priority,
        "focus": {"reference": focus},
        "for": {"reference": patient},
        "authoredOn": authored.isoformat(timespec="seconds"),
        "lastModified": authored.isoformat(timespec="seconds"),
        "requester": named(*requester),
        "performerType": [coded(vocabulary.queue, routing.queue, queue_words)],
    }
    told = [each for each in inputs if each.get("valueString", "told").strip()]
    if told:
        resource["input"] = told
    if code:
        resource["code"] = coded(vocabulary.topic, code, topic_words)
    if description.strip():
        resource["description"] = description.strip()
    if routing.due is not None:
        resource["restriction"] = {"period": {"end": routing.due.isoformat(timespec="seconds")}}
    return resource


def _routing(task: Element, vocabulary: Vocabulary, given: Details) -> Routing:
    performers = task.concepts("performerType")
    queue = next((code for each in performers if (code := each.code(vocabulary.queue))), "")
    return Routing(
        queue=queue,
        priority=task.text("priority") or "routine",
        due=_due(task),
        rule=given.said("rule"),
        reason=given.said("reason"),
        policy_version=given.said("policy-version"),
        summary=given.said("summary"),
        seal=given.said("seal"),
        red_flags=tuple(each.text("valueString") or "" for each in given.all(RED_FLAG)),
    )


def _due(task: Element) -> datetime | None:
    restriction = task.child("restriction")
    for holder, name in ((restriction, "period"), (task, "executionPeriod")):
        period = holder.child(name) if holder else None
        end = period.date("end") if period else None
        if end:
            return end.latest
    return None


class Details:
    """The inputs or outputs of a Task by what they are; each is looked at once."""

    def __init__(self, task: Element, where: str, vocabulary: Vocabulary) -> None:
        self._found: dict[str, list[Element]] = {}
        for each in task.children(where):
            concept = each.concept("type")
            for coding in concept.codings if concept else ():
                if coding.system == vocabulary.detail:
                    self._found.setdefault(coding.code, []).append(each)

    def all(self, kind: str) -> tuple[Element, ...]:
        return tuple(self._found.get(kind, ()))

    def first(self, kind: str) -> Element | None:
        return next(iter(self._found.get(kind, ())), None)

    def said(self, kind: str) -> str:
        found = self.first(kind)
        return (found.text("valueString") if found else None) or ""


def when_due(json: Json) -> tuple[datetime | None, datetime | None]:
    """When it is due and when it was asked for, of a Task that need not be read whole for that.
    MalformedAnswer where that cannot be read.
    """
    task = Element(json, "Task")
    asked = task.date("authoredOn")
    return _due(task), asked.earliest if asked else None
