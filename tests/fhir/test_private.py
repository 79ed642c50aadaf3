"""What is kept from a reader comes through no other resource, and is not asked for."""

from __future__ import annotations

import pytest

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
