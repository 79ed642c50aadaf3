"""Visits that happened, appointments that will, and the openings between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sandbox.people.cast import CLINIC, MAIN_STREET
from sandbox.people.codes.systems import HL7, hl7
from sandbox.people.dates import at
from sandbox.people.shapes import Coding, Concept, Json, Ref, period, resource

VIRTUAL_SERVICE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.virtualService"

KINDS = {
    "AMB": "ambulatory",
    "VR": "virtual",
    "EMER": "emergency",
    "IMP": "inpatient encounter",
}


def visit(
    of: Ref,
    slug: str,
    what: Concept,
    on: date,
    with_: Ref,
    *,
    reason: Concept | None = None,
    clock: str = "10:00",
    minutes: int = 30,
    kind: str = "AMB",
    **more: Any,
) -> Json:
    return resource(
        "Encounter",
        f"{of.id}-{slug}",
        status=more.pop("status", "finished"),
        class_=hl7("v3-ActCode", kind, KINDS[kind]),
        type=[what],
        subject=of,
        participant=[{"individual": with_}],
        period=more.pop("period", period(at(on, clock), at(on, clock, minutes))),
        reasonCode=[reason],
        location=[{"location": more.pop("location", MAIN_STREET)}],
        serviceProvider=more.pop("provider", CLINIC),
        **more,
    )


def appointment(
    of: Ref,
    slug: str,
    what: str,
    on: date,
    with_: Ref,
    *,
    clock: str = "10:00",
    minutes: int = 30,
    status: str = "booked",
    where: Ref = MAIN_STREET,
    others: Sequence[Ref] = (),
    video: str = "",
    **more: Any,
) -> Json:
    people = [of, with_, *others, *([] if video else [where])]
    answer = "tentative" if status == "proposed" else "accepted"
    return resource(
        "Appointment",
        f"{of.id}-{slug}",
        extension=[_video_link(video)] if video else None,
        status=status,
        description=what,
        start=at(on, clock),
        end=at(on, clock, minutes),
        minutesDuration=minutes,
        participant=[{"actor": who, "required": "required", "status": answer} for who in people],
        **more,
    )


def schedule(slug: str, whose: Ref, where: Ref, days: Sequence[date], words: str) -> Json:
    return resource(
        "Schedule",
        slug,
        active=True,
        actor=[whose, where],
        planningHorizon=period(at(days[0], "08:00"), at(days[-1], "17:00")),
        comment=words,
    )


def slot(slug: str, schedule: Ref, on: date, clock: str, minutes: int, *, free: bool) -> Json:
    return resource(
        "Slot",
        slug,
        schedule=schedule,
        status="free" if free else "busy",
        start=at(on, clock),
        end=at(on, clock, minutes),
    )


def kind_of_appointment(letters: str, words: str) -> Concept:
    return Concept(words, (Coding(f"{HL7}/v2-0276", letters, words),))


def _video_link(address: str) -> Json:
    # R4 has no place for a video link; this is the extension that carries R5's.
    return {"url": VIRTUAL_SERVICE, "extension": [{"url": "address", "valueUrl": address}]}
