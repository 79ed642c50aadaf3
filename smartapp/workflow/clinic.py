"""The clinic's side: loading the queue and one item, and the changes that staff make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from smartapp.errors import (
    ClaimLost,
    Conflict,
    EhrError,
    EhrServerError,
    EhrTooSlow,
    MalformedAnswer,
    NotAllowed,
    NotFound,
    NotOffered,
    SmartappError,
)
from smartapp.fhir.client import ETAG, FhirClient, Found
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.message import Message, coded, named
from smartapp.fhir.people import Patient, Practitioner
from smartapp.fhir.routing import Routing
from smartapp.fhir.section import Section, section_of
from smartapp.fhir.task import OPEN, WorkTask, detail, new_task
from smartapp.workflow.loading import Loader, as_found
from smartapp.workflow.policy.model import Outcome
from smartapp.workflow.queue import QueueItem, queue_of
from smartapp.workflow.requests import Request, threads_of, waits_for_answer
from smartapp.workflow.seal import Seal
from smartapp.workflow.staff import StaffMember
from smartapp.workflow.submission import Named

UNHEARD = (EhrTooSlow, EhrServerError, MalformedAnswer)
RECENT = timedelta(days=30)  # most of what waits without work
MOST_OLDER = 500  # messages of ours that are looked through for one that nobody answered


@dataclass(frozen=True)
class LoadedQueue:
    items: Section[QueueItem]
    patients: Mapping[str, Patient]  # by "Patient/id"


def load_queue(loader: Loader, staff: StaffMember, now: datetime) -> LoadedQueue:
    """Open work of this person's queues, and patients' messages that have none yet."""
    if not staff.queues:
        return LoadedQueue(Section(), {})  # and no message of any patient is read for it
    got = loader.all_of(
        tasks=lambda: _open_tasks(loader, staff),
        strays=lambda: _strays(loader, staff),
        messages=lambda: _recent_messages(loader, now),
        older=lambda: _older_messages(loader, now),
    )
    found = as_found(got["tasks"])
    tasks = section_of(found, loader.read_task)
    if tasks.failure is not None:
        # Without the work, every message would look as if nobody had taken it.
        return LoadedQueue(Section(whole=False, failure=tasks.failure), {})
    strays = section_of(as_found(got["strays"]), loader.read_task)
    messages = loader.read_messages(as_found(got["messages"]))
    older = loader.read_messages(as_found(got["older"]))
    known = (*tasks.items, *strays.items)
    said = (*messages.items, *older.items)
    worked = _work_for(loader, said, known)
    items = queue_of(known, said, staff.works, worked.items)
    queue = Section(
        items=items,
        whole=all(part.whole for part in (tasks, strays, messages, older, worked)),
        failure=None if items else messages.failure,
    )
    return LoadedQueue(queue, _patients(loader, found, items))


def _open_tasks(loader: Loader, staff: StaffMember) -> Found:
    system = loader.vocabulary.queue
    queues = ",".join(f"{system}|{queue.code}" for queue in staff.queues)
    if not queues:
        return Found(())
    return _search_tasks(loader, ("performer", queues), ("_include", "Task:patient"))


def _strays(loader: Loader, staff: StaffMember) -> Found:
    """For those who review, our work in every queue: one of them may be a queue no longer."""
    if not staff.reviews:
        return Found(())
    return _search_tasks(loader, ("code", f"{loader.vocabulary.topic}|"))


def _search_tasks(loader: Loader, *parameters: tuple[str, str]) -> Found:
    if not loader.gate.may("Task", "search-type"):
        return Found(())
    is_open = ("status", ",".join(OPEN))
    try:
        return loader.search("Task", is_open, *parameters, ("_count", "100"), fresh=True)
    except NotAllowed:
        return Found((), complete=False)  # it was granted, and still it is not to be had


def _recent_messages(loader: Loader, now: datetime) -> Found:
    since = ("sent", f"ge{(now - RECENT).date().isoformat()}")
    return loader.said(since, ("_sort", "-sent"))


def _older_messages(loader: Loader, now: datetime) -> Found:
    """A message that nobody has answered does not end with the month. Only what this app has
    written: the other letters of the years are no work of its queues.
    """
    return loader.said(
        ("category", f"{loader.vocabulary.topic}|"),
        ("sent", f"lt{(now - RECENT).date().isoformat()}"),
        ("_sort", "-sent"),
        pages=MOST_OLDER // 100,
    )


def _work_for(
    loader: Loader, messages: tuple[Message, ...], known: tuple[WorkTask, ...]
) -> Section[WorkTask]:
    """Work for what waits, in any state and queue: what has some is not asked for again."""
    taken = {(task.focus, task.patient) for task in known}
    waiting = {
        first: thread[0].patient
        for first, thread in threads_of(messages).items()
        if waits_for_answer(thread)
    }
    roots = [first for first, patient in waiting.items() if (first, patient) not in taken]
    if not roots or not loader.gate.may("Task", "search-type"):
        return Section()
    found = loader.in_portions("Task", "focus", roots)
    parts = [section_of(each, loader.read_task) for each in found]
    whole = all(part.whole for part in parts)
    return Section(tuple(task for part in parts for task in part.items), whole)


def _patients(
    loader: Loader, found: Found | SmartappError, items: tuple[QueueItem, ...]
) -> dict[str, Patient]:
    """Those that came along, and the rest by search. A line without a name says so."""
    included = {} if isinstance(found, SmartappError) else dict(found.included)
    wanted = {item.patient for item in items if item.patient}
    missing = sorted(each.removeprefix("Patient/") for each in wanted if each not in included)
    for more in loader.in_portions("Patient", "_id", missing):
        if isinstance(more, Found):
            included |= {f"Patient/{each['id']}": each for each in more.matches}
    read = ((reference, _patient(included.get(reference))) for reference in wanted)
    return {reference: patient for reference, patient in read if patient is not None}


def _patient(json: object) -> Patient | None:
    try:
        return Patient.from_fhir(json) if isinstance(json, dict) else None
    except MalformedAnswer:
        return None


# --- one item -----------------------------------------------------------------------------------


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


# --- what staff do ------------------------------------------------------------------------------


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
        changed = self._changed(task, status="accepted", stage="with-nurse")
        changed["owner"] = named(*self.me)
        return self._put(task, changed, etag)

    def release(self, task: WorkTask, etag: str) -> WorkTask:
        self.must_own(task)
        changed = self._changed(task, status="requested", stage="received")
        changed.pop("owner", None)
        return self._put(task, changed, etag)

    def close(self, task: WorkTask, etag: str, outcome: Outcome, reply: str | None) -> WorkTask:
        self.must_own(task)
        concept = coded(self.vocabulary.outcome, outcome.code, outcome.words["en"])
        outputs = [detail(self.vocabulary, "outcome", valueCodeableConcept=concept)]
        if reply:
            outputs.append(detail(self.vocabulary, "reply", valueReference=named(reply)))
        changed = self._changed(task, status="completed", stage="closed")
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

    def _changed(self, task: WorkTask, *, status: str, stage: str) -> dict[str, Any]:
        return task.changed(vocabulary=self.vocabulary, now=self.now, status=status, stage=stage)

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
