"""Patients, the people around them, and the people who care for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sandbox.people.codes.systems import HL7, LANGUAGE, RECORD_NUMBER, hl7
from sandbox.people.shapes import Coding, Concept, Json, Ref, code, period, resource

MARRIED = code(f"{HL7}/v3-MaritalStatus", "M", "Married")
WIDOWED = code(f"{HL7}/v3-MaritalStatus", "W", "Widowed")
LANGUAGES = {"en": "English", "es": "Spanish", "pl": "Polish"}


def name(family: str, *given: str, use: str = "official", **more: Any) -> Json:
    return {
        "use": use,
        "text": " ".join((*given, family)),
        "family": family,
        "given": given,
        **more,
    }


def phone(number: str, use: str = "mobile", **more: Any) -> Json:
    return {"system": "phone", "value": number, "use": use, **more}


def email(address: str) -> Json:
    return {"system": "email", "value": address}


def home(line: str, *, city: str = "Lindenfield", postal_code: str = "60099") -> Json:
    return {
        "use": "home",
        "line": [line],
        "city": city,
        "state": "IL",
        "postalCode": postal_code,
        "country": "US",
    }


def patient(who: Ref, record_number: int, **elements: Any) -> Json:
    return resource("Patient", who.id, identifier=[_number(record_number)], **elements)


def speaks(preferred: str, *others: str) -> list[Json]:
    """Which languages a patient speaks, the preferred one first."""
    first: Json = {"language": spoken(preferred), "preferred": True}
    return [first, *({"language": spoken(other)} for other in others)]


def link(other: Ref, kind: str) -> Json:
    return {"other": other, "type": kind}


def related_person(
    who: Ref,
    of: Ref,
    relationship: Concept,
    *,
    names: Sequence[Json],
    start: date,
    end: date | None = None,
    active: bool = True,
    **more: Any,
) -> Json:
    return resource(
        "RelatedPerson",
        who.id,
        active=active,
        patient=of,
        relationship=[relationship],
        name=names,
        period=period(start, end),
        **more,
    )


def person(who: Ref, *same: Ref, **elements: Any) -> Json:
    """One human being, who is each of these on record."""
    links = [{"target": other, "assurance": "level3"} for other in same]
    return resource("Person", who.id, active=True, link=links, **elements)


def care_team(slug: str, title: str, members: Mapping[Ref, Concept], **more: Any) -> Json:
    participants = [{"role": [role], "member": who} for who, role in members.items()]
    return resource("CareTeam", slug, status="active", name=title, participant=participants, **more)


def spoken(language: str) -> Concept:
    return Concept(LANGUAGES[language], (Coding(LANGUAGE, language, LANGUAGES[language]),))


def _number(value: int) -> Json:
    return {
        "use": "usual",
        "type": Concept("Record number", (hl7("v2-0203", "MR", "Medical record number"),)),
        "system": RECORD_NUMBER,
        "value": f"MRN-{value}",
    }
