"""Another patient's record: withheld, counted and told, wherever it comes from."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from smartapp.errors import MalformedAnswer, NotFound
from smartapp.fhir.client import FhirClient
from smartapp.fhir.compartment import SHARED, SUBJECTS, belongs_to
from smartapp.fhir.haul import Found
from smartapp.fhir.medication import MedicationOrder
from smartapp.fhir.section import section_of
from tests.fhir.conftest import Alarms, included, order, searchset


def found_in(ehr: HTTPServer, client: FhirClient, bundle: dict[str, Any]) -> Found:
    ehr.expect_request("/fhir/MedicationRequest").respond_with_json(bundle)
    return client.search("MedicationRequest", [("patient", "maria")])


def test_another_patients_match_is_withheld_counted_and_told(
    ehr: HTTPServer, maria: FhirClient, alarms: Alarms
) -> None:
    found = found_in(ehr, maria, searchset(order("1"), order("2", of="other"), order("3")))

    assert [match["id"] for match in found.matches] == ["1", "3"]
    assert found.withheld == 1
    assert alarms.kinds == ["MedicationRequest"]


def test_another_patients_included_resource_is_withheld(
    ehr: HTTPServer, maria: FhirClient, alarms: Alarms
) -> None:
    bundle = searchset(order("1"))
    bundle["entry"].append(included({"resourceType": "Patient", "id": "other"}))

    found = found_in(ehr, maria, bundle)

    assert found.included == {}
    assert (found.withheld, alarms.kinds) == (1, ["Patient"])


def test_one_foreign_entry_in_each_of_a_hundred_bundles_is_a_hundred_alarms(
    ehr: HTTPServer, maria: FhirClient, alarms: Alarms
) -> None:
    bundle = searchset(order("1"), order("2", of="other"))
    ehr.expect_request("/fhir/MedicationRequest").respond_with_json(bundle)

    for _ in range(100):
        assert len(maria.search("MedicationRequest", []).matches) == 1

    assert len(alarms.kinds) == 100


def test_a_page_does_not_say_none_where_something_was_withheld(
    ehr: HTTPServer, maria: FhirClient
) -> None:
    found = found_in(ehr, maria, searchset(order("2", of="other")))

    section = section_of(found, lambda json: MedicationOrder.from_fhir(json, {}))

    assert not section.is_known_empty
    assert not section.whole


def test_another_patients_resource_read_by_its_id_is_as_good_as_absent(
    ehr: HTTPServer, maria: FhirClient, alarms: Alarms
) -> None:
    ehr.expect_request("/fhir/MedicationRequest/9").respond_with_json(order("9", of="other"))

    with pytest.raises(NotFound):
        maria.read("MedicationRequest/9")

    assert alarms.kinds == ["MedicationRequest"]


def test_the_patient_who_comes_back_is_the_one_who_was_asked_for(
    ehr: HTTPServer, maria: FhirClient, alarms: Alarms
) -> None:
    ehr.expect_request("/fhir/Patient/maria").respond_with_json(
        {"resourceType": "Patient", "id": "other"}
    )

    with pytest.raises(NotFound):
        maria.read("Patient/maria")

    assert alarms.kinds == ["Patient"]


@pytest.mark.parametrize(
    "body",
    [
        order("8"),
        {"resourceType": "Patient", "id": "maria"},
        {"resourceType": "OperationOutcome", "issue": []},
        {"id": "9"},
        [],
    ],
)
def test_something_else_than_what_was_asked_for_is_not_taken_for_it(
    ehr: HTTPServer, maria: FhirClient, body: Any
) -> None:
    ehr.expect_request("/fhir/MedicationRequest/9").respond_with_json(body)

    with pytest.raises(MalformedAnswer):
        maria.read("MedicationRequest/9")


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/other"},
        {"reference": "https://elsewhere.example/fhir/Patient/maria"},
        {"reference": "Patient/maria/../other"},
        {"reference": "Group/maria"},
        {"reference": "RelatedPerson/maria"},
        {"reference": "#maria"},
        {"identifier": {"value": "maria"}},
        {"display": "María López"},
        {"reference": ["Patient/maria"]},
        "Patient/maria",
        [{"reference": "Patient/maria"}],
        None,
    ],
)
def test_only_a_plain_pointer_at_her_makes_it_hers(subject: Any) -> None:
    assert belongs_to(order("1"), "maria")
    assert not belongs_to(order("1") | {"subject": subject}, "maria")


@pytest.mark.parametrize("kind", sorted(SUBJECTS))
def test_each_type_is_asked_for_its_patient(kind: str) -> None:
    (name,) = SUBJECTS[kind]
    hers = {"resourceType": kind, name: {"reference": "Patient/maria"}}

    assert belongs_to(hers, "maria")
    assert not belongs_to(hers, "other")
    assert not belongs_to({"resourceType": kind}, "maria")


@pytest.mark.parametrize("kind", sorted(SHARED))
def test_what_belongs_to_the_clinic_is_everybodys(kind: str) -> None:
    assert belongs_to({"resourceType": kind}, "maria")


@pytest.mark.parametrize("kind", ["Observations", "Person", "Binary", "Bundle", None, 5])
def test_a_type_that_nobody_knows_is_nobodys(kind: object) -> None:
    her = {"reference": "Patient/maria"}

    assert not belongs_to({"resourceType": kind, "subject": her, "patient": her}, "maria")


def test_nothing_of_another_patient_comes_along_inside() -> None:
    inside = order("in", of="other")

    assert not belongs_to(order("1", contained=[inside]), "maria")
    assert not belongs_to({"resourceType": "Practitioner", "contained": [inside]}, "maria")


@pytest.mark.parametrize(
    "inside",
    [
        order("in"),
        {"resourceType": "RelatedPerson", "patient": {"reference": "#"}},
        {"resourceType": "Medication", "id": "m"},
        {"resourceType": "CareTeam", "id": "t"},
    ],
)
def test_what_lies_inside_may_leave_out_whose_it_is(inside: dict[str, Any]) -> None:
    assert belongs_to(order("1", contained=[inside]), "maria")


def test_in_the_queue_all_patients_are_seen(ehr: HTTPServer, nurse: FhirClient) -> None:
    found = found_in(ehr, nurse, searchset(order("1"), order("2", of="other")))

    assert len(found.matches) == 2
    assert found.withheld == 0


@pytest.mark.parametrize(
    ("actors", "shown"),
    [
        (["Practitioner/patel", "Location/main"], True),
        (["Patient/other", "Location/main"], False),
        (["Patient/maria"], True),
        ([], True),
    ],
)
def test_a_schedule_is_everybodys_unless_it_is_of_a_patient(actors: list[str], shown: bool) -> None:
    schedule = {"resourceType": "Schedule", "actor": [{"reference": each} for each in actors]}

    assert belongs_to(schedule, "maria") is shown
