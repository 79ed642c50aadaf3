"""Insurance, accounts and bills."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sandbox.people.cast import CLINIC
from sandbox.people.codes.care import SELF
from sandbox.people.codes.systems import HL7, SANDBOX, hl7
from sandbox.people.dates import at
from sandbox.people.shapes import Concept, Json, Ref, code, dollars, period, ref_to, resource


def coverage(
    of: Ref,
    plan: str,
    payor: Ref,
    member: str,
    since: date,
    *,
    until: date | None = None,
    relationship: Concept = SELF,
    status: str = "active",
    slug: str = "coverage",
    **more: Any,
) -> Json:
    return resource(
        "Coverage",
        f"{of.id}-{slug}",
        status=status,
        type=Concept("Health insurance", (hl7("v3-ActCode", "EHCPOL", "extended healthcare"),)),
        subscriberId=member,
        beneficiary=of,
        relationship=relationship,
        period=period(since, until),
        payor=[payor],
        class_=[{"type": code(f"{HL7}/coverage-class", "plan"), "value": plan, "name": plan}],
        **more,
    )


def account(of: Ref, covered_by: Json, since: date) -> Json:
    return resource(
        "Account",
        f"{of.id}-account",
        status="active",
        type=Concept("Patient billing account", (hl7("v3-ActCode", "PBILLACCT"),)),
        name=f"Clinic account of {of.display}",
        subject=[of],
        servicePeriod=period(since),
        coverage=[{"coverage": ref_to(covered_by), "priority": 1}],
        owner=CLINIC,
    )


def invoice(
    of: Ref, slug: str, lines: Mapping[str, float], on: date, *, status: str = "issued", **more: Any
) -> Json:
    """A bill for what the patient owes: each line in words, with its amount in dollars."""
    total = dollars(round(sum(lines.values()), 2))
    return resource(
        "Invoice",
        f"{of.id}-{slug}",
        identifier=[{"system": f"{SANDBOX}/NamingSystem/statement", "value": f"{of.id}-{slug}"}],
        status=status,
        subject=of,
        date=at(on, "08:00"),
        issuer=CLINIC,
        account=Ref("Account", f"{of.id}-account"),
        lineItem=[_line(number, *each) for number, each in enumerate(lines.items(), 1)],
        totalNet=total,
        totalGross=total,
        paymentTerms=more.pop("terms", "Due within 30 days. Ask us about paying in parts."),
        **more,
    )


def explanation_of_benefit(
    of: Ref,
    slug: str,
    what: str,
    on: date,
    covered_by: Json,
    *,
    billed: float,
    paid: float,
    by: Ref,
) -> Json:
    """What the plan paid of one service, and what was left to the patient."""
    amounts = {"submitted": billed, "benefit": paid}
    adjudged = [_adjudged(category, amount) for category, amount in amounts.items()]
    return resource(
        "ExplanationOfBenefit",
        f"{of.id}-{slug}",
        status="active",
        type=code(f"{HL7}/claim-type", "professional", "Professional"),
        use="claim",
        patient=of,
        billablePeriod=period(on, on),
        created=at(on, "18:00"),
        insurer=covered_by["payor"][0],
        provider=by,
        outcome="complete",
        insurance=[{"focal": True, "coverage": ref_to(covered_by)}],
        item=[
            {
                "sequence": 1,
                "productOrService": Concept(what),
                "servicedDate": on,
                "adjudication": adjudged,
            }
        ],
        total=adjudged,
    )


def _line(number: int, words: str, amount: float) -> Json:
    return {
        "sequence": number,
        "chargeItemCodeableConcept": Concept(words),
        "priceComponent": [{"type": "base", "amount": dollars(amount)}],
    }


def _adjudged(category: str, amount: float) -> Json:
    return {"category": code(f"{HL7}/adjudication", category), "amount": dollars(amount)}
