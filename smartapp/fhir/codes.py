"""Code systems and the codes that the app decides on, by name."""

from __future__ import annotations

from dataclasses import dataclass

OBSERVATION_VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
PATIENT_ASSERTED = "PATAST"

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
NOT_FOR_PATIENT = "NOPAT"

ALLERGY_CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
ALLERGY_VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"

CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"

OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
ABSENT_REASONS = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"

PRACTITIONER_ROLE = "http://terminology.hl7.org/CodeSystem/practitioner-role"

DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
ITEM_CONTROL_CODES = "http://hl7.org/fhir/questionnaire-item-control"

LANGUAGE = "urn:ietf:bcp:47"

SOCIAL_SECURITY = ("http://hl7.org/fhir/sid/us-ssn", "urn:oid:2.16.840.1.113883.4.1")

ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True)
class Vocabulary:
    """The identifier and code systems of this installation, all below one address."""

    base: str

    @property
    def message(self) -> str:
        return f"{self.base}/message"

    @property
    def documentation(self) -> str:
        """Of summaries for the chart: identifiers and the category alike, so that one is enough."""
        return f"{self.base}/documentation"

    @property
    def response(self) -> str:
        return f"{self.base}/response"

    @property
    def task(self) -> str:
        return f"{self.base}/task"

    @property
    def thread(self) -> str:
        return f"{self.base}/thread"

    @property
    def topic(self) -> str:
        return f"{self.base}/CodeSystem/topic"

    @property
    def queue(self) -> str:
        return f"{self.base}/CodeSystem/queue"

    @property
    def stage(self) -> str:
        return f"{self.base}/CodeSystem/stage"

    @property
    def outcome(self) -> str:
        return f"{self.base}/CodeSystem/outcome"

    @property
    def detail(self) -> str:
        """What kind of thing an input or output of a Task is."""
        return f"{self.base}/CodeSystem/detail"

    @property
    def routing(self) -> str:
        """The extension that carries a decision where no Task can."""
        return f"{self.base}/StructureDefinition/routing"

    @property
    def request(self) -> str:
        """The extension of a form that stands for a request where no message can."""
        return f"{self.base}/StructureDefinition/request"

    @property
    def change(self) -> str:
        """The extension that says what staff did with a Task."""
        return f"{self.base}/StructureDefinition/change"
