"""The gate through which everything leaves: three types, valid, about one patient."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from smartapp.errors import InvalidResource
from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.element import Json

WRITABLE = ("Communication", "Task", "QuestionnaireResponse")

# fhir.resources accepts any word as a status, so the value sets that matter are held here.
STATUSES = {
    "Communication": {"completed"},
    "Task": {
        "requested",
        "received",
        "accepted",
        "in-progress",
        "on-hold",
        "completed",
        "cancelled",
    },
    "QuestionnaireResponse": {"in-progress", "completed", "amended", "stopped"},
}
# What this app makes of what is there already. What was said stays said; a summary for the chart
# can be taken back as an error.
CHANGES = {**STATUSES, "Communication": {ENTERED_IN_ERROR}}
SUBJECT = {"Communication": "subject", "Task": "for", "QuestionnaireResponse": "subject"}
PRIORITIES = {"routine", "urgent", "asap", "stat"}


def check_writable(resource: Json, patient: str) -> None:
    """Raises InvalidResource for anything that must not be sent."""
    kind = _checked(resource, patient, STATUSES)
    if str(resource.get("priority", "routine")) not in PRIORITIES:
        raise InvalidResource(f"{kind}.priority is unknown")
    _check_nothing_empty(resource, kind)
    _check_structure(kind, resource)


def check_change(resource: Json, patient: str) -> str:
    """For what an EHR made and we changed: how the rest of it looks is the EHR's own affair."""
    return _checked(resource, patient, CHANGES)


def _checked(resource: Json, patient: str, statuses: Mapping[str, set[str]]) -> str:
    kind = str(resource.get("resourceType"))
    if kind not in WRITABLE:
        raise InvalidResource(f"{kind} is never written")
    if str(resource.get("status")) not in statuses[kind]:
        raise InvalidResource(f"{kind}.status is not one that this app writes")
    subject = resource.get(SUBJECT[kind])
    if not isinstance(subject, dict) or subject.get("reference") != patient:
        raise InvalidResource(f"{kind}.{SUBJECT[kind]} is not the patient of this session")
    return kind


def _check_nothing_empty(value: object, path: str) -> None:
    if value is None or value in ([], {}) or (isinstance(value, str) and not value.strip()):
        raise InvalidResource(f"{path} is empty")
    if isinstance(value, dict):
        for name, inner in value.items():
            _check_nothing_empty(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_nothing_empty(inner, f"{path}[{index}]")


def _check_structure(kind: str, resource: Json) -> None:
    from pydantic import ValidationError  # here, since it costs 0.4 s that a start need not pay

    try:
        _model(kind).model_validate(resource)
    except ValidationError as error:
        places = [".".join(str(part) for part in each["loc"]) for each in error.errors()]
        raise InvalidResource(f"{kind} is not valid at {', '.join(places)}") from None


@cache
def _model(kind: str) -> Any:
    """R4B stands in for R4: for these three types the element names are the same."""
    from fhir.resources.R4B import get_fhir_model_class

    return get_fhir_model_class(kind)
