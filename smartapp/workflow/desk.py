"""One member of staff with one patient's item before them: the changes that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from smartapp.errors import (
    ClaimLost,
    Conflict,
    EhrError,
    EhrServerError,
    EhrTooSlow,
    MalformedAnswer,
    NotFound,
    NotOffered,
)
from smartapp.fhir.change import Change, Kind
from smartapp.fhir.client import ETAG, FhirClient
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.element import Reference
from smartapp.fhir.message import Message, coded, named
from smartapp.fhir.people import Practitioner
from smartapp.fhir.routing import Routing
from smartapp.fhir.section import Section
from smartapp.fhir.task import WorkTask, detail, new_task
from smartapp.workflow.policy.model import Outcome
from smartapp.workflow.requests import Request
from smartapp.workflow.seal import Seal
from smartapp.workflow.staff import StaffMember
from smartapp.workflow.submission import Named

UNHEARD = (EhrTooSlow, EhrServerError, MalformedAnswer)


def patient_behind(client: FhirClient, reference: str, vocabulary: Vocabulary) -> str:
    """The id of the patient whom an item of the queue is about."""
    resource = client.read(reference)
    read = WorkTask.from_fhir if reference.startswith("Task/") else Message.from_fhir
    item = read(resource, vocabulary)
    if item is None or item.patient is None:
        raise NotFound("the item names no patient")
    return item.patient.removeprefix("Patient/")


def request_behind(requests: Section[Request], reference: str) -> Request:
    if requests.failure is not None:
        raise requests.failure
    for request in requests.items:
        task = request.task.reference if request.task else ""
        if reference in {task, *(message.reference for message in request.messages)}:
            return request
    if not requests.whole:
        raise MalformedAnswer("the item's message may be in the part that could not be loaded")
    raise NotFound("the item's message is not there")


@dataclass(frozen=True)
class Desk:
    """One member of staff with one patient's item before them."""

    client: FhirClient
    vocabulary: Vocabulary
    staff: StaffMember
    now: datetime
    seal: Seal | None = None

    @property
    def me(self) -> Named:
        return self.staff.reference, self.staff.name

    def claim(self, request: Request, etag: str, queue_words: str) -> WorkTask:
        """Mine, if it is nobody's. Where there is no work yet, it is made for the claim."""
        there = None if request.reopened_by else request.task
        task = there or self._made_for(request, queue_words)
        if there is None:
            etag = ""  # nobody has seen a version of it yet
        if not task.is_open:
            raise ClaimLost(None)
        if self._is_mine(task):
            return task  # by an earlier click
        if task.owner is not None:
            raise ClaimLost(self._somebody_else(task))
        took = self._change(Kind.CLAIMED, after=self.staff.reference)
        changed = self._changed(task, took, status="accepted", stage="with-nurse")
        changed["owner"] = named(*self.me)
        return self._put(task, changed, etag)

    def release(self, task: WorkTask, etag: str) -> WorkTask:
        self.must_own(task)
        gave_back = self._change(Kind.RELEASED, before=self.staff.reference)
        changed = self._changed(task, gave_back, status="requested", stage="received")
        changed.pop("owner", None)
        return self._put(task, changed, etag)

    def close(self, task: WorkTask, etag: str, outcome: Outcome, reply: str | None) -> WorkTask:
        self.must_own(task)
        concept = coded(self.vocabulary.outcome, outcome.code, outcome.words["en"])
        outputs = [detail(self.vocabulary, "outcome", valueCodeableConcept=concept)]
        if reply:
            outputs.append(detail(self.vocabulary, "reply", valueReference=named(reply)))
        ended = self._change(Kind.CLOSED, after=outcome.code)
        changed = self._changed(task, ended, status="completed", stage="closed")
        changed["output"] = [*changed.get("output", []), *outputs]
        return self._put(task, changed, etag)

    def must_own(self, task: WorkTask) -> None:
        if not self._is_mine(task) or not task.is_open:
            raise ClaimLost(self._somebody_else(task))

    def _is_mine(self, task: WorkTask) -> bool:
        return task.owner is not None and task.owner.target == self.staff.reference

    def _somebody_else(self, task: WorkTask) -> str | None:
        """By the name beside the pointer, or else by the record that it points to."""
        owner = task.owner
        if owner is None or self._is_mine(task):
            return None
        if owner.display or owner.target is None or owner.kind != "Practitioner":
            return owner.display or None
        try:
            return Practitioner.from_fhir(self.client.read(owner.target)).name
        except EhrError:
            return None

    def _change(self, kind: Kind, *, before: str = "", after: str = "") -> Change:
        who = Reference(self.staff.reference, self.staff.name)
        return Change(kind, self.now, who, before, after)

    def _changed(
        self, task: WorkTask, change: Change, *, status: str, stage: str
    ) -> dict[str, Any]:
        return task.changed(
            vocabulary=self.vocabulary, now=self.now, status=status, stage=stage, change=change
        )

    def _put(self, task: WorkTask, changed: dict[str, Any], etag: str) -> WorkTask:
        """Only over the version that the person has seen. What is there afterwards decides."""
        if task.etag is None:
            raise NotOffered("queue", "without versions, two people would overwrite each other")
        if not ETAG.fullmatch(etag or task.etag):
            raise ClaimLost(None)
        unheard: EhrError | None = None
        try:
            self.client.update(changed, etag or task.etag)
        except Conflict:
            raise ClaimLost(self._somebody_else(self._read(task.reference))) from None
        except UNHEARD as error:
            unheard = error  # it may have been done all the same
        there = self._read(task.reference)
        if _shows(there, changed):
            return there
        raise unheard or ClaimLost(self._somebody_else(there))

    def _read(self, reference: str) -> WorkTask:
        task = WorkTask.from_fhir(self.client.read(reference), self.vocabulary)
        if task is None:
            raise NotFound("the work was entered in error")
        return task

    def _made_for(self, request: Request, queue_words: str) -> WorkTask:
        """The same identifier as the patient's side would have given: never two for one message."""
        root, routing = request.root, request.routing
        if routing is None or root.patient is None:
            raise NotFound("the message carries no decision to make work from")
        asking = request.reopened_by or root  # each of them makes work once
        identifier = asking.identifier or asking.id
        body = self._work_of(request, asking, routing, root.patient, queue_words)
        there = self._work_under(identifier)
        if there is not None:
            return there
        try:
            written = self.client.create(body, once=(self.vocabulary.task, identifier))
        except (Conflict, *UNHEARD):
            there = self._work_under(identifier)
            if there is None:
                raise
            return there
        there = self._read(written.reference) if written.reference else self._work_under(identifier)
        if there is None:
            raise NotFound("the work was made, and not shown")
        return there

    def _work_under(self, identifier: str) -> WorkTask | None:
        found = self.client.by_identifier("Task", self.vocabulary.task, identifier)
        read = (WorkTask.from_fhir(each, self.vocabulary) for each in found.matches)
        return next((task for task in read if task is not None), None)

    def _work_of(
        self, request: Request, asking: Message, routing: Routing, patient: str, queue_words: str
    ) -> dict[str, Any]:
        root, identifier = request.root, asking.identifier or asking.id
        routing = routing if routing.queue else replace(routing, queue=self.staff.review)
        if self.seal is not None:
            routing = self.seal.sealed(routing, identifier, patient)
        about = [(each.target, each.display) for each in root.about if each.target]
        answers = next(
            (each for each, _ in about if each.startswith("QuestionnaireResponse/")), None
        )
        return new_task(
            vocabulary=self.vocabulary,
            identifier=identifier,
            thread=root.identifier or root.id,
            topic=(request.topic, request.topic),
            description=root.subject_line,
            patient=patient,
            requester=_asked_by(asking, patient),
            focus=root.thread,
            answers=answers,
            about=[each for each in about if each[0] != answers],
            routing=routing,
            queue_words=queue_words,
            authored=asking.sent.earliest if asking.sent else self.now,
        )


def _asked_by(root: Message, patient: str) -> Named:
    sender = root.sender
    return (sender.target, sender.display) if sender and sender.target else (patient, "")


def _shows(there: WorkTask, changed: Mapping[str, Any]) -> bool:
    owner = changed.get("owner", {}).get("reference")
    owned = there.owner.target if there.owner else None
    return bool(there.status == changed["status"] and owned == owner)
