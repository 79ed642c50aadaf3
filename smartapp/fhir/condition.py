"""A condition: a problem, a diagnosis or a concern, current or not."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.absence import said_absent
from smartapp.fhir.amounts import Period, Quantity, Range
from smartapp.fhir.codes import (
    CONDITION_CATEGORY,
    CONDITION_CLINICAL,
    CONDITION_VERIFICATION,
    ENTERED_IN_ERROR,
)
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Coding, Element, Json
from smartapp.fhir.plain import plain

CURRENT = frozenset({"active", "recurrence", "relapse"})


@dataclass(frozen=True)
class Condition:
    id: str
    name: str  # "" where the record holds none
    codings: tuple[Coding, ...]
    clinical: str | None  # None where it is not stated: then nobody knows whether it is current
    verification: str | None
    categories: frozenset[str]
    severity: str
    began: FhirDate | None
    began_words: str  # where it is not a date
    ended: FhirDate | None
    recorded: FhirDate | None
    encounter: str

    @classmethod
    def from_fhir(cls, json: Json) -> Condition | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        condition = Element.resource(json, "Condition")
        verification = condition.concept("verificationStatus")
        if verification and verification.has(CONDITION_VERIFICATION, ENTERED_IN_ERROR):
            return None
        if condition.has_unknown_modifier():
            raise condition.wrong("modifierExtension", "not understood")
        code = condition.concept("code")
        clinical = condition.concept("clinicalStatus")
        severity = condition.concept("severity")
        encounter = condition.reference("encounter")
        return cls(
            id=condition.required_text("id"),
            name="" if code is None or said_absent(code) else code.label,
            codings=code.codings if code else (),
            clinical=clinical.code(CONDITION_CLINICAL) if clinical else None,
            verification=verification.code(CONDITION_VERIFICATION) if verification else None,
            categories=frozenset(
                coding.code
                for concept in condition.concepts("category")
                for coding in concept.codings
                if coding.system == CONDITION_CATEGORY
            ),
            severity=severity.label if severity else "",
            began=_date(condition, "onset"),
            began_words=_words(condition, "onset"),
            ended=_date(condition, "abatement"),
            recorded=condition.date("recordedDate"),
            encounter=(encounter.target if encounter else None) or "",
        )

    @property
    def is_current(self) -> bool:
        return self.clinical in CURRENT and not self.is_refuted

    @property
    def is_refuted(self) -> bool:
        return self.verification == "refuted"

    @property
    def is_of_a_visit(self) -> bool:
        """A diagnosis made at a visit; the same problem may stand in the list of problems too."""
        return self.categories == frozenset({"encounter-diagnosis"})


def _date(condition: Element, what: str) -> FhirDate | None:
    period = Period.of(condition.child(f"{what}Period"))
    return condition.date(f"{what}DateTime") or (period.start if period else None)


def _words(condition: Element, what: str) -> str:
    """An age, a range of ages, or words."""
    age = Quantity.of(condition.child(f"{what}Age"))
    if age is not None:
        return f"{age.number} {age.unit}".strip()
    span = Range.of(condition.child(f"{what}Range"))
    if span is not None:
        ends = [each for each in (span.low, span.high) if each]
        return " – ".join(f"{each.number} {each.unit}".strip() for each in ends)
    return plain(condition.text(f"{what}String") or "")
