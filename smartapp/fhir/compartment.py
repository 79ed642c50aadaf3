"""Whose resource is this? Every answer of the EHR is asked, before anything is shown."""

from __future__ import annotations

from smartapp.fhir.element import Json, Reference

# Where a resource names its patient. A type that is not here belongs to nobody in particular.
SUBJECTS = {
    "AllergyIntolerance": ("patient",),
    "CarePlan": ("subject",),
    "CareTeam": ("subject",),
    "Communication": ("subject",),
    "Condition": ("subject",),
    "Consent": ("patient",),
    "Coverage": ("beneficiary",),
    "Device": ("patient",),
    "DiagnosticReport": ("subject",),
    "DocumentReference": ("subject",),
    "Encounter": ("subject",),
    "ExplanationOfBenefit": ("patient",),
    "Goal": ("subject",),
    "Immunization": ("patient",),
    "Invoice": ("subject",),
    "MedicationDispense": ("subject",),
    "MedicationRequest": ("subject",),
    "MedicationStatement": ("subject",),
    "Observation": ("subject",),
    "Procedure": ("subject",),
    "QuestionnaireResponse": ("subject",),
    "RelatedPerson": ("patient",),
    "ServiceRequest": ("subject",),
    "Specimen": ("subject",),
    "Task": ("for",),
}
# Provenance names no patient: it is shown only beside what it is about, which does.
SHARED = {
    "Location",
    "Medication",
    "Organization",
    "OperationOutcome",
    "Practitioner",
    "PractitionerRole",
    "Provenance",
    "Questionnaire",
    "Slot",
}


def belongs_to(resource: Json, patient_id: str) -> bool:
    """False for another patient's resource, for one without a patient, and for an unknown type."""
    kind = str(resource.get("resourceType"))
    if not all(_is_harmless(inner, patient_id) for inner in _contained(resource)):
        return False
    if kind in SHARED:
        return True
    if kind == "Patient":
        return resource.get("id") == patient_id
    if kind == "Appointment":
        return _all_of(_actors(resource), patient_id)
    if kind == "Schedule":
        patients = [each for each in _listed(resource.get("actor")) if _is_a_patient(each)]
        return not patients or _all_of(patients, patient_id)
    if kind == "Account":
        return _all_of(resource.get("subject"), patient_id)
    return any(_names(resource.get(name), patient_id) for name in SUBJECTS.get(kind, ()))


def _actors(appointment: Json) -> list[object]:
    """The patients who take part. Where another one does too, it is not this one's alone."""
    actors = [each.get("actor") for each in _listed(appointment.get("participant"))]
    return [each for each in actors if isinstance(each, dict) and _is_a_patient(each)]


def _listed(value: object) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _is_a_patient(reference: Json) -> bool:
    return Reference(str(reference.get("reference", "")), "").kind == "Patient"


def _all_of(references: object, patient_id: str) -> bool:
    if not isinstance(references, list) or not references:
        return False
    return all(_names(each, patient_id) for each in references)


def _contained(resource: Json) -> list[Json]:
    return _listed(resource.get("contained"))


def _is_harmless(contained: Json, patient_id: str) -> bool:
    """What lies inside may leave out whose it is, but may not name somebody else."""
    named = (contained.get(name) for name in SUBJECTS.get(str(contained.get("resourceType")), ()))
    pointers = (each.get("reference") for each in named if isinstance(each, dict))
    return all(
        pointer is None or str(pointer).startswith("#") or pointer == f"Patient/{patient_id}"
        for pointer in pointers
    )


def _names(reference: object, patient_id: str) -> bool:
    if not isinstance(reference, dict):
        return False
    pointer = reference.get("reference", "")
    theirs = f"Patient/{patient_id}"
    return pointer == theirs or Reference(str(pointer), "").target == theirs
