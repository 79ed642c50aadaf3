"""What a form may ask of the EHR: searches of a few kinds, about this patient and nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from smartapp.fhir.element import Json
from smartapp.fhir.questionnaire import Expression
from smartapp.workflow.forms.plan import Plan

QUERY = "application/x-fhir-query"
# Kinds that a patient sees in their own record anyway, with what can be searched by.
KINDS: Mapping[str, frozenset[str]] = {
    "Observation": frozenset({"code", "category", "date", "status"}),
    "Condition": frozenset({"code", "category", "clinical-status"}),
    "AllergyIntolerance": frozenset({"clinical-status"}),
    "MedicationRequest": frozenset({"status", "intent"}),
    "Immunization": frozenset({"status", "date"}),
}
_RESULTS = frozenset({"_sort", "_count"})
_WHOSE = frozenset({"patient", "subject", "_id"})
MOST_QUERIES = 6
MOST_RESULTS = "50"


@dataclass(frozen=True)
class Query:
    name: str
    kind: str
    parameters: tuple[tuple[str, str], ...]  # without the patient: whoever asks adds their own


def queries_of(plan: Plan) -> tuple[Query, ...]:
    """Those that are allowed. Another one brings nothing, as if the EHR had nothing."""
    found = [query for each in _written(plan) if (query := allowed(each)) is not None]
    return tuple(found[:MOST_QUERIES])


def _written(plan: Plan) -> Iterator[Expression]:
    yield from (each for each in plan.form.variables if each.language == QUERY)
    for item in plan.items.values():
        yield from (each for each in item.variables if each.language == QUERY)


def allowed(expression: Expression) -> Query | None:
    """Whose record it is comes from the session, whatever the form says."""
    text = re.sub(r"\{\{[^{}]*\}\}", "", expression.text)
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or parts.fragment or parts.path not in KINDS:
        return None
    asked = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=20)
    known = KINDS[parts.path] | _RESULTS
    kept = []
    for name, value in asked:
        if name.split(":")[0].split(".")[0] in _WHOSE:
            continue
        if name not in known or not value:
            return None
        kept.append((name, value))
    kept = [(name, value) for name, value in kept if name != "_count"]
    return Query(expression.name, parts.path, (*kept, ("_count", MOST_RESULTS)))


def as_bundle(matches: Sequence[Json]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": each} for each in matches],
    }
