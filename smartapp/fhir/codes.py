"""Code systems and the codes that the app decides on, by name."""

from __future__ import annotations

OBSERVATION_VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
PATIENT_ASSERTED = "PATAST"

ALLERGY_CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
ALLERGY_VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"

PRACTITIONER_ROLE = "http://terminology.hl7.org/CodeSystem/practitioner-role"

DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
ITEM_CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
ITEM_CONTROL_CODES = "http://hl7.org/fhir/questionnaire-item-control"
HIDDEN = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden"

LANGUAGE = "urn:ietf:bcp:47"

ENTERED_IN_ERROR = "entered-in-error"
