"""Whose resource is this? Every answer of the EHR is asked, before anything is shown."""

from __future__ import annotations

from smartapp.fhir.element import Json, Reference

# Where a resource names its patient. A type that is not here belongs to nobody in particular.
SUBJECTS = {
    "AllergyIntolerance": ("patient",),
    "CareTeam": ("subject",),
    "Communication": ("subject",),
    "Encounter": ("subject",),
    "MedicationDispense": ("subject",),
    "MedicationRequest": ("subject",),
    "Observation": ("subject",),
    "QuestionnaireResponse": ("subject",),
    "RelatedPerson": ("patient",),
    "Task": ("for",),
}
SHARED = {
    "Location",
    "Medication",
    "Organization",
    "OperationOutcome",
    "Practitioner",
    "PractitionerRole",
    "Questionnaire",
}


def belongs_to(resource: Json, patient_id: str) -> bool:
    """False for another patient's resource, for one without a patient, and for an unknown type."""
    kind = str(resource.get("resourceType"))
    if kind in SHARED:
        return True
    if kind == "Patient":
        return resource.get("id") == patient_id
    return any(_names(resource.get(name), patient_id) for name in SUBJECTS.get(kind, ()))


def _names(reference: object, patient_id: str) -> bool:
    if not isinstance(reference, dict):
        return False
    return Reference(str(reference.get("reference", "")), "").target == f"Patient/{patient_id}"


def patient_of(resource: Json) -> str | None:
    """ "Patient/id", where the resource names one."""
    for name in SUBJECTS.get(str(resource.get("resourceType")), ()):
        reference = resource.get(name)
        if isinstance(reference, dict):
            target = Reference(str(reference.get("reference", "")), "").target
            if target and target.startswith("Patient/"):
                return target
    return None
