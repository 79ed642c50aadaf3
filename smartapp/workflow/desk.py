"""One member of staff with one patient's item before them: the changes that they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from smartapp.errors import ClaimLost, Conflict, EhrError, MalformedAnswer, NotFound, NotOffered
from smartapp.fhir.change import Change, Kind
from smartapp.fhir.client import ETAG, FhirClient
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.element import Element, Reference
from smartapp.fhir.message import Message, coded, named
from smartapp.fhir.people import Practitioner
from smartapp.fhir.section import Section
from smartapp.fhir.task import WorkTask, detail
from smartapp.fhir.writable import STATUSES
from smartapp.workflow.new_work import UNHEARD, NewWork, read_work
from smartapp.workflow.policy.model import Outcome
from smartapp.workflow.requests import Request
from smartapp.workflow.seal import Seal
from smartapp.workflow.staff import StaffMember
from smartapp.workflow.submission import Named
from smartapp.workflow.trail import MOVES, Trail, item_of

WAITING = "waiting-for-patient"
NOTE_TRIES = 24  # a note goes beside whatever somebody else has changed in the meantime


def patient_behind(client: FhirClient, reference: str, vocabulary: Vocabulary) -> str:
    """The id of the patient whom an item of the queue is about."""
    resource = client.read(reference)
    if reference.startswith("QuestionnaireResponse/"):
        subject = Element.resource(resource, "QuestionnaireResponse").reference("subject")
        if subject is None or subject.kind != "Patient" or subject.target is None:
            raise NotFound("the form names no patient")
        return subject.target.removeprefix("Patient/")
    read = WorkTask.from_fhir if reference.startswith("Task/") else Message.from_fhir
    item = read(resource, vocabulary)
    if item is None or item.patient is None:
        raise NotFound("the item names no patient")
    return item.patient.removeprefix("Patient/")


def request_behind(requests: Section[Request], reference: str) -> Request:
    """With the work that was asked for, also where other work of its thread counts otherwise."""
    if requests.failure is not None:
        raise requests.failure
    for request in requests.items:
        task = request.task.reference if request.task else ""
        if reference in {task, *(message.reference for message in request.messages)}:
            return request
        own = next((each for each in request.works if each.reference == reference), None)
        if own is not None:
            return replace(request, task=own)
    if not requests.whole:
        raise MalformedAnswer("the item's message may be in the part that could not be loaded")
    raise NotFound("the item's message is not there")


# Nobody's again, but not as the rules made it. Only work at "requested" is due as its age says: a
# long queue is sorted by that (workflow/streams.py).
TOUCHED = "received"


@dataclass(frozen=True)
class Moving:
    """Where an item goes, and why."""

    queue: str
    queue_words: str  # in English, as it stands in the record
    reason: str
    words: str = ""


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

    @cached_property
    def new_work(self) -> NewWork:
        return NewWork(self.client, self.vocabulary, self.staff, self.now, self.seal)

    # --- whose it is --------------------------------------------------------------------------

    def claim(self, request: Request, etag: str, queue_words: str) -> WorkTask:
        """Mine, if it is nobody's. Where there is no work yet, it is made for the claim."""
        there = None if request.reopened_by else request.task
        task = there or self.new_work.for_message(request, queue_words)
        if there is None:
            etag = ""  # nobody has seen a version of it yet
        return self.take(task, etag)

    def take(self, task: WorkTask, etag: str) -> WorkTask:
        if not task.is_open:
            raise ClaimLost(None)
        if self._is_mine(task):
            return task  # by an earlier click
        if task.owner is not None:
            raise ClaimLost(self._somebody_else(task))
        took = self.change(Kind.CLAIMED, after=self.staff.reference)
        changed = self.changed(task, took, status="accepted", stage="with-nurse")
        changed["owner"] = named(*self.me)
        return self.put(task, changed, etag)

    def release(self, task: WorkTask, etag: str) -> WorkTask:
        self.must_own(task)
        gave_back = self.change(Kind.RELEASED, before=self.staff.reference)
        changed = self.changed(task, gave_back, status=TOUCHED, stage="received")
        changed.pop("owner", None)
        return self.put(task, changed, etag)

    def reassign(self, task: WorkTask, etag: str, to: Named, reason: str, words: str) -> WorkTask:
        """To one person, whoever has it now: somebody must be able to take it from who is away."""
        self._must_be_open(task)
        before = task.owner.raw if task.owner else ""
        change = self.change(
            Kind.REASSIGNED, before=before, after=to[0], reason=reason, words=words
        )
        changed = self.changed(task, change, status="accepted", stage="with-nurse")
        changed["owner"] = named(*to)
        return self.put(task, changed, etag)

    # --- where it is --------------------------------------------------------------------------

    def reroute(self, task: WorkTask, etag: str, to: Moving) -> WorkTask:
        return self._moved(Kind.REROUTED, task, etag, to, stage="received")

    def escalate(self, task: WorkTask, etag: str, to: Moving) -> WorkTask:
        return self._moved(Kind.ESCALATED, task, etag, to, stage="with-doctor")

    def _moved(self, kind: Kind, task: WorkTask, etag: str, to: Moving, *, stage: str) -> WorkTask:
        """Nobody's then, for the other team to take. The first move counts against the rule."""
        self._must_be_free(task)
        first = not any(each.kind in MOVES for each in task.changes)
        change = self.change(
            kind,
            before=task.routing.queue,
            after=to.queue,
            rule=task.routing.rule if first else "",
            reason=to.reason,
            words=to.words,
        )
        changed = self.changed(task, change, status=TOUCHED, stage=stage)
        changed.pop("owner", None)
        changed["performerType"] = self.performers(changed, to.queue, to.queue_words)
        return self.put(task, changed, etag)

    def prioritize(self, task: WorkTask, etag: str, priority: str, words: str) -> WorkTask:
        """What was promised to the patient for a time stays promised."""
        self._must_be_free(task)
        before = task.routing.priority
        change = self.change(Kind.PRIORITY, before=before, after=priority, words=words)
        changed = self._as_it_is(task, change)
        changed["priority"] = priority
        if changed["status"] == "requested":
            changed["status"] = TOUCHED
        return self.put(task, changed, etag)

    # --- beside the work ----------------------------------------------------------------------

    def note(self, task: WorkTask, words: str, *, reason: str = "", after: str = "") -> WorkTask:
        """Between staff. It contradicts no other change, so it is added to whatever is there."""
        text = {
            "authorReference": named(*self.me),
            "time": self.now.isoformat(timespec="seconds"),
            "text": words,
        }
        for _ in range(NOTE_TRIES):
            if Trail(task).holds_note(words):
                return task
            noted = self.change(Kind.NOTE, words=words, reason=reason, after=after)
            changed = self._as_it_is(task, noted)
            changed["note"] = [*changed.get("note", []), text]
            try:
                return self.put(task, changed, "", holds=lambda there: _holds(there, words))
            except ClaimLost:
                task = self._read(task.reference)
        raise ClaimLost(None)

    def replied(self, task: WorkTask, message: str) -> WorkTask:
        """The patient has an answer, and the work goes on."""
        self.must_own(task)
        change = self.change(Kind.REPLIED, after=message)
        changed = self.changed(task, change, status="in-progress", stage="with-nurse")
        return self.put(task, changed, "")

    def wait_for_patient(self, task: WorkTask, message: str) -> WorkTask:
        """They have a question to answer. It stays with who asked it."""
        self.must_own(task)
        change = self.change(Kind.ASKED_PATIENT, after=message)
        changed = self.changed(task, change, status="on-hold", stage=WAITING)
        changed["statusReason"] = {"text": "The patient was asked something."}
        return self.put(task, changed, "")

    # --- the end, and after it ----------------------------------------------------------------

    def close(
        self,
        task: WorkTask,
        etag: str,
        outcome: Outcome,
        reply: str | None,
        minutes: int | None = None,
    ) -> WorkTask:
        self.must_own(task)
        ended = self.change(Kind.CLOSED, after=outcome.code, minutes=minutes)
        return self._ended(task, etag, outcome, (ended,), reply)

    def close_for_visit(
        self,
        task: WorkTask,
        etag: str,
        outcome: Outcome,
        *,
        kind: str,
        words: str,
        reply: str | None,
        minutes: int | None = None,
    ) -> WorkTask:
        self.must_own(task)
        asked = self.change(Kind.VISIT_REQUESTED, after=kind, words=words)
        ended = self.change(Kind.CLOSED, after=outcome.code, minutes=minutes)
        return self._ended(task, etag, outcome, (asked, ended), reply)

    def _ended(
        self,
        task: WorkTask,
        etag: str,
        outcome: Outcome,
        changes: tuple[Change, ...],
        reply: str | None,
    ) -> WorkTask:
        concept = coded(self.vocabulary.outcome, outcome.code, outcome.words["en"])
        outputs = [detail(self.vocabulary, "outcome", valueCodeableConcept=concept)]
        if reply:
            outputs.append(detail(self.vocabulary, "reply", valueReference=named(reply)))
        changed = self.changed(task, *changes, status="completed", stage="closed")
        changed["output"] = [*changed.get("output", []), *outputs]
        return self.put(task, changed, etag)

    def reopen(self, task: WorkTask, etag: str, words: str) -> WorkTask:
        """Mine then. How it had ended stays in its history alone."""
        if task.is_open:
            raise ClaimLost(self._somebody_else(task))
        before = task.outcome.code(self.vocabulary.outcome) if task.outcome else ""
        change = self.change(Kind.REOPENED, before=before or "", words=words)
        changed = self.changed(task, change, status="accepted", stage="with-nurse")
        changed["owner"] = named(*self.me)
        self._forget_outcome(changed)
        return self.put(task, changed, etag)

    # --- inside -------------------------------------------------------------------------------

    def must_own(self, task: WorkTask, etag: str | None = None) -> None:
        """And be the very version that was looked at, where that is told."""
        if not self._is_mine(task) or not task.is_open:
            raise ClaimLost(self._somebody_else(task))
        if etag is not None and etag != (task.etag or ""):
            raise ClaimLost(None)

    def _must_be_open(self, task: WorkTask) -> None:
        if not task.is_open:
            raise ClaimLost(None)

    def _must_be_free(self, task: WorkTask) -> None:
        """Mine or nobody's: what somebody is working on is not taken from under their hands."""
        self._must_be_open(task)
        if task.owner is not None and not self._is_mine(task):
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

    def change(self, kind: Kind, **more: Any) -> Change:
        return Change(kind, self.now, Reference(*self.me), **more)

    def _signed(self, task: WorkTask, change: Change) -> Change:
        if self.seal is None or task.patient is None:
            return change
        return self.seal.signed(change, item_of(task), task.patient)

    def changed(self, task: WorkTask, *changes: Change, status: str, stage: str) -> dict[str, Any]:
        changed = task.changed(
            vocabulary=self.vocabulary,
            now=self.now,
            status=status,
            stage=stage,
            changes=tuple(self._signed(task, each) for each in changes),
        )
        changed.pop("statusReason", None)  # it was why it waited
        return changed

    def _as_it_is(self, task: WorkTask, change: Change) -> dict[str, Any]:
        """In the state that it has, as far as this app may write that state."""
        status = task.status
        if status not in STATUSES["Task"]:
            status = "accepted" if task.owner else "requested"
        changed = self.changed(task, change, status=status, stage=task.stage)
        if "statusReason" in task.json:
            changed["statusReason"] = task.json["statusReason"]
        return changed

    def performers(self, changed: Mapping[str, Any], queue: str, words: str) -> list[Any]:
        """Another queue in place of ours; what the EHR itself has put there is its own affair."""
        theirs = [
            each
            for each in changed.get("performerType", [])
            if all(c.get("system") != self.vocabulary.queue for c in each.get("coding", []))
        ]
        return [coded(self.vocabulary.queue, queue, words), *theirs]

    def _forget_outcome(self, changed: dict[str, Any]) -> None:
        kept = [each for each in changed.get("output", []) if not self._is_outcome(each)]
        changed.pop("output", None)
        if kept:
            changed["output"] = kept

    def _is_outcome(self, output: Mapping[str, Any]) -> bool:
        codings = output.get("type", {}).get("coding", [])
        outcome = (self.vocabulary.detail, "outcome")
        return any((each.get("system"), each.get("code")) == outcome for each in codings)

    def put(
        self,
        task: WorkTask,
        changed: dict[str, Any],
        etag: str,
        holds: Callable[[WorkTask], bool] = lambda _there: True,
    ) -> WorkTask:
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
        if self._shows(there, changed) and holds(there):
            return there
        raise unheard or ClaimLost(self._somebody_else(there))

    def _shows(self, there: WorkTask, changed: Mapping[str, Any]) -> bool:
        meant = WorkTask.from_fhir(changed, self.vocabulary)
        return meant is not None and _state(there) == _state(meant)

    def _read(self, reference: str) -> WorkTask:
        task = read_work(self.client, self.vocabulary, reference)
        if task is None:
            raise NotFound("the work is nowhere")
        return task


def _state(task: WorkTask) -> tuple[object, ...]:
    owner = task.owner.target if task.owner else None
    return task.status, owner, task.routing.queue, task.routing.priority


def _holds(there: WorkTask, words: str) -> bool:
    return Trail(there).holds_note(words)
