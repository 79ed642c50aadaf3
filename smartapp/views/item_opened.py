"""An item as it is in the EHR now, with the person who looks at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import g

from smartapp.errors import SmartappError, WrongRole
from smartapp.fhir.haul import Found
from smartapp.fhir.message import Message
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.sessions.person import Person
from smartapp.views.here import WORK, Here
from smartapp.views.reading import sure_of_patient
from smartapp.views.staff import staff_here
from smartapp.workflow.behind import patient_behind, request_behind
from smartapp.workflow.desk import Desk
from smartapp.workflow.documenting import documented
from smartapp.workflow.loading import PAGE_SECONDS, Loader, as_found
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.requests import Request
from smartapp.workflow.staff import StaffMember
from smartapp.workflow.trail import Trail


@dataclass(frozen=True)
class OpenItem:
    reference: str
    staff: StaffMember
    loader: Loader
    request: Request
    others: Section[Request]  # of the same patient
    patient: Patient
    topic: Topic | None
    person: Person
    trail: Trail | None
    summary: Message | None = None  # for the chart, as it is in the record

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

    @property
    def patient_language(self) -> str:
        return self.request.root.language or self.patient.language or "en"


def open_item(here: Here, handle: str) -> OpenItem:
    """Server-side and afresh for every step: the queue must be one that this person works."""
    reference = here.named(handle, *WORK)
    staff = staff_here(here)
    patient_id = patient_behind(here.client(), reference, here.services.vocabulary)
    loader = here.loader(patient_id)
    return _opened(here, staff, reference, loader, loader.all_of(**_parts(loader)))


def open_several(here: Here, wanted: Sequence[tuple[str, str]]) -> list[OpenItem | SmartappError]:
    """Of each the reference and the patient's id. What cannot be opened stands in its place."""
    staff = staff_here(here)
    loaders = {patient_id: here.loader(patient_id) for _, patient_id in wanted}
    calls = {
        (patient_id, name): call
        for patient_id, loader in loaders.items()
        for name, call in _parts(loader).items()
    }
    results = here.services.transport.together(list(calls.values()), within=PAGE_SECONDS)
    got: dict[str, dict[str, object]] = {patient_id: {} for patient_id in loaders}
    for (patient_id, name), result in zip(calls, results, strict=True):
        got[patient_id][name] = result
    opened: list[OpenItem | SmartappError] = []
    for reference, patient_id in wanted:
        try:
            loader = loaders[patient_id]
            opened.append(_opened(here, staff, reference, loader, got[patient_id]))
        except SmartappError as failure:
            opened.append(failure)
    return opened


def _parts(loader: Loader) -> Mapping[str, Callable[[], object]]:
    return {
        "patient": loader.patient,
        "messages": loader.messages,
        "tasks": loader.tasks,
        "forms": loader.forms,
    }


def _opened(
    here: Here, staff: StaffMember, reference: str, loader: Loader, got: Mapping[str, object]
) -> OpenItem:
    patient_id = loader.client.patient_id or ""
    messages = as_found(got["messages"])
    requests = loader.read_requests(messages, as_found(got["tasks"]), as_found(got["forms"]))
    found = request_behind(requests, reference)
    if found.routing is None or not staff.works(found.routing.queue):
        g.whose = patient_id
        raise WrongRole
    patient = sure_of_patient(got["patient"])
    task, summary = found.task, None
    if task is not None and isinstance(messages, Found):
        summary = documented(messages, task, here.services.vocabulary)
    return OpenItem(
        reference=reference,
        staff=staff,
        loader=loader,
        request=found,
        others=Section(
            tuple(each for each in requests.items if each.root is not found.root), requests.whole
        ),
        patient=patient,
        topic=here.services.policy.topics.get(task.topic if task else found.root.topic or ""),
        person=here.person_about(patient_id),
        trail=Trail(task, here.services.seal) if task else None,
        summary=summary,
    )


def desk_for(here: Here, opened: OpenItem) -> Desk:
    services = here.services
    return Desk(opened.loader.client, services.vocabulary, opened.staff, here.now, services.seal)
