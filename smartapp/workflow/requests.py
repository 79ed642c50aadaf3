"""A request from its first message to its end: what the patient follows and the clinic works."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from smartapp.fhir.message import Message
from smartapp.fhir.routing import Routing
from smartapp.fhir.task import WorkTask

PRIORITIES = ("stat", "asap", "urgent", "routine")  # most pressing first


class Stage(StrEnum):
    """Where a request is, in the words of the tracker. The order is the order of the way."""

    RECEIVED = "received"
    WITH_NURSE = "with-nurse"
    WITH_DOCTOR = "with-doctor"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True)
class Request:
    """One thread of messages, and the work that it made."""

    root: Message
    messages: tuple[Message, ...]  # oldest first, the root among them
    task: WorkTask | None

    @property
    def medicine(self) -> str:
        """What a refill is asked for; empty for other topics."""
        orders = (each for each in self.root.about if "MedicationRequest/" in each.raw)
        return next((each.display for each in orders), "")

    @property
    def submission(self) -> str | None:
        return self.root.identifier

    @property
    def routing(self) -> Routing | None:
        """The Task decides; where there is none, the note on the patient's own message does."""
        return self.task.routing if self.task else self.root.routing

    @property
    def due(self) -> datetime | None:
        return self.routing.due if self.routing else None

    @property
    def last_answer(self) -> Message | None:
        return next((each for each in reversed(self.messages) if not each.is_from_patient), None)

    @property
    def waits_for_clinic(self) -> bool:
        """The patient's side had the last word, and nobody closed the work."""
        open_task = self.task is None or self.task.is_open
        return open_task and self.messages[-1].is_from_patient

    @property
    def is_closed(self) -> bool:
        return self.task is not None and not self.task.is_open

    @property
    def stage(self) -> Stage:
        if self.is_closed:
            return Stage.CLOSED
        if self.last_answer is not None and not self.waits_for_clinic:
            return Stage.ANSWERED
        if self.routing is not None and self.routing.queue == "physician":
            return Stage.WITH_DOCTOR
        if self.task is not None and self.task.owner is not None:
            return Stage.WITH_NURSE
        return Stage.RECEIVED

    def is_late(self, now: datetime) -> bool:
        waits = self.stage not in {Stage.ANSWERED, Stage.CLOSED}
        return waits and self.due is not None and self.due < now

    def concerns(self, reference: str) -> bool:
        return any(each.target == reference for each in self.root.about)


def requests_of(messages: Iterable[Message], tasks: Iterable[WorkTask]) -> tuple[Request, ...]:
    """Threads with their work, newest first. A reply whose root is not there stands alone."""
    by_focus = {task.focus: task for task in tasks if task.focus}
    threads: dict[str, list[Message]] = {}
    for message in messages:
        threads.setdefault(message.thread, []).append(message)
    found = []
    for thread, members in threads.items():
        members.sort(key=_when)
        root = next((each for each in members if each.reference == thread), members[0])
        found.append(Request(root, tuple(members), by_focus.get(root.reference)))
    return tuple(sorted(found, key=lambda request: _when(request.messages[-1]), reverse=True))


def _when(message: Message) -> float:
    return message.sent.earliest.timestamp() if message.sent else 0.0
