"""Somebody of the clinic, as far as the directory shows them to patients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smartapp.errors import MalformedAnswer
from smartapp.fhir.element import Element, Json
from smartapp.fhir.people import name_of
from smartapp.fhir.place import phone_of


@dataclass(frozen=True)
class Profile:
    name: str
    roles: tuple[str, ...]
    specialties: tuple[str, ...]
    places: tuple[str, ...]
    phones: tuple[str, ...]  # of their work here; never private ones
    languages: tuple[str, ...]

    @classmethod
    def of(cls, practitioner: Json, roles: Iterable[Json]) -> Profile:
        """From the person and what they do here; a role that cannot be read is left out."""
        person = Element.resource(practitioner, "Practitioner")
        held = [each for json in roles if (each := _held(json))]
        return cls(
            name=name_of(person) or "",
            roles=_distinct(c.label for each in held for c in each.concepts("code")),
            specialties=_distinct(c.label for each in held for c in each.concepts("specialty")),
            places=_distinct(r.display for each in held for r in each.references("location")),
            phones=_distinct(phone_of(each) for each in held),
            languages=_distinct(c.label for c in person.concepts("communication")),
        )


def _held(json: Json) -> Element | None:
    try:
        role = Element.resource(json, "PractitionerRole")
        return None if role.boolean("active") is False else role
    except MalformedAnswer:
        return None


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in values if each))
