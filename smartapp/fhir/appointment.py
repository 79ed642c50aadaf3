"""An appointment as the record states it: when, where, with whom, and what to prepare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json
from smartapp.fhir.plain import tidy, visible
from smartapp.transport import parse

# R4 has no place for a video link: EHRs carry that of R5 in an extension.
VIRTUAL_SERVICE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.virtualService"

EXPECTED = {"proposed", "pending", "booked", "arrived", "checked-in", "waitlist"}
CALLED_OFF = {"cancelled", "noshow"}
PEOPLE = {"Practitioner", "PractitionerRole", "CareTeam", "RelatedPerson"}


@dataclass(frozen=True)
class Participant:
    reference: str  # "Practitioner/id", or "" where it is only named
    kind: str
    name: str


@dataclass(frozen=True)
class Appointment:
    id: str
    status: str
    what: str
    start: FhirDate | None
    end: FhirDate | None
    minutes: int | None
    instruction: str  # for the patient, in the words of the clinic
    reasons: tuple[str, ...]
    participants: tuple[Participant, ...]
    video: str  # an https address, or ""
    forms: tuple[tuple[str, str], ...]  # "Questionnaire/id" and what it is called
    orders: tuple[str, ...]  # "ServiceRequest/id" that it is for
    why_cancelled: str

    @classmethod
    def from_fhir(cls, json: Json) -> Appointment | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        appointment = Element.resource(json, "Appointment")
        status = appointment.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        if appointment.has_unknown_modifier():
            raise appointment.wrong("modifierExtension", "not understood")
        cancelled = appointment.concept("cancelationReason")
        return cls(
            id=appointment.required_text("id"),
            status=status,
            what=_what(appointment),
            start=appointment.date("start"),
            end=appointment.date("end"),
            minutes=appointment.whole("minutesDuration"),
            instruction=visible(appointment.text("patientInstruction") or ""),
            reasons=tuple(each.label for each in appointment.concepts("reasonCode") if each.label),
            participants=tuple(_participants(appointment)),
            video=_video(appointment),
            forms=tuple(
                (each.target, each.display)
                for each in appointment.references("supportingInformation")
                if each.target and each.kind == "Questionnaire"
            ),
            orders=tuple(each.target for each in appointment.references("basedOn") if each.target),
            why_cancelled=cancelled.label if cancelled else "",
        )

    @property
    def reference(self) -> str:
        return f"Appointment/{self.id}"

    def is_coming(self, now: datetime) -> bool:
        """Also while it lasts. One without a date is coming, if nobody has called it off."""
        if self.status not in EXPECTED:
            return False
        last = self.end or self.start
        return last is None or last.latest >= now

    @property
    def people(self) -> tuple[Participant, ...]:
        return tuple(each for each in self.participants if each.kind in PEOPLE)

    @property
    def places(self) -> tuple[Participant, ...]:
        return tuple(each for each in self.participants if each.kind == "Location")


def _what(appointment: Element) -> str:
    kinds = [*appointment.concepts("serviceType"), appointment.concept("appointmentType")]
    stated = (appointment.text("description") or "", *(each.label for each in kinds if each))
    return next((line for text in stated if (line := tidy(text, 200))), "")


def _participants(appointment: Element) -> list[Participant]:
    """The patient is left out: whose record it is, every page says."""
    found = []
    for each in appointment.children("participant"):
        actor = each.reference("actor")
        if actor is not None and actor.kind != "Patient" and (actor.display or actor.target):
            found.append(Participant(actor.target or "", actor.kind, actor.display))
    return found


def _video(appointment: Element) -> str:
    """Only what is plainly one https address becomes a link."""
    for each in appointment.children("extension"):
        if each.json.get("url") != VIRTUAL_SERVICE:
            continue
        for inner in each.children("extension"):
            stated = (inner.json.get(name) for name in ("valueUrl", "valueUri", "valueString"))
            for address in stated:
                if isinstance(address, str) and (found := parse(address)):
                    return address if found.scheme == "https" else ""
    return ""
