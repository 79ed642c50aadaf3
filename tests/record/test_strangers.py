"""Another patient's resource in a bundle, beside it, inside another or pointed to: never shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.record.held import Reader, reader
from tests.record.whole import NONE, record

SECRET = "STRANGER"
PAGES = sorted({page for page, _ in NONE.values()} | {"results?by=visit"})


@pytest.fixture(scope="module")
def ann() -> Iterator[Reader]:
    with reader("p") as found:
        yield found


def of_another(resource: dict[str, Any]) -> dict[str, Any]:
    """The same, of somebody else, and with their secret in every text of it."""
    text = json.dumps(resource).replace("Patient/p", "Patient/other")
    changed: dict[str, Any] = _marked(json.loads(text))
    return changed | {"id": f"{resource['id']}-other"}


def _marked(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _marked(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_marked(inner, key) for inner in value]
    if isinstance(value, str) and key in {"text", "display", "description", "conclusion"}:
        return f"{SECRET} {value}"
    return value


def withheld(ann: Reader) -> list[str]:
    files = sorted(ann.services.settings.audit_folder.glob("writer-*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    found = [each for each in lines if each["type"] == "compartment.mismatch"]
    return [entity["type"] for each in found for entity in each["entities"]]


@pytest.mark.parametrize("place", ["match", "include", "outcome"])
def test_what_is_mixed_into_a_bundle_is_not_shown_and_is_on_record(ann: Reader, place: str) -> None:
    whole = record()
    ann.holds(whole)
    strangers = {each["resourceType"]: of_another(each) for each in whole}

    def mixed(kind: str, bundle: dict[str, Any]) -> dict[str, Any]:
        if bundle["resourceType"] != "Bundle":
            return bundle
        extra = [each for name, each in strangers.items() if place != "match" or name == kind]
        entries = [{"resource": each, "search": {"mode": place}} for each in extra]
        return {**bundle, "entry": [*bundle["entry"], *entries]}

    before = len(withheld(ann))
    ann.table.changes = mixed
    for page in PAGES:
        answer = ann.opens(page)
        assert answer.status_code == 200
        assert SECRET not in answer.text, page
    ann.table.changes = lambda _kind, body: body
    kinds = set(withheld(ann)[before:])
    assert {"Observation", "Condition", "AllergyIntolerance", "MedicationRequest"} <= kinds


def test_what_lies_inside_a_resource_and_names_somebody_else_is_not_shown(ann: Reader) -> None:
    whole = record()
    stranger = of_another(next(each for each in whole if each["resourceType"] == "Observation"))
    ann.holds([{**each, "contained": [stranger]} for each in whole if each["id"] != "p"])
    ann.answers("Patient", whole[0])
    for page in PAGES:
        assert SECRET not in ann.opens(page).text, page


def test_a_patient_read_that_brings_another_shows_nothing(ann: Reader) -> None:
    ann.holds(record())
    ann.table.changes = lambda kind, body: of_another(body) if kind == "Patient" else body
    for page in PAGES:
        answer = ann.opens(page)
        assert answer.status_code == 404
        assert SECRET not in answer.text
        assert "Penicillin" not in answer.text
    ann.table.changes = lambda _kind, body: body


def test_a_reference_to_somebody_else_is_not_followed(ann: Reader) -> None:
    whole = record()
    for each in whole:
        if each["resourceType"] == "MedicationRequest":
            del each["medicationCodeableConcept"]
            each["medicationReference"] = {"reference": "Medication/m-other"}
    ann.holds(whole)
    stranger = {
        "resourceType": "Medication",
        "id": "m-other",
        "code": {"text": SECRET},
        "contained": [of_another(whole[3])],
    }
    ann.answers("Medication", stranger)

    assert SECRET not in ann.opens("medicines").text
