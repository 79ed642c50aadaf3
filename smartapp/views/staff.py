"""The clinic's queue, and who of the clinic is here."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, g, request

from smartapp.errors import NotFound
from smartapp.fhir.people import Patient
from smartapp.launch import Role
from smartapp.pages.earlier import Earlier, earlier
from smartapp.pages.queue import Lines, further, queue_lines, queue_page
from smartapp.pages.queue_line import Reading
from smartapp.pages.shell import Link, Shell, whose_record
from smartapp.pages.unworked import unworked_page
from smartapp.sessions.handles import open_handle
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.show import show, staff_shell
from smartapp.workflow.loaded_queue import LoadedQueue
from smartapp.workflow.loading import Loader, as_found
from smartapp.workflow.narrowing import Narrowing
from smartapp.workflow.open_work import load_queue, load_unworked
from smartapp.workflow.staff import StaffMember, staff_member

bp = Blueprint("staff", __name__, url_prefix="/l/<lid>/queue")

STAFF_SECONDS = 60.0
PAGE = "Page/"  # before the EHR's address of a later page of a search


def staff_here(here: Here) -> StaffMember:
    """Read from the record, and kept for a minute: a role that was taken away soon ends here."""
    services, launched = here.services, here.active.launched
    g.staff = services.transport.memory.recall(
        ("staff", launched.user.key, launched.user.fhir_user, launched.token.scope),
        STAFF_SECONDS,
        partial(
            staff_member,
            here.directory(),
            launched.user.fhir_user,
            services.policy,
            here.now,
        ),
    )
    staff: StaffMember = g.staff  # for what stands around each page of theirs
    return staff


@bp.get("")
@requires_launch(Role.STAFF)
def queue(here: Here) -> View:
    staff, narrowing = staff_here(here), narrowed(here)
    loaded = load_lines(here, staff, narrowing)
    record.listed(here, loaded.shown)
    patient = patient_of_chart(here, loaded)
    title = here.words("Queue")
    page = queue_page(
        here.words,
        queue_shell(here, title, staff, patient),
        here.paths,
        policy=here.services.policy,
        queues=staff.queues,
        lines=lines_of(here, staff, loaded, narrowing),
        loaded=loaded,
        narrowing=narrowing,
        only_patient=patient is not None,
        may_change=may_change(here),
        earlier=_earlier(here, staff) if patient is not None and staff.queues else (),
    )
    return show("queue", page)


def _earlier(here: Here, staff: StaffMember) -> tuple[Earlier, ...]:
    """Whatever the chart's patient has written and filled in, with what it came to."""
    loader = here.loader()
    got = loader.all_of(messages=loader.messages, tasks=loader.tasks, forms=loader.forms)
    found = [as_found(got[each]) for each in ("messages", "tasks", "forms")]
    requests = loader.read_requests(*found)
    if requests.items:
        shown = record.in_requests(requests.items)
        record.viewed(here, loader.client.patient_id or "", **shown)
    return earlier(here.words, here.paths, here.services.policy, staff, requests)


@bp.get("/unworked")
@requires_launch(Role.STAFF)
def unworked(here: Here) -> View:
    """What waits without any work: beside a long queue, and further back than a page looks."""
    staff, narrowing = staff_here(here), narrowed(here)
    loaded = load_unworked(
        here.loader(), staff, here.now, narrowing=narrowing, following=_following(here)
    )
    record.listed(here, loaded.shown)
    patient = patient_of_chart(here, loaded)
    title = here.words("Without a work item")
    back = Link(here.words("Back to the queue"), here.paths.back_to_queue())
    page = unworked_page(
        here.words,
        queue_shell(here, title, staff, patient, back=back),
        lines=lines_of(here, staff, loaded, narrowing),
        loaded=loaded,
        further=further(here.paths, loaded.following),
    )
    return show("unworked", page)


# --- what all of them need ------------------------------------------------------------------------


def narrowed(here: Here) -> Narrowing:
    narrowing = Narrowing.read(request.args, here.services.policy)
    g.narrowed = narrowing.query
    return narrowing


def may_change(here: Here) -> bool:
    return here.gate.may("Task", "update")


def patient_of_chart(here: Here, loaded: LoadedQueue) -> Patient | None:
    """Whose chart this is opened in; that their record was looked at goes on record."""
    patient_id = here.active.launched.patient_id
    if not patient_id:
        return None
    patient = loaded.patients.get(f"Patient/{patient_id}") or here.loader().patient()
    record.viewed(here, patient.id)
    return patient


def queue_shell(
    here: Here,
    title: str,
    staff: StaffMember,
    patient: Patient | None,
    *,
    back: Link | None = None,
) -> Shell:
    whose = whose_record(here.words, patient) if patient else None
    return staff_shell(here, title, person=staff.name, whose=whose, back=back)


def reading_of(here: Here, staff: StaffMember, loaded: LoadedQueue) -> Reading:
    policy = here.services.policy
    return Reading(
        words=here.words,
        paths=here.paths,
        policy=policy,
        patients=loaded.patients,
        reader=staff.reference,
        now=here.now,
        closed_since=policy.calendar.closed_since(here.now),
        sure=loaded.items.whole,
        may_change=may_change(here),
    )


def load_lines(here: Here, staff: StaffMember, narrowing: Narrowing) -> LoadedQueue:
    """That it was long is remembered: then nothing is asked for that a long one does not show."""
    memory, launched = here.services.transport.memory, here.active.launched
    key = ("long", launched.ehr_key, launched.patient_id or "", staff.reference, narrowing.query)
    loaded = load_queue(
        here.loader(),
        staff,
        here.now,
        narrowing=narrowing,
        policy=here.services.policy,
        patients=_loaders(here),
        expects_long=memory.last(key) is True,
    )
    memory.recall(key, 0.0, lambda: loaded.is_long)
    return loaded


def _loaders(here: Here) -> tuple[Loader, ...]:
    """For an EHR that answers for one patient at a time, those that the configuration names."""
    if here.active.launched.patient_id:
        return ()
    named = here.services.ehr_of(here.active).queue_patients
    return tuple(here.loader(each) for each in named)


def lines_of(here: Here, staff: StaffMember, loaded: LoadedQueue, narrowing: Narrowing) -> Lines:
    return queue_lines(
        reading_of(here, staff, loaded),
        loaded,
        narrowing,
        again=here.paths.back_to_queue(),
        read_at=here.words.date_time(here.now),
    )


def _following(here: Here) -> tuple[str, ...]:
    sealed = request.args.get("from")
    if sealed is None:
        return ()
    name = open_handle(here.active.handle_key, here.active.lid, sealed)
    if name is None or not name.startswith(PAGE):
        raise NotFound("no such page in this session")
    return tuple(name.removeprefix(PAGE).split("\n"))
