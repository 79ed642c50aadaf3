"""Medicines: what was ordered, and what was handed out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json

Included = Mapping[str, Json]  # "Type/id" to the resource that came along


@dataclass(frozen=True)
class MedicationOrder:
    """A MedicationRequest."""

    id: str
    status: str
    intent: str
    do_not_take: bool
    name: str
    medication_codes: frozenset[tuple[str, str]]
    dosage: tuple[str, ...]  # in the words of the order
    authored: FhirDate | None
    requester: str  # a name, or ""
    reported: bool  # someone said so; nobody here ordered it
    refills_allowed: int | None
    valid_until: FhirDate | None
    days_supply: int | None
    not_understood: bool  # carries a modifier that this app does not know

    @classmethod
    def from_fhir(cls, json: Json, included: Included) -> MedicationOrder | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        order = Element.resource(json, "MedicationRequest")
        status = order.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        name, codes = medication_of(order, included)
        dispense = order.child("dispenseRequest")
        validity = dispense.child("validityPeriod") if dispense else None
        requester = order.reference("requester")
        return cls(
            id=order.required_text("id"),
            status=status,
            intent=order.text("intent") or "",
            do_not_take=order.boolean("doNotPerform") or False,
            name=name,
            medication_codes=codes,
            dosage=tuple(_dosage(each) for each in order.children("dosageInstruction")),
            authored=order.date("authoredOn"),
            requester=requester.display if requester else "",
            reported=bool(order.json.get("reportedBoolean") or order.json.get("reportedReference")),
            refills_allowed=dispense.whole("numberOfRepeatsAllowed") if dispense else None,
            valid_until=validity.date("end") if validity else None,
            days_supply=_days(dispense.child("expectedSupplyDuration")) if dispense else None,
            not_understood=order.has_unknown_modifier(),
        )

    @property
    def reference(self) -> str:
        return f"MedicationRequest/{self.id}"


@dataclass(frozen=True)
class Dispense:
    """A MedicationDispense: one time that a medicine was handed out."""

    id: str
    status: str
    orders: tuple[str, ...]  # "MedicationRequest/id"
    handed_over: FhirDate | None
    days_supply: int | None

    @classmethod
    def from_fhir(cls, json: Json) -> Dispense:
        dispense = Element.resource(json, "MedicationDispense")
        return cls(
            id=dispense.required_text("id"),
            status=dispense.text("status") or "unknown",
            orders=tuple(
                order.target
                for order in dispense.references("authorizingPrescription")
                if order.target
            ),
            handed_over=dispense.date("whenHandedOver") or dispense.date("whenPrepared"),
            days_supply=_days(dispense.child("daysSupply")),
        )

    @property
    def happened(self) -> bool:
        return self.status == "completed"


def medication_of(element: Element, included: Included) -> tuple[str, frozenset[tuple[str, str]]]:
    """The medicine in its three forms: coded here, contained here, or a resource of its own."""
    concept = element.concept("medicationCodeableConcept")
    reference = element.reference("medicationReference")
    if concept is None and reference is not None:
        found = (
            element.contained(reference.contained)
            if reference.contained
            else included.get(reference.target or "")
        )
        if found is not None:
            concept = Element.resource(found, "Medication").concept("code")
    name = (concept.label if concept else "") or (reference.display if reference else "")
    codings = concept.codings if concept else ()
    return name, frozenset((coding.system, coding.code) for coding in codings if coding.code)


def _dosage(dosage: Element) -> str:
    return dosage.text("patientInstruction") or dosage.text("text") or ""


def _days(duration: Element | None) -> int | None:
    if duration is None or duration.text("code") not in {"d", None}:
        return None
    value = duration.number("value")
    return int(value) if value is not None and value > Decimal(0) else None
