"""What a request can be about: one thing of the patient's record, and what it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json
from smartapp.fhir.medication import MedicationOrder
from smartapp.workflow.policy.facts import Facts


@dataclass(frozen=True)
class Subject:
    reference: str
    name: str  # as the record says it; empty where it says nothing
    when: FhirDate | None = None
    detail: str = ""
    facts: Facts = field(default_factory=dict)

    @property
    def is_time(self) -> bool:
        """A free time that is asked for."""
        return self.reference.startswith("Slot/")

    @property
    def label(self) -> str:
        """As it is written into the record. A time says in any language when it is."""
        if not self.is_time or self.when is None:
            return self.name
        local = self.when.earliest.strftime("%Y-%m-%d %H:%M")
        return f"{self.name}, {local}" if self.name else local


def subject_from(json: Json) -> Subject | None:
    """None for what was entered in error, and for what no request is about."""
    kind = str(json.get("resourceType"))
    named = _NAMED.get(kind)
    if named is None:
        return None
    element = Element.resource(json, kind)
    if element.text("status") == ENTERED_IN_ERROR or element.has_unknown_modifier():
        return None
    name, when = named(element)
    return Subject(f"{kind}/{element.required_text('id')}", name, when)


def order_subject(order: MedicationOrder, facts: Facts) -> Subject:
    dosage = "; ".join(text for text in order.dosage if text)
    return Subject(order.reference, order.name, None, dosage, facts)


Named = tuple[str, FhirDate | None]


def _appointment(element: Element) -> Named:
    concepts = (element.concept("appointmentType"), *element.concepts("serviceType"))
    label = next((each.label for each in concepts if each and each.label), "")
    return element.text("description") or label, element.date("start")


def _visit(element: Element) -> Named:
    period = element.child("period")
    label = next((each.label for each in element.concepts("type") if each.label), "")
    return label, period.date("start") if period else None


def _result(element: Element) -> Named:
    code = element.concept("code")
    when = element.date("effectiveDateTime") or element.date("issued")
    return code.label if code else "", when


def _document(element: Element) -> Named:
    kind = element.concept("type")
    return (kind.label if kind else "") or element.text("description") or "", element.date("date")


_NAMED: Mapping[str, Callable[[Element], Named]] = {
    "Appointment": _appointment,
    "DiagnosticReport": _result,
    "DocumentReference": _document,
    "Encounter": _visit,
    "Observation": _result,
}
SUBJECT_KINDS = ("MedicationRequest", *_NAMED)
