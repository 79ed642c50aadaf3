"""A vaccine that was given, or was not."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Coding, Element, Json
from smartapp.fhir.plain import plain


@dataclass(frozen=True)
class Immunization:
    id: str
    status: str  # completed or not-done
    name: str
    codings: tuple[Coding, ...]
    when: FhirDate | None
    when_words: str  # where it is not a date
    why_not: str
    lot: str
    maker: str
    given_by: str
    dose: str  # which one of a series
    reported: bool  # somebody said so; whoever gave it has not written it down

    @classmethod
    def from_fhir(cls, json: Json) -> Immunization | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        immunization = Element.resource(json, "Immunization")
        status = immunization.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        if immunization.has_unknown_modifier():
            raise immunization.wrong("modifierExtension", "not understood")
        vaccine = immunization.concept("vaccineCode")
        reason = immunization.concept("statusReason")
        maker = immunization.reference("manufacturer")
        return cls(
            id=immunization.required_text("id"),
            status=status,
            name=vaccine.label if vaccine else "",
            codings=vaccine.codings if vaccine else (),
            when=immunization.date("occurrenceDateTime"),
            when_words=plain(immunization.text("occurrenceString") or ""),
            why_not=reason.label if reason else "",
            lot=plain(immunization.text("lotNumber") or ""),
            maker=maker.display if maker else "",
            given_by=_given_by(immunization),
            dose=_dose(immunization),
            reported=immunization.boolean("primarySource") is False,
        )

    @property
    def was_given(self) -> bool:
        return self.status == "completed"


def _given_by(immunization: Element) -> str:
    actors = (each.reference("actor") for each in immunization.children("performer"))
    return next((actor.display for actor in actors if actor and actor.display), "")


def _dose(immunization: Element) -> str:
    for protocol in immunization.children("protocolApplied"):
        number = protocol.whole("doseNumberPositiveInt")
        series = protocol.whole("seriesDosesPositiveInt")
        if number is not None:
            return f"{number} / {series}" if series else str(number)
        if words := plain(protocol.text("doseNumberString") or ""):
            return words
    return ""
