"""Work that staff make: for a message that has none yet, and for a visit that does it better."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from smartapp.errors import (
    Conflict,
    EhrServerError,
    EhrTooSlow,
    MalformedAnswer,
    NotFound,
)
from smartapp.fhir.client import FhirClient
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.message import Message, coded, named
from smartapp.fhir.routing import Routing
from smartapp.fhir.task import WorkTask, new_task
from smartapp.workflow.calendar import Calendar
from smartapp.workflow.policy.desk import VisitKind
from smartapp.workflow.requests import VISIT_REQUESTED, Request
from smartapp.workflow.seal import Seal
from smartapp.workflow.staff import StaffMember
from smartapp.workflow.submission import Named

SDC_TASK = "http://hl7.org/fhir/uv/sdc/CodeSystem/temp"
UNHEARD = (EhrTooSlow, EhrServerError, MalformedAnswer)


@dataclass(frozen=True)
class NewWork:
    """Makes each unit of work once, however often and from wherever it is asked for."""

    client: FhirClient
    vocabulary: Vocabulary
    staff: StaffMember
    now: datetime
    seal: Seal | None = None

    def for_message(self, request: Request, queue_words: str) -> WorkTask:
        """The same identifier as the patient's side would have given: never two for one message."""
        root, routing = request.root, request.routing
        if routing is None or root.patient is None:
            raise NotFound("the message carries no decision to make work from")
        asking = request.reopened_by or root  # each of them makes work once
        identifier = asking.identifier or asking.id
        routing = routing if routing.queue else replace(routing, queue=self.staff.review)
        about = [(each.target, each.display) for each in root.about if each.target]
        answers = next(
            (each for each, _ in about if each.startswith("QuestionnaireResponse/")), None
        )
        body = new_task(
            vocabulary=self.vocabulary,
            identifier=identifier,
            thread=root.identifier or root.id,
            topic=(request.topic, request.topic),
            description=root.subject_line,
            patient=root.patient,
            requester=_asked_by(asking, root.patient),
            focus=root.thread,
            answers=answers,
            about=[each for each in about if each[0] != answers],
            routing=self._sealed(routing, identifier, root.patient),
            queue_words=queue_words,
            authored=asking.sent.earliest if asking.sent else self.now,
        )
        return self._once(body, identifier)

    def for_visit(
        self,
        request: Request,
        task: WorkTask,
        kind: VisitKind,
        *,
        what_for: str,
        queue_words: str,
        title: str,
        calendar: Calendar,
    ) -> WorkTask:
        """In the same thread, so that the patient goes on following one request."""
        patient = task.patient or ""
        identifier = str(uuid5(NAMESPACE_URL, f"{task.reference}/{kind.code}/{len(task.changes)}"))
        week = calendar.with_week(kind.queue.week)
        routing = Routing(
            queue=kind.queue.code,
            priority=task.routing.priority,
            due=week.due_after(self.now, kind.respond_within),
            rule=VISIT_REQUESTED,
            reason=f"{self.staff.name}: {what_for}",
            policy_version=task.routing.policy_version,
            summary=f"{title}. {what_for}",
        )
        body = new_task(
            vocabulary=self.vocabulary,
            identifier=identifier,
            thread=task.thread or request.root.identifier or request.root.id,
            topic=(kind.topic, kind.topic),
            description=title,
            patient=patient,
            requester=(self.staff.reference, self.staff.name),
            focus=request.root.thread,
            answers=task.response,
            about=[(task.reference, task.description)],
            routing=self._sealed(routing, identifier, patient),
            queue_words=queue_words,
            authored=self.now,
        )
        return self._once(body, identifier)

    def for_form(self, task: WorkTask, canonical: str, title: str, due: datetime) -> WorkTask:
        """Something for the patient to do, as the SDC guide has it: they find it in their app."""
        patient = task.patient or ""
        made = f"{task.reference}/{canonical}/{self.now.date()}"  # asked twice a day, it is once
        identifier = str(uuid5(NAMESPACE_URL, made))
        body = {
            "resourceType": "Task",
            "identifier": [{"system": self.vocabulary.task, "value": identifier}],
            "status": "requested",
            "intent": "order",
            "priority": "routine",
            "code": coded(SDC_TASK, "complete-questionnaire"),
            "description": title,
            "for": {"reference": patient},
            "authoredOn": self.now.isoformat(timespec="seconds"),
            "lastModified": self.now.isoformat(timespec="seconds"),
            "requester": named(self.staff.reference, self.staff.name),
            "owner": {"reference": patient},
            "restriction": {"period": {"end": due.isoformat(timespec="seconds")}},
            "input": [{"type": coded(SDC_TASK, "questionnaire"), "valueCanonical": canonical}],
        }
        return self._once(body, identifier)

    def _sealed(self, routing: Routing, identifier: str, patient: str) -> Routing:
        return routing if self.seal is None else self.seal.sealed(routing, identifier, patient)

    def _once(self, body: dict[str, Any], identifier: str) -> WorkTask:
        there = self._under(identifier)
        if there is not None:
            return there
        try:
            written = self.client.create(body, once=(self.vocabulary.task, identifier))
        except (Conflict, *UNHEARD):
            there = self._under(identifier)
            if there is None:
                raise
            return there
        there = read_work(self.client, self.vocabulary, written.reference or "")
        there = there or self._under(identifier)
        if there is None:
            raise NotFound("the work was made, and not shown")
        return there

    def _under(self, identifier: str) -> WorkTask | None:
        found = self.client.by_identifier("Task", self.vocabulary.task, identifier)
        read = (WorkTask.from_fhir(each, self.vocabulary) for each in found.matches)
        return next((task for task in read if task is not None), None)


def read_work(client: FhirClient, vocabulary: Vocabulary, reference: str) -> WorkTask | None:
    """None where there is no place to look at; what was entered in error is not there."""
    if not reference:
        return None
    task = WorkTask.from_fhir(client.read(reference), vocabulary)
    if task is None:
        raise NotFound("the work was entered in error")
    return task


def _asked_by(root: Message, patient: str) -> Named:
    sender = root.sender
    return (sender.target, sender.display) if sender and sender.target else (patient, "")
