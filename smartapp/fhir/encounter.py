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

    @classmethod
    def from_fhir(cls, json: Json) -> Visit | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        encounter = Element.resource(json, "Encounter")
        status = encounter.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        period = encounter.child("period")
        return cls(encounter.required_text("id"), status, period.date("start") if period else None)

    @property
    def took_place(self) -> bool:
        return self.status in TOOK_PLACE
