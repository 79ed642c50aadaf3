"""What the figures are computed from, read from the EHR: bounded, and flagged where not all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from smartapp.errors import SmartappError
from smartapp.fhir.element import Element, Json
from smartapp.fhir.haul import Found
from smartapp.fhir.message import Message
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.response import answers_of
from smartapp.fhir.section import Section, section_of
from smartapp.fhir.task import OPEN, WorkTask
from smartapp.workflow.loading import Loader
from smartapp.workflow.metrics.experience import Booked

MOST = 5000  # of each type
PAGES = 60
SECONDS = 45.0
LOOK_BACK = timedelta(days=30)  # what was asked before the period, and may still be open


@dataclass(frozen=True)
class Period:
    """So many weeks that end now."""

    weeks: int
    end: datetime

    @property
    def start(self) -> datetime:
        return self.end - timedelta(weeks=self.weeks)

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment <= self.end


def read_tasks(loader: Loader, period: Period) -> Section[WorkTask]:
    """What was asked in the period and shortly before, and what is open from longer ago."""
    loader.gate.require("numbers", ("Task", "search-type"))
    ours = ("code", f"{loader.vocabulary.topic}|")
    since = ("authored-on", f"ge{_day(period, LOOK_BACK)}")
    before = ("authored-on", f"lt{_day(period, LOOK_BACK)}")
    recent = section_of(_search(loader, "Task", ours, since), loader.read_task)
    older: Section[WorkTask] = Section(whole=False)
    try:
        open_before = _search(loader, "Task", ours, before, ("status", ",".join(OPEN)))
        older = section_of(open_before, loader.read_task)
    except SmartappError:
        pass  # what is there from before is then not known, and the section says so
    # An EHR that passes over a parameter sends other Tasks, too, such as what patients are to do.
    known = {task.reference: task for task in (*recent.items, *older.items) if task.topic}
    return Section(tuple(known.values()), recent.whole and older.whole)


def read_messages(loader: Loader, period: Period) -> Section[Message]:
    loader.gate.require("numbers", ("Communication", "search-type"))
    ours = ("category", f"{loader.vocabulary.topic}|")
    found = _search(loader, "Communication", ours, ("sent", f"ge{_day(period, LOOK_BACK)}"))
    return section_of(found, loader.read_message)


@dataclass(frozen=True)
class Given:
    """What somebody answered, and when: a rating, or the form of a request."""

    reference: str
    submission: str
    patient: str
    questionnaire: str
    at: datetime
    answers: Answers


def read_answers(loader: Loader, period: Period) -> Section[Given]:
    loader.gate.require("numbers", ("QuestionnaireResponse", "search-type"))
    found = _search(loader, "QuestionnaireResponse", ("authored", f"ge{_day(period)}"))
    system = loader.vocabulary.response
    return section_of(found, lambda json: _given(json, system))


def _given(json: Json, system: str) -> Given | None:
    """None for what was not written with this app."""
    response = Element.resource(json, "QuestionnaireResponse")
    submission, at = response.identifier(system), response.date("authored")
    subject = response.reference("subject")
    if submission is None or at is None or subject is None or subject.target is None:
        return None
    return Given(
        reference=f"QuestionnaireResponse/{response.required_text('id')}",
        submission=submission,
        patient=subject.target,
        questionnaire=(response.text("questionnaire") or "").partition("|")[0],
        at=at.earliest,
        answers=answers_of(json),
    )


def read_appointments(loader: Loader, period: Period) -> Section[Booked]:
    loader.gate.require("numbers", ("Appointment", "search-type"))
    until = ("date", f"le{period.end.date().isoformat()}")
    found = _search(loader, "Appointment", ("date", f"ge{_day(period)}"), until)
    return section_of(found, _booked)


def _booked(json: Json) -> Booked | None:
    appointment = Element.resource(json, "Appointment")
    starts, status = appointment.date("start"), appointment.text("status") or ""
    if starts is None or status in ("entered-in-error", "proposed", "waitlist"):
        return None
    meta = appointment.child("meta")
    # R4 has no element for when it was called off: the record was last changed then, or later.
    touched = meta.date("lastUpdated") if meta else None
    return Booked(starts.earliest, status, touched.earliest if touched else None)


def _search(loader: Loader, kind: str, *parameters: tuple[str, str]) -> Found:
    asked = [*parameters, ("_count", "200")]
    return loader.client.search(kind, asked, most=MOST, pages=PAGES, fresh=True, within=SECONDS)


def _day(period: Period, back: timedelta = timedelta()) -> str:
    return (period.start - back).date().isoformat()
