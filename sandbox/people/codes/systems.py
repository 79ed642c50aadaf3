"""The code systems that the record speaks, and a short way to write a code of each."""

from __future__ import annotations

from sandbox.people.shapes import Coding

HL7 = "http://terminology.hl7.org/CodeSystem"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
LANGUAGE = "urn:ietf:bcp:47"

# The clinic's own names: the same strings wherever the sandbox listens.
SANDBOX = "http://127.0.0.1:8001/fhir"
CLINIC_ROLE = f"{SANDBOX}/CodeSystem/clinic-role"
RECORD_NUMBER = f"{SANDBOX}/NamingSystem/medical-record-number"
STAFF_NUMBER = f"{SANDBOX}/NamingSystem/staff-number"


def loinc(code: str, display: str) -> Coding:
    return Coding(LOINC, code, display)


def snomed(code: str, display: str) -> Coding:
    return Coding(SNOMED, code, display)


def rxnorm(code: str, display: str) -> Coding:
    return Coding(RXNORM, code, display)


def cvx(code: str, display: str) -> Coding:
    return Coding(CVX, code, display)


def icd10(code: str, display: str) -> Coding:
    return Coding(ICD10, code, display)


def hl7(system: str, code: str, display: str = "") -> Coding:
    return Coding(f"{HL7}/{system}", code, display)
