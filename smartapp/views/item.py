"""One item of the queue: with the record beside it, taken, and given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from flask import Blueprint, g, request

from smartapp.errors import ClaimLost, NotFound, WrongRole
from smartapp.fhir.people import Patient
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.response import answers_of
from smartapp.launch import Role
from smartapp.pages.beside import Beside, record_panels
from smartapp.pages.item import AnswerForm, answer_form, item_page
from smartapp.pages.said import lost_claim
from smartapp.pages.shell import Link, Notice, whose_record
from smartapp.sessions.person import Person
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import arrived, sure_of_patient
from smartapp.views.show import see_other, show, staff_shell
from smartapp.views.staff import staff_here
from smartapp.words import in_locale
from smartapp.workflow.desk import Desk, patient_behind, request_behind
from smartapp.workflow.loading import (
    Loader,
    as_found,
    read_allergies,
    read_dispenses,
    read_orders,
)
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.record import read_part
from smartapp.workflow.record.parts import CONDITIONS, RESULTS
from smartapp.workflow.requests import Request
from smartapp.workflow.staff import StaffMember

bp = Blueprint("item", __name__, url_prefix="/l/<lid>/queue/<handle>")


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


@bp.get("")
@requires_launch(Role.STAFF)
def item(here: Here, handle: str) -> View:
    return show_item(here, open_item(here, handle))


@bp.post("/claim")
@requires_launch(Role.STAFF)
def claim(here: Here, handle: str) -> View:
    opened = open_item(here, handle)
    queue = (
        here.services.policy.queue(opened.request.routing.queue) if opened.request.routing else None
    )
    words = in_locale(queue.name, "en") if queue else ""
    record.about_to_change(here, opened.patient.id, opened.reference, "accepted")
    try:
        task = desk_for(here, opened).claim(opened.request, request.form.get("etag", ""), words)
    except ClaimLost as lost:
        return lost_item(here, opened, handle, lost)
    record.changed(here, opened.patient.id, task, "requested")
    return see_other(f"{here.paths.item(task.reference)}?said=claimed")


@bp.post("/release")
@requires_launch(Role.STAFF)
def release(here: Here, handle: str) -> View:
    opened = open_item(here, handle)
    if opened.request.task is None:
        raise NotFound("nothing to give back")
    record.about_to_change(here, opened.patient.id, opened.reference, "requested")
    try:
        task = desk_for(here, opened).release(opened.request.task, request.form.get("etag", ""))
    except ClaimLost as lost:
        return lost_item(here, opened, handle, lost)
    record.changed(here, opened.patient.id, task, opened.request.task.status)
    return see_other(f"{here.paths.queue}?said=released")


def open_item(here: Here, handle: str) -> OpenItem:
    """Server-side and afresh for every step: the queue must be one that this person works."""
    reference = here.named(handle, "Task", "Communication")
    staff = staff_here(here)
    patient_id = patient_behind(here.client(), reference, here.services.vocabulary)
    loader = here.loader(patient_id)
    got = loader.all_of(patient=loader.patient, messages=loader.messages, tasks=loader.tasks)
    requests = loader.read_requests(as_found(got["messages"]), as_found(got["tasks"]))
    found = request_behind(requests, reference)
    if found.routing is None or not staff.works(found.routing.queue):
        g.whose = patient_id
        raise WrongRole
    topic = here.services.policy.topics.get(
        found.task.topic if found.task else found.root.topic or ""
    )
    person = here.person_about(patient_id)
    patient = sure_of_patient(got["patient"])
    return OpenItem(reference, staff, loader, found, patient, topic, person)


def lost_item(
    here: Here, opened: OpenItem, handle: str, lost: ClaimLost, *, kept: str = ""
) -> View:
    """Somebody was faster: the item as it is now, who has it, and what was typed in vain."""
    record.claim_lost(here, opened.patient.id, opened.reference)
    notice = lost_claim(here.words, lost.owner)
    return show_item(here, open_item(here, handle), said=notice, kept=kept, status=409)


def desk_for(here: Here, opened: OpenItem) -> Desk:
    services = here.services
    return Desk(opened.loader.client, services.vocabulary, opened.staff, here.now, services.seal)


def patients_language(opened: OpenItem) -> str:
    return opened.request.root.language or opened.patient.language or "en"


def show_item(
    here: Here,
    opened: OpenItem,
    *,
    posted: Mapping[str, str] | None = None,
    faults: tuple[tuple[str, str], ...] = (),
    said: Notice | None = None,
    kept: str = "",
    status: int = 200,
) -> View:
    answers, beside = _beside(here, opened)
    record.viewed(
        here,
        opened.patient.id,
        MedicationRequest=len(beside.orders.items),
        MedicationDispense=len(beside.dispenses.items),
        AllergyIntolerance=len(beside.allergies.items),
        Condition=len(beside.conditions.items),
        Observation=len(beside.results.items),
        QuestionnaireResponse=int(bool(answers)),
        **record.in_requests([opened.request]),
    )
    task = opened.request.work
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
        answer_files=f"{address}/answers",
        panels=record_panels(here.words, beside),
        reader=opened.staff.reference,
        now=here.now,
        opens=lambda message, at: f"{address}/files/{here.paths.seal(message)}/{at}",
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
        about=opened.request.about,
        patient_language=patients_language(opened),
        posted=given,
        errors=faults,
    )


def response_behind(opened: OpenItem) -> str | None:
    """The coded answers that this item is about."""
    task = opened.request.task
    targets = (each.target or "" for each in opened.request.root.about)
    return (task.response if task else None) or next(
        (each for each in targets if each.startswith("QuestionnaireResponse/")), None
    )


def _beside(here: Here, opened: OpenItem) -> tuple[Answers | None, Beside]:
    """The coded answers and the part of the record that a decision needs, in parallel."""
    loader, root = opened.loader, opened.request.root
    targets = [each.target or "" for each in root.about]
    response = response_behind(opened)
    got = loader.all_of(
        answers=lambda: answers_of(loader.client.read(response)) if response else {},
        orders=loader.orders,
        dispenses=loader.dispenses,
        allergies=loader.allergies,
        conditions=partial(read_part, loader, CONDITIONS),
        results=partial(read_part, loader, RESULTS),
    )
    orders = read_orders(as_found(got["orders"]))
    wanted = next((each for each in targets if each.startswith("MedicationRequest/")), "")
    order = next((each for each in orders.items if each.reference == wanted), None)
    beside = Beside(
        order=order,
        orders=orders,
        dispenses=read_dispenses(as_found(got["dispenses"])),
        allergies=read_allergies(as_found(got["allergies"])),
        conditions=arrived(here, got["conditions"]),
        results=arrived(here, got["results"]),
        about_an_order=bool(wanted),
    )
    answers = got["answers"]
    return answers if isinstance(answers, Mapping) else None, beside
