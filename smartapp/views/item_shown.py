"""The page of one item: what the patient said, what the record says, what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from smartapp.fhir.people import Patient
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.response import answers_of
from smartapp.fhir.section import Section
from smartapp.pages import acting as acts
from smartapp.pages.acting import Acting, ActionForm, action_form
from smartapp.pages.answering import AnswerForm, answer_form
from smartapp.pages.beside import Beside, record_panels
from smartapp.pages.history import history_of
from smartapp.pages.item import item_page
from smartapp.pages.shell import Link, Notice, whose_record
from smartapp.pages.staff_menu import sees_rules
from smartapp.sessions.person import Person
from smartapp.views import record
from smartapp.views.here import Here, View
from smartapp.views.reading import arrived
from smartapp.views.show import show, staff_shell
from smartapp.views.staff import STAFF_SECONDS
from smartapp.workflow.colleagues import colleagues
from smartapp.workflow.forms import FieldFault, Fields
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
from smartapp.workflow.submission import Named
from smartapp.workflow.trail import Trail


@dataclass(frozen=True)
class Acted:
    """What was handed in for an action, and what is wrong with it."""

    key: str
    posted: Fields
    faults: tuple[FieldFault, ...]


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
    def acting_form(self) -> str:
        """The draft of any other action than an answer: one at a time is done."""
        return f"act:{self.reference}"

    @property
    def is_mine(self) -> bool:
        task = self.request.task
        owner = task.owner if task and task.is_open else None
        return owner is not None and owner.target == self.staff.reference

    def trail(self, here: Here) -> Trail | None:
        task = self.request.task
        return Trail(task, here.services.seal) if task else None


def patients_language(opened: OpenItem) -> str:
    return opened.request.root.language or opened.patient.language or "en"


def show_item(
    here: Here,
    opened: OpenItem,
    *,
    posted: Mapping[str, str] | None = None,
    faults: tuple[tuple[str, str], ...] = (),
    said: Notice | None = None,
    acted: Acted | None = None,
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
            failing=bool(faults) or (acted is not None and bool(acted.faults)),
            back=Link(here.words("Back to the queue"), here.paths.back_to_queue()),
            said=said,
        ),
        request=opened.request,
        topic=opened.topic,
        answers=answers,
        answer_files=f"{address}/answers",
        panels=record_panels(here.words, beside),
        record_at=f"{address}/record",
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
        actions=_actions(here, opened, acted, address) if may_change else (),
        history=history_of(here.words, here.services.policy, trail)
        if (trail := opened.trail(here))
        else None,
        kept=kept,
        etag=(task.etag or "") if task else "",
        way=here.paths.why(opened.reference)
        if sees_rules(opened.staff, here.services.policy)
        else "",
    )
    return show("item", page, status)


def actions_open(opened: OpenItem, here: Here) -> tuple[str, ...]:
    """Which actions there are at this moment, for this person. The desk decides again."""
    task, desk = opened.request.work, here.services.policy.desk
    if task is None:
        return ()
    if not task.is_open:
        return (acts.NOTE, acts.REOPEN)
    if task.owner is not None and not opened.is_mine:
        return (acts.NOTE, acts.REASSIGN)
    escalates = (acts.ESCALATE,) if task.routing.queue != desk.escalate_to.code else ()
    return (acts.NOTE, *escalates, acts.REROUTE, acts.REASSIGN, acts.PRIORITY)


def acting_for(here: Here, opened: OpenItem, *, with_people: bool = True) -> Acting:
    routing = opened.request.routing
    queue = routing.queue if routing else ""
    people = _people(here, opened, queue) if with_people else Section[Named]()
    return Acting(here.services.policy, queue, str(routing.priority) if routing else "", people)


def _people(here: Here, opened: OpenItem, queue: str) -> Section[Named]:
    """Kept for a minute, as is who works here: not read again for each item."""
    services, launched = here.services, here.active.launched
    found = services.transport.memory.recall(
        ("colleagues", launched.user.key, queue, launched.token.scope),
        STAFF_SECONDS,
        lambda: colleagues(here.directory(), services.policy.queue(queue), here.now),
    )
    task = opened.request.task
    has_it = task.owner.target if task and task.owner else None
    others = tuple(each for each in found.items if each[0] != has_it)
    return Section(others, found.whole, found.failure)


def _actions(
    here: Here, opened: OpenItem, acted: Acted | None, address: str
) -> tuple[ActionForm, ...]:
    keys = actions_open(opened, here)
    if not keys:
        return ()
    acting = acting_for(here, opened)
    draft = here.services.drafts.find(opened.person, opened.acting_form)
    kept: Fields = draft.fields if draft else {}
    return tuple(
        action_form(
            here.words,
            key,
            acting,
            action=f"{address}/do/{key}",
            posted=acted.posted if acted and acted.key == key else kept,
            faults=acted.faults if acted and acted.key == key else (),
            is_open=any(name.startswith(f"{key}-") and any(kept[name]) for name in kept),
        )
        for key in keys
        if key != acts.REASSIGN or acting.people.items
    )


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
