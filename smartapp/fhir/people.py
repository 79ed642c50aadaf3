"""The people in a record: patients, those who act for them, and clinicians."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.codes import ENTERED_IN_ERROR, LANGUAGE, SOCIAL_SECURITY
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Concept, Element, Json
from smartapp.fhir.plain import tidy

_NAME_ORDER = {"official": 0, "usual": 1, "": 2}


def name_of(person: Element) -> str | None:
    """A human name as one line: the text as written, else its parts; official names first."""
    names = list(person.children("name"))
    current = [name for name in names if name.text("use") != "old"] or names
    current.sort(key=lambda name: _NAME_ORDER.get(name.text("use") or "", 3))
    return next((line for name in current if (line := _as_one_line(name))), None)


def _as_one_line(name: Element) -> str:
    """With the suffix: it is all that tells a father from his son."""
    given, family = name.texts("given"), name.text("family") or ""
    parts = (*name.texts("prefix"), *given, family, *name.texts("suffix"))
    return tidy(name.text("text") or "") or tidy(" ".join(parts))


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
    """What the clinic calls its record number, else a number that is called nothing at all: other
    kinds, such as a social security number, have no place on every page.
    """
    current = [each for each in patient.children("identifier") if each.text("use") != "old"]
    named = [each for each in current if _is_record_number(each)]
    nameless = [each for each in current if each.concept("type") is None]
    for identifier in (*named, *nameless):
        if identifier.text("system") not in SOCIAL_SECURITY and identifier.text("value"):
            return tidy(identifier.required_text("value"))
    return None


def _is_record_number(identifier: Element) -> bool:
    kind = identifier.concept("type")
    return kind is not None and any(coding.code == "MR" for coding in kind.codings)


def _language(patient: Element) -> str | None:
    spoken = list(patient.children("communication"))
    spoken.sort(key=lambda each: each.boolean("preferred") is not True)
    for each in spoken:
        language = each.concept("language")
        codes = [coding.code for coding in language.codings] if language else []
        code = (language and language.code(LANGUAGE)) or next(filter(None, codes), None)
        if code:
            return code.split("-")[0].lower()
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
    patient: str | None = None  # "Patient/id": somebody is one such person for each
    active: bool = True

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
            patient=patient.target if (patient := person.reference("patient")) else None,
            active=person.boolean("active") is not False,
        )

    def has_ended(self, now: datetime) -> bool:
        """The clinic has said that they act for the patient no more."""
        return not self.active or (self.until is not None and now > self.until.latest)


@dataclass(frozen=True)
class Person:
    """One human being, and who in the record is the same."""

    id: str
    known_as: tuple[str, ...]  # "Type/id", the surest first; what is hardly sure is left out

    @classmethod
    def from_fhir(cls, json: Json) -> Person:
        person = Element.resource(json, "Person")
        links = []
        for link in person.children("link"):
            target, sure = link.reference("target"), link.text("assurance") or "level2"
            if target and target.target and sure != "level1":
                links.append((sure, target.target))
        links.sort(key=lambda each: each[0], reverse=True)
        return cls(person.required_text("id"), tuple(target for _, target in links))


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
    since: FhirDate | None
    until: FhirDate | None

    @classmethod
    def from_fhir(cls, json: Json) -> PractitionerRole:
        role = Element.resource(json, "PractitionerRole")
        practitioner = role.reference("practitioner")
        period = role.child("period")
        return cls(
            id=role.required_text("id"),
            practitioner=practitioner.target if practitioner else None,
            practitioner_name=tidy(practitioner.display) if practitioner else "",
            codes=role.concepts("code"),
            active=role.boolean("active") is not False,
            since=period.date("start") if period else None,
            until=period.date("end") if period else None,
        )

    def is_held(self, now: datetime) -> bool:
        """Who has left need not have been marked as inactive: the end of the role says it too."""
        begun = self.since is None or self.since.earliest <= now
        return self.active and begun and (self.until is None or now <= self.until.latest)

    @property
    def role_codes(self) -> frozenset[tuple[str, str]]:
        return frozenset((c.system, c.code) for concept in self.codes for c in concept.codings)


@dataclass(frozen=True)
class Member:
    reference: str  # "Practitioner/id", or "" where they are only named
    kind: str
    name: str
    roles: tuple[str, ...]
    until: FhirDate | None


@dataclass(frozen=True)
class CareTeam:
    id: str
    name: str
    status: str
    members: tuple[Member, ...]

    @classmethod
    def from_fhir(cls, json: Json) -> CareTeam | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        team = Element.resource(json, "CareTeam")
        status = team.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        if team.has_unknown_modifier():
            raise team.wrong("modifierExtension", "not understood")
        return cls(
            id=team.required_text("id"),
            name=tidy(team.text("name") or ""),
            status=status,
            members=tuple(_members(team)),
        )


def _members(team: Element) -> list[Member]:
    found = []
    for each in team.children("participant"):
        member, period = each.reference("member"), each.child("period")
        if member is None or not (member.display or member.target):
            continue
        found.append(
            Member(
                reference=member.target or "",
                kind=member.kind,
                name=tidy(member.display),
                roles=tuple(role.label for role in each.concepts("role") if role.label),
                until=period.date("end") if period else None,
            )
        )
    return found
