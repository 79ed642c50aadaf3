"""One request: its receipt, where it is, and what was said."""

from __future__ import annotations

from flask import Blueprint

from smartapp.errors import NotFound
from smartapp.launch import Role
from smartapp.pages import request as pages
from smartapp.pages.shell import Link
from smartapp.sessions.submission import Submission, SubmissionState
from smartapp.views import record
from smartapp.views.drafting import WORDS
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.patient import load_requests
from smartapp.views.sending import finish
from smartapp.views.show import patient_shell, show
from smartapp.words import in_locale
from smartapp.workflow.requests import Request, Stage

bp = Blueprint("request", __name__, url_prefix="/l/<lid>/requests/<handle>")


@bp.get("")
@requires_launch(Role.PATIENT)
def follow(here: Here, handle: str) -> View:
    sid = here.named(handle, "Submission").removeprefix("Submission/")
    submission = here.services.outbox.find(sid, here.active.person)
    if submission is not None:
        submission = finish(here, submission, patiently=False)
    patient, requests = load_requests(here)
    request = next((each for each in requests.items if each.submission == sid), None)
    if request is None and submission is None:
        raise requests.failure or NotFound("no such request")
    record.viewed(here, patient.id, **record.in_requests([request] if request else []))
    title = _title(here, request, submission)
    page = pages.request_page(
        here.words,
        patient_shell(
            here, title, patient, back=Link(here.words("All your requests"), here.paths.requests)
        ),
        policy=here.services.policy,
        request=request,
        receipt=_receipt(here, sid, request, submission),
        title=title,
        reader=here.fhir_user,
        now=here.now,
        whole=requests.whole,
        kept=_kept(here, submission),
    )
    return show("request", page)


def _title(here: Here, request: Request | None, submission: Submission | None) -> str:
    if request is not None:
        topic = here.services.policy.topics.get(request.topic)
        return pages.title_of(here.words, request, topic)
    return (submission.title if submission else "") or here.words("Your request")


def _receipt(
    here: Here, sid: str, request: Request | None, submission: Submission | None
) -> pages.Receipt | None:
    """Only what the EHR has shown to us counts as received."""
    reference = pages.short_reference(sid)
    phone = here.services.policy.phones.clinic
    state = submission.state if submission else SubmissionState.CONFIRMED
    if state is SubmissionState.REFUSED:
        return pages.receipt_refused(here.words, reference=reference, clinic_phone=phone)
    if state is SubmissionState.WAITING_FOR_AUTHOR:
        return pages.receipt_waiting(here.words, reference=reference, clinic_phone=phone)
    if state is not SubmissionState.CONFIRMED:
        return pages.receipt_confirming(here.words, reference=reference, clinic_phone=phone)
    if request is not None and request.stage is not Stage.RECEIVED:
        return None
    return _received(here, reference, request)


def _received(here: Here, reference: str, request: Request | None) -> pages.Receipt:
    policy, words = here.services.policy, here.words
    routing = request.routing if request else None
    team = policy.queue(routing.queue).team if routing else None
    topic = policy.topics.get(request.topic) if request else None
    return pages.receipt_received(
        words,
        reference=reference,
        team=in_locale(team, words.locale) if team else "",
        due=words.day_and_time(routing.due) if routing and routing.due else "",
        receipt=in_locale(topic.words.receipt, words.locale) if topic else "",
    )


def _kept(here: Here, submission: Submission | None) -> str:
    """What was refused is given back, so that it can be copied."""
    if submission is None or submission.state is not SubmissionState.REFUSED:
        return ""
    draft = here.services.drafts.find(here.active.person, submission.form)
    return next(iter(draft.fields.get(WORDS, ())), "") if draft else ""
