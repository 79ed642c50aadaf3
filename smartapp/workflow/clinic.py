"""The clinic's side: loading the queue and one item, and the changes that staff make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from smartapp.errors import (
    AnswerLost,
    ClaimLost,
    Conflict,
    EhrServerError,
    EhrTooSlow,
    MalformedAnswer,
    NotFound,
    SmartappError,
)
from smartapp.fhir.client import FhirClient, Found
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.message import Message
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section, section_of
from smartapp.fhir.task import OPEN, WorkTask, detail, new_task
from smartapp.workflow.loading import Loader, as_found
from smartapp.workflow.policy.model import Outcome
from smartapp.workflow.queue import QueueItem, queue_of
from smartapp.workflow.requests import Request
from smartapp.workflow.staff import StaffMember
from smartapp.workflow.submission import Named

UNHEARD = (AnswerLost, EhrTooSlow, EhrServerError, MalformedAnswer)
LOOK_BACK = timedelta(days=30)  # for messages that made no work


@dataclass(frozen=True)
class LoadedQueue:
    items: Section[QueueItem]
    patients: Mapping[str, Patient]  # by "Patient/id"


def load_queue(loader: Loader, staff: StaffMember, now: datetime) -> LoadedQueue:
    """Open work of this person's queues, and patients' messages that have none yet."""
    got = loader.all_of(
        tasks=lambda: _open_tasks(loader, staff),
        messages=lambda: _recent_messages(loader, now),
    )
    found = as_found(got["tasks"])
    vocabulary = loader.vocabulary
    tasks = section_of(found, partial(WorkTask.from_fhir, vocabulary=vocabulary))
    messages = section_of(
        as_found(got["messages"]), partial(Message.from_fhir, vocabulary=vocabulary)
    )
    failure = tasks.failure or messages.failure
    taken = _tasks_for(loader, messages.items) if not failure else ()
    codes = [queue.code for queue in staff.queues]
    items = Section(
        items=queue_of(tasks.items, messages.items, codes, taken),
        whole=tasks.whole and messages.whole,
        failure=failure if not tasks.items else None,
    )
    return LoadedQueue(items, _patients(loader, found, items.items))


def _open_tasks(loader: Loader, staff: StaffMember) -> Found:
    if not loader.gate.may("Task", "search-type"):
        return Found(())
    system = loader.vocabulary.queue
    queues = ",".join(f"{system}|{queue.code}" for queue in staff.queues)
    if not queues:
        return Found(())
    parameters = [
        ("status", ",".join(OPEN)),
        ("performer", queues),
        ("_include", "Task:patient"),
        ("_count", "100"),
    ]
    if loader.client.patient_id:
        parameters.insert(0, ("patient", loader.client.patient_id))
    return loader.client.search("Task", parameters, fresh=True)


def _recent_messages(loader: Loader, now: datetime) -> Found:
    since = (now - LOOK_BACK).date().isoformat()
    parameters = [("sent", f"ge{since}"), ("_sort", "-sent"), ("_count", "100")]
    if loader.client.patient_id:
        parameters.insert(0, ("patient", loader.client.patient_id))
    return loader.client.search("Communication", parameters, fresh=True)


def _tasks_for(loader: Loader, messages: tuple[Message, ...]) -> tuple[WorkTask, ...]:
    """Work for these messages in any state and queue: what has some is not asked for again."""
    roots = [each for each in messages if each.root is None and each.is_from_patient]
    if not roots or not loader.gate.may("Task", "search-type"):
        return ()
    focus = ",".join(each.reference for each in roots)
    found = loader.client.search("Task", [("focus", focus), ("_count", "200")], fresh=True)
    read = partial(WorkTask.from_fhir, vocabulary=loader.vocabulary)
    return section_of(found, read).items


def _patients(
    loader: Loader, found: Found | SmartappError, items: tuple[QueueItem, ...]
) -> dict[str, Patient]:
    """Those that came along, and the rest by one search."""
    included = {} if isinstance(found, SmartappError) else dict(found.included)
    wanted = {item.patient for item in items if item.patient}
    missing = sorted(each.removeprefix("Patient/") for each in wanted if each not in included)
    if missing:
        try:
            more = loader.client.search("Patient", [("_id", ",".join(missing))])
            included |= {f"Patient/{each.get('id')}": each for each in more.matches}
        except SmartappError:
            pass  # a line without a name says so; the work itself is there
    return {
        reference: patient
        for reference in wanted
        if (patient := _patient(included.get(reference))) is not None
    }


def _patient(json: object) -> Patient | None:
    try:
        return Patient.from_fhir(json) if isinstance(json, dict) else None
    except MalformedAnswer:
        return None


# --- one item -----------------------------------------------------------------------------------


def patient_behind(client: FhirClient, reference: str, vocabulary: Vocabulary) -> str:
    """The id of the patient whom an item of the queue is about."""
    resource = client.read(reference)
    if reference.startswith("Task/"):
        patient = WorkTask.from_fhir(resource, vocabulary).patient
    else:
        message = Message.from_fhir(resource, vocabulary)
        patient = message.patient if message else None
    if patient is None:
        raise NotFound("the item names no patient")
    return patient.removeprefix("Patient/")


def request_behind(requests: Section[Request], reference: str) -> Request:
    if requests.failure is not None:
        raise requests.failure
    for request in requests.items:
        task = request.task.reference if request.task else ""
        if reference in {task, request.root.reference}:
            return request
    raise NotFound("the item's message is not there")


# --- what staff do ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Desk:
    """One member of staff with one patient's item before them."""

    client: FhirClient
    vocabulary: Vocabulary
    staff: StaffMember
    now: datetime

    @property
    def me(self) -> Named:
        return self.staff.reference, self.staff.name

    def claim(self, request: Request, etag: str, queue_words: str) -> WorkTask:
        """Mine, if it is nobody's. Where there is no work yet, it is made for the claim."""
        task = request.task or self._made_for(request, queue_words)
        if request.task is None:
            etag = task.etag or ""
        if task.owner is not None and task.owner.target != self.staff.reference:
            raise ClaimLost(task.owner.display)
        if not task.is_open:
            raise ClaimLost(None)
        return self._change(task, etag, status="accepted", stage="with-nurse", owner=self.me)

    def release(self, task: WorkTask, etag: str) -> WorkTask:
        self.must_own(task)
        changed = task.changed(
            vocabulary=self.vocabulary, now=self.now, status="requested", stage="received"
        )
        changed.pop("owner", None)
        return self._put(task, changed, etag)

    def close(self, task: WorkTask, etag: str, outcome: Outcome, reply: str | None) -> WorkTask:
        self.must_own(task)
        coding = {"system": self.vocabulary.outcome, "code": outcome.code}
        concept = {"coding": [coding], "text": outcome.words["en"]}
        outputs = [detail(self.vocabulary, "outcome", valueCodeableConcept=concept)]
        if reply:
            outputs.append(detail(self.vocabulary, "reply", valueReference={"reference": reply}))
        changed = task.changed(
            vocabulary=self.vocabulary,
            now=self.now,
            status="completed",
            stage="closed",
            outputs=outputs,
        )
        return self._put(task, changed, etag)

    def must_own(self, task: WorkTask) -> None:
        if task.owner is None or task.owner.target != self.staff.reference or not task.is_open:
            raise ClaimLost(task.owner.display if task.owner else None)

    def _change(
        self, task: WorkTask, etag: str, *, status: str, stage: str, owner: Named
    ) -> WorkTask:
        changed = task.changed(
            vocabulary=self.vocabulary, now=self.now, status=status, stage=stage, owner=owner
        )
        return self._put(task, changed, etag)

    def _put(self, task: WorkTask, changed: dict[str, object], etag: str) -> WorkTask:
        """Only over the version that the person has seen. What is there afterwards decides."""
        try:
            self.client.update(changed, etag or task.etag)
        except Conflict:
            now_there = self._read(task.reference)
            owner = now_there.owner
            mine = owner is not None and owner.target == self.staff.reference
            raise ClaimLost(None if mine or owner is None else owner.display) from None
        except UNHEARD:
            # It may have been done: what the EHR shows now is the answer.
            if self._read(task.reference).json.get("lastModified") != changed["lastModified"]:
                raise
        return self._read(task.reference)

    def _read(self, reference: str) -> WorkTask:
        return WorkTask.from_fhir(self.client.read(reference), self.vocabulary)

    def _made_for(self, request: Request, queue_words: str) -> WorkTask:
        """The same identifier as the patient's side would have given: never two for one message."""
        root, routing = request.root, request.routing
        if routing is None or root.patient is None or root.sender is None:
            raise NotFound("the message carries no decision to make work from")
        identifier = root.identifier or root.id
        sender = (root.sender.target or root.patient, root.sender.display)
        about = [(each.target or "", each.display) for each in root.about]
        answers = next(
            (each for each, _ in about if each.startswith("QuestionnaireResponse/")), None
        )
        body = new_task(
            vocabulary=self.vocabulary,
            identifier=identifier,
            thread=identifier,
            topic=(root.topic or "", root.topic or ""),
            description=root.subject_line,
            patient=root.patient,
            requester=sender,
            focus=root.reference,
            answers=answers,
            about=[each for each in about if each[0] and each[0] != answers],
            routing=routing,
            queue_words=queue_words,
            authored=root.sent.earliest if root.sent else self.now,
        )
        written = self.client.create(body, once=(self.vocabulary.task, identifier))
        if written.reference is None:
            raise NotFound("the work was made, and not shown")
        return self._read(written.reference)
