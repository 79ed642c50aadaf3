"""How a patient can be reached, and what they are called, as the record has it."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.element import Element, Json
from smartapp.fhir.people import name_of


@dataclass(frozen=True)
class Contact:
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    @classmethod
    def from_fhir(cls, json: Json) -> Contact:
        patient = Element.resource(json, "Patient")
        current = [each for each in patient.children("telecom") if each.text("use") != "old"]

        def reached(system: str) -> tuple[str, ...]:
            values = (each.text("value") for each in current if each.text("system") == system)
            return tuple(value for value in values if value)

        name = name_of(patient)
        homes = [each for each in patient.children("address") if each.text("use") != "old"]
        return cls(
            names=(name,) if name else (),
            phones=reached("phone"),
            emails=reached("email"),
            addresses=tuple(line for each in homes if (line := address_line(each))),
        )


def address_line(address: Element) -> str:
    parts = [*address.texts("line"), *(address.text(each) or "" for each in ("city", "state"))]
    written = ", ".join(part for part in parts if part)
    return address.text("text") or f"{written} {address.text('postalCode') or ''}".strip()
