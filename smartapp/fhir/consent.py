"""Consents in the record: who may, or may not, see what."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json


@dataclass(frozen=True)
class Provision:
    """One level of what was agreed. What lies below it makes an exception from it."""

    permits: bool | None  # None where it is not said
    who: tuple[str, ...]
    labels: tuple[str, ...]
    since: FhirDate | None
    until: FhirDate | None
    exceptions: tuple[Provision, ...]


@dataclass(frozen=True)
class Consent:
    id: str
    status: str
    what: str
    on: FhirDate | None
    by: tuple[str, ...]
    provision: Provision | None

    @classmethod
    def from_fhir(cls, json: Json) -> Consent | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        consent = Element.resource(json, "Consent")
        status = consent.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        if consent.has_unknown_modifier():
            raise consent.wrong("modifierExtension", "not understood")
        scope = consent.concept("scope")
        kinds = [*consent.concepts("category"), *([scope] if scope else [])]
        provision = consent.child("provision")
        return cls(
            id=consent.required_text("id"),
            status=status,
            what=next((each.label for each in kinds if each.label), ""),
            on=consent.date("dateTime"),
            by=tuple(each.display for each in consent.references("performer") if each.display),
            provision=_provision(provision) if provision else None,
        )


def _provision(provision: Element) -> Provision:
    period, said = provision.child("period"), provision.text("type")
    actors = (each.reference("reference") for each in provision.children("actor"))
    labels = [each.as_coding() for each in provision.children("securityLabel")]
    return Provision(
        permits={"permit": True, "deny": False}.get(said or ""),
        who=tuple(each.display for each in actors if each and each.display),
        labels=tuple(each.display or each.code for each in labels),
        since=period.date("start") if period else None,
        until=period.date("end") if period else None,
        exceptions=tuple(_provision(each) for each in provision.children("provision")),
    )
