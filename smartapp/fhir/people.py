"""The people in a record: patients, those who act for them, and clinicians."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.codes import LANGUAGE
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Concept, Element, Json

# The spoofing characters: they can turn a name round, or push a banner off the screen.
_INVISIBLE = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0x200B, 0x2010), 0xFEFF]
)
LONGEST_NAME = 80


def tidy(text: str, longest: int = LONGEST_NAME) -> str:
    """Text that cannot spoof the page around it."""
    plain = " ".join(text.translate(_INVISIBLE).split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def name_of(person: Element) -> str | None:
    """A human name as one line: the text as written, else its parts; official names first."""
    names = sorted(
        person.children("name"), key=lambda name: _NAME_ORDER.get(name.text("use") or "", 3)
    )
    for name in names:
        if name.text("use") == "old" and len(names) > 1:
            continue
        parts = (*name.texts("prefix"), *name.texts("given"), name.text("family") or "")
        words = name.text("text") or " ".join(part for part in parts if part)
        if words:
            return tidy(words)
    return None


_NAME_ORDER = {"official": 0, "usual": 1, "": 2}


@dataclass(frozen=True)
class Patient:
    id: str
    name: str | None  # None where the record holds none
    birth_date: FhirDate | None
    gender: str | None
    record_number: str | None
    language: str | None  # the one they prefer, such as "es"
    active: bool
    links: tuple[tuple[str, str], ...]  # (how, "Patient/id"): replaced-by, replaces, refer, seealso

    @classmethod
    def from_fhir(cls, json: Json) -> Patient:
        patient = Element.resource(json, "Patient")
        return cls(
            id=patient.required_text("id"),
            name=name_of(patient),
            birth_date=patient.date("birthDate"),
            gender=patient.text("gender"),
            record_number=_record_number(patient),
            language=_language(patient),
            active=patient.boolean("active") is not False,
            links=tuple(_links(patient)),
        )

    @property
    def replaced_by(self) -> str | None:
        return next((target for how, target in self.links if how == "replaced-by"), None)


def _record_number(patient: Element) -> str | None:
    identifiers = list(patient.children("identifier"))
    for identifier in identifiers:
        kind = identifier.concept("type")
        if kind and any(coding.code == "MR" for coding in kind.codings):
            return identifier.text("value")
    return identifiers[0].text("value") if identifiers else None


def _language(patient: Element) -> str | None:
    spoken = list(patient.children("communication"))
    spoken.sort(key=lambda each: each.boolean("preferred") is not True)
    for each in spoken:
        language = each.concept("language")
        code = language and (language.code(LANGUAGE) or next(iter(language.codings), None))
        if code:
            return (code if isinstance(code, str) else code.code).split("-")[0] or None
    return None


def _links(patient: Element) -> list[tuple[str, str]]:
    found = []
    for link in patient.children("link"):
        other = link.reference("other")
        if other and other.target:
            found.append((link.text("type") or "seealso", other.target))
    return found


@dataclass(frozen=True)
class RelatedPerson:
    """Someone who acts for a patient."""

    id: str
    name: str | None
    relationship: str
    until: FhirDate | None

    @classmethod
    def from_fhir(cls, json: Json) -> RelatedPerson:
        person = Element.resource(json, "RelatedPerson")
        period = person.child("period")
        relationships = person.concepts("relationship")
        return cls(
            id=person.required_text("id"),
            name=name_of(person),
            relationship=relationships[0].label if relationships else "",
            until=period.date("end") if period else None,
        )


@dataclass(frozen=True)
class Practitioner:
    id: str
    name: str | None

    @classmethod
    def from_fhir(cls, json: Json) -> Practitioner:
        practitioner = Element.resource(json, "Practitioner")
        return cls(practitioner.required_text("id"), name_of(practitioner))


@dataclass(frozen=True)
class PractitionerRole:
    """What a clinician does here. Policy decides from it which queues they work."""

    id: str
    practitioner: str | None  # "Practitioner/id"
    practitioner_name: str
    codes: tuple[Concept, ...]
    active: bool

    @classmethod
    def from_fhir(cls, json: Json) -> PractitionerRole:
        role = Element.resource(json, "PractitionerRole")
        practitioner = role.reference("practitioner")
        return cls(
            id=role.required_text("id"),
            practitioner=practitioner.target if practitioner else None,
            practitioner_name=tidy(practitioner.display) if practitioner else "",
            codes=role.concepts("code"),
            active=role.boolean("active") is not False,
        )

    @property
    def role_codes(self) -> frozenset[tuple[str, str]]:
        return frozenset((c.system, c.code) for concept in self.codes for c in concept.codings)


@dataclass(frozen=True)
class CareTeam:
    id: str
    name: str
    members: tuple[str, ...]  # references, "Practitioner/id"

    @classmethod
    def from_fhir(cls, json: Json) -> CareTeam:
        team = Element.resource(json, "CareTeam")
        members = (each.reference("member") for each in team.children("participant"))
        return cls(
            id=team.required_text("id"),
            name=team.text("name") or "",
            members=tuple(member.target for member in members if member and member.target),
        )
