"""The EHR's own pages: front page, worklist, charts, and the app in a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, abort, current_app, render_template, request

from sandbox.cards import PatientCard
from sandbox.directory import Directory
from sandbox.lines import Line, display_of, lines, words_of
from sandbox.people import Login
from sandbox.references import Resource
from sandbox.smart.approvals import LaunchContext, OfferedLaunch
from sandbox.smart.server import SmartServer
from sandbox.store import Store

bp = Blueprint("ehr", __name__)

# Each tab of a chart, with the lists that it shows.
TABS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "app": ("Patient portal", {}),
    "summary": (
        "Problems and allergies",
        {"Condition": "Problems", "AllergyIntolerance": "Allergies"},
    ),
    "medicines": ("Medications", {"MedicationRequest": "Prescriptions"}),
    "results": ("Results", {"Observation": "Measurements"}),
    "visits": ("Visits", {"Appointment": "Appointments", "Encounter": "Visits"}),
    "documents": ("Documents", {"DocumentReference": "Documents"}),
    "messages": (
        "Messages and tasks",
        {"Communication": "Messages", "Task": "Tasks", "QuestionnaireResponse": "Forms"},
    ),
}
_APPOINTMENTS_SHOWN = 15
_TASKS_SHOWN = 30


@dataclass(frozen=True)
class Office:
    """What the pages of this module work with."""

    server: SmartServer
    directory: Directory
    store: Store
    app_url: str

    def today(self) -> date:
        return datetime.fromtimestamp(self.server.clock(), UTC).date()

    def offer(self, login: Login, context: LaunchContext) -> str:
        """The address that opens the app for this person and this chart, once."""
        launch = self.server.launches.put(OfferedLaunch(login, context))
        query = urlencode({"iss": self.server.addresses.fhir, "launch": launch})
        return f"{self.app_url}/launch?{query}"


def office() -> Office:
    return cast(Office, current_app.extensions["ehr"])


@bp.get("/")
def front() -> str:
    return render_template("ehr/front.html", app_url=office().app_url)


@bp.get("/ehr")
def staff_list() -> str:
    people = office().directory.with_role({"staff"})
    return render_template("ehr/staff.html", people=people)


@bp.get("/ehr/<staff>")
def worklist(staff: str) -> str:
    login = _staff(staff)
    return render_template(
        "ehr/worklist.html",
        login=login,
        cards=office().directory.cards_for(login),
        today=office().today(),
        appointments=_appointments_from(office().today()),
        tasks=_open_tasks(),
    )


@dataclass(frozen=True)
class ListedTask:
    id: str
    what: str
    whose: str


def _open_tasks() -> list[ListedTask]:
    """The EHR's own list of tasks; each can be opened in the app."""
    held = office().store.of_type("Task")
    waiting = [each for each in held if each.get("status") in ("requested", "received", "ready")]
    waiting.sort(key=lambda each: str(each.get("authoredOn", "")))
    return [
        ListedTask(each["id"], str(each.get("description", "Task")), _whose(each))
        for each in waiting[:_TASKS_SHOWN]
    ]


def _whose(task: Resource) -> str:
    kind, _, identity = str(task.get("for", {}).get("reference", "")).partition("/")
    patient = office().store.read("Patient", identity) if kind == "Patient" else None
    names = (patient or {}).get("name", [])
    return words_of(names[0]) if names else ""


@bp.get("/ehr/<staff>/chart/<patient>")
def chart(staff: str, patient: str) -> str:
    login = _staff(staff)
    tab = request.args.get("tab", "app")
    if tab not in TABS:
        abort(404)
    banner = _banner(login, patient)
    return render_template(
        "ehr/chart.html",
        login=login,
        banner=banner,
        tabs=TABS,
        tab=tab,
        lists=[(label, _lines(patient, type_)) for type_, label in TABS[tab][1].items()],
        frame=_chart_launch(login, patient) if tab == "app" else None,
    )


@bp.get("/ehr/<staff>/side-by-side")
def side_by_side(staff: str) -> str:
    login = _staff(staff)
    chosen = [request.args.get(side) for side in ("left", "right")]
    charts = [
        (_banner(login, patient), _chart_launch(login, patient)) for patient in chosen if patient
    ]
    cards = office().directory.cards_for(login)
    return render_template(
        "ehr/side_by_side.html", login=login, charts=charts, chosen=chosen, cards=cards
    )


@bp.get("/ehr/<staff>/queue")
def queue(staff: str) -> str:
    """No patient is in context here, so the app must say itself whose record it shows."""
    login = _staff(staff)
    task = request.args.get("task")
    context = LaunchContext(
        intent=request.args.get("intent"), task=task, app_context=_app_context(task)
    )
    return render_template("ehr/queue.html", login=login, frame=office().offer(login, context))


@dataclass(frozen=True)
class Banner:
    """The head of a chart."""

    card: PatientCard
    age: str
    language: str
    allergies: tuple[str, ...]


def _banner(login: Login, patient_id: str) -> Banner:
    card = office().directory.card_for(login, patient_id)
    patient = office().store.read("Patient", patient_id)
    if card is None or patient is None:
        abort(404)
    spoken = (words_of(each.get("language")) for each in patient.get("communication", []))
    allergies = _lines(patient_id, "AllergyIntolerance")
    return Banner(
        card=card,
        age=card.age(office().today()),
        language=", ".join(filter(None, spoken)) or "not recorded",
        allergies=tuple(allergy.what for allergy in allergies),
    )


def _chart_launch(login: Login, patient_id: str) -> str:
    context = LaunchContext(
        patient=patient_id,
        encounter=_encounter_now(patient_id),
        intent=request.args.get("intent"),
        task=(task := request.args.get("task")),
        app_context=_app_context(task),
        # The chart's own header is above the frame; many EHRs ask for the app's all the same.
        need_patient_banner=request.args.get("banner") != "no",
    )
    return office().offer(login, context)


def _app_context(task: str | None) -> str | None:
    """What whoever made a Task to open an app wrote for the app."""
    found = office().store.read("Task", task) if task else None
    for each in (found or {}).get("input", ()):
        if "smartonfhir-appcontext" in {c.get("code") for c in each["type"].get("coding", ())}:
            return cast(str, each.get("valueString"))
    return None


def _encounter_now(patient_id: str) -> str | None:
    encounters = _about(patient_id, "Encounter")
    open_now = (each["id"] for each in encounters if each.get("status") == "in-progress")
    return next(open_now, None)


def _lines(patient_id: str, type_: str) -> list[Line]:
    return lines(_about(patient_id, type_))


def _about(patient_id: str, type_: str) -> list[Resource]:
    """What is on this chart, and not what only mentions its patient."""
    key = f"Patient/{patient_id}"
    return [each for each in office().store.mentioning(key, type_) if key in _subjects(each)]


def _subjects(resource: Resource) -> set[str | None]:
    named = [resource.get(name, {}) for name in ("subject", "patient", "for")]
    actors = [participant.get("actor", {}) for participant in resource.get("participant", [])]
    return {reference.get("reference") for reference in (*named, *actors)}


def _appointments_from(day: date) -> list[Mapping[str, str]]:
    """Those of the day and the next to come, as far as they are to take place."""
    booked = [
        _appointment(each)
        for each in office().store.of_type("Appointment")
        if str(each.get("start", "")) >= day.isoformat() and each.get("status") != "cancelled"
    ]
    return sorted(booked, key=lambda each: each["start"])[:_APPOINTMENTS_SHOWN]


def _appointment(resource: Resource) -> Mapping[str, str]:
    actors = [participant.get("actor", {}) for participant in resource.get("participant", [])]
    by_type = {str(actor.get("reference", "")).partition("/")[0]: actor for actor in actors}
    patient = by_type.get("Patient", {})
    return {
        "start": resource["start"],
        "day": resource["start"][:10],
        "time": resource["start"][11:16],
        "patient_id": str(patient.get("reference", "")).partition("/")[2],
        "patient": display_of(patient),
        "with": display_of(by_type.get("Practitioner")),
        "reason": str(resource.get("description", "")),
        "status": str(resource.get("status", "")),
    }


def _staff(username: str) -> Login:
    login = office().directory.login(username)
    if login is None or login.role != "staff":
        abort(404)
    return login
