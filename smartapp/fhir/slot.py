"""A time that the clinic has free, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smartapp.errors import MalformedAnswer
from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json
from smartapp.fhir.plain import tidy

PLACES = ("Location", "HealthcareService")


@dataclass(frozen=True)
class FreeTime:
    id: str
    start: FhirDate
    end: FhirDate | None
    is_free: bool
    schedule: str | None  # "Schedule/id"
    who: str = ""  # as the schedule names them; empty where it does not
    where: str = ""
    what: str = ""

    @classmethod
    def from_fhir(cls, json: Json) -> FreeTime | None:
        """None for what was entered in error. A time with more to it than is known is not free."""
        slot = Element.resource(json, "Slot")
        status = slot.text("status")
        if status == ENTERED_IN_ERROR:
            return None
        start, schedule = slot.date("start"), slot.reference("schedule")
        if start is None:
            raise slot.wrong("start", "missing")
        kinds = [*slot.concepts("serviceType"), slot.concept("appointmentType")]
        return cls(
            id=slot.required_text("id"),
            start=start,
            end=slot.date("end"),
            is_free=status == "free" and not slot.has_unknown_modifier(),
            schedule=schedule.target if schedule else None,
            what=next((tidy(each.label, 100) for each in kinds if each and each.label), ""),
        )

    @property
    def reference(self) -> str:
        return f"Slot/{self.id}"

    @property
    def minutes(self) -> int | None:
        if self.end is None:
            return None
        return round((self.end.earliest - self.start.earliest).total_seconds() / 60) or None


@dataclass(frozen=True)
class Opening:
    """A schedule: whose times they are."""

    reference: str
    who: str
    where: str


def openings_in(resources: Mapping[str, Json]) -> dict[str, Opening]:
    """By "Schedule/id". One that cannot be read names nobody."""
    found = {}
    for reference, json in resources.items():
        if json.get("resourceType") != "Schedule":
            continue
        try:
            actors = Element.resource(json, "Schedule").references("actor")
        except MalformedAnswer:
            continue
        people = [each.display for each in actors if each.kind not in PLACES and each.display]
        places = [each.display for each in actors if each.kind in PLACES and each.display]
        found[reference] = Opening(reference, ", ".join(people), ", ".join(places))
    return found
