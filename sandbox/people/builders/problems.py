"""Conditions, allergies, procedures and immunizations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sandbox.people.codes.systems import HL7
from sandbox.people.dates import at
from sandbox.people.shapes import Concept, Json, Ref, code, quantity, resource

PROBLEM = "problem-list-item"
DIAGNOSIS = "encounter-diagnosis"


def condition(
    of: Ref,
    slug: str,
    what: Concept,
    since: date | str,
    *,
    until: date | None = None,
    status: str = "",
    category: str = PROBLEM,
    verification: str = "confirmed",
    **more: Any,
) -> Json:
    clinical = status or ("resolved" if until else "active")
    return resource(
        "Condition",
        f"{of.id}-{slug}",
        clinicalStatus=code(f"{HL7}/condition-clinical", clinical),
        verificationStatus=code(f"{HL7}/condition-ver-status", verification),
        category=[code(f"{HL7}/condition-category", category)],
        code=what,
        subject=of,
        onsetDateTime=since,
        abatementDateTime=until,
        recordedDate=since,
        **more,
    )


def allergy(
    of: Ref,
    slug: str,
    what: Concept,
    *,
    category: str | None = "medication",
    criticality: str | None = None,
    reactions: Sequence[Json] = (),
    status: str = "active",
    verification: str = "confirmed",
    **more: Any,
) -> Json:
    return resource(
        "AllergyIntolerance",
        f"{of.id}-{slug}",
        clinicalStatus=code(f"{HL7}/allergyintolerance-clinical", status),
        verificationStatus=code(f"{HL7}/allergyintolerance-verification", verification),
        category=[category],
        criticality=criticality,
        code=what,
        patient=of,
        reaction=reactions,
        **more,
    )


def reaction(*manifestations: Concept, severity: str, **more: Any) -> Json:
    return {"manifestation": manifestations, "severity": severity, **more}


def procedure(of: Ref, slug: str, what: Concept, on: date, by: Ref, **more: Any) -> Json:
    return resource(
        "Procedure",
        f"{of.id}-{slug}",
        status=more.pop("status", "completed"),
        code=what,
        subject=of,
        performedDateTime=on,
        performer=[{"actor": by}],
        **more,
    )


def immunization(
    of: Ref, slug: str, vaccine: Concept, on: date, by: Ref, *, dose: int | None = None, **more: Any
) -> Json:
    return resource(
        "Immunization",
        f"{of.id}-{slug}",
        status="completed",
        vaccineCode=vaccine,
        patient=of,
        occurrenceDateTime=at(on, "09:40"),
        primarySource=True,
        lotNumber=f"SYN{on:%y%j}",
        doseQuantity=quantity(0.5, "mL", "mL"),
        performer=[{"actor": by}],
        protocolApplied=[{"doseNumberPositiveInt": dose}] if dose else None,
        **more,
    )
