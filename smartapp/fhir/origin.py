"""Who wrote an entry of the record down, as far as the entry itself says so."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json

# Where types of resources name somebody who stands behind them.
BEHIND = (
    "recorder",
    "asserter",
    "author",
    "authenticator",
    "requester",
    "reportedReference",
    "informationSource",
    "performer",
    "custodian",
)
WRITTEN = ("recordedDate", "dateAsserted", "authoredOn", "issued", "date", "recorded")


@dataclass(frozen=True)
class Origin:
    reference: str
    what: str  # what the entry is about, as the record calls it
    when: FhirDate | None  # it was written down
    changed: FhirDate | None  # the EHR's copy of it
    behind: tuple[tuple[str, tuple[str, ...]], ...]  # a name of BEHIND, and who that is

    @classmethod
    def from_fhir(cls, json: Json) -> Origin:
        kind = str(json.get("resourceType"))
        entry = Element.resource(json, kind)
        meta = entry.child("meta")
        whens = (entry.date(each) for each in WRITTEN)
        named = ((each, _names(entry, each)) for each in BEHIND)
        return cls(
            reference=f"{kind}/{entry.required_text('id')}",
            what=_what(entry),
            when=next((each for each in whens if each), None),
            changed=meta.date("lastUpdated") if meta else None,
            behind=tuple((each, names) for each, names in named if names),
        )


def _what(entry: Element) -> str:
    for name in ("medicationCodeableConcept", "code", "vaccineCode", "type"):
        concept = entry.concept(name)
        if concept is not None and concept.label:
            return concept.label
    medication = entry.reference("medicationReference")
    return medication.display if medication else ""


def _names(entry: Element, name: str) -> tuple[str, ...]:
    """Of one, of many, or of an actor within."""
    value = entry.json.get(name)
    if isinstance(value, list):
        found = [each.reference("actor") or each.as_reference() for each in entry.children(name)]
    else:
        one = entry.reference(name)
        found = [one] if one else []
    return tuple(dict.fromkeys(each.display for each in found if each.display))
