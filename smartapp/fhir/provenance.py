"""Where an entry of the record comes from, and who changed it."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json, Reference


@dataclass(frozen=True)
class Provenance:
    targets: tuple[str, ...]  # "Type/id" of what it is about
    recorded: FhirDate | None
    activity: str
    agents: tuple[str, ...]  # names of people and organisations

    @classmethod
    def from_fhir(cls, json: Json, patient: str = "") -> Provenance | None:
        """Of patients only the one ("Patient/id") whose record this is has a name here."""
        provenance = Element.resource(json, "Provenance")
        activity = provenance.concept("activity")
        who = (each.reference("who") for each in provenance.children("agent"))
        behind = (each.reference("onBehalfOf") for each in provenance.children("agent"))
        names = [each.display for each in (*who, *behind) if each and _may_name(each, patient)]
        return cls(
            targets=tuple(r.target for r in provenance.references("target") if r.target),
            recorded=provenance.date("recorded"),
            activity=activity.label if activity else "",
            agents=tuple(dict.fromkeys(names)),
        )


def _may_name(who: Reference, patient: str) -> bool:
    return bool(who.display) and (who.kind != "Patient" or who.target == patient)
