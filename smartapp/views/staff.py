"""The clinic's pages: the queue, and one item with what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID, uuid4, uuid5

from flask import Blueprint, request

from smartapp.errors import ClaimLost, EhrError, NotFound, WrongRole
from smartapp.fhir.people import Patient
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.response import answers_of
from smartapp.launch import Role
from smartapp.pages.item import (
    AnswerForm,
    Beside,
    answer_faults,
    answer_form,
    item_page,
    refill_panels,
)
from smartapp.pages.queue import queue_page
from smartapp.pages.said import lost_claim, not_confirmed
from smartapp.pages.shell import Link, Notice, whose_record
from smartapp.sessions.person import Person
from smartapp.sessions.submission import Submission, SubmissionState
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.patient import sure_of_patient
from smartapp.views.show import see_other, show, staff_shell
from smartapp.words import in_locale
from smartapp.workflow.answering import Answering, read_answering
from smartapp.workflow.clinic import Desk, load_queue, patient_behind, request_behind
from smartapp.workflow.loading import (
    Loader,
    as_found,
    read_allergies,
    read_dispenses,
    read_orders,
)
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.requests import Request
from smartapp.workflow.staff import StaffMember, staff_member

bp = Blueprint("staff", __name__, url_prefix="/l/<lid>/queue")

STAFF_SECONDS = 60.0


def staff_here(here: Here) -> StaffMember:
    """Read from the record, and kept for a minute: a role that was taken away soon ends here."""
    services, launched = here.services, here.active.launched
    return services.transport.memory.recall(
        ("staff", launched.iss, launched.user.fhir_user, launched.token.scope),
        STAFF_SECONDS,
        partial(
            staff_member,
            services.directory(here.active),
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


@dataclass(frozen=True)
class OpenItem:
    """An item as it is in the EHR now, with the person who looks at it."""

    reference: str
    staff: StaffMember
    loader: Loader
    request: Request
    patient: Patient
    topic: Topic | None
    person: Person

    @property
    def form(self) -> str:
        return f"answer:{self.reference}"

    @property
    def is_mine(self) -> bool:
        task = self.request.task
        owner = task.owner if task and task.is_open else None
        return owner is not None and owner.target == self.staff.reference


@bp.get("/<handle>")
@requires_launch(Role.STAFF)
def item(here: Here, handle: str) -> View:
    return _show(here, _open(here, handle))


@bp.post("/<handle>/claim")
@requires_launch(Role.STAFF)
def claim(here: Here, handle: str) -> View:
    opened = _open(here, handle)
    queue = (
        here.services.policy.queue(opened.request.routing.queue) if opened.request.routing else None
    )
    words = in_locale(queue.name, "en") if queue else ""
    record.about_to_change(here, opened.patient.id, opened.reference, "accepted")
    try:
        task = _desk(here, opened).claim(opened.request, request.form.get("etag", ""), words)
    except ClaimLost as lost:
        record.claim_lost(here, opened.patient.id, opened.reference)
        return _show(here, _open(here, handle), said=lost_claim(here.words, lost.owner), status=409)
    record.changed(here, opened.patient.id, task, "requested")
    return see_other(f"{here.paths.item(task.reference)}?said=claimed")


@bp.post("/<handle>/release")
@requires_launch(Role.STAFF)
def release(here: Here, handle: str) -> View:
    opened = _open(here, handle)
    if opened.request.task is None:
        raise NotFound("nothing to give back")
    record.about_to_change(here, opened.patient.id, opened.reference, "requested")
    try:
        task = _desk(here, opened).release(opened.request.task, request.form.get("etag", ""))
    except ClaimLost as lost:
        record.claim_lost(here, opened.patient.id, opened.reference)
        return _show(here, _open(here, handle), said=lost_claim(here.words, lost.owner), status=409)
    record.changed(here, opened.patient.id, task, opened.request.task.status)
    return see_other(f"{here.paths.queue}?said=released")


@bp.post("/<handle>/answer")
@requires_launch(Role.STAFF)
def answer(here: Here, handle: str) -> View:
    opened = _open(here, handle)
    posted = _keep(here, opened)
    if opened.topic is None:
        raise NotFound("the topic is not in the policy")
    medicine = opened.request.medicine
    said = read_answering(opened.topic, posted, medicine, _patients_language(opened))
    if said.template_chosen:
        return _show(
            here, opened, posted={**posted, "text": said.text, "outcome": said.outcome_code}
        )
    if said.missing:
        faults = answer_faults(here.words, said.missing)
        return _show(here, opened, posted=posted, faults=faults, status=422)
    try:
        return _carry_out(here, opened, said)
    except ClaimLost as lost:
        record.claim_lost(here, opened.patient.id, opened.reference)
        fresh = _open(here, handle)
        notice = lost_claim(here.words, lost.owner)
        return _show(here, fresh, said=notice, kept=said.text, status=409)


def _carry_out(here: Here, opened: OpenItem, said: Answering) -> View:
    """First the words to the patient, then the end of the work: never the other way round."""
    desk, task = _desk(here, opened), opened.request.task
    etag = request.form.get("etag", "")
    if task is None:
        raise ClaimLost(None)
    desk.must_own(task)
    if etag != (task.etag or ""):
        raise ClaimLost(None)  # not the item that was looked at
    reply = None
    if said.text:
        sent = _send(here, opened, said)
        if sent.state is not SubmissionState.CONFIRMED:
            return _not_sent(here, opened, sent)
        reply = sent.steps[0].reference
    here.services.drafts.discard(opened.person, opened.form)
    if said.outcome is None:
        return see_other(f"{here.paths.item(opened.reference)}?said=answered")
    record.about_to_change(here, opened.patient.id, opened.reference, "completed")
    try:
        closed = desk.close(task, etag, said.outcome, reply)
    except (ClaimLost, EhrError):
        if reply is None:
            raise
        # The patient has the words: whoever hears that it failed would send them again.
        record.claim_lost(here, opened.patient.id, opened.reference)
        return see_other(f"{here.paths.item(opened.reference)}?said=answered")
    record.changed(here, opened.patient.id, closed, task.status)
    return see_other(f"{here.paths.queue}?said=closed")


def _not_sent(here: Here, opened: OpenItem, sent: Submission) -> View:
    refused = sent.state is SubmissionState.REFUSED
    again = {"submission": str(uuid4())} if refused else None
    notice = not_confirmed(here.words, refused=refused)
    return _show(here, opened, posted=again, said=notice, status=502)


def _send(here: Here, opened: OpenItem, said: Answering) -> Submission:
    said = replace(said, sid=_id_of(said))
    step = said.step(
        here.services.vocabulary,
        request=opened.request,
        patient=opened.patient,
        author=(opened.staff.reference, opened.staff.name),
        at=here.now,
    )
    outbox, token = here.services.outbox, here.active.launched.token
    submission = Submission(
        sid=said.sid,
        person=opened.person,
        ehr_key=here.active.launched.ehr_key,
        iss=here.active.launched.iss,
        created_at=here.services.clock(),
        title=opened.request.root.subject_line,
        about=opened.reference,
        steps=(step,),
    )
    record.handed_in(here, outbox.receive(submission, token))
    here.services.courier(record.delivery(here)).carry(said.sid, patiently=True)
    return outbox.find(said.sid, opened.person) or submission


def _id_of(said: Answering) -> str:
    """The same words from the same form are one answer; other words are another."""
    try:
        return str(uuid5(UUID(said.sid), said.text))
    except ValueError:
        raise NotFound("not a form of this page") from None


def _open(here: Here, handle: str) -> OpenItem:
    """Server-side and afresh for every step: the queue must be one that this person works."""
    reference = here.named(handle, "Task", "Communication")
    staff = staff_here(here)
    patient_id = patient_behind(here.client(), reference, here.services.vocabulary)
    loader = here.loader(patient_id)
    got = loader.all_of(patient=loader.patient, messages=loader.messages, tasks=loader.tasks)
    requests = loader.read_requests(as_found(got["messages"]), as_found(got["tasks"]))
    found = request_behind(requests, reference)
    if found.routing is None or not staff.works(found.routing.queue):
        raise WrongRole
    topic = here.services.policy.topics.get(
        found.task.topic if found.task else found.root.topic or ""
    )
    person = here.person_about(patient_id)
    patient = sure_of_patient(got["patient"])
    return OpenItem(reference, staff, loader, found, patient, topic, person)


def _desk(here: Here, opened: OpenItem) -> Desk:
    return Desk(opened.loader.client, here.services.vocabulary, opened.staff, here.now)


def _keep(here: Here, opened: OpenItem) -> dict[str, str]:
    """What staff typed is kept before anything is done with it."""
    names = ("submission", "text", "outcome", "then", "template")
    posted = {name: request.form.get(name, "") for name in names}
    kept = {name: [posted[name]] for name in ("submission", "text", "outcome")}
    here.services.drafts.save(opened.person, here.role, opened.form, kept)
    return posted


def _patients_language(opened: OpenItem) -> str:
    return opened.request.root.language or opened.patient.language or "en"


def _show(
    here: Here,
    opened: OpenItem,
    *,
    posted: Mapping[str, str] | None = None,
    faults: tuple[tuple[str, str], ...] = (),
    said: Notice | None = None,
    kept: str = "",
    status: int = 200,
) -> View:
    answers, beside = _beside(opened)
    record.viewed(
        here,
        opened.patient.id,
        MedicationRequest=len(beside.orders.items),
        MedicationDispense=len(beside.dispenses.items),
        AllergyIntolerance=len(beside.allergies.items),
        QuestionnaireResponse=int(bool(answers)),
        **record.in_requests([opened.request]),
    )
    task = opened.request.task
    address = here.paths.item(opened.reference)
    can_claim = not opened.request.is_closed and (task is None or task.owner is None)
    may_change = here.gate.may("Task", "create" if task is None else "update")
    title = here.words("An item of the queue")
    page = item_page(
        here.words,
        staff_shell(
            here,
            title,
            person=opened.staff.name,
            whose=whose_record(here.words, opened.patient),
            failing=bool(faults),
            back=Link(here.words("Back to the queue"), here.paths.queue),
            said=said,
        ),
        request=opened.request,
        topic=opened.topic,
        answers=answers,
        panels=refill_panels(here.words, beside),
        reader=opened.staff.reference,
        now=here.now,
        claim_action=f"{address}/claim" if can_claim and may_change else "",
        release_action=f"{address}/release" if opened.is_mine else "",
        cannot_act=here.words(
            "This EHR does not let this app change work items. Answer in the EHR itself."
        )
        if not may_change
        else "",
        form=_form(here, opened, posted, faults, address) if opened.is_mine else None,
        kept=kept,
        etag=(task.etag or "") if task else "",
    )
    return show("item", page, status)


def _form(
    here: Here,
    opened: OpenItem,
    posted: Mapping[str, str] | None,
    faults: tuple[tuple[str, str], ...],
    address: str,
) -> AnswerForm | None:
    if opened.topic is None:
        return None
    draft = here.services.drafts.find(opened.person, opened.form)
    kept = {name: values[0] for name, values in draft.fields.items()} if draft else {}
    given = {**kept, **(posted or {})}
    return answer_form(
        here.words,
        opened.topic,
        action=f"{address}/answer",
        submission=given.get("submission") or str(uuid4()),
        medicine=opened.request.medicine,
        patient_language=_patients_language(opened),
        posted=given,
        errors=faults,
    )


def _beside(opened: OpenItem) -> tuple[Answers | None, Beside]:
    """The coded answers and the part of the record that matters for a refill, in parallel."""
    loader, root, task = opened.loader, opened.request.root, opened.request.task
    targets = [each.target or "" for each in root.about]
    response = (task.response if task else None) or next(
        (each for each in targets if each.startswith("QuestionnaireResponse/")), None
    )
    got = loader.all_of(
        answers=lambda: answers_of(loader.client.read(response)) if response else {},
        orders=loader.orders,
        dispenses=loader.dispenses,
        allergies=loader.allergies,
    )
    orders = read_orders(as_found(got["orders"]))
    wanted = next((each for each in targets if each.startswith("MedicationRequest/")), "")
    order = next((each for each in orders.items if each.reference == wanted), None)
    beside = Beside(
        order=order,
        order_failed=orders.failed,
        orders=orders,
        dispenses=read_dispenses(as_found(got["dispenses"])),
        allergies=read_allergies(as_found(got["allergies"])),
    )
    answers = got["answers"]
    return answers if isinstance(answers, Mapping) else None, beside
