"""Several lines of the queue at once: taken, or closed alike. Each goes its own way to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from flask import Blueprint, request

from smartapp.errors import (
    ClaimLost,
    NotAllowed,
    NotFound,
    Rejected,
    SmartappError,
    WrongRole,
)
from smartapp.fhir.task import WorkTask
from smartapp.launch import Role
from smartapp.pages.queue_line import who
from smartapp.pages.several import Became, Line, closing_page, result_page
from smartapp.pages.shell import Link
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item_opened import OpenItem, open_several
from smartapp.views.show import see_other, show
from smartapp.views.staff import queue_shell, staff_here
from smartapp.views.summary import Ended, document_all, takes_summaries
from smartapp.workflow.desk import Desk
from smartapp.workflow.loaded_queue import patients_of
from smartapp.workflow.loading import PAGE_SECONDS
from smartapp.workflow.policy.model import Outcome
from smartapp.workflow.queue import from_task
from smartapp.workflow.staff import StaffMember

bp = Blueprint("several", __name__, url_prefix="/l/<lid>/queue/several")

MOST = 25  # lines at once


@dataclass(frozen=True)
class Chosen:
    """A line that was ticked, as it is in the EHR now, and the version that was looked at."""

    task: WorkTask
    etag: str
    patient_id: str

    @property
    def reference(self) -> str:
        return self.task.reference


@bp.post("")
@requires_launch(Role.STAFF)
def several(here: Here) -> View:
    staff = staff_here(here)
    chosen = _chosen(here, staff)
    if not chosen:
        return see_other(here.paths.back_to_queue("none-chosen"))
    if request.form.get("then") == "take":
        became = _changed(here, staff, chosen, _take, "accepted", claimed=True)
        return _shown(here, staff, chosen, [_what(each) for each in became], taken=True)
    return _ask(here, staff, chosen)


@bp.post("/close")
@requires_launch(Role.STAFF)
def close(here: Here) -> View:
    staff = staff_here(here)
    chosen = _chosen(here, staff)
    outcome = next(
        (o for o in _outcomes(here, chosen) if o.code == request.form.get("outcome")), None
    )
    if not chosen:
        return see_other(here.paths.back_to_queue("none-chosen"))
    if outcome is None:
        return _ask(here, staff, chosen, missing=True)
    became = _changed(here, staff, chosen, partial(_close, outcome=outcome), "completed")
    ended = [each for each in became if isinstance(each, WorkTask)]
    there = dict(zip((each.reference for each in ended), _documented(here, ended), strict=True))
    what = [
        replace(_what(each), documented=there[each.reference])
        if isinstance(each, WorkTask)
        else _what(each)
        for each in became
    ]
    return _shown(here, staff, chosen, what)


def _take(desk: Desk, each: Chosen) -> WorkTask:
    return desk.take(each.task, each.etag)


def _close(desk: Desk, each: Chosen, outcome: Outcome) -> WorkTask:
    return desk.close(each.task, each.etag, outcome, None)


def _documented(here: Here, ended: Sequence[WorkTask]) -> list[bool]:
    """Each has its summary in the record, as one that is closed alone: by the same way."""
    if not takes_summaries(here):
        return [False for _ in ended]
    wanted = [(each.reference, _patient_id(each)) for each in ended]
    opened = open_several(here, wanted)
    pairs = zip(opened, ended, strict=True)
    known = [Ended(each, task) for each, task in pairs if isinstance(each, OpenItem)]
    there = iter(document_all(here, known))
    return [isinstance(each, OpenItem) and next(there) for each in opened]


def _changed(
    here: Here,
    staff: StaffMember,
    chosen: Sequence[Chosen],
    change: Callable[[Desk, Chosen], WorkTask],
    to_state: str,
    *,
    claimed: bool = False,
) -> list[WorkTask | SmartappError]:
    """That each is tried is on record before the first is, and what became of it after the last."""
    for each in chosen:
        record.about_to_change(here, each.patient_id, each.reference, to_state)
    calls = [partial(change, _desk(here, staff, each), each) for each in chosen]
    became = here.services.transport.together(calls, within=PAGE_SECONDS)
    for each, now in zip(chosen, became, strict=True):
        if isinstance(now, WorkTask):
            record.changed(here, each.patient_id, now, each.task.status, claimed=claimed)
        elif isinstance(now, ClaimLost):
            record.claim_lost(here, each.patient_id, each.reference, each.etag)
    return became


def _shown(
    here: Here,
    staff: StaffMember,
    chosen: Sequence[Chosen],
    became: Sequence[Became],
    *,
    taken: bool = False,
) -> View:
    title = here.words("What became of the chosen lines")
    page = result_page(
        here.words,
        queue_shell(here, title, staff, None, back=_back(here)),
        lines=list(zip(_lines(here, chosen), became, strict=True)),
        taken=taken,
        most=_most(),
    )
    return show("several", page)


def _what(now: WorkTask | SmartappError) -> Became:
    if isinstance(now, WorkTask):
        return Became(done=True)
    if isinstance(now, ClaimLost):
        return Became(owner=now.owner, lost=True)
    return Became(refused=isinstance(now, Rejected | NotAllowed))


def _ask(
    here: Here, staff: StaffMember, chosen: Sequence[Chosen], *, missing: bool = False
) -> View:
    """How they ended, for all of them; only what this person has can be closed."""
    mine = [
        each for each in chosen if each.task.owner and each.task.owner.target == staff.reference
    ]
    others = [each for each in chosen if each not in mine]
    title = here.words("Close the chosen lines")
    page = closing_page(
        here.words,
        queue_shell(here, title, staff, None, back=_back(here)),
        action=f"{here.paths.queue}/several/close",
        lines=_lines(here, mine),
        left_out=_lines(here, others),
        outcomes=_outcomes(here, mine),
        missing=missing,
        most=_most(),
        documents=takes_summaries(here),
    )
    return show("several_close", page, 422 if missing else 200)


# --- what all of them need ------------------------------------------------------------------------


def _most() -> int:
    """How many lines are taken on, where more were chosen; otherwise 0."""
    return MOST if len(set(request.form.getlist("item"))) > MOST else 0


def _chosen(here: Here, staff: StaffMember) -> list[Chosen]:
    """As they are now. The queue of each must be one that this person works, as with one alone."""
    named = [each.partition(" ") for each in dict.fromkeys(request.form.getlist("item"))]
    asked = [(here.named(handle, "Task"), etag) for handle, _, etag in named[:MOST]]
    client, vocabulary = here.client(), here.services.vocabulary
    reads = [partial(client.read, reference, fresh=True) for reference, _ in asked]
    found = []
    for (_, etag), json in zip(
        asked, here.services.transport.together(reads, within=PAGE_SECONDS), strict=True
    ):
        if isinstance(json, NotFound):
            continue
        if isinstance(json, SmartappError):
            raise json
        task = WorkTask.from_fhir(json, vocabulary)
        if task is None or task.patient is None:
            continue
        if not staff.works(task.routing.queue):
            raise WrongRole
        found.append(Chosen(task, etag, _patient_id(task)))
    return found


def _patient_id(task: WorkTask) -> str:
    return (task.patient or "").removeprefix("Patient/")


def _desk(here: Here, staff: StaffMember, each: Chosen) -> Desk:
    services = here.services
    client = here.client(each.patient_id)
    return Desk(client, services.vocabulary, staff, here.now, services.seal)


def _outcomes(here: Here, chosen: Sequence[Chosen]) -> tuple[Outcome, ...]:
    """Those that the topics of all these lines have in common."""
    topics = [here.services.policy.topics.get(each.task.topic) for each in chosen]
    if not topics or None in topics:
        return ()
    first, *rest = [each.outcomes for each in topics if each is not None]
    return tuple(o for o in first if all(o.code in {r.code for r in others} for others in rest))


def _lines(here: Here, chosen: Sequence[Chosen]) -> list[Line]:
    items = [from_task(each.task) for each in chosen]
    patients = patients_of(here.loader(), items)
    record.listed(here, items)
    return [
        Line(
            title=each.title,
            who=who(here.words, patients.get(each.patient or "")),
            href=here.paths.item(each.reference),
            chosen=f"{here.paths.seal(each.reference)} {one.etag}",
        )
        for each, one in zip(items, chosen, strict=True)
    ]


def _back(here: Here) -> Link:
    return Link(here.words("Back to the queue"), here.paths.back_to_queue())
