"""What is kept from a reader comes through no other resource, and is not asked for."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from smartapp.errors import NotOffered
from smartapp.fhir.client import FhirClient
from smartapp.fhir.private import without_private
from smartapp.transport import Bearer, Transport

RESULTS = frozenset({"Observation"})


def test_of_what_is_private_no_name_is_left_beside_a_pointer_and_nothing_is_contained() -> None:
    order = {
        "resourceType": "MedicationRequest",
        "contained": [
            {"resourceType": "Observation", "id": "inside"},
            {"resourceType": "Medication", "id": "iron"},
        ],
        "medicationReference": {"reference": "#iron", "display": "Iron"},
        "reasonReference": [
            {"reference": "Observation/1", "display": "A test"},
            {"reference": "https://ehr.example.org/fhir/Observation/1/_history/2", "display": "A"},
            {"reference": "#inside", "display": "A test"},
            {"type": "Observation", "identifier": {"value": "7"}, "display": "A test"},
            {"reference": "Observation/1/#x", "display": "A test"},
            {"reference": "Observation?identifier=7|8", "display": "A test"},
            {"type": "http://hl7.org/fhir/StructureDefinition/Observation", "display": "A test"},
            {"reference": "Condition/1", "display": "A cough"},
        ],
    }

    assert without_private(order, RESULTS) == {
        "resourceType": "MedicationRequest",
        "contained": [{"resourceType": "Medication", "id": "iron"}],
        "medicationReference": {"reference": "#iron", "display": "Iron"},
        "reasonReference": [
            {"reference": "Observation/1"},
            {"reference": "https://ehr.example.org/fhir/Observation/1/_history/2"},
            {"reference": "#inside"},
            {"type": "Observation", "identifier": {"value": "7"}},
            {"reference": "Observation/1/#x"},
            {"reference": "Observation?identifier=7|8"},
            {"type": "http://hl7.org/fhir/StructureDefinition/Observation"},
            {"reference": "Condition/1", "display": "A cough"},
        ],
    }


def test_whoever_does_not_see_a_type_asks_the_ehr_for_none_of_it() -> None:
    bearer = Bearer("token", "https://nowhere.example.org/fhir")
    client = FhirClient(Transport(), bearer, patient_id="1", private=RESULTS)

    for ask in (
        lambda: client.read("Observation/1"),
        lambda: client.search("Observation", []),
        lambda: client.follow("Observation", "https://nowhere.example.org/fhir?page=2"),
        lambda: client.count("Observation", []),
    ):
        with pytest.raises(NotOffered, match="private"):
            ask()


@pytest.mark.parametrize("kept_back", [True, False])
def test_what_was_kept_back_from_a_reader_is_never_missing_from_the_record_afterwards(
    ehr: HTTPServer, base: str, transport: Transport, kept_back: bool
) -> None:
    task: dict[str, Any] = {
        "resourceType": "Task",
        "id": "7",
        "meta": {"versionId": "1"},
        "status": "completed",
        "intent": "order",
        "for": {"reference": "Patient/1"},
    }
    if kept_back:
        task["basedOn"] = [{"reference": "Observation/1", "display": "A test"}]
    ehr.expect_request("/fhir/Task/7", method="GET").respond_with_json(task)
    ehr.expect_request("/fhir/Task/7", method="PUT").respond_with_json(task)
    client = FhirClient(transport, Bearer("token", base), patient_id="1", private=RESULTS)
    seen = client.read("Task/7")

    if kept_back:
        with pytest.raises(NotOffered, match="private"):
            client.update(seen, 'W/"1"')
    else:
        client.update(seen, 'W/"1"')
    assert [each.method for each, _ in ehr.log].count("PUT") == (0 if kept_back else 1)
