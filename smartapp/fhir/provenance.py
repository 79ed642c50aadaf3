"""Where an entry of the record comes from, and who changed it."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json


@dataclass(frozen=True)
class Provenance:
    targets: tuple[str, ...]  # "Type/id" of what it is about
    recorded: FhirDate | None
    activity: str
    agents: tuple[str, ...]  # names of people and organisations

    @classmethod
    def from_fhir(cls, json: Json) -> Provenance | None:
        provenance = Element.resource(json, "Provenance")
        activity = provenance.concept("activity")
        who = (each.reference("who") for each in provenance.children("agent"))
        behind = (each.reference("onBehalfOf") for each in provenance.children("agent"))
        names = [each.display for each in (*who, *behind) if each and each.display]
        return cls(
            targets=tuple(r.target for r in provenance.references("target") if r.target),
            recorded=provenance.date("recorded"),
            activity=activity.label if activity else "",
            agents=tuple(dict.fromkeys(names)),
        )
