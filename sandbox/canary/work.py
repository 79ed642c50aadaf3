"""Visits, plans, cover, messages and requests with links."""

from __future__ import annotations

from sandbox.canary.trap import Json, Trap, named
from sandbox.people.codes.systems import HL7


def _appointment(trap: Trap) -> Json:
    elsewhere = ("Practitioner", "Location")
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "description": "A visit with links",
        "start": trap.at(72),
        "end": trap.at(73),
        "slot": [trap.to("Slot", "Appointment.slot")],
        "reasonReference": [trap.to("Condition", "Appointment.reasonReference")],
        "participant": [
            {"actor": trap.subject, "status": "accepted"},
            *(
                {"actor": trap.to(type_, "Appointment.participant.actor"), "status": "accepted"}
                for type_ in elsewhere
            ),
        ],
    }


def _encounter(trap: Trap) -> Json:
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": f"{HL7}/v3-ActCode", "code": "AMB"},
        "subject": trap.subject,
        "period": {"start": trap.at(-25), "end": trap.at(-24)},
        "participant": [{"individual": trap.to("Practitioner", "Encounter.participant")}],
        "location": [{"location": trap.to("Location", "Encounter.location")}],
        "serviceProvider": trap.to("Organization", "Encounter.serviceProvider"),
    }


def _care_plan(trap: Trap) -> Json:
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "title": "A plan with links",
        "subject": trap.subject,
        "author": trap.to("Practitioner", "CarePlan.author"),
        "careTeam": [trap.to("CareTeam", "CarePlan.careTeam")],
        "addresses": [trap.to("Condition", "CarePlan.addresses")],
        "goal": [trap.to("Goal", "CarePlan.goal")],
        "activity": [{"reference": trap.to("ServiceRequest", "CarePlan.activity.reference")}],
    }


def _care_team(trap: Trap) -> Json:
    return {
        "resourceType": "CareTeam",
        "status": "active",
        "name": "A team with links",
        "subject": trap.subject,
        "participant": [{"member": trap.to("Practitioner", "CareTeam.participant.member")}],
        "managingOrganization": [trap.to("Organization", "CareTeam.managingOrganization")],
    }


def _coverage(trap: Trap) -> Json:
    return {
        "resourceType": "Coverage",
        "status": "active",
        "beneficiary": trap.subject,
        "policyHolder": trap.to("Organization", "Coverage.policyHolder"),
        "payor": [trap.to("Organization", "Coverage.payor")],
    }


# --- requests and messages ----------------------------------------------------------------------


def _communication(trap: Trap) -> Json:
    return {
        "resourceType": "Communication",
        "status": "completed",
        "topic": named("A message with links"),
        "subject": trap.subject,
        "sent": trap.at(-2),
        "sender": trap.to("Practitioner", "Communication.sender"),
        "recipient": [trap.subject, trap.to("Organization", "Communication.recipient")],
        "about": [trap.to("ServiceRequest", "Communication.about")],
        "inResponseTo": [trap.to("Communication", "Communication.inResponseTo")],
        "payload": [
            {"contentString": "Please see what is attached."},
            {"contentReference": trap.to("DocumentReference", "Communication.contentReference")},
            {"contentAttachment": trap.file("Communication.contentAttachment")},
        ],
    }


def _task(trap: Trap) -> Json:
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "description": "A task with links",
        "for": trap.subject,
        "authoredOn": trap.at(-2),
        "focus": trap.to("Communication", "Task.focus"),
        "basedOn": [trap.to("ServiceRequest", "Task.basedOn")],
        "requester": trap.to("Practitioner", "Task.requester"),
        "owner": trap.to("Practitioner", "Task.owner"),
        "input": [
            {"type": named("A link"), "valueReference": trap.to("Binary", "Task.input")},
        ],
        "output": [{"type": named("A file"), "valueAttachment": trap.file("Task.output")}],
    }


def _questionnaire_response(trap: Trap) -> Json:
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{trap.address}/Questionnaire/QuestionnaireResponse.questionnaire",
        "status": "completed",
        "subject": trap.subject,
        "authored": trap.at(-2),
        "author": trap.to("Practitioner", "QuestionnaireResponse.author"),
        "item": [
            {
                "linkId": "elsewhere",
                "text": "An answer with links",
                "answer": [
                    {"valueReference": trap.to("Observation", "QuestionnaireResponse.item.answer")},
                    {"valueAttachment": trap.file("QuestionnaireResponse.item.answer")},
                ],
            }
        ],
    }


def _related_person(trap: Trap) -> Json:
    return {
        "resourceType": "RelatedPerson",
        "active": True,
        "patient": trap.subject,
        "name": [{"text": "Somebody with links"}],
        "photo": [trap.file("RelatedPerson.photo", "image/png")],
    }


MAKERS = (
    _appointment,
    _encounter,
    _care_plan,
    _care_team,
    _coverage,
    _communication,
    _task,
    _questionnaire_response,
    _related_person,
)
