"""SMART scopes as the sandbox understands them, and how they read on the consent page."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

_RECORD = re.compile(
    r"(?P<level>patient|user)/(?P<resource>[A-Z][A-Za-z]+|\*)"
    r"\.(?P<rights>read|write|\*|(?=[cruds])c?r?u?d?s?)(?P<filter>\?\S+)?"
)
_LAUNCH = ("launch", "launch/patient")
_IDENTITY = ("openid", "fhirUser", "profile")
_STAY = ("offline_access", "online_access")

SUPPORTED = (
    *_LAUNCH,
    *_IDENTITY,
    *_STAY,
    "patient/*.read",
    "patient/*.rs",
    "patient/*.cruds",
    "user/*.read",
    "user/*.rs",
    "user/*.cruds",
)

_SECTIONS = (
    ("your-details", "Name, address and family", ("Patient", "RelatedPerson", "Coverage")),
    (
        "medicines",
        "Medicines and prescriptions",
        ("MedicationRequest", "MedicationStatement", "MedicationDispense", "Medication"),
    ),
    ("allergies", "Allergies", ("AllergyIntolerance",)),
    ("problems", "Conditions and diagnoses", ("Condition",)),
    ("results", "Test results and vital signs", ("Observation", "DiagnosticReport", "Specimen")),
    ("immunizations", "Vaccinations", ("Immunization",)),
    ("procedures", "Procedures and referrals", ("Procedure", "ServiceRequest", "Device")),
    ("documents", "Documents", ("DocumentReference", "Binary")),
    ("visits", "Visits and appointments", ("Encounter", "Appointment", "Schedule", "Slot")),
    ("plans", "Care plans and goals", ("CarePlan", "Goal")),
    (
        "requests",
        "Messages, requests and forms",
        ("Communication", "Task", "QuestionnaireResponse", "Questionnaire"),
    ),
    (
        "clinic",
        "The clinic and its people",
        (
            *("Practitioner", "PractitionerRole", "Organization", "Location"),
            *("HealthcareService", "CareTeam", "Group"),
        ),
    ),
    ("billing", "Bills and claims", ("Account", "Invoice", "ExplanationOfBenefit")),
    ("everything", "The whole record", ("*",)),
)


@dataclass(frozen=True)
class ScopeGroup:
    """One tick box of the consent page."""

    key: str
    label: str
    scopes: tuple[str, ...]

    @property
    def writes(self) -> bool:
        return any(_writes(scope) for scope in self.scopes)


def supported(asked: str) -> tuple[str, ...]:
    """What the sandbox can grant, each once, in the order and the syntax in which it was asked."""
    return tuple(dict.fromkeys(scope for scope in asked.split() if _is_known(scope)))


def groups(scopes: Iterable[str]) -> tuple[ScopeGroup, ...]:
    """The scopes that a person decides about; those that only carry the launch are not asked."""
    found: dict[tuple[str, str], list[str]] = {}
    for scope in scopes:
        if scope not in _LAUNCH:
            found.setdefault(_group_of(scope), []).append(scope)
    return tuple(ScopeGroup(key, label, tuple(held)) for (key, label), held in found.items())


def narrowed(scopes: Iterable[str], keep: Collection[str]) -> str:
    """The scopes whose group was left ticked."""
    scopes = tuple(scopes)
    dropped = {scope for group in groups(scopes) if group.key not in keep for scope in group.scopes}
    return " ".join(scope for scope in scopes if scope not in dropped)


def usable(scopes: Iterable[str], *, has_patient: bool, from_ehr: bool) -> tuple[str, ...]:
    """Without a patient in context there is no patient's record to give."""
    return tuple(
        scope
        for scope in scopes
        if (has_patient or not scope.startswith(("patient/", "launch/patient")))
        and (from_ehr or scope != "launch")
    )


def may_refresh(scope: str) -> bool:
    return any(stay in scope.split() for stay in _STAY)


def _is_known(scope: str) -> bool:
    return scope in (*_LAUNCH, *_IDENTITY, *_STAY) or _RECORD.fullmatch(scope) is not None


def _group_of(scope: str) -> tuple[str, str]:
    if scope in _IDENTITY:
        return "identity", "Who you are"
    if scope in _STAY:
        return "stay", "Stay connected until you say otherwise"
    record = _RECORD.fullmatch(scope)
    resource = record["resource"] if record else ""
    for key, label, resources in _SECTIONS:
        if resource in resources:
            return key, label
    return f"other-{resource}", resource


def _writes(scope: str) -> bool:
    record = _RECORD.fullmatch(scope)
    if record is None:
        return False
    rights = record["rights"]
    return rights in ("write", "*") or (rights != "read" and bool(set("cud") & set(rights)))
