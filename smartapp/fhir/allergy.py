"""An allergy as the record states it, including the statement that there is none."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.absence import said_absent
from smartapp.fhir.codes import ALLERGY_CLINICAL, ALLERGY_VERIFICATION, ENTERED_IN_ERROR, SNOMED
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Coding, Element, Json

# "No known allergy", "... drug allergy", "... food allergy", "... environmental allergy".
NONE_KNOWN = ("716186003", "409137002", "429625007", "428607008")


@dataclass(frozen=True)
class Allergy:
    id: str
    name: str
    none_known: bool  # this entry says that nothing is known, and does so on purpose
    clinical_status: str | None  # active, inactive, resolved; None where it is not stated
    verification: str | None  # confirmed, unconfirmed, refuted
    criticality: str | None
    reactions: tuple[str, ...]
    codings: tuple[Coding, ...] = ()
    kind: str = ""  # allergy or intolerance
    began: FhirDate | None = None
    recorded: FhirDate | None = None

    @classmethod
    def from_fhir(cls, json: Json) -> Allergy | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        allergy = Element.resource(json, "AllergyIntolerance")
        verification = allergy.concept("verificationStatus")
        if verification and verification.has(ALLERGY_VERIFICATION, ENTERED_IN_ERROR):
            return None
        if allergy.has_unknown_modifier():
            raise allergy.wrong("modifierExtension", "not understood")
        code = allergy.concept("code")
        clinical = allergy.concept("clinicalStatus")
        return cls(
            id=allergy.required_text("id"),
            name="" if code is None or said_absent(code) else code.label,
            none_known=bool(code and code.has(SNOMED, *NONE_KNOWN)),
            clinical_status=clinical.code(ALLERGY_CLINICAL) if clinical else None,
            verification=verification.code(ALLERGY_VERIFICATION) if verification else None,
            criticality=allergy.text("criticality"),
            reactions=tuple(
                concept.label
                for reaction in allergy.children("reaction")
                for concept in reaction.concepts("manifestation")
                if concept.label
            ),
            codings=code.codings if code else (),
            kind=allergy.text("type") or "",
            began=allergy.date("onsetDateTime"),
            recorded=allergy.date("recordedDate"),
        )

    @property
    def is_current(self) -> bool:
        return self.clinical_status in {"active", None} and not self.is_refuted

    @property
    def is_refuted(self) -> bool:
        return self.verification == "refuted"
