"""Which resources are about a patient: the Patient compartment of R4, and what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.references import Resource, key_of, local_key, mentions
from sandbox.search.matching import values_at
from sandbox.search.parameters import PARAMETERS
from sandbox.store import Store

# A resource is in the compartment if one of these parameters refers to the patient.
# Task, Device and Binary are in nobody's compartment in R4. The choices made here: a Task is
# reachable through `for`, a Device through its patient, and a Binary through what points at it.
# A Schedule with a patient as actor is not used here, so Schedule is shared.
_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "Account": ("subject",),
    "AllergyIntolerance": ("patient", "recorder", "asserter"),
    "Appointment": ("actor",),
    "CarePlan": ("patient", "performer"),
    "CareTeam": ("patient", "participant"),
    "Communication": ("subject", "sender", "recipient"),
    "Condition": ("patient", "asserter"),
    "Consent": ("patient",),
    "Coverage": ("policy-holder", "subscriber", "beneficiary", "payor"),
    "Device": ("patient",),
    "DiagnosticReport": ("subject",),
    "DocumentReference": ("subject", "author"),
    "Encounter": ("patient",),
    "ExplanationOfBenefit": ("patient", "payee"),
    "Goal": ("patient",),
    "Immunization": ("patient",),
    "Invoice": ("subject", "patient", "recipient"),
    "MedicationDispense": ("subject", "patient", "receiver"),
    "MedicationRequest": ("subject",),
    "MedicationStatement": ("subject",),
    "Observation": ("subject", "performer"),
    "Patient": ("link",),
    "Person": ("patient",),
    "Procedure": ("patient", "performer"),
    "QuestionnaireResponse": ("subject", "author"),
    "RelatedPerson": ("patient",),
    "ServiceRequest": ("subject", "performer"),
    "Task": ("patient",),
}

# Of the clinic, not of a patient: who may read at all may read these.
SHARED = frozenset(
    {
        *("Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService"),
        *("Medication", "Questionnaire", "Schedule", "Slot"),
    }
)
# Of the clinic as well, where this element names nobody: a team on call, a scale on the ward.
_CLINICS_WITHOUT: Mapping[str, str] = {"CareTeam": "subject", "Device": "patient"}


class Compartment:
    """The resources about one patient, as the store is now."""

    def __init__(self, store: Store, patient: str) -> None:
        self._store = store
        self._patient = f"Patient/{patient}"
        # R4: records of a linked patient are in the compartment of the patient linked to.
        merged = (
            key_of(other)
            for other in store.mentioning(self._patient, "Patient")
            if self._patient in _referred(other, "link")
        )
        self.patients = frozenset({self._patient, *merged})

    def holds(self, resource: Resource) -> bool:
        """Whether this is about the patient, or of the clinic."""
        type_ = resource["resourceType"]
        if type_ in SHARED:
            return True
        if key_of(resource) in self.patients:
            return True
        if type_ == "Binary":
            return self._holds_what_shows(resource)
        if type_ == "Provenance":
            return self._holds_all_of(_referred(resource, "target"))
        if type_ in _CLINICS_WITHOUT and _CLINICS_WITHOUT[type_] not in resource:
            return True
        return any(
            not self.patients.isdisjoint(_referred(resource, name))
            for name in _PARAMETERS.get(type_, ())
        )

    def owns(self, resource: Resource) -> bool:
        """Whether the patient may write this: it is about the patient and about nobody else."""
        type_ = resource["resourceType"]
        if type_ == "Patient":
            return f"Patient/{resource.get('id')}" == self._patient
        return type_ in _PARAMETERS and _referred(resource, "patient") == {self._patient}

    def keys(self, type_: str) -> frozenset[str] | None:
        """What everything of this type in the compartment points at, if it must point at all."""
        narrow = type_ in _PARAMETERS and type_ != "Patient" and type_ not in _CLINICS_WITHOUT
        return self.patients if narrow else None

    def _holds_what_shows(self, binary: Resource) -> bool:
        """R4 lets `securityContext` decide; without one, the documents that show the Binary do."""
        context = binary.get("securityContext")
        if context:
            return self._holds_all_of(mentions(context))
        key = key_of(binary)
        return any(
            self.holds(document)
            for type_ in ("DocumentReference", "DiagnosticReport", "Communication")
            for document in self._store.mentioning(key, type_)
        )

    def _holds_all_of(self, keys: set[str]) -> bool:
        targets = [self._store.resolve(key) for key in keys]
        return bool(targets) and all(
            # What is in no compartment itself vouches for nothing.
            target and target["resourceType"] not in ("Binary", "Provenance") and self.holds(target)
            for target in targets
        )


def _referred(resource: Resource, name: str) -> set[str]:
    """What this search parameter finds in the resource, as `Type/id`."""
    values = values_at(resource, PARAMETERS[resource["resourceType"]][name])
    texts = (value.get("reference") for value in values if isinstance(value, Mapping))
    return {key for text in texts if (key := local_key(text))}
