"""The search parameters of each type, as data; the CapabilityStatement is made from this table.

They are those of FHIR R4 that International Patient Access, US Core and the app's work ask for.
Two are US Core's own: `role` of CareTeam and `description` of Goal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["token", "reference", "date", "string", "uri"]


@dataclass(frozen=True)
class Parameter:
    kind: Kind
    paths: tuple[tuple[str, ...], ...]
    only: str = ""  # a reference that counts only where it points at this type


def _parameter(kind: Kind, paths: tuple[str, ...], only: str = "") -> Parameter:
    return Parameter(kind, tuple(tuple(path.split(".")) for path in paths), only)


def token(*paths: str) -> Parameter:
    return _parameter("token", paths)


def reference(*paths: str, only: str = "") -> Parameter:
    return _parameter("reference", paths, only)


def date(*paths: str) -> Parameter:
    return _parameter("date", paths)


def string(*paths: str) -> Parameter:
    return _parameter("string", paths)


def uri(*paths: str) -> Parameter:
    return _parameter("uri", paths)


def patient(path: str) -> Parameter:
    return reference(path, only="Patient")


Table = Mapping[str, Parameter]

_EVERY_TYPE: Table = {"_id": token("id"), "_lastUpdated": date("meta.lastUpdated")}
_IDENTIFIED: Table = {"identifier": token("identifier")}
_ABOUT_A_SUBJECT: Table = {
    **_IDENTIFIED,
    "patient": patient("subject"),
    "subject": reference("subject"),
}
_A_PERSON: Table = {
    **_IDENTIFIED,
    "name": string("name"),
    "gender": token("gender"),
    "telecom": token("telecom"),
    "address": string("address"),
}
_SERVICE: Table = {
    "service-category": token("serviceCategory"),
    "service-type": token("serviceType"),
    "specialty": token("specialty"),
}

_OWN: Mapping[str, Table] = {
    "Account": {
        **_ABOUT_A_SUBJECT,
        "name": string("name"),
        "owner": reference("owner"),
        "period": date("servicePeriod"),
        "status": token("status"),
        "type": token("type"),
    },
    "AllergyIntolerance": {
        **_IDENTIFIED,
        "patient": patient("patient"),
        "asserter": reference("asserter"),
        "category": token("category"),
        "clinical-status": token("clinicalStatus"),
        "code": token("code", "reaction.substance"),
        "criticality": token("criticality"),
        "date": date("recordedDate"),
        "recorder": reference("recorder"),
        "type": token("type"),
        "verification-status": token("verificationStatus"),
    },
    "Appointment": {
        **_IDENTIFIED,
        **_SERVICE,
        "patient": patient("participant.actor"),
        "actor": reference("participant.actor"),
        "appointment-type": token("appointmentType"),
        "based-on": reference("basedOn"),
        "date": date("start"),
        "location": reference("participant.actor", only="Location"),
        "part-status": token("participant.status"),
        "practitioner": reference("participant.actor", only="Practitioner"),
        "reason-code": token("reasonCode"),
        "slot": reference("slot"),
        "status": token("status"),
    },
    "Binary": {},
    "CarePlan": {
        **_ABOUT_A_SUBJECT,
        "care-team": reference("careTeam"),
        "category": token("category"),
        "condition": reference("addresses"),
        "date": date("period"),
        "encounter": reference("encounter"),
        "goal": reference("goal"),
        "intent": token("intent"),
        "performer": reference("activity.detail.performer"),
        "status": token("status"),
    },
    "CareTeam": {
        **_ABOUT_A_SUBJECT,
        "category": token("category"),
        "date": date("period"),
        "encounter": reference("encounter"),
        "participant": reference("participant.member"),
        "role": token("participant.role"),
        "status": token("status"),
    },
    "Communication": {
        **_ABOUT_A_SUBJECT,
        "based-on": reference("basedOn"),
        "category": token("category"),
        "encounter": reference("encounter"),
        "medium": token("medium"),
        "part-of": reference("partOf"),
        "received": date("received"),
        "recipient": reference("recipient"),
        "sender": reference("sender"),
        "sent": date("sent"),
        "status": token("status"),
    },
    "Condition": {
        **_ABOUT_A_SUBJECT,
        "abatement-date": date("abatementDateTime", "abatementPeriod"),
        "asserter": reference("asserter"),
        "category": token("category"),
        "clinical-status": token("clinicalStatus"),
        "code": token("code"),
        "encounter": reference("encounter"),
        "onset-date": date("onsetDateTime", "onsetPeriod"),
        "recorded-date": date("recordedDate"),
        "severity": token("severity"),
        "verification-status": token("verificationStatus"),
    },
    "Consent": {
        **_IDENTIFIED,
        "patient": patient("patient"),
        "category": token("category"),
        "consentor": reference("performer"),
        "date": date("dateTime"),
        "organization": reference("organization"),
        "period": date("provision.period"),
        "scope": token("scope"),
        "status": token("status"),
    },
    "Coverage": {
        **_IDENTIFIED,
        "patient": patient("beneficiary"),
        "beneficiary": reference("beneficiary"),
        "payor": reference("payor"),
        "policy-holder": reference("policyHolder"),
        "status": token("status"),
        "subscriber": reference("subscriber"),
        "type": token("type"),
    },
    "Device": {
        **_IDENTIFIED,
        "patient": patient("patient"),
        "device-name": string("deviceName.name", "type"),
        "location": reference("location"),
        "manufacturer": string("manufacturer"),
        "organization": reference("owner"),
        "status": token("status"),
        "type": token("type"),
    },
    "DiagnosticReport": {
        **_ABOUT_A_SUBJECT,
        "based-on": reference("basedOn"),
        "category": token("category"),
        "code": token("code"),
        "conclusion": token("conclusionCode"),
        "date": date("effectiveDateTime", "effectivePeriod"),
        "encounter": reference("encounter"),
        "issued": date("issued"),
        "performer": reference("performer"),
        "result": reference("result"),
        "status": token("status"),
    },
    "DocumentReference": {
        **_ABOUT_A_SUBJECT,
        "identifier": token("masterIdentifier", "identifier"),
        "author": reference("author"),
        "category": token("category"),
        "contenttype": token("content.attachment.contentType"),
        "custodian": reference("custodian"),
        "date": date("date"),
        "description": string("description"),
        "encounter": reference("context.encounter"),
        "period": date("context.period"),
        "related": reference("context.related"),
        "relatesto": reference("relatesTo.target"),
        "security-label": token("securityLabel"),
        "status": token("status"),
        "type": token("type"),
    },
    "Encounter": {
        **_ABOUT_A_SUBJECT,
        "appointment": reference("appointment"),
        "class": token("class"),
        "date": date("period"),
        "location": reference("location.location"),
        "part-of": reference("partOf"),
        "participant": reference("participant.individual"),
        "practitioner": reference("participant.individual", only="Practitioner"),
        "reason-code": token("reasonCode"),
        "service-provider": reference("serviceProvider"),
        "status": token("status"),
        "type": token("type"),
    },
    "ExplanationOfBenefit": {
        **_IDENTIFIED,
        "patient": patient("patient"),
        "care-team": reference("careTeam.provider"),
        "claim": reference("claim"),
        "coverage": reference("insurance.coverage"),
        "created": date("created"),
        "encounter": reference("item.encounter"),
        "payee": reference("payee.party"),
        "provider": reference("provider"),
        "status": token("status"),
    },
    "Goal": {
        **_ABOUT_A_SUBJECT,
        "achievement-status": token("achievementStatus"),
        "category": token("category"),
        "description": token("description"),
        "lifecycle-status": token("lifecycleStatus"),
        "start-date": date("startDate"),
        "target-date": date("target.dueDate"),
    },
    "HealthcareService": {
        **_IDENTIFIED,
        **_SERVICE,
        "service-category": token("category"),
        "service-type": token("type"),
        "active": token("active"),
        "characteristic": token("characteristic"),
        "location": reference("location"),
        "name": string("name"),
        "organization": reference("providedBy"),
    },
    "Immunization": {
        **_IDENTIFIED,
        "patient": patient("patient"),
        "date": date("occurrenceDateTime"),
        "location": reference("location"),
        "lot-number": string("lotNumber"),
        "performer": reference("performer.actor"),
        "status": token("status"),
        "vaccine-code": token("vaccineCode"),
    },
    "Invoice": {
        **_ABOUT_A_SUBJECT,
        "account": reference("account"),
        "date": date("date"),
        "issuer": reference("issuer"),
        "recipient": reference("recipient"),
        "status": token("status"),
        "type": token("type"),
    },
    "Location": {
        **_IDENTIFIED,
        "address": string("address"),
        "name": string("name", "alias"),
        "organization": reference("managingOrganization"),
        "partof": reference("partOf"),
        "status": token("status"),
        "type": token("type"),
    },
    "Medication": {
        **_IDENTIFIED,
        "code": token("code"),
        "form": token("form"),
        "status": token("status"),
    },
    "MedicationDispense": {
        **_ABOUT_A_SUBJECT,
        "code": token("medicationCodeableConcept"),
        "medication": reference("medicationReference"),
        "performer": reference("performer.actor"),
        "prescription": reference("authorizingPrescription"),
        "receiver": reference("receiver"),
        "status": token("status"),
        "type": token("type"),
        "whenhandedover": date("whenHandedOver"),
        "whenprepared": date("whenPrepared"),
    },
    "MedicationRequest": {
        **_ABOUT_A_SUBJECT,
        "authoredon": date("authoredOn"),
        "category": token("category"),
        "code": token("medicationCodeableConcept"),
        "encounter": reference("encounter"),
        "intended-dispenser": reference("dispenseRequest.performer"),
        "intent": token("intent"),
        "medication": reference("medicationReference"),
        "priority": token("priority"),
        "requester": reference("requester"),
        "status": token("status"),
    },
    "MedicationStatement": {
        **_ABOUT_A_SUBJECT,
        "category": token("category"),
        "code": token("medicationCodeableConcept"),
        "context": reference("context"),
        "effective": date("effectiveDateTime", "effectivePeriod"),
        "medication": reference("medicationReference"),
        "part-of": reference("partOf"),
        "source": reference("informationSource"),
        "status": token("status"),
    },
    "Observation": {
        **_ABOUT_A_SUBJECT,
        "based-on": reference("basedOn"),
        "category": token("category"),
        "code": token("code"),
        "combo-code": token("code", "component.code"),
        "component-code": token("component.code"),
        "date": date("effectiveDateTime", "effectivePeriod", "effectiveInstant"),
        "derived-from": reference("derivedFrom"),
        "encounter": reference("encounter"),
        "has-member": reference("hasMember"),
        "performer": reference("performer"),
        "status": token("status"),
        "value-concept": token("valueCodeableConcept"),
    },
    "Organization": {
        **_IDENTIFIED,
        "active": token("active"),
        "address": string("address"),
        "name": string("name", "alias"),
        "partof": reference("partOf"),
        "type": token("type"),
    },
    "Patient": {
        **_A_PERSON,
        "active": token("active"),
        "birthdate": date("birthDate"),
        "death-date": date("deceasedDateTime"),
        "family": string("name.family"),
        "general-practitioner": reference("generalPractitioner"),
        "given": string("name.given"),
        "language": token("communication.language"),
        "link": reference("link.other"),
        "organization": reference("managingOrganization"),
    },
    "Person": {
        **_A_PERSON,
        "patient": reference("link.target", only="Patient"),
        "birthdate": date("birthDate"),
        "link": reference("link.target"),
        "practitioner": reference("link.target", only="Practitioner"),
        "relatedperson": reference("link.target", only="RelatedPerson"),
    },
    "Practitioner": {
        **_A_PERSON,
        "active": token("active"),
        "communication": token("communication"),
        "family": string("name.family"),
        "given": string("name.given"),
    },
    "PractitionerRole": {
        **_IDENTIFIED,
        "active": token("active"),
        "date": date("period"),
        "location": reference("location"),
        "organization": reference("organization"),
        "practitioner": reference("practitioner"),
        "role": token("code"),
        "service": reference("healthcareService"),
        "specialty": token("specialty"),
        "telecom": token("telecom"),
    },
    "Procedure": {
        **_ABOUT_A_SUBJECT,
        "based-on": reference("basedOn"),
        "category": token("category"),
        "code": token("code"),
        "date": date("performedDateTime", "performedPeriod"),
        "encounter": reference("encounter"),
        "location": reference("location"),
        "performer": reference("performer.actor"),
        "reason-code": token("reasonCode"),
        "status": token("status"),
    },
    "Provenance": {
        "patient": reference("target", only="Patient"),
        "agent": reference("agent.who"),
        "agent-type": token("agent.type"),
        "entity": reference("entity.what"),
        "recorded": date("recorded"),
        "target": reference("target"),
        "when": date("occurredDateTime"),
    },
    "Questionnaire": {
        **_IDENTIFIED,
        "code": token("item.code"),
        "date": date("date"),
        "name": string("name"),
        "publisher": string("publisher"),
        "status": token("status"),
        "subject-type": token("subjectType"),
        "title": string("title"),
        "url": uri("url"),
        "version": token("version"),
    },
    "QuestionnaireResponse": {
        **_ABOUT_A_SUBJECT,
        "author": reference("author"),
        "authored": date("authored"),
        "based-on": reference("basedOn"),
        "encounter": reference("encounter"),
        "part-of": reference("partOf"),
        "questionnaire": reference("questionnaire"),
        "source": reference("source"),
        "status": token("status"),
    },
    "RelatedPerson": {
        **_A_PERSON,
        "patient": patient("patient"),
        "active": token("active"),
        "birthdate": date("birthDate"),
        "relationship": token("relationship"),
    },
    "Schedule": {
        **_IDENTIFIED,
        **_SERVICE,
        "active": token("active"),
        "actor": reference("actor"),
        "date": date("planningHorizon"),
    },
    "ServiceRequest": {
        **_ABOUT_A_SUBJECT,
        "authored": date("authoredOn"),
        "based-on": reference("basedOn"),
        "category": token("category"),
        "code": token("code"),
        "encounter": reference("encounter"),
        "intent": token("intent"),
        "occurrence": date("occurrenceDateTime", "occurrencePeriod"),
        "performer": reference("performer"),
        "performer-type": token("performerType"),
        "priority": token("priority"),
        "requester": reference("requester"),
        "requisition": token("requisition"),
        "status": token("status"),
    },
    "Slot": {
        **_IDENTIFIED,
        **_SERVICE,
        "appointment-type": token("appointmentType"),
        "schedule": reference("schedule"),
        "start": date("start"),
        "status": token("status"),
    },
    "Task": {
        **_IDENTIFIED,
        "patient": patient("for"),
        "subject": reference("for"),
        "authored-on": date("authoredOn"),
        "based-on": reference("basedOn"),
        "business-status": token("businessStatus"),
        "code": token("code"),
        "encounter": reference("encounter"),
        "focus": reference("focus"),
        "group-identifier": token("groupIdentifier"),
        "intent": token("intent"),
        "modified": date("lastModified"),
        "owner": reference("owner"),
        "part-of": reference("partOf"),
        "performer": token("performerType"),
        "period": date("executionPeriod"),
        "priority": token("priority"),
        "requester": reference("requester"),
        "status": token("status"),
    },
}

PARAMETERS: Mapping[str, Table] = MappingProxyType(
    {type_: {**_EVERY_TYPE, **own} for type_, own in _OWN.items()}
)
# What a Binary holds is looked up by id: there is nothing in it to search by.
SEARCHABLE: frozenset[str] = frozenset(PARAMETERS) - {"Binary"}
