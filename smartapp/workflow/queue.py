"""The clinic's queue: open work, and patients' messages that have no work yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from smartapp.fhir.element import Reference
from smartapp.fhir.message import Message
from smartapp.fhir.routing import UNDECIDED, Routing
from smartapp.fhir.task import WorkTask
from smartapp.workflow.requests import (
    PRIORITIES,
    again,
    reopening,
    threads_of,
    waits_for_answer,
    work_by_focus,
)

FIRST = datetime.min.replace(tzinfo=UTC)


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
    stage: str = ""
    site: str = ""  # of the clinic, as the policy calls it; empty where nobody says
    etag: str = ""  # the version that is shown; empty for what is no work yet

    @property
    def is_work(self) -> bool:
        return self.reference.startswith("Task/")

    @property
    def is_by_another(self) -> bool:
        """Somebody acts for the patient."""
        who = self.asked_by
        return who is not None and who.target is not None and who.target != self.patient

    def is_late(self, now: datetime) -> bool:
        return self.routing.due is not None and self.routing.due < now


def queue_of(
    tasks: Iterable[WorkTask],
    messages: Iterable[Message],
    works: Callable[[str], bool],
    worked: Iterable[WorkTask] = (),
) -> tuple[QueueItem, ...]:
    """What somebody who works these queues should look at, oldest promise first.

    `worked` is work of any state for the same messages: what has some is not asked for twice.
    """
    known = {task.reference: task for task in tasks}
    work = work_by_focus((*known.values(), *worked))
    items = [from_task(task) for task in known.values() if task.is_open]
    for first, thread in threads_of(messages).items():
        task = work.get((first, thread[0].patient))
        if task is None and waits_for_answer(thread):
            items += _from_message(thread)
        later = reopening(task, thread) if task else None
        if task is not None and later is not None:
            items.append(_written_again(task, later))
    return tuple(sorted((item for item in items if works(item.routing.queue)), key=order))


def from_task(task: WorkTask) -> QueueItem:
    return QueueItem(
        reference=task.reference,
        patient=task.patient,
        topic=task.topic,
        title=task.description,
        routing=task.routing,
        owner=task.owner,
        asked_by=task.requester,
        since=task.authored.earliest if task.authored else None,
        stage=task.stage,
        site=task.site,
        etag=task.etag or "",
    )


def _written_again(task: WorkTask, message: Message) -> QueueItem:
    """Work that was over, and that the patient has not let rest."""
    return replace(
        from_task(task),
        reference=message.reference,
        routing=again(task.routing),
        owner=None,
        asked_by=message.sender,
        since=message.sent.earliest if message.sent else None,
        stage="",
        etag="",
    )


def _from_message(thread: Sequence[Message]) -> list[QueueItem]:
    """Nothing where it is a machine's, or was never meant for this clinic's queues.

    By the first message that is there: that of an old thread may not have been loaded.
    """
    message = thread[0]
    said = next((each.routing for each in thread if each.routing), None)
    routing = said or (UNDECIDED if message.is_ours else None)
    if routing is None or not any(each.may_be_from_patient for each in thread):
        return []
    item = QueueItem(
        reference=message.reference,
        patient=message.patient,
        topic=message.topic or "",
        title=message.subject_line,
        routing=routing,
        owner=None,
        asked_by=message.sender,
        since=message.sent.earliest if message.sent else None,
    )
    return [item]


def order(item: QueueItem) -> tuple[int, datetime, datetime, str]:
    """A priority that nobody knows counts as the highest, and where no answer was promised for a
    time, the time of asking stands for it: nothing waits for ever behind the promises. Of equals
    the older comes first, never the newer.
    """
    pressing = item.routing.priority
    rank = PRIORITIES.index(pressing) if pressing in PRIORITIES else 0
    since = item.since or FIRST
    return rank, item.routing.due or since, since, item.reference
