"""Insurance, bills, and what a plan has paid: filtered to what a patient needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.money import Account, Benefit, Bill, Coverage, Money
from smartapp.fhir.section import Section
from smartapp.pages.block import Badge, Block, Row
from smartapp.pages.shell import Link, Shell
from smartapp.pages.showing import Showing, newest_first
from smartapp.words import Words


@dataclass(frozen=True)
class CostsPage:
    shell: Shell
    heading: str
    lead: str
    pay: Link | None
    pay_note: str
    ask: Link | None
    ask_note: str
    blocks: tuple[Block, ...]


def money_words(words: Words, money: Money | None) -> str:
    """Absent is never nothing."""
    return (
        words("Amount not stated") if money is None else words.money(money.amount, money.currency)
    )


def coverage_block(at: Showing, section: Section[Coverage], now: datetime) -> Block:
    words = at.words
    return at.block(
        section,
        key="insurance",
        heading=words("Insurance"),
        rows=[_coverage(at, each, now) for each in section.items],
        none=words("No insurance is in this record. If you have one, tell the clinic."),
    )


def _coverage(at: Showing, coverage: Coverage, now: datetime) -> Row:
    words = at.words
    facts = []
    if coverage.plan:
        facts.append(words("Plan: {name}", name=coverage.plan))
    if coverage.member:
        facts.append(words("Member number: {number}", number=coverage.member))
    if coverage.relationship:
        facts.append(words("You are in it as: {relationship}", relationship=coverage.relationship))
    if coverage.since:
        facts.append(words("Since {date}", date=at.day(coverage.since)))
    if coverage.until:
        facts.append(words("Until {date}", date=at.day(coverage.until)))
    over = coverage.until is not None and coverage.until.latest < now
    badge = (
        Badge(words("Has ended"), "late")
        if over or coverage.status == "cancelled"
        else Badge(words("In the record as active"), "done")
        if coverage.status == "active"
        else Badge(words("Status not stated"), "quiet")
    )
    return Row(
        title=", ".join(coverage.payors) or words("Insurance without a name"),
        facts=tuple(facts),
        badges=(badge,),
        quiet=over or coverage.status == "cancelled",
    )


def bills_block(at: Showing, section: Section[Bill]) -> Block:
    words = at.words
    shown = [each for each in section.items if each.status != "draft"]
    shown.sort(key=lambda each: newest_first(each.on))
    return at.block(
        section,
        key="bills",
        heading=words("Bills"),
        rows=[_bill(at, each) for each in shown],
        none=words("No bills are in this record. That does not mean that nothing is owed."),
    )


def _bill(at: Showing, bill: Bill) -> Row:
    words = at.words
    table = {
        "issued": Badge(words("Sent to you"), "soon"),
        "balanced": Badge(words("Settled"), "done"),
        "cancelled": Badge(words("Cancelled"), "quiet"),
    }
    facts = [at.day(bill.on) if bill.on else words("Date not stated")]
    if bill.number:
        facts.append(words("Number {number}", number=bill.number))
    if bill.terms and bill.status == "issued":
        facts.append(bill.terms)
    return Row(
        title=money_words(words, bill.total),
        text="; ".join(bill.lines),
        facts=tuple(facts),
        badges=(table.get(bill.status, Badge(words("Status not stated"), "quiet")),),
        quiet=bill.status in {"cancelled", "balanced"},
    )


def benefits_block(at: Showing, section: Section[Benefit]) -> Block:
    words = at.words
    shown = sorted(
        (each for each in section.items if each.status == "active"),
        key=lambda each: newest_first(each.on),
    )
    return at.block(
        section,
        key="benefits",
        heading=words("What your plan has paid"),
        rows=[_benefit(at, each) for each in shown],
        none=words("Nothing about payments of a plan is in this record."),
    )


def _benefit(at: Showing, benefit: Benefit) -> Row:
    words = at.words
    facts = [at.day(benefit.on) if benefit.on else words("Date not stated")]
    if benefit.provider:
        facts.append(words("From {name}", name=benefit.provider))
    facts.append(words("Billed: {amount}", amount=money_words(words, benefit.billed)))
    facts.append(words("Paid by the plan: {amount}", amount=money_words(words, benefit.paid)))
    return Row(
        title=", ".join(benefit.what) or words("A service without a name"),
        text=benefit.insurer,
        facts=tuple(facts),
        badges=(Badge(words("This is not a bill"), "quiet"),),
    )


def accounts_block(at: Showing, section: Section[Account]) -> Block:
    words = at.words
    return at.block(
        section,
        key="accounts",
        heading=words("Account at the clinic"),
        rows=[
            Row(
                title=each.name or words("An account without a name"),
                text=words(
                    "The record states no balance. The clinic’s payment page or the billing team "
                    "can tell you what is open."
                ),
            )
            for each in section.items
            if each.status in {"active", "on-hold"}
        ],
        none=words("No account is in this record."),
    )
