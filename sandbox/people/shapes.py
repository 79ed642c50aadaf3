"""The small shapes that every FHIR resource is made of, and how they become JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Json = dict[str, Any]

DATA_ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True)
class Ref:
    """Someone or something that other resources point at; contained in the one where it stands
    when it has no kind."""

    kind: str
    id: str
    display: str = ""

    def json(self) -> Json:
        place = f"{self.kind}/{self.id}" if self.kind else f"#{self.id}"
        return without_blanks({"reference": place, "display": self.display})


@dataclass(frozen=True)
class Coding:
    system: str
    code: str
    display: str = ""

    def json(self) -> Json:
        return without_blanks({"system": self.system, "code": self.code, "display": self.display})


@dataclass(frozen=True)
class Concept:
    """What people call it, and its codes where we are sure of them."""

    text: str
    codings: tuple[Coding, ...] = ()

    def json(self) -> Json:
        return without_blanks({"coding": self.codings, "text": self.text})


def concept(text: str, *codings: Coding) -> Concept:
    return Concept(text, codings)


def code(system: str, value: str, display: str = "") -> Concept:
    """A concept that is only a code, as most status elements are."""
    return Concept("", (Coding(system, value, display),))


def without_blanks(parts: Mapping[str, Any]) -> Json:
    """A JSON object: FHIR forbids empty strings, empty lists and nulls."""
    return {name: part for name, each in parts.items() if not _is_blank(part := plain(each))}


def plain(value: Any) -> Any:
    if isinstance(value, Ref | Coding | Concept):
        return value.json()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return without_blanks(value)
    if isinstance(value, list | tuple):
        return [part for each in value if not _is_blank(part := plain(each))]
    return value


def resource(kind: str, slug: str, /, **elements: Any) -> Json:
    """A resource from Python words; `class_` stands for `class`, which Python keeps for itself."""
    named = {name.rstrip("_"): value for name, value in elements.items()}
    return without_blanks({"resourceType": kind, "id": slug, **named})


def ref_to(resource: Mapping[str, Any], display: str = "") -> Ref:
    return Ref(resource["resourceType"], resource["id"], display)


def quantity(value: float, unit: str, ucum: str = "") -> Json:
    """An amount; coded in UCUM only where a code is given."""
    return without_blanks(
        {"value": value, "unit": unit, "system": UCUM if ucum else "", "code": ucum}
    )


def dollars(amount: float) -> Json:
    return {"value": amount, "currency": "USD"}


def period(start: date | str | None = None, end: date | str | None = None) -> Json:
    return without_blanks({"start": start, "end": end})


def absent(reason: str = "unknown") -> Json:
    """Stands in for a value that the record does not have, and says why."""
    return {"extension": [{"url": DATA_ABSENT_REASON, "valueCode": reason}]}


def narrative(body: str, language: str = "en") -> Json:
    tag = f'<div xmlns="http://www.w3.org/1999/xhtml" lang="{language}" xml:lang="{language}">'
    return {"status": "additional", "div": f"{tag}{body}</div>"}


def _is_blank(part: Any) -> bool:
    return part is None or part in ("", [], {})
