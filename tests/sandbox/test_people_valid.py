"""Every resource of the sandbox's people is FHIR R4, except those that are wrong on purpose."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhirclient.models.fhirabstractbase import FHIRValidationError
from fhirclient.models.fhirelementfactory import FHIRElementFactory
from pydantic import BaseModel, ValidationError

from sandbox.people import resources

PEOPLE = resources(date(2026, 1, 31))

# A patient-facing server may answer for a withdrawn resource with its status alone: these lack
# what their type requires, so that an app proves it can bear that.
INVALID_ON_PURPOSE = {
    f"ruth-abernathy-withdrawn-{kind}": "withdrawn, given with id and status only"
    for kind in (
        "observation",
        "medicationrequest",
        "medicationstatement",
        "immunization",
        "documentreference",
        "diagnosticreport",
    )
}
REGULAR = [each for each in PEOPLE if each["id"] not in INVALID_ON_PURPOSE]


def test_every_resource_is_valid_by_the_models_of_fhir_resources():
    for each in REGULAR:
        get_fhir_model_class(each["resourceType"]).model_validate(each)


def test_every_resource_is_valid_by_the_r4_models_of_fhirclient():
    for each in REGULAR:
        FHIRElementFactory.instantiate(each["resourceType"], copy.deepcopy(each))


@pytest.mark.parametrize("odd", INVALID_ON_PURPOSE)
def test_what_is_invalid_on_purpose_is_invalid_and_says_why_by_its_status(odd):
    found = next(each for each in PEOPLE if each["id"] == odd)

    assert found["status"] == "entered-in-error"
    with pytest.raises((ValidationError, FHIRValidationError)):
        get_fhir_model_class(found["resourceType"]).model_validate(found)


def test_every_status_is_one_that_fhir_knows():
    """The models accept any word where the specification has a closed list; this does not."""
    wrong = [
        f"{each['resourceType']}/{each['id']}: {problem}"
        for each in REGULAR
        for problem in _unknown_words(
            get_fhir_model_class(each["resourceType"]).model_validate(each)
        )
    ]

    assert wrong == []


def test_nothing_is_blank():
    assert [path for each in PEOPLE for path in _blanks(each, each["id"])] == []


def test_ids_are_readable_unique_and_as_fhir_allows():
    keys = [f"{each['resourceType']}/{each['id']}" for each in PEOPLE]

    assert len(keys) == len(set(keys))
    assert [key for key in keys if not re.fullmatch(r"[A-Za-z]+/[a-z0-9-]{1,64}", key)] == []


def test_codes_come_from_systems_and_never_stand_alone():
    codings = [each for one in PEOPLE for each in _codings(one)]

    assert codings
    assert [each for each in codings if not each.get("system") or not each.get("code")] == []


def _unknown_words(model: BaseModel) -> Iterator[str]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        extra = field.json_schema_extra
        known = extra.get("enum_values") if isinstance(extra, dict) else None
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, BaseModel):
                yield from _unknown_words(each)
            # A plus sign stands for more words than the models list: those cannot be judged here.
            elif isinstance(known, list) and each is not None and not {each, "+"} & set(known):
                yield f"{name} is {each}"


def _blanks(value: Any, path: str) -> Iterator[str]:
    parts: dict[Any, Any] = {}
    if isinstance(value, dict):
        parts = value
    elif isinstance(value, list):
        parts = dict(enumerate(value))
    elif value is None or value == "":
        yield path
    if isinstance(value, dict | list) and not value:
        yield path
    for name, part in parts.items():
        yield from _blanks(part, f"{path}.{name}")


def _codings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for each in value:
            yield from _codings(each)
    if isinstance(value, dict):
        yield from value.get("coding", [])
        for each in value.values():
            yield from _codings(each)
