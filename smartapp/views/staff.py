"""The clinic's queue, and who of the clinic is here."""

from __future__ import annotations

from functools import partial

from flask import Blueprint

from smartapp.launch import Role
from smartapp.pages.queue import queue_page
from smartapp.pages.shell import whose_record
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.show import show, staff_shell
from smartapp.workflow.open_work import load_queue
from smartapp.workflow.staff import StaffMember, staff_member

bp = Blueprint("staff", __name__, url_prefix="/l/<lid>/queue")

STAFF_SECONDS = 60.0


def staff_here(here: Here) -> StaffMember:
    """Read from the record, and kept for a minute: a role that was taken away soon ends here."""
    services, launched = here.services, here.active.launched
    return services.transport.memory.recall(
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


@bp.get("")
@requires_launch(Role.STAFF)
def queue(here: Here) -> View:
    staff = staff_here(here)
    loaded = load_queue(here.loader(), staff, here.now)
    record.listed(here, loaded.items.items)
    patient_id = here.active.launched.patient_id
    patient = loaded.patients.get(f"Patient/{patient_id}") if patient_id else None
    if patient_id and patient is None:
        patient = here.loader().patient()
    if patient:
        record.viewed(here, patient.id)
    title = here.words("Queue")
    page = queue_page(
        here.words,
        staff_shell(
            here,
            title,
            person=staff.name,
            whose=whose_record(here.words, patient) if patient else None,
        ),
        here.paths,
        policy=here.services.policy,
        queues=staff.queues,
        items=loaded.items,
        patients=loaded.patients,
        reader=staff.reference,
        now=here.now,
        read_at=here.words.date_time(here.now),
        only_patient=bool(patient_id),
    )
    return show("queue", page)
