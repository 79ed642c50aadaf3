"""A medicine that somebody says is taken, whoever ordered it."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.amounts import Period
from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.dosage import Dosage
from smartapp.fhir.element import Coding, Element, Json
from smartapp.fhir.medication import Included, medicine_of

TAKEN = frozenset({"active", "unknown", "on-hold"})


@dataclass(frozen=True)
class MedicationStatement:
    id: str
    status: str
    name: str
    codings: tuple[Coding, ...]
    dosages: tuple[Dosage, ...]
    since: FhirDate | None
    said_by: str

    @classmethod
    def from_fhir(cls, json: Json, included: Included) -> MedicationStatement | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        statement = Element.resource(json, "MedicationStatement")
        status = statement.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        if statement.has_unknown_modifier():
            raise statement.wrong("modifierExtension", "not understood")
        medicine = medicine_of(statement, included)
        period = Period.of(statement.child("effectivePeriod"))
        source = statement.reference("informationSource")
        return cls(
            id=statement.required_text("id"),
            status=status,
            name=medicine.label,
            codings=medicine.codings,
            dosages=tuple(Dosage.of(each) for each in statement.children("dosage")),
            since=statement.date("effectiveDateTime") or (period.start if period else None),
            said_by=source.display if source else "",
        )

    @property
    def is_taken(self) -> bool:
        return self.status in TAKEN
