"""Loading the clinic's queue from the EHR: all of it where it is short, its beginning where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from smartapp.errors import (
    NotAllowed,
    NotDone,
    NotFound,
    Rejected,
    SmartappError,
)
from smartapp.fhir.haul import Found
from smartapp.fhir.section import Section, section_of
from smartapp.fhir.task import WorkTask
from smartapp.workflow import unworked
from smartapp.workflow.loaded_queue import NOTHING, Lack, LoadedQueue, on_page, patients_of
from smartapp.workflow.loading import PAGE_SECONDS, Loader, as_found
from smartapp.workflow.narrowing import PAGE_LINES, Narrowing, place
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.promise import Promises
from smartapp.workflow.queue import QueueItem, order, queue_of
from smartapp.workflow.requests import PRIORITIES
from smartapp.workflow.staff import StaffMember
from smartapp.workflow.streams import LEAST, MOST, CannotBeSorted, Streams
from smartapp.workflow.work_searches import SHORT, Opening, open_tasks, rest_of, strays

MOST_ASKED_SINGLY = 40  # patients, where an EHR answers for one at a time


def load_queue(
    loader: Loader,
    staff: StaffMember,
    now: datetime,
    *,
    narrowing: Narrowing | None = None,
    policy: Policy | None = None,
    patients: Sequence[Loader] = (),
    expects_long: bool = False,
) -> LoadedQueue:
    """Open work of this person's queues, and what patients sent that has none yet.

    `patients` are loaders for those of the configuration, for an EHR that answers for one patient
    at a time. `expects_long`: it was too long to be read whole a moment ago.
    """
    if not staff.queues:
        return LoadedQueue(Section(), {})  # and no message of any patient is read for it
    opening = Opening(loader, staff, now, narrowing or Narrowing(), policy)
    got = _first_pages(opening, with_unworked=not expects_long)
    if _refuses_many_patients(loader, got):
        return _one_by_one(opening, patients)
    loaded = _loaded(opening, got)
    return replace(loaded, lacks=loaded.lacks | lacks_of(loader))


KINDS = {
    "tasks": (Lack.WORK, "Task"),
    "messages": (Lack.MESSAGES, "Communication"),
    "forms": (Lack.FORMS, "QuestionnaireResponse"),
}


def _not_there(got: Mapping[str, object]) -> frozenset[str]:
    """What the EHR said that it has, and answers as if it had never heard of it."""
    return frozenset(name for name, each in got.items() if isinstance(each, NotDone | NotFound))


def lacks_of(loader: Loader) -> frozenset[Lack]:
    return frozenset(
        lack for lack, kind in KINDS.values() if not loader.gate.may(kind, "search-type")
    )


def _first_pages(opening: Opening, *, with_unworked: bool = True) -> dict[str, object]:
    """What may be long is asked for a page at a time; in a long queue the rest is of no use."""
    loader = opening.loader
    others = unworked.calls(loader, opening.now) if with_unworked else {}
    return loader.all_of(
        tasks=lambda: open_tasks(opening), strays=lambda: strays(opening), **others
    )


def _loaded(opening: Opening, got: Mapping[str, object]) -> LoadedQueue:
    absent = _not_there(got)
    got = {name: NOTHING if name in absent else each for name, each in got.items()}
    loaded = _read(opening, got)
    lacks = frozenset(lack for name, (lack, _) in KINDS.items() if name in absent)
    return replace(loaded, lacks=loaded.lacks | lacks)


def _read(opening: Opening, got: Mapping[str, object]) -> LoadedQueue:
    loader, found = opening.loader, as_found(got["tasks"])
    if isinstance(found, Found) and found.following is not None:
        if found.total is None or found.total > SHORT:
            return _long(opening, found)
        found = rest_of(loader, found)
    if "messages" not in got:
        got = {**got, **loader.all_of(**unworked.calls(loader, opening.now))}
    tasks = section_of(found, loader.read_task)
    if tasks.failure is not None:
        # Without the work, every message would look as if nobody had taken it.
        return LoadedQueue(Section(whole=False, failure=tasks.failure), {})
    strays = section_of(as_found(got["strays"]), loader.read_task)
    known = (*tasks.items, *strays.items)
    said = unworked.said(loader, got, known)
    items = _derived(opening, known, said)
    queue = Section(
        items=items,
        whole=tasks.whole and strays.whole and said.whole,
        failure=None if items else said.messages.failure,
    )
    start = place(opening.narrowing.start, len(items))
    return LoadedQueue(
        queue,
        patients_of(loader, on_page(items, start, PAGE_LINES), found),
        total=len(items) if queue.whole and opening.narrowing.is_all else None,
        start=start,
        count=PAGE_LINES,
        following=said.following,
        looked_through=said.looked_through,
    )


def _derived(
    opening: Opening, known: Sequence[WorkTask], said: unworked.Said
) -> tuple[QueueItem, ...]:
    items = queue_of(known, said.messages.items, opening.staff.works, said.worked.items)
    return tuple(each for each in items if opening.wants(each))


# --- a long queue --------------------------------------------------------------------------------


def _long(opening: Opening, first: Found) -> LoadedQueue:
    """Its beginning, in the order of a full sort. What has no work yet is looked for beside it."""
    start, show = opening.narrowing.start, opening.narrowing.show
    count, lacks = start + show + 1, frozenset[Lack]()  # one more, which says that it goes on
    try:
        queue = _in_order(opening, count)
    except (CannotBeSorted, Rejected, NotAllowed):
        queue, lacks = _unsorted(opening, count), frozenset({Lack.ORDER})
    except SmartappError as failure:
        queue = Section[QueueItem](whole=False, failure=failure)
    return LoadedQueue(
        queue,
        patients_of(opening.loader, on_page(queue.items, start, show)),
        total=first.total,
        is_long=True,
        lacks=lacks,
        start=start,
        count=show,
    )


def _in_order(opening: Opening, count: int) -> Section[QueueItem]:
    if opening.policy is None:
        raise CannotBeSorted
    wanted = opening.narrowing.priority
    streams = Streams(
        opening.loader,
        Promises(opening.policy),
        opening.queues,
        opening.narrowed,
        opening.narrowing.topic,
        opening.wants,
        page=max(LEAST, min(count, MOST)),
    )
    return streams.first(count, (wanted,) if wanted else PRIORITIES)


def _unsorted(opening: Opening, count: int) -> Section[QueueItem]:
    """Where the EHR cannot sort: as much as can be read, and said to be no more than that."""
    found = open_tasks(opening, pages=10)
    tasks = section_of(found, opening.loader.read_task)
    items = queue_of(tasks.items, (), opening.staff.works)
    wanted = tuple(each for each in items if opening.wants(each))
    return Section(wanted[:count], tasks.whole and len(wanted) <= count, tasks.failure)


def load_unworked(
    loader: Loader,
    staff: StaffMember,
    now: datetime,
    *,
    narrowing: Narrowing,
    following: tuple[str, ...] = (),
) -> LoadedQueue:
    """What has no work yet, a part at a time: beside a long queue, and further back in any."""
    if not staff.queues:
        return LoadedQueue(Section(), {})
    opening = Opening(loader, staff, now, narrowing, None)
    if not following:
        said = unworked.said(loader, loader.all_of(**unworked.calls(loader, now)), ())
    else:
        said = unworked.said_from(loader, following)
    items = _derived(opening, (), said)
    section = Section(items, said.whole, None if items else said.messages.failure)
    return LoadedQueue(
        section,
        patients_of(loader, items),
        following=said.following,
        looked_through=said.looked_through,
    )


# --- an EHR that answers for one patient at a time -----------------------------------------------


def _refuses_many_patients(loader: Loader, got: Mapping[str, object]) -> bool:
    """It says of each search that it does not take it so: not that it is forbidden, or broken."""
    if loader.client.patient_id is not None:
        return False
    may = [name for name, (_, kind) in KINDS.items() if loader.gate.may(kind, "search-type")]
    made = [got[name] for name in may if name in got and name not in _not_there(got)]
    return bool(made) and all(isinstance(each, Rejected) for each in made)


def _one_by_one(opening: Opening, patients: Sequence[Loader]) -> LoadedQueue:
    lacks = lacks_of(opening.loader)
    if not patients:
        nothing = Section[QueueItem](whole=False)
        return LoadedQueue(nothing, {}, lacks=lacks | {Lack.MANY_PATIENTS})
    openings = [replace(opening, loader=each) for each in patients[:MOST_ASKED_SINGLY]]
    calls = [partial(_of_one, each) for each in openings]
    parts = opening.loader.together(calls, within=PAGE_SECONDS)
    loaded = [each for each in parts if isinstance(each, LoadedQueue)]
    items = sorted((item for each in loaded for item in each.items.items), key=order)
    failures = [each for each in parts if isinstance(each, SmartappError)]
    failures += [each.items.failure for each in loaded if each.items.failure is not None]
    whole = not failures and all(each.items.whole for each in loaded)
    failure = failures[0] if failures and not items else None
    return LoadedQueue(
        Section(tuple(items), whole and len(patients) <= MOST_ASKED_SINGLY, failure),
        {reference: who for each in loaded for reference, who in each.patients.items()},
        lacks=lacks | {Lack.SOME_PATIENTS},
        start=place(opening.narrowing.start, len(items)),
        count=PAGE_LINES,
    )


def _of_one(opening: Opening) -> LoadedQueue:
    return _loaded(opening, _first_pages(opening))
