"""Medicines: what was ordered, and what was handed out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smartapp.errors import MalformedAnswer
from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.dosage import Dosage
from smartapp.fhir.element import Coding, Concept, Element, Json

_DAYS = {"d": 1, "day": 1, "days": 1, "wk": 7}

Included = Mapping[str, Json]  # "Type/id" to the resource that came along


@dataclass(frozen=True)
class MedicationOrder:
    """A MedicationRequest."""

    id: str
    status: str
    intent: str
    do_not_take: bool
    name: str
    other_names: tuple[str, ...]  # what its codes call it
    medication_codes: frozenset[tuple[str, str]]
    dosage: tuple[str, ...]  # in the words of the order
    authored: FhirDate | None
    requester: str  # a name, or ""
    reported: bool  # someone said so; nobody here ordered it
    refills_allowed: int | None
    valid_until: FhirDate | None
    days_supply: int | None
    not_understood: bool  # carries a modifier that this app does not know
    dosages: tuple[Dosage, ...] = ()
    codings: tuple[Coding, ...] = ()
    pharmacy: str = ""  # that is to hand it out, by its name

    @classmethod
    def from_fhir(cls, json: Json, included: Included) -> MedicationOrder | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        order = Element.resource(json, "MedicationRequest")
        status = order.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        medicine = medicine_of(order, included)
        reported = order.boolean("reportedBoolean") or order.child("reportedReference") is not None
        dispense = order.child("dispenseRequest")
        validity = dispense.child("validityPeriod") if dispense else None
        requester = order.reference("requester")
        pharmacy = dispense.reference("performer") if dispense else None
        return cls(
            id=order.required_text("id"),
            status=status,
            intent=order.text("intent") or "",
            do_not_take=order.boolean("doNotPerform") or False,
            name=medicine.label,
            other_names=tuple(coding.display for coding in medicine.codings if coding.display),
            medication_codes=frozenset((c.system, c.code) for c in medicine.codings if c.code),
            dosage=tuple(_dosage(each) for each in order.children("dosageInstruction")),
            authored=order.date("authoredOn"),
            requester=requester.display if requester else "",
            reported=reported,
            refills_allowed=dispense.whole("numberOfRepeatsAllowed") if dispense else None,
            valid_until=validity.date("end") if validity else None,
            days_supply=_days(dispense.child("expectedSupplyDuration")) if dispense else None,
            not_understood=order.has_unknown_modifier(),
            dosages=tuple(Dosage.of(each) for each in order.children("dosageInstruction")),
            codings=medicine.codings,
            pharmacy=pharmacy.display if pharmacy else "",
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
    place: str = ""  # where it was handed out, by its name

    @classmethod
    def from_fhir(cls, json: Json) -> Dispense:
        dispense = Element.resource(json, "MedicationDispense")
        if dispense.has_unknown_modifier():
            raise dispense.wrong("modifierExtension", "not understood")
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
            place=_place(dispense),
        )

    @property
    def happened(self) -> bool:
        return self.status == "completed"


def _place(dispense: Element) -> str:
    """A pharmacy is an organization or a place; who stood behind the counter is neither."""
    actors = (each.reference("actor") for each in dispense.children("performer"))
    places = [
        dispense.reference("location"),
        *(e for e in actors if e and e.kind == "Organization"),
    ]
    return next((each.display for each in places if each and each.display), "")


def medicine_of(element: Element, included: Included) -> Concept:
    """The medicine in its three forms: coded here, contained here, or a resource of its own."""
    concept = element.concept("medicationCodeableConcept")
    reference = element.reference("medicationReference")
    if concept is not None or reference is None:
        return concept or Concept("")
    found = (
        element.contained(reference.contained)
        if reference.contained
        else included.get(reference.target or "")
    )
    concept = _code_of(found) if found is not None else None
    return concept if concept and concept.label else Concept(reference.display)


def _code_of(json: Json) -> Concept | None:
    medication = Element.resource(json, "Medication")
    if medication.text("status") == ENTERED_IN_ERROR or medication.has_unknown_modifier():
        return None
    return medication.concept("code")


def medicine_elsewhere(order: Json) -> str | None:
    """ "Medication/id", where the order names its medicine only by that."""
    try:
        reference = Element(order, "MedicationRequest").reference("medicationReference")
    except MalformedAnswer:
        return None
    return reference.target if reference and reference.kind == "Medication" else None


def _dosage(dosage: Element) -> str:
    return dosage.text("patientInstruction") or dosage.text("text") or ""


def _days(duration: Element | None) -> int | None:
    """Known only where it is said in days or weeks, and exactly."""
    if duration is None or duration.text("comparator"):
        return None
    unit = duration.text("code") or duration.text("unit") or "d"
    value = duration.number("value")
    if value is None or value <= 0 or unit not in _DAYS:
        return None
    return int(value * _DAYS[unit])
