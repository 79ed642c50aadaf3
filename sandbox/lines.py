"""Resources as one line each, as a chart lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    when: str  # as far as it is known: "2024-03-01", "2024", ""
    what: str
    detail: str
    status: str


def lines(resources: Iterable[Json]) -> list[Line]:
    """The newest first; what was entered in error is not on the chart."""
    made = (_READERS[resource["resourceType"]](resource) for resource in resources)
    shown = (line for line in made if line.status != "entered-in-error")
    return sorted(shown, key=lambda line: line.when, reverse=True)


def words_of(concept: Json | None) -> str:
    """A CodeableConcept as a person reads it."""
    concept = concept or {}
    codings = concept.get("coding", [])
    named = (coding.get("display") or coding.get("code") for coding in codings)
    return str(concept.get("text") or next(filter(None, named), ""))


def display_of(reference: Json | None) -> str:
    reference = reference or {}
    return str(reference.get("display") or reference.get("reference") or "")


def _medication(order: Json) -> Line:
    dosages: list[Json] = order.get("dosageInstruction", [])
    return Line(
        when=_day(order, "authoredOn"),
        what=words_of(order.get("medicationCodeableConcept"))
        or display_of(order.get("medicationReference")),
        detail="; ".join(str(dosage.get("text", "")) for dosage in dosages),
        status=str(order.get("status", "")),
    )


def _allergy(allergy: Json) -> Line:
    reactions = [
        words_of(manifestation)
        for reaction in allergy.get("reaction", [])
        for manifestation in reaction.get("manifestation", [])
    ]
    return Line(
        when=_day(allergy, "recordedDate"),
        what=words_of(allergy.get("code")),
        detail=", ".join(reactions),
        status=_clinical_status(allergy),
    )


def _condition(condition: Json) -> Line:
    return Line(
        when=_day(condition, "onsetDateTime", "recordedDate"),
        what=words_of(condition.get("code")),
        detail=words_of(condition.get("severity")),
        status=_clinical_status(condition),
    )


def _observation(observation: Json) -> Line:
    parts = [
        f"{words_of(part.get('code'))} {_value(part)}".strip()
        for part in observation.get("component", [])
    ]
    return Line(
        when=_day(observation, "effectiveDateTime", "issued"),
        what=words_of(observation.get("code")),
        detail=_value(observation) or "; ".join(parts),
        status=str(observation.get("status", "")),
    )


def _visit(visit: Json) -> Line:
    kinds = visit.get("type") or visit.get("serviceType") or []
    reasons = visit.get("reasonCode", [])
    period = visit.get("period", {})
    return Line(
        when=_day(visit, "start") or str(period.get("start", ""))[:10],
        what=", ".join(words_of(kind) for kind in kinds) or visit["resourceType"],
        detail=str(visit.get("description") or ", ".join(words_of(each) for each in reasons)),
        status=str(visit.get("status", "")),
    )


def _document(document: Json) -> Line:
    return Line(
        when=_day(document, "date"),
        what=str(document.get("description") or words_of(document.get("type"))),
        detail=", ".join(display_of(author) for author in document.get("author", [])),
        status=str(document.get("status", "")),
    )


def _message(message: Json) -> Line:
    texts = (part.get("contentString", "") for part in message.get("payload", []))
    return Line(
        when=_day(message, "sent", "received"),
        what=words_of(message.get("topic")) or "Message",
        detail=" ".join(filter(None, texts)),
        status=str(message.get("status", "")),
    )


def _task(task: Json) -> Line:
    return Line(
        when=_day(task, "authoredOn", "lastModified"),
        what=words_of(task.get("code")) or "Task",
        detail=str(task.get("description", "")),
        status=str(task.get("status", "")),
    )


def _form(response: Json) -> Line:
    return Line(
        when=_day(response, "authored"),
        what="Form",
        detail=str(response.get("questionnaire", "")).rpartition("/")[2],
        status=str(response.get("status", "")),
    )


def _vaccination(immunization: Json) -> Line:
    return Line(
        when=_day(immunization, "occurrenceDateTime"),
        what=words_of(immunization.get("vaccineCode")),
        detail="",
        status=str(immunization.get("status", "")),
    )


_READERS: Mapping[str, Callable[[Json], Line]] = {
    "MedicationRequest": _medication,
    "AllergyIntolerance": _allergy,
    "Condition": _condition,
    "Observation": _observation,
    "Immunization": _vaccination,
    "Encounter": _visit,
    "Appointment": _visit,
    "DocumentReference": _document,
    "Communication": _message,
    "Task": _task,
    "QuestionnaireResponse": _form,
}


def _day(resource: Json, *names: str) -> str:
    return next((str(resource[name])[:10] for name in names if name in resource), "")


def _clinical_status(resource: Json) -> str:
    verified = words_of(resource.get("verificationStatus"))
    if "error" in verified.lower():
        return "entered-in-error"
    return words_of(resource.get("clinicalStatus"))


def _value(observation: Json) -> str:
    if quantity := observation.get("valueQuantity"):
        parts = (quantity.get("comparator"), quantity.get("value"), quantity.get("unit"))
        return " ".join(str(part) for part in parts if part is not None)
    if concept := observation.get("valueCodeableConcept") or observation.get("dataAbsentReason"):
        return words_of(concept)
    if "valueBoolean" in observation:
        return "yes" if observation["valueBoolean"] else "no"
    plain = ("valueString", "valueInteger", "valueDateTime", "valueTime")
    return next((str(observation[name]) for name in plain if name in observation), "")
