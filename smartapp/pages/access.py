"""Who can see what: what this app may see, consents in the record, those who act for a patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from smartapp.auth.scopes import Access, Scopes
from smartapp.fhir.consent import Consent, Provision
from smartapp.fhir.people import RelatedPerson
from smartapp.fhir.section import Section
from smartapp.pages.block import Badge, Block, Row
from smartapp.pages.shell import Link, Shell
from smartapp.pages.showing import Showing
from smartapp.words import Words


@dataclass(frozen=True)
class AccessPage:
    shell: Shell
    heading: str
    lead: str
    who: str  # who is signed in, and how long they may act
    app_heading: str
    sees: tuple[str, ...]
    writes_heading: str
    writes: tuple[str, ...]
    keeps: str
    end: str
    manage: Link | None
    private: str  # what is kept from those who act for a teenager
    blocks: tuple[Block, ...]
    ask: Link | None
    ask_note: str


def names_of_kinds(words: Words) -> dict[str, str]:
    """What a scope opens, as a person would call it."""
    return {
        "Patient": words("Your name, date of birth and how to reach you"),
        "MedicationRequest": words("Your medicines"),
        "MedicationDispense": words("When you picked up medicines"),
        "MedicationStatement": words("Medicines that you said you take"),
        "AllergyIntolerance": words("Your allergies"),
        "Condition": words("Your health conditions"),
        "Observation": words("Your test results, vital signs and answers about your life"),
        "DiagnosticReport": words("Reports of your tests"),
        "Immunization": words("Your vaccines"),
        "Procedure": words("Your operations and treatments"),
        "DocumentReference": words("Your notes and documents"),
        "Encounter": words("Your visits"),
        "Appointment": words("Your appointments"),
        "CarePlan": words("Your care plan"),
        "Goal": words("Your goals"),
        "CareTeam": words("The people who look after you"),
        "ServiceRequest": words("Tests and referrals that were ordered"),
        "Coverage": words("Your insurance"),
        "Account": words("Your account at the clinic"),
        "Invoice": words("Your bills"),
        "ExplanationOfBenefit": words("What your plan has paid"),
        "Consent": words("Your consents"),
        "RelatedPerson": words("Who acts for you"),
        "Communication": words("Messages between you and the clinic"),
        "QuestionnaireResponse": words("Forms that you filled in"),
        "Task": words("Where your requests are"),
    }


def seen(words: Words, scopes: Scopes) -> tuple[str, ...]:
    """What can be read, in the order of the table. What serves to read the rest is left out."""
    return _opened(words, scopes, "rs")


def written(words: Words, scopes: Scopes) -> tuple[str, ...]:
    names = {
        "Communication": words("Messages that you send"),
        "QuestionnaireResponse": words("Answers that you give"),
        "Task": words("The work that your request makes for the clinic"),
    }
    return tuple(
        name for kind, name in names.items() if any(_opens(a, kind, "cu") for a in scopes.accesses)
    )


def _opened(words: Words, scopes: Scopes, letters: str) -> tuple[str, ...]:
    lines = []
    for kind, name in names_of_kinds(words).items():
        opening = [each for each in scopes.accesses if _opens(each, kind, letters)]
        if not opening:
            continue
        is_part = all(each.query for each in opening)
        lines.append(words("{name}, but only some of it", name=name) if is_part else name)
    return tuple(lines)


def _opens(access: Access, kind: str, letters: str) -> bool:
    return access.resource in {"*", kind} and bool(access.letters & set(letters))


# --- consents ---------------------------------------------------------------------------------


def consents_block(at: Showing, section: Section[Consent], now: datetime) -> Block:
    words = at.words
    return at.block(
        section,
        key="consents",
        heading=words("Consents in your record"),
        rows=[_consent(at, each, now) for each in section.items],
        none=words("No consents are in this record."),
    )


def _consent(at: Showing, consent: Consent, now: datetime) -> Row:
    words = at.words
    facts = []
    if consent.on:
        facts.append(words("Given on {date}", date=at.day(consent.on)))
    if consent.by:
        facts.append(words("Given by {name}", name=", ".join(consent.by)))
    until = consent.provision.until if consent.provision else None
    over = until is not None and until.latest < now
    is_active = consent.status == "active" and not over
    said = _said(at, consent.provision) if consent.provision else iter(())
    return Row(
        title=consent.what or words("Consent"),
        text=" ".join(said) or words("The record does not say what was agreed."),
        facts=tuple(facts),
        badges=(
            Badge(words("In force"), "done")
            if is_active
            else Badge(words("Not in force"), "quiet"),
        ),
        quiet=not is_active,
    )


def _said(at: Showing, provision: Provision, *, inner: bool = False) -> Iterator[str]:
    """In whole sentences. What is not stated as yes or no is not made one of them."""
    words = at.words
    who = ", ".join(provision.who) or words("everybody named in it")
    if provision.permits is True and not inner:
        yield words("Allows access for {who}.", who=who)
    elif provision.permits is False and inner:
        yield words("But not to what is marked: {labels}.", labels=_labels(words, provision))
    elif provision.permits is False:
        yield words("Does not allow access for {who}.", who=who)
    elif provision.permits is True:
        yield words("With an exception for {who}.", who=who)
    if provision.until:
        yield words("Until {date}.", date=at.day(provision.until))
    for each in provision.exceptions:
        yield from _said(at, each, inner=True)


def _labels(words: Words, provision: Provision) -> str:
    return ", ".join(provision.labels) or words("some parts")


# --- those who act for a patient --------------------------------------------------------------


def proxies_block(at: Showing, section: Section[RelatedPerson], now: datetime) -> Block:
    words = at.words
    return at.block(
        section,
        key="proxies",
        heading=words("People who act for you"),
        rows=[_proxy(at, each, now) for each in section.items],
        none=words("The record names nobody who acts for you."),
    )


def _proxy(at: Showing, person: RelatedPerson, now: datetime) -> Row:
    words = at.words
    over = person.has_ended(now)
    facts = [
        words("Relationship: {relationship}", relationship=person.relationship)
        if person.relationship
        else words("Relationship not stated")
    ]
    if person.until is None:
        facts.append(words("No end date"))
    elif over:
        facts.append(words("Ended on {date}", date=at.day(person.until)))
    else:
        facts.append(words("Until {date}", date=at.day(person.until)))
    return Row(
        title=person.name or words("Name not in the record"),
        facts=tuple(facts),
        badges=(Badge(words("Has ended"), "quiet"),)
        if over
        else (Badge(words("In force"), "done"),),
        quiet=over,
    )
