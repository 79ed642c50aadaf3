"""Asking the EHR for the open work of somebody's queues."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from smartapp.errors import NotAllowed, NotDone, Rejected
from smartapp.fhir.haul import Found
from smartapp.fhir.task import OPEN
from smartapp.workflow.loading import Loader
from smartapp.workflow.narrowing import Narrowing, Whose
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.queue import QueueItem
from smartapp.workflow.staff import StaffMember

SHORT = 100  # a queue of so many is read whole, and sorted together with what has no work yet
PAGE = 50

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Opening:
    """Who looks at what, in which EHR."""

    loader: Loader
    staff: StaffMember
    now: datetime
    narrowing: Narrowing
    policy: Policy | None

    @property
    def queues(self) -> tuple[str, ...]:
        mine = tuple(each.code for each in self.staff.queues)
        wanted = self.narrowing.queue
        return tuple(each for each in mine if wanted in {"", each})

    @property
    def narrowed(self) -> Parameters:
        """What the EHR itself can leave out. It is looked at again here, whatever the EHR does."""
        asked = []
        if self.narrowing.whose == Whose.MINE:
            asked.append(("owner", self.staff.reference))
        return tuple(asked)

    def wants(self, item: QueueItem) -> bool:
        mine = self.staff.works(item.routing.queue)
        return mine and self.narrowing.holds(item, self.staff.reference)


def open_tasks(opening: Opening, *, pages: int = 1) -> Found:
    system = opening.loader.vocabulary.queue
    queues = ",".join(f"{system}|{queue}" for queue in opening.queues)
    if not queues:
        return Found(())
    topic = opening.narrowing.topic
    code = [("code", f"{opening.loader.vocabulary.topic}|{topic}")] if topic else []
    pressing = opening.narrowing.priority
    priority = [("priority", pressing)] if pressing and pressing != "routine" else []
    return _search_tasks(
        opening.loader,
        ("performer", queues),
        *code,
        *priority,
        *opening.narrowed,
        ("_include", "Task:patient"),
        pages=pages,
    )


def rest_of(loader: Loader, found: Found) -> Found:
    more = loader.client.follow("Task", found.following, pages=SHORT // PAGE)
    return replace(
        more,
        matches=(*found.matches, *more.matches),
        included={**found.included, **more.included},
    )


def strays(opening: Opening) -> Found:
    """For those who review, our work in no queue of today: one may be a queue no longer."""
    loader, staff = opening.loader, opening.staff
    if not staff.reviews:
        return Found(())
    ours = ("code", f"{loader.vocabulary.topic}|")
    elsewhere = ",".join(f"{loader.vocabulary.queue}|{each}" for each in sorted(staff.all_queues))
    try:
        return _search_tasks(loader, ours, ("performer:not", elsewhere), pages=10)
    except Rejected:
        return _search_tasks(loader, ours, pages=10)


def _search_tasks(loader: Loader, *parameters: tuple[str, str], pages: int) -> Found:
    if not loader.gate.may("Task", "search-type"):
        return Found(())
    usual = (("status", ",".join(OPEN)), *parameters)
    ordered = (("_sort", "authored-on"), ("_count", str(PAGE)))
    try:
        return loader.search("Task", *usual, *ordered, fresh=True, pages=pages)
    except NotDone:
        raise
    except NotAllowed:
        return Found((), complete=False)  # it was granted, and still it is not to be had
