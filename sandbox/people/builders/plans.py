"""Care plans, goals, orders for tests and referrals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sandbox.people.codes.care import LAB_ORDER, REFERRAL
from sandbox.people.codes.systems import HL7
from sandbox.people.dates import at
from sandbox.people.shapes import Coding, Concept, Json, Ref, code, narrative, period, resource

PLAN_CATEGORY = Concept(
    "Assessment and plan",
    (Coding("http://hl7.org/fhir/us/core/CodeSystem/careplan-category", "assess-plan"),),
)


def care_plan(
    of: Ref,
    slug: str,
    title: str,
    body: str,
    since: date,
    by: Ref,
    *,
    steps: Sequence[Json] = (),
    status: str = "active",
    language: str = "en",
    **more: Any,
) -> Json:
    """`body` is the narrative as XHTML: what the patient is meant to read."""
    return resource(
        "CarePlan",
        f"{of.id}-{slug}",
        language=language,
        text=narrative(body, language),
        status=status,
        intent="plan",
        category=[PLAN_CATEGORY],
        title=title,
        subject=of,
        period=period(since, more.pop("until", None)),
        created=since,
        author=by,
        activity=steps,
        **more,
    )


def step(words: str, status: str = "in-progress", **more: Any) -> Json:
    return {"detail": {"status": status, "description": words, **more}}


def goal(
    of: Ref,
    slug: str,
    words: str,
    since: date,
    *,
    achievement: str = "in-progress",
    status: str = "active",
    target: Json | None = None,
    **more: Any,
) -> Json:
    return resource(
        "Goal",
        f"{of.id}-{slug}",
        lifecycleStatus=status,
        achievementStatus=code(f"{HL7}/goal-achievement", achievement),
        description={"text": words},
        subject=of,
        startDate=since,
        target=[target] if target else None,
        **more,
    )


def referral(of: Ref, slug: str, what: Concept, on: date, by: Ref, to: Ref, **more: Any) -> Json:
    return _request(of, slug, what, REFERRAL, on, by, performer=[to], **more)


def lab_order(of: Ref, slug: str, what: Concept, on: date, by: Ref, **more: Any) -> Json:
    return _request(of, slug, what, more.pop("category", LAB_ORDER), on, by, **more)


def _request(
    of: Ref, slug: str, what: Concept, category: Concept, on: date, by: Ref, **more: Any
) -> Json:
    return resource(
        "ServiceRequest",
        f"{of.id}-{slug}",
        status=more.pop("status", "active"),
        intent="order",
        category=[category],
        priority=more.pop("priority", "routine"),
        code=what,
        subject=of,
        authoredOn=at(on, "10:25"),
        requester=by,
        **more,
    )
