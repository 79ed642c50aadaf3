"""What was ordered for a patient: tests, pictures, referrals."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Concept, Element, Json

SNOMED = "http://snomed.info/sct"
REFERRAL = "3457005"


@dataclass(frozen=True)
class Order:
    """A ServiceRequest."""

    id: str
    status: str
    intent: str
    do_not_do: bool
    what: str
    category: tuple[Concept, ...]
    authored: FhirDate | None
    planned: FhirDate | None
    by: str
    to: tuple[str, ...]
    reasons: tuple[str, ...]
    instruction: str  # for the patient
    visit: str  # "Encounter/id", or ""

    @classmethod
    def from_fhir(cls, json: Json) -> Order | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        order = Element.resource(json, "ServiceRequest")
        status = order.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        if order.has_unknown_modifier():
            raise order.wrong("modifierExtension", "not understood")
        code, requester, visit = (
            order.concept("code"), order.reference("requester"), order.reference("encounter")
        )  # fmt: skip
        period = order.child("occurrencePeriod")
        reasons = [each.label for each in order.concepts("reasonCode")]
        reasons += [each.display for each in order.references("reasonReference")]
        return cls(
            id=order.required_text("id"),
            status=status,
            intent=order.text("intent") or "",
            do_not_do=order.boolean("doNotPerform") or False,
            what=code.label if code else "",
            category=order.concepts("category"),
            authored=order.date("authoredOn"),
            planned=order.date("occurrenceDateTime") or (period.date("start") if period else None),
            by=requester.display if requester else "",
            to=tuple(each.display for each in order.references("performer") if each.display),
            reasons=tuple(each for each in reasons if each),
            instruction=order.text("patientInstruction") or "",
            visit=(visit.target or "") if visit else "",
        )

    @property
    def reference(self) -> str:
        return f"ServiceRequest/{self.id}"

    @property
    def is_open(self) -> bool:
        return self.status in {"active", "on-hold", "draft", "unknown"} and not self.do_not_do

    @property
    def is_referral(self) -> bool:
        return any(each.has(SNOMED, REFERRAL) for each in self.category)
