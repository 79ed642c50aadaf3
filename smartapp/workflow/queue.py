"""The clinic's queue: open work, and patients' messages that have no work yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from smartapp.fhir.element import Reference
from smartapp.fhir.message import Message
from smartapp.fhir.routing import Routing
from smartapp.fhir.task import WorkTask
from smartapp.workflow.requests import PRIORITIES

LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class QueueItem:
    reference: str  # the Task, or the message where there is no Task
    patient: str | None
    topic: str
    title: str
    routing: Routing
    owner: Reference | None
    asked_by: Reference | None
    since: datetime | None

    @property
    def is_claimed(self) -> bool:
        return self.owner is not None

    def is_late(self, now: datetime) -> bool:
        return self.routing.due is not None and self.routing.due < now


def queue_of(
    tasks: Iterable[WorkTask],
    messages: Iterable[Message],
    queues: Collection[str],
    worked: Iterable[WorkTask] = (),
) -> tuple[QueueItem, ...]:
    """What the holders of these queues should look at, oldest promise first, never newest first.

    `worked` is work of any state for the same messages: what has some is not asked for twice.
    """
    known, messages = list(tasks), list(messages)
    taken = {task.focus for task in (*known, *worked)}
    answered = {message.root for message in messages if not message.is_from_patient}
    items = [_from_task(task) for task in known if task.is_open]
    items += [
        _from_message(message, message.routing)
        for message in messages
        if message.root is None
        and message.is_from_patient
        and message.reference not in taken
        and message.reference not in answered
        and message.routing is not None
    ]
    mine = (item for item in items if item.routing.queue in queues)
    return tuple(sorted(mine, key=_order))


def _from_task(task: WorkTask) -> QueueItem:
    return QueueItem(
        reference=task.reference,
        patient=task.patient,
        topic=task.topic,
        title=task.description,
        routing=task.routing,
        owner=task.owner,
        asked_by=task.requester,
        since=task.authored.earliest if task.authored else None,
    )


def _from_message(message: Message, routing: Routing) -> QueueItem:
    return QueueItem(
        reference=message.reference,
        patient=message.patient,
        topic=message.topic or "",
        title=message.subject_line,
        routing=routing,
        owner=None,
        asked_by=message.sender,
        since=message.sent.earliest if message.sent else None,
    )


def _order(item: QueueItem) -> tuple[int, datetime, datetime]:
    return (
        PRIORITIES.index(item.routing.priority) if item.routing.priority in PRIORITIES else 0,
        item.routing.due or LAST,
        item.since or LAST,
    )
