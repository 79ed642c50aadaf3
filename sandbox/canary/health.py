"""Results, documents, problems, medicines and procedures with links."""

from __future__ import annotations

from sandbox.canary.trap import Json, Trap, active, named


def _observation(trap: Trap) -> Json:
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [active("observation-category", "laboratory")],
        "code": named("A result with links"),
        "subject": trap.subject,
        "effectiveDateTime": trap.at(-24),
        "valueString": "See elsewhere",
        "encounter": trap.to("Encounter", "Observation.encounter"),
        "performer": [trap.to("Practitioner", "Observation.performer")],
        "specimen": trap.to("Specimen", "Observation.specimen"),
        "device": trap.to("Device", "Observation.device"),
        "hasMember": [trap.to("Observation", "Observation.hasMember")],
        "derivedFrom": [trap.to("DocumentReference", "Observation.derivedFrom")],
    }


def _report(trap: Trap) -> Json:
    return {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "category": [active("v2-0074", "LAB")],
        "code": named("A report with links"),
        "subject": trap.subject,
        "effectiveDateTime": trap.at(-24),
        "issued": trap.at(-23),
        "performer": [trap.to("Organization", "DiagnosticReport.performer")],
        "result": [trap.to("Observation", "DiagnosticReport.result")],
        "media": [{"link": trap.to("Media", "DiagnosticReport.media.link")}],
        "presentedForm": [trap.file("DiagnosticReport.presentedForm")],
    }


def _document(trap: Trap) -> Json:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": named("A letter with links"),
        "category": [named("Clinical note")],
        "subject": trap.subject,
        "date": trap.at(-24),
        "author": [trap.to("Practitioner", "DocumentReference.author")],
        "authenticator": trap.to("Practitioner", "DocumentReference.authenticator"),
        "custodian": trap.to("Organization", "DocumentReference.custodian"),
        "relatesTo": [
            {
                "code": "appends",
                "target": trap.to("DocumentReference", "DocumentReference.relatesTo.target"),
            }
        ],
        "content": [
            {"attachment": trap.file("DocumentReference.content.attachment")},
            {"attachment": trap.file("Binary/DocumentReference.content.attachment")},
        ],
        "context": {
            "encounter": [trap.to("Encounter", "DocumentReference.context.encounter")],
            "related": [trap.to("ServiceRequest", "DocumentReference.context.related")],
        },
    }


# --- health -----------------------------------------------------------------------------------


def _condition(trap: Trap) -> Json:
    picture, page = (f"{trap.address}/Condition.text.{tag}" for tag in ("img", "a"))
    narrative = f'<p><img src="{picture}" alt=""/><a href="{page}">More</a></p>'
    return {
        "resourceType": "Condition",
        "text": {
            "status": "additional",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{narrative}</div>',
        },
        "clinicalStatus": active("condition-clinical"),
        "category": [active("condition-category", "problem-list-item")],
        "code": named("A problem with links"),
        "subject": trap.subject,
        "recordedDate": trap.today,
        "encounter": trap.to("Encounter", "Condition.encounter"),
        "recorder": trap.to("Practitioner", "Condition.recorder"),
        "asserter": trap.to("Practitioner", "Condition.asserter"),
        "evidence": [{"detail": [trap.to("Observation", "Condition.evidence.detail")]}],
    }


def _allergy(trap: Trap) -> Json:
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": active("allergyintolerance-clinical"),
        "code": named("An allergy with links"),
        "patient": trap.subject,
        "encounter": trap.to("Encounter", "AllergyIntolerance.encounter"),
        "recorder": trap.to("Practitioner", "AllergyIntolerance.recorder"),
        "asserter": trap.to("Practitioner", "AllergyIntolerance.asserter"),
    }


def _order(trap: Trap) -> Json:
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationReference": trap.to("Medication", "MedicationRequest.medication"),
        "subject": trap.subject,
        "authoredOn": trap.today,
        "requester": trap.to("Practitioner", "MedicationRequest.requester"),
        "reasonReference": [trap.to("Condition", "MedicationRequest.reasonReference")],
        "priorPrescription": trap.to("MedicationRequest", "MedicationRequest.priorPrescription"),
        "dispenseRequest": {
            "performer": trap.to("Organization", "MedicationRequest.dispenseRequest.performer")
        },
    }


def _immunization(trap: Trap) -> Json:
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": named("A vaccine with links"),
        "patient": trap.subject,
        "occurrenceDateTime": trap.today,
        "location": trap.to("Location", "Immunization.location"),
        "manufacturer": trap.to("Organization", "Immunization.manufacturer"),
        "performer": [{"actor": trap.to("Practitioner", "Immunization.performer.actor")}],
    }


def _procedure(trap: Trap) -> Json:
    return {
        "resourceType": "Procedure",
        "status": "completed",
        "code": named("A procedure with links"),
        "subject": trap.subject,
        "performedDateTime": trap.today,
        "performer": [{"actor": trap.to("Practitioner", "Procedure.performer.actor")}],
        "location": trap.to("Location", "Procedure.location"),
        "report": [trap.to("DiagnosticReport", "Procedure.report")],
    }


MAKERS = (
    _observation,
    _report,
    _document,
    _condition,
    _allergy,
    _order,
    _immunization,
    _procedure,
)
