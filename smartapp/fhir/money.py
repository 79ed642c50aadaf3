"""Insurance and bills, as far as a patient needs to see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json
from smartapp.fhir.plain import tidy

SELF = "self"
RELATIONSHIP = "http://terminology.hl7.org/CodeSystem/subscriber-relationship"
ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication"


@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Coverage:
    id: str
    status: str
    payors: tuple[str, ...]
    plan: str
    member: str
    relationship: str  # to whom the plan belongs; "" for the patient themselves
    since: FhirDate | None
    until: FhirDate | None

    @classmethod
    def from_fhir(cls, json: Json) -> Coverage | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        coverage = Element.resource(json, "Coverage")
        status = _status(coverage)
        if status == ENTERED_IN_ERROR:
            return None
        period, related = coverage.child("period"), coverage.concept("relationship")
        is_self = related is not None and related.has(RELATIONSHIP, SELF)
        return cls(
            id=coverage.required_text("id"),
            status=status,
            payors=tuple(each.display for each in coverage.references("payor") if each.display),
            plan=_plan(coverage),
            member=tidy(coverage.text("subscriberId") or _member(coverage)),
            relationship="" if related is None or is_self else related.label,
            since=period.date("start") if period else None,
            until=period.date("end") if period else None,
        )


@dataclass(frozen=True)
class Bill:
    """An Invoice: what it is for and how much, and nothing of how that was reckoned."""

    id: str
    status: str
    number: str
    on: FhirDate | None
    lines: tuple[str, ...]
    total: Money | None
    terms: str

    @classmethod
    def from_fhir(cls, json: Json) -> Bill | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        bill = Element.resource(json, "Invoice")
        status = _status(bill)
        if status == ENTERED_IN_ERROR:
            return None
        numbers = (each.text("value") or "" for each in bill.children("identifier"))
        items = (each.concept("chargeItemCodeableConcept") for each in bill.children("lineItem"))
        return cls(
            id=bill.required_text("id"),
            status=status,
            number=tidy(next(numbers, "")),
            on=bill.date("date"),
            lines=tuple(each.label for each in items if each and each.label),
            total=_money(bill.child("totalGross") or bill.child("totalNet")),
            terms=tidy(bill.text("paymentTerms") or "", 300),
        )


@dataclass(frozen=True)
class Account:
    id: str
    status: str
    name: str

    @classmethod
    def from_fhir(cls, json: Json) -> Account | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        account = Element.resource(json, "Account")
        status = _status(account)
        if status == ENTERED_IN_ERROR:
            return None
        return cls(account.required_text("id"), status, tidy(account.text("name") or ""))


@dataclass(frozen=True)
class Benefit:
    """An ExplanationOfBenefit: what the plan paid for, and how much."""

    id: str
    status: str
    on: FhirDate | None
    what: tuple[str, ...]
    insurer: str
    provider: str
    billed: Money | None
    paid: Money | None

    @classmethod
    def from_fhir(cls, json: Json) -> Benefit | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        benefit = Element.resource(json, "ExplanationOfBenefit")
        status = _status(benefit)
        if status == ENTERED_IN_ERROR:
            return None
        period = benefit.child("billablePeriod")
        items = (each.concept("productOrService") for each in benefit.children("item"))
        insurer, provider = benefit.reference("insurer"), benefit.reference("provider")
        totals = dict(_totals(benefit))
        return cls(
            id=benefit.required_text("id"),
            status=status,
            on=(period.date("start") if period else None) or benefit.date("created"),
            what=tuple(each.label for each in items if each and each.label),
            insurer=insurer.display if insurer else "",
            provider=provider.display if provider else "",
            billed=totals.get("submitted"),
            paid=totals.get("benefit"),
        )


def _status(element: Element) -> str:
    """A modifier that nobody here understands may make a debt of a credit."""
    status = element.text("status") or "unknown"
    if status != ENTERED_IN_ERROR and element.has_unknown_modifier():
        raise element.wrong("modifierExtension", "not understood")
    return status


def _money(value: Element | None) -> Money | None:
    amount = value.number("value") if value else None
    if value is None or amount is None:
        return None
    return Money(amount, value.text("currency") or "")


def _totals(benefit: Element) -> Iterator[tuple[str, Money]]:
    for each in benefit.children("total"):
        category, amount = each.concept("category"), _money(each.child("amount"))
        code = category.code(ADJUDICATION) if category else None
        if code and amount:
            yield code, amount


def _plan(coverage: Element) -> str:
    for each in coverage.children("class"):
        kind = each.concept("type")
        if kind and any(coding.code == "plan" for coding in kind.codings):
            return tidy(each.text("name") or each.text("value") or "")
    return ""


def _member(coverage: Element) -> str:
    return next((each.text("value") or "" for each in coverage.children("identifier")), "")
