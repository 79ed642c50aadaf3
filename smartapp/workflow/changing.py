"""How staff change an item: signed, over the version that was looked at, and read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartapp.errors import ClaimLost, Conflict, EhrError, NotFound, NotOffered
from smartapp.fhir.change import Change, Kind
from smartapp.fhir.client import ETAG, FhirClient
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.element import Reference
from smartapp.fhir.message import coded
from smartapp.fhir.people import Practitioner
from smartapp.fhir.task import WorkTask
from smartapp.fhir.writable import STATUSES
from smartapp.workflow.new_work import UNHEARD, read_work
from smartapp.workflow.seal import Seal
from smartapp.workflow.staff import StaffMember
from smartapp.workflow.submission import Named
from smartapp.workflow.trail import item_of


@dataclass(frozen=True)
class Changing:
    """Who changes what is before them, and whether they may."""

    client: FhirClient
    vocabulary: Vocabulary
    staff: StaffMember
    now: datetime
    seal: Seal | None = None

    @property
    def me(self) -> Named:
        return self.staff.reference, self.staff.name

    def must_own(self, task: WorkTask, etag: str | None = None) -> None:
        """And be the very version that was looked at, where that is told."""
        if not self.is_mine(task) or not task.is_open:
            raise ClaimLost(self.somebody_else(task))
        if etag is not None and etag != (task.etag or ""):
            raise ClaimLost(None)

    def must_be_open(self, task: WorkTask) -> None:
        if not task.is_open:
            raise ClaimLost(None)

    def must_be_free(self, task: WorkTask) -> None:
        """Mine or nobody's: what somebody is working on is not taken from under their hands."""
        self.must_be_open(task)
        if task.owner is not None and not self.is_mine(task):
            raise ClaimLost(self.somebody_else(task))

    def is_mine(self, task: WorkTask) -> bool:
        return task.owner is not None and task.owner.target == self.staff.reference

    def somebody_else(self, task: WorkTask) -> str | None:
        """By the name beside the pointer, or else by the record that it points to."""
        owner = task.owner
        if owner is None or self.is_mine(task):
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

    def as_it_is(self, task: WorkTask, change: Change) -> dict[str, Any]:
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
            raise ClaimLost(self.somebody_else(self.read(task.reference))) from None
        except UNHEARD as error:
            unheard = error  # it may have been done all the same
        there = self.read(task.reference)
        if self._shows(there, changed) and holds(there):
            return there
        raise unheard or ClaimLost(self.somebody_else(there))

    def _shows(self, there: WorkTask, changed: Mapping[str, Any]) -> bool:
        meant = WorkTask.from_fhir(changed, self.vocabulary)
        return meant is not None and _state(there) == _state(meant)

    def read(self, reference: str) -> WorkTask:
        task = read_work(self.client, self.vocabulary, reference)
        if task is None:
            raise NotFound("the work is nowhere")
        return task


def _state(task: WorkTask) -> tuple[object, ...]:
    owner = task.owner.target if task.owner else None
    return task.status, owner, task.routing.queue, task.routing.priority
