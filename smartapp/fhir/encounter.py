"""A visit as the record states it."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json

TOOK_PLACE = ("finished", "in-progress", "arrived", "triaged", "onleave")


@dataclass(frozen=True)
class Visit:
    """An Encounter."""

    id: str
    status: str
    began: FhirDate | None
    ended: FhirDate | None = None
    kind: str = ""  # AMB, VR, EMER, IMP and the like
    what: str = ""
    reasons: tuple[str, ...] = ()
    people: tuple[str, ...] = ()  # by name
    places: tuple[str, ...] = ()
    provider: str = ""
    went_to: str = ""  # after a stay
    appointments: tuple[str, ...] = ()  # "Appointment/id"

    @classmethod
    def from_fhir(cls, json: Json) -> Visit | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        encounter = Element.resource(json, "Encounter")
        status = encounter.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        period = encounter.child("period")
        provider = encounter.reference("serviceProvider")
        kinds = encounter.concepts("type")
        return cls(
            id=encounter.required_text("id"),
            status=status,
            began=period.date("start") if period else None,
            ended=period.date("end") if period else None,
            kind=_class(encounter),
            what=next((each.label for each in kinds if each.label), ""),
            reasons=tuple(_reasons(encounter)),
            people=_named(encounter, "participant", "individual"),
            places=_named(encounter, "location", "location"),
            provider=provider.display if provider else "",
            went_to=_went_to(encounter),
            appointments=tuple(
                each.target for each in encounter.references("appointment") if each.target
            ),
        )

    @property
    def reference(self) -> str:
        return f"Encounter/{self.id}"

    @property
    def took_place(self) -> bool:
        return self.status in TOOK_PLACE


def _class(encounter: Element) -> str:
    value = encounter.child("class")
    return value.as_coding().code if value else ""


def _reasons(encounter: Element) -> list[str]:
    coded = [each.label for each in encounter.concepts("reasonCode")]
    pointed = [each.display for each in encounter.references("reasonReference")]
    return [each for each in (*coded, *pointed) if each]


def _named(encounter: Element, name: str, pointer: str) -> tuple[str, ...]:
    found = (each.reference(pointer) for each in encounter.children(name))
    return tuple(each.display for each in found if each and each.display)


def _went_to(encounter: Element) -> str:
    stay = encounter.child("hospitalization")
    disposition = stay.concept("dischargeDisposition") if stay else None
    return disposition.label if disposition else ""
