"""What each page and each write puts on record, before the person sees anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from flask import g, has_request_context, request

from smartapp import audit
from smartapp.audit import Context, Event, Purpose, Who
from smartapp.config import Ehr
from smartapp.fhir.element import Json
from smartapp.fhir.task import WorkTask, etag_of
from smartapp.launch import Role
from smartapp.logs import REQUEST_ID
from smartapp.services import Services
from smartapp.sessions.launches import ActiveLaunch
from smartapp.sessions.submission import Step, StepState, Submission
from smartapp.workflow.queue import QueueItem
from smartapp.workflow.requests import Request


class Present(Protocol):
    """Somebody with a session, in a request."""

    @property
    def services(self) -> Services: ...

    @property
    def active(self) -> ActiveLaunch: ...


# What became of a step; and what came back from the EHR that is another patient's.
Delivery = tuple[Callable[[Submission, Step], None], Callable[[Submission, str], None]]

TRANSITIONS = {
    StepState.WAITING: "received",
    StepState.POSTING: "posted",
    StepState.UNKNOWN: "unknown",
    StepState.DONE: "confirmed",
    StepState.REFUSED: "refused",
}


def context_of(active: ActiveLaunch, client_id: str = "") -> Context:
    launched = active.launched
    user = launched.user
    patient = f"Patient/{launched.patient_id}" if launched.patient_id else None
    is_patient = user.role is Role.PATIENT
    acts_for = patient if is_patient and user.fhir_user != patient else None
    return Context(
        request_id=REQUEST_ID.get(),
        ehr=launched.ehr_key,
        iss=launched.iss,
        client_id=client_id,
        lid=active.lid,
        who=Who(user.iss, user.sub, user.fhir_user, user.role, acts_for),
        token=launched.token.access,
        ip=_ip(),
        browser=_browser(),
        purpose=Purpose.PATIENT_REQUEST if is_patient else Purpose.TREATMENT,
    )


def bare_context(ehr: Ehr | None) -> Context:
    """Before the login there is nobody to name."""
    return Context(
        request_id=REQUEST_ID.get(),
        ehr=ehr.key if ehr else "",
        iss=ehr.iss if ehr else "",
        client_id=ehr.client_id if ehr else "",
        ip=_ip(),
        browser=_browser(),
    )


def viewed(here: Present, patient_id: str, **counts: int) -> None:
    """So many of each type, of this patient, are about to be shown."""
    shown = {"Patient": 1, **{kind: count for kind, count in counts.items() if count}}
    _record(here, audit.record_viewed(_context(here), f"Patient/{patient_id}", shown))


def document_opened(here: Present, patient_id: str, reference: str, version: str, how: str) -> None:
    """Before its first byte is sent."""
    patient = f"Patient/{patient_id}"
    _record(here, audit.document_opened(_context(here), patient, reference, version, how))


def document_refused(here: Present, patient_id: str, reference: str, reason: str) -> None:
    patient = f"Patient/{patient_id}"
    _record(here, audit.document_refused(_context(here), patient, reference, reason))


def document_sent(
    here: Present, patient_id: str, reference: str
) -> Callable[[int, str, bool], None]:
    """For when it has been sent: then there is no request to ask any more."""
    context, patient = _context(here), f"Patient/{patient_id}"

    def tell(size: int, sha256: str, whole: bool) -> None:
        event = audit.document_sent(
            context, patient, reference, size=size, sha256=sha256, whole=whole
        )
        here.services.audit.record(event)

    return tell


def export(here: Present, form: str) -> Callable[[int, str, bool], None]:
    """Says that a copy of the record is about to leave, and gives what says how it ended."""
    context, patient = _context(here), _own_patient(here)
    _record(here, audit.export_begun(context, patient, form))

    def ended(size: int, sha256: str, whole: bool) -> None:
        event = audit.export_ended(context, patient, form, size=size, sha256=sha256, whole=whole)
        here.services.audit.record(event)

    return ended


def in_requests(requests: Iterable[Request], todos: Sequence[object] = ()) -> dict[str, int]:
    """How many messages, and how many units of work, these requests are made of."""
    listed = list(requests)
    return {
        "Communication": sum(len(each.messages) for each in listed),
        "Task": sum(each.task is not None for each in listed) + len(todos),
    }


def listed(here: Present, items: Iterable[QueueItem]) -> None:
    """A list of twenty patients is twenty events."""
    rows = Counter(item.patient or "Patient/unknown" for item in items)
    _record(here, *audit.list_viewed(_context(here), "queue", rows))


def numbers(here: Present, what: str, counts: Mapping[str, int]) -> None:
    """Before the figures are shown that so many records went into."""
    context = replace(_context(here), purpose=Purpose.OPERATIONS)
    _record(here, audit.numbers_viewed(context, what, counts))


def foreign_withheld(here: Present, patient_id: str | None, kind: str) -> None:
    patient = f"Patient/{here.active.launched.patient_id or patient_id or 'unknown'}"
    _record(here, audit.foreign_withheld(_context(here), patient, kind))


def handed_in(here: Present, submission: Submission) -> None:
    _record(here, *_of_submission(_context(here), submission, submission.steps))


def draft_kept(here: Present, patient_id: str, sid: str) -> None:
    """A draft goes to the EHR at once, and not by the outbox: it may get lost without harm."""
    event = audit.submission_changed(
        _context(here),
        f"Patient/{patient_id}",
        "QuestionnaireResponse",
        "posted",
        sid=sid,
        reason="draft",
    )
    _record(here, event)


def delivery(here: Present) -> Delivery:
    context = _context(here)
    return _delivery(here.services, lambda _: context)


def sweep(services: Services) -> Delivery:
    """The same, for what is finished while nobody is there."""
    return _delivery(services, lambda each: Context(request_id="sweep", ehr=each.ehr_key))


def _delivery(services: Services, context_of: Callable[[Submission], Context]) -> Delivery:
    def tell(submission: Submission, step: Step) -> None:
        services.audit.record(*_of_submission(context_of(submission), submission, (step,)))

    def withheld(submission: Submission, kind: str) -> None:
        patient = f"Patient/{submission.person.patient_id}"
        services.audit.record(audit.foreign_withheld(context_of(submission), patient, kind))

    return tell, withheld


def _of_submission(
    context: Context, submission: Submission, steps: Iterable[Step]
) -> tuple[Event, ...]:
    patient = f"Patient/{submission.person.patient_id}"
    return tuple(
        audit.submission_changed(
            context,
            patient,
            step.resource_type,
            TRANSITIONS[step.state],
            sid=submission.sid,
            ref=step.reference or "",
            attempt=step.attempts,
            reason=step.reason_code or "",
        )
        for step in steps
    )


def about_to_change(here: Present, patient_id: str, item: str, to_state: str) -> None:
    """Where this cannot be put on record, the EHR is not asked."""
    _record(here, audit.task_tried(_context(here), f"Patient/{patient_id}", item, to_state))


def changed(
    here: Present,
    patient_id: str,
    task: WorkTask,
    before: str,
    *,
    how: str = "",
    claimed: bool = False,
) -> None:
    """`how`: what was done, where the state of the work does not say it."""
    patient = f"Patient/{patient_id}"
    etag = task.etag or ""
    event = (
        audit.task_claimed(_context(here), patient, task.reference, etag)
        if claimed
        else audit.task_changed(
            _context(here),
            patient,
            task.reference,
            from_state=before,
            to_state=how or task.status,
            etag=etag,
        )
    )
    _record(here, event)


def summary_withdrawn(here: Present, patient_id: str, summary: str, *, done: bool) -> None:
    event = audit.summary_withdrawn(_context(here), f"Patient/{patient_id}", summary, done=done)
    _record(here, event)


def ticked_off(here: Present, patient_id: str, task: Json, after: str) -> None:
    """By a patient who has sent what a Task asked for, or has begun with it."""
    event = audit.task_changed(
        _context(here),
        f"Patient/{patient_id}",
        f"Task/{task['id']}",
        from_state=str(task.get("status")),
        to_state=after,
        etag=etag_of(task) or "",
    )
    _record(here, event)


def claim_lost(here: Present, patient_id: str, reference: str, etag: str = "") -> None:
    etag = etag or request.form.get("etag", "")
    _record(here, audit.task_conflict(_context(here), f"Patient/{patient_id}", reference, etag))


def denied(services: Services, reason: str) -> None:
    """`g.whose`: the patient behind an item that turned out not to be this person's to open."""
    active: ActiveLaunch | None = g.get("active")
    context = context_of(active) if active else bare_context(None)
    patient_id = g.get("whose") or (active.launched.patient_id if active else None)
    patient = f"Patient/{patient_id}" if patient_id else ""
    route = request.endpoint or "unknown"
    services.audit.record(audit.access_denied(context, route, reason, patient))


def _own_patient(here: Present) -> str:
    return f"Patient/{here.active.launched.patient_id or 'unknown'}"


def _context(here: Present) -> Context:
    return context_of(here.active, here.services.ehr_of(here.active).client_id)


def _record(here: Present, *events: Event) -> None:
    here.services.audit.record(*events)


def _ip() -> str:
    return (request.remote_addr or "") if has_request_context() else ""


def _browser() -> str:
    if not has_request_context():
        return ""
    return audit.browser_of(request.headers.get("User-Agent", ""))
