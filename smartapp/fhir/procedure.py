"""Something that was done: an operation, an examination, a treatment."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.amounts import Period
from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Coding, Element, Json
from smartapp.fhir.plain import plain


@dataclass(frozen=True)
class Procedure:
    id: str
    status: str
    name: str
    codings: tuple[Coding, ...]
    when: FhirDate | None
    when_words: str
    done_by: str
    why_not: str
    follow_up: tuple[str, ...]
    encounter: str

    @classmethod
    def from_fhir(cls, json: Json) -> Procedure | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        procedure = Element.resource(json, "Procedure")
        status = procedure.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        if procedure.has_unknown_modifier():
            raise procedure.wrong("modifierExtension", "not understood")
        code = procedure.concept("code")
        reason = procedure.concept("statusReason")
        period = Period.of(procedure.child("performedPeriod"))
        encounter = procedure.reference("encounter")
        actors = (each.reference("actor") for each in procedure.children("performer"))
        return cls(
            id=procedure.required_text("id"),
            status=status,
            name=code.label if code else "",
            codings=code.codings if code else (),
            when=procedure.date("performedDateTime") or (period.start if period else None),
            when_words=plain(procedure.text("performedString") or ""),
            done_by=next((actor.display for actor in actors if actor and actor.display), ""),
            why_not=reason.label if reason else "",
            follow_up=tuple(c.label for c in procedure.concepts("followUp") if c.label),
            encounter=(encounter.target if encounter else None) or "",
        )

    @property
    def was_not_done(self) -> bool:
        return self.status == "not-done"
