"""One of each resource that a record page reads, with every element that is read of it."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
WHO = {"reference": "Patient/p", "display": "Ann Example"}
DOCTOR = {"reference": "Practitioner/d", "display": "Dr. Bell"}
TERMS = "http://terminology.hl7.org/CodeSystem"


def coded(text: str, system: str = "urn:local", code: str = "x") -> Json:
    return {"text": text, "coding": [{"system": system, "code": code, "display": text}]}


def amount(value: float, unit: str = "mg") -> Json:
    return {"value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"}


DOSAGE = {
    "text": "Take 1 tablet every morning",
    "patientInstruction": "Take 1 tablet every morning",
    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"]}},
    "route": coded("by mouth"),
    "doseAndRate": [{"doseQuantity": amount(1, "tablet")}],
    "maxDosePerPeriod": {"numerator": amount(4), "denominator": amount(1, "d")},
}


def observation(identity: str, category: str, **more: Any) -> Json:
    return {
        "resourceType": "Observation",
        "id": identity,
        "status": "final",
        "category": [coded(category, f"{TERMS}/observation-category", category)],
        "code": coded(f"Test {identity}", "http://loinc.org", f"10-{len(identity)}"),
        "subject": WHO,
        "effectiveDateTime": "2026-11-20T08:00:00Z",
        "issued": "2026-11-20T09:00:00Z",
        "performer": [DOCTOR],
        "interpretation": [coded("High", f"{TERMS}/v3-ObservationInterpretation", "H")],
        "referenceRange": [{"low": amount(1), "high": amount(2), "text": "1 to 2"}],
        "note": [{"text": "seen twice"}],
        **more,
    }


def record() -> list[Json]:
    return [
        {
            "resourceType": "Patient",
            "id": "p",
            "name": [{"text": "Ann Example"}],
            "birthDate": "1950-02-03",
            "identifier": [{"type": coded("MR", code="MR"), "value": "77"}],
        },
        {
            "resourceType": "AllergyIntolerance",
            "id": "a",
            "patient": WHO,
            "code": coded("Penicillin"),
            "clinicalStatus": coded("active", f"{TERMS}/allergyintolerance-clinical", "active"),
            "criticality": "high",
            "recordedDate": "2020-01-01",
            "reaction": [{"manifestation": [coded("Hives")]}],
        },
        {
            "resourceType": "Condition",
            "id": "c",
            "subject": WHO,
            "code": coded("Gout"),
            "clinicalStatus": coded("active", f"{TERMS}/condition-clinical", "active"),
            "category": [coded("problem", f"{TERMS}/condition-category", "problem-list-item")],
            "severity": coded("mild"),
            "onsetDateTime": "2019-05",
        },
        observation("lab", "laboratory", valueQuantity=amount(3)),
        observation(
            "vital",
            "vital-signs",
            component=[
                {"code": coded("Systolic"), "valueQuantity": amount(120, "mmHg")},
                {"code": coded("Diastolic"), "valueString": "not heard"},
            ],
        ),
        observation("life", "social-history", valueCodeableConcept=coded("Never smoked")),
        {
            "resourceType": "DiagnosticReport",
            "id": "r",
            "status": "final",
            "subject": WHO,
            "code": coded("Blood test"),
            "effectiveDateTime": "2026-11-20",
            "performer": [DOCTOR],
            "result": [{"reference": "Observation/lab"}],
            "conclusion": "All as before.",
        },
        {
            "resourceType": "Immunization",
            "id": "i",
            "status": "completed",
            "patient": WHO,
            "vaccineCode": coded("Flu"),
            "occurrenceDateTime": "2025-10",
            "lotNumber": "L1",
            "manufacturer": {"display": "Maker"},
            "performer": [{"actor": DOCTOR}],
            "protocolApplied": [{"doseNumberPositiveInt": 1}],
        },
        {
            "resourceType": "Procedure",
            "id": "o",
            "status": "completed",
            "subject": WHO,
            "code": coded("Cast"),
            "performedDateTime": "2018",
            "performer": [{"actor": DOCTOR}],
        },
        {
            "resourceType": "MedicationRequest",
            "id": "m",
            "status": "active",
            "intent": "order",
            "subject": WHO,
            "medicationCodeableConcept": coded("lisinopril"),
            "requester": DOCTOR,
            "authoredOn": "2026-01-01",
            "dosageInstruction": [DOSAGE],
            "dispenseRequest": {"numberOfRepeatsAllowed": 2, "validityPeriod": {"end": "2027"}},
        },
        {
            "resourceType": "MedicationStatement",
            "id": "s",
            "status": "active",
            "subject": WHO,
            "medicationCodeableConcept": coded("ibuprofen"),
            "dosage": [DOSAGE],
            "informationSource": WHO,
        },
        {
            "resourceType": "MedicationDispense",
            "id": "d",
            "status": "completed",
            "subject": WHO,
            "medicationCodeableConcept": coded("lisinopril"),
            "authorizingPrescription": [{"reference": "MedicationRequest/m"}],
            "whenHandedOver": "2026-10-01",
            "daysSupply": amount(90, "d"),
        },
        {
            "resourceType": "Appointment",
            "id": "v",
            "status": "booked",
            "start": "2030-01-01T10:00:00Z",
            "description": "Check-up",
            "participant": [{"actor": WHO, "status": "accepted"}, {"actor": DOCTOR}],
        },
        {
            "resourceType": "Encounter",
            "id": "e",
            "status": "finished",
            "subject": WHO,
            "class": {"code": "AMB"},
            "type": [coded("Visit")],
            "period": {"start": "2026-10-01"},
        },
    ]


# For each of them: the page that shows it, and what that page must never say while there is one.
NONE = {
    "AllergyIntolerance/a": ("allergies", "No allergies are in your record."),
    "Condition/c": ("conditions", "No current health conditions are in your record."),
    "Observation/lab": ("results", "No test results are in your record."),
    "Observation/vital": ("vitals", "No vital signs are in your record."),
    "Observation/life": ("vitals", "Nothing about your life and habits is in your record."),
    "DiagnosticReport/r": ("summary", "No reports are in your record."),
    "Immunization/i": ("immunizations", "No vaccines are in your record."),
    "Procedure/o": ("procedures", "No operations or treatments are in your record."),
    "MedicationRequest/m": ("medicines", "Your clinic has no current medicines for you"),
    "MedicationStatement/s": ("summary", "No other medicines are in your record."),
    "Appointment/v": ("start", "You have no coming appointments in this record."),
    "Encounter/e": ("summary", "No past visits are in this record."),
}
