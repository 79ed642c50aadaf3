"""One unit of work: a Task."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Concept, Element, Json, Reference
from smartapp.fhir.message import named
from smartapp.fhir.routing import RED_FLAG, Routing

OPEN = ("requested", "received", "accepted", "ready", "in-progress", "on-hold")


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
    json: Json = field(repr=False)

    @classmethod
    def from_fhir(cls, json: Json, vocabulary: Vocabulary) -> WorkTask:
        task = Element.resource(json, "Task")
        code = task.concept("code")
        stage = task.concept("businessStatus")
        subject = task.reference("for")
        focus = task.reference("focus")
        response = _detail(task, "input", vocabulary, "answers")
        answers = response.reference("valueReference") if response else None
        outcome = _detail(task, "output", vocabulary, "outcome")
        return cls(
            id=task.required_text("id"),
            etag=etag_of(json),
            status=task.required_text("status"),
            stage=(stage.code(vocabulary.stage) if stage else None) or "",
            topic=(code.code(vocabulary.topic) if code else None) or "",
            description=task.text("description") or (code.label if code else ""),
            patient=subject.target if subject else None,
            requester=task.reference("requester"),
            owner=task.reference("owner"),
            focus=focus.target if focus else None,
            response=answers.target if answers else None,
            authored=task.date("authoredOn"),
            routing=_routing(task, vocabulary),
            outcome=outcome.concept("valueCodeableConcept") if outcome else None,
            json=json,
        )

    @property
    def reference(self) -> str:
        return f"Task/{self.id}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def changed(
        self,
        *,
        vocabulary: Vocabulary,
        now: datetime,
        status: str,
        stage: str,
        owner: tuple[str, str] | None = None,
        outputs: Sequence[dict[str, Any]] = (),
    ) -> dict[str, Any]:
        """The whole resource as it was read, with this change and nothing else."""
        changed: dict[str, Any] = copy.deepcopy(dict(self.json))
        changed["status"] = status
        changed["businessStatus"] = stage_concept(vocabulary, stage)
        changed["lastModified"] = now.isoformat(timespec="seconds")
        if owner is not None:
            changed["owner"] = named(*owner)
        if outputs:
            changed["output"] = [*changed.get("output", []), *outputs]
        return changed


def etag_of(json: Json) -> str | None:
    version = (json.get("meta") or {}).get("versionId")
    return f'W/"{version}"' if isinstance(version, str) and version else None


def stage_concept(vocabulary: Vocabulary, stage: str) -> dict[str, Any]:
    return {"coding": [{"system": vocabulary.stage, "code": stage}], "text": stage}


def detail(vocabulary: Vocabulary, kind: str, **value: Any) -> dict[str, Any]:
    """One input or output of a Task."""
    return {
        "type": {"coding": [{"system": vocabulary.detail, "code": kind}], "text": kind},
        **value,
    }


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
) -> dict[str, Any]:
    code, topic_words = topic
    inputs = [
        detail(vocabulary, "rule", valueString=routing.rule),
        detail(vocabulary, "reason", valueString=routing.reason),
        detail(vocabulary, "policy-version", valueString=routing.policy_version),
        detail(vocabulary, "summary", valueString=routing.summary),
    ]
    inputs += [detail(vocabulary, RED_FLAG, valueString=name) for name in routing.red_flags]
    if answers:
        inputs.append(detail(vocabulary, "answers", valueReference={"reference": answers}))
    inputs += [detail(vocabulary, "about", valueReference=named(*each)) for each in about]
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "identifier": [{"system": vocabulary.task, "value": identifier}],
        "groupIdentifier": {"system": vocabulary.thread, "value": thread},
        "status": "requested",
        "businessStatus": stage_concept(vocabulary, "received"),
        "intent": "order",
        "priority": routing.priority,
        "code": {"coding": [{"system": vocabulary.topic, "code": code}], "text": topic_words},
        "description": description,
        "focus": {"reference": focus},
        "for": {"reference": patient},
        "authoredOn": authored.isoformat(timespec="seconds"),
        "lastModified": authored.isoformat(timespec="seconds"),
        "requester": named(*requester),
        "performerType": [
            {"coding": [{"system": vocabulary.queue, "code": routing.queue}], "text": queue_words}
        ],
        "input": [each for each in inputs if each.get("valueString") != ""],
    }
    if routing.due is not None:
        resource["restriction"] = {"period": {"end": routing.due.isoformat(timespec="seconds")}}
    return resource


def _routing(task: Element, vocabulary: Vocabulary) -> Routing:
    performers = task.concepts("performerType")
    queue = next((code for each in performers if (code := each.code(vocabulary.queue))), "")

    def said(kind: str) -> str:
        found = _detail(task, "input", vocabulary, kind)
        return (found.text("valueString") if found else None) or ""

    return Routing(
        queue=queue,
        priority=task.text("priority") or "routine",
        due=_due(task),
        rule=said("rule"),
        reason=said("reason"),
        policy_version=said("policy-version"),
        summary=said("summary"),
        red_flags=tuple(
            each.text("valueString") or "" for each in _details(task, "input", vocabulary, RED_FLAG)
        ),
    )


def _due(task: Element) -> datetime | None:
    restriction = task.child("restriction")
    for holder, name in ((restriction, "period"), (task, "executionPeriod")):
        period = holder.child(name) if holder else None
        end = period.date("end") if period else None
        if end:
            return end.earliest
    return None


def _detail(task: Element, where: str, vocabulary: Vocabulary, kind: str) -> Element | None:
    return next(_details(task, where, vocabulary, kind), None)


def _details(task: Element, where: str, vocabulary: Vocabulary, kind: str) -> Iterator[Element]:
    for each in task.children(where):
        concept = each.concept("type")
        if concept and concept.has(vocabulary.detail, kind):
            yield each
