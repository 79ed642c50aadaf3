"""Loading the clinic's queue from the EHR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from smartapp.errors import (
    MalformedAnswer,
    NotAllowed,
    SmartappError,
)
from smartapp.fhir.client import Found
from smartapp.fhir.message import Message
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section, section_of
from smartapp.fhir.task import OPEN, WorkTask
from smartapp.workflow.loading import Loader, as_found
from smartapp.workflow.queue import QueueItem, queue_of
from smartapp.workflow.requests import threads_of, waits_for_answer
from smartapp.workflow.staff import StaffMember

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
