"""What IPA asks of an app that reads a record, model by model. C-numbers name the obligation."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from smartapp.errors import MalformedAnswer
from smartapp.fhir.allergy import Allergy
from smartapp.fhir.amounts import Period, Quantity, Range, Ratio, Sampled
from smartapp.fhir.condition import Condition
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Concept
from smartapp.fhir.immunization import Immunization
from smartapp.fhir.medication import MedicationOrder
from smartapp.fhir.observation import Observation
from smartapp.fhir.procedure import Procedure
from smartapp.fhir.provenance import Provenance
from smartapp.fhir.report import DiagnosticReport
from smartapp.fhir.statement import MedicationStatement

Json = dict[str, Any]
TERMS = "http://terminology.hl7.org/CodeSystem"
FLAGS = f"{TERMS}/v3-ObservationInterpretation"
ABSENT = f"{TERMS}/data-absent-reason"


def coded(system: str, code: str, display: str = "") -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def observation(**more: Any) -> Observation:
    json = {
        "resourceType": "Observation",
        "id": "1",
        "status": "final",
        "code": {"text": "Potassium"},
        **more,
    }
    found = Observation.from_fhir(json)
    assert found is not None
    return found


# --- C12, C13: values -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (
            {"valueQuantity": {"value": Decimal("5.10"), "unit": "mmol/L"}},
            Quantity(Decimal("5.10"), "mmol/L"),
        ),
        ({"valueCodeableConcept": {"text": "Positive"}}, Concept("Positive")),
        ({"valueString": "dark yellow"}, "dark yellow"),
        ({"valueBoolean": False}, False),
        ({"valueInteger": 0}, 0),
        (
            {"valueRange": {"low": {"value": 1}, "high": {"value": 2}}},
            Range(Quantity(Decimal(1), ""), Quantity(Decimal(2), "")),
        ),
        (
            {"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 160}}},
            Ratio(Quantity(Decimal(1), ""), Quantity(Decimal(160), "")),
        ),
        ({"valueSampledData": {"data": "1 2 3"}}, Sampled(3)),
        ({"valueTime": "08:30:00"}, "08:30:00"),
        ({"valueDateTime": "2026-02"}, FhirDate.parse("2026-02")),
        (
            {"valuePeriod": {"start": "2026-01-01"}},
            Period(FhirDate.parse("2026-01-01"), None),
        ),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_c13_every_form_of_a_value_is_read(element: Json, expected: object) -> None:
    assert observation(**element).main.value == expected


def test_c13_a_comparator_stays_with_its_number_and_is_not_drawn() -> None:
    measured = observation(valueQuantity={"value": 6, "comparator": "<", "unit": "mmol/L"}).main

    assert isinstance(measured.value, Quantity)
    assert measured.value.comparator == "<"
    assert measured.number is None


@pytest.mark.parametrize("value", [{}, {"unit": "mmol/L"}, {"value": None}])
def test_c12_a_quantity_without_a_number_is_no_zero(value: Json) -> None:
    assert observation(valueQuantity=value).main.value is None


def test_c12_the_reason_for_an_absent_value_is_kept_of_parts_as_well() -> None:
    found = observation(
        dataAbsentReason=coded(ABSENT, "not-performed"),
        component=[{"code": {"text": "Diastolic"}, "dataAbsentReason": coded(ABSENT, "masked")}],
    )

    assert found.main.absent == "not-performed"
    assert found.parts[0].absent == "masked"


def test_c13_a_panel_needs_no_value_of_its_own() -> None:
    found = observation(hasMember=[{"reference": "Observation/2"}, {"reference": "Observation/3"}])

    assert found.main.value is None
    assert found.members == ("Observation/2", "Observation/3")


def test_what_the_laboratory_says_is_read_by_code_wherever_it_stands() -> None:
    flags = [{"coding": [{"system": "urn:own", "code": "!"}, {"system": FLAGS, "code": "HH"}]}]

    assert observation(interpretation=flags).main.flags == {"HH"}


def test_a_usual_range_says_for_whom_it_is() -> None:
    ranges = [
        {"low": {"value": 3}, "high": {"value": 5}, "appliesTo": [{"text": "pregnant women"}]},
        {"text": "negative"},
    ]
    first, second = observation(referenceRange=ranges).main.usual

    assert first.applies_to == ("pregnant women",)
    assert second.text == "negative"


@pytest.mark.parametrize(
    ("status", "preliminary", "changed"),
    [
        ("preliminary", True, False),
        ("registered", True, False),
        ("amended", False, True),
        ("corrected", False, True),
        ("final", False, False),
    ],
)
def test_a_result_that_is_not_final_or_was_changed_says_so(
    status: str, preliminary: bool, changed: bool
) -> None:
    found = observation(status=status)
    assert (found.is_preliminary, found.was_changed) == (preliminary, changed)


def test_results_of_one_test_are_known_by_their_code_and_else_by_their_name() -> None:
    loinc = {"text": "K", "coding": [{"system": "http://loinc.org", "code": "2823-3"}]}

    assert observation(code=loinc).test == "http://loinc.org|2823-3"
    assert observation(code={"coding": [{"system": "urn:x", "code": "K"}]}).test == "urn:x|K"
    assert observation().test == "Potassium"


# --- C14: entered in error ------------------------------------------------------------------------

BY_STATUS: dict[str, Callable[[Json], object]] = {
    "Observation": Observation.from_fhir,
    "DiagnosticReport": DiagnosticReport.from_fhir,
    "Immunization": Immunization.from_fhir,
    "Procedure": Procedure.from_fhir,
    "MedicationRequest": partial(MedicationOrder.from_fhir, included={}),
    "MedicationStatement": partial(MedicationStatement.from_fhir, included={}),
}
BY_VERIFICATION: dict[str, tuple[Callable[[Json], object], str]] = {
    "Condition": (Condition.from_fhir, f"{TERMS}/condition-ver-status"),
    "AllergyIntolerance": (Allergy.from_fhir, f"{TERMS}/allergyintolerance-verification"),
}


@pytest.mark.parametrize("kind", BY_STATUS)
def test_c14_an_entry_in_error_that_holds_only_its_id_and_status_is_left_out(kind: str) -> None:
    json = {"resourceType": kind, "id": "1", "status": "entered-in-error"}
    assert BY_STATUS[kind](json) is None


@pytest.mark.parametrize("kind", BY_VERIFICATION)
def test_c14_the_same_where_the_verification_says_so(kind: str) -> None:
    read, system = BY_VERIFICATION[kind]
    json = {
        "resourceType": kind,
        "id": "1",
        "verificationStatus": coded(system, "entered-in-error"),
    }
    assert read(json) is None


# --- C18: unknown modifiers -----------------------------------------------------------------------

MODIFIED = {"modifierExtension": [{"url": "urn:turns-the-meaning-round"}]}


@pytest.mark.parametrize(
    "kind", [*(kind for kind in BY_STATUS if kind != "MedicationRequest"), *BY_VERIFICATION]
)
def test_c18_an_unknown_modifier_is_not_processed(kind: str) -> None:
    read = BY_STATUS.get(kind) or BY_VERIFICATION[kind][0]
    for more in (MODIFIED, {"implicitRules": "urn:other"}, {"code": MODIFIED}):
        with pytest.raises(MalformedAnswer):
            read({"resourceType": kind, "id": "1", "status": "final", **more})


def test_c18_an_order_with_an_unknown_modifier_is_marked() -> None:
    json = {"resourceType": "MedicationRequest", "id": "1", "status": "active", **MODIFIED}
    order = MedicationOrder.from_fhir(json, {})
    assert order is not None
    assert order.not_understood


# --- C15: conditions ------------------------------------------------------------------------------


def condition(**more: Any) -> Condition:
    found = Condition.from_fhir({"resourceType": "Condition", "id": "1", **more})
    assert found is not None
    return found


def with_status(clinical: str, verification: str = "confirmed") -> Condition:
    return condition(
        clinicalStatus=coded(f"{TERMS}/condition-clinical", clinical),
        verificationStatus=coded(f"{TERMS}/condition-ver-status", verification),
    )


@pytest.mark.parametrize("status", ["active", "recurrence", "relapse"])
def test_c15_current_is_what_the_record_calls_so(status: str) -> None:
    assert with_status(status).is_current


@pytest.mark.parametrize("status", ["inactive", "remission", "resolved"])
def test_c15_what_is_over_is_not_current(status: str) -> None:
    assert not with_status(status).is_current


def test_c15_a_refuted_condition_is_not_current_whatever_its_clinical_status() -> None:
    assert not with_status("active", "refuted").is_current


def test_c15_a_condition_without_a_status_is_neither() -> None:
    found = condition(code={"text": "Poor hearing"})
    assert found.clinical is None
    assert not found.is_current


def test_c12_a_code_that_stands_for_unknown_is_no_name() -> None:
    assert condition(code={"text": "Unknown", **coded(ABSENT, "unknown")}).name == ""


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ({"onsetAge": {"value": 40, "unit": "years"}}, "40 years"),
        ({"onsetString": "in the war"}, "in the war"),
        (
            {"onsetRange": {"low": {"value": 3, "unit": "y"}, "high": {"value": 5, "unit": "y"}}},
            "3 y – 5 y",
        ),
    ],
)
def test_an_onset_that_is_no_date_is_kept_in_words(element: Json, words: str) -> None:
    assert condition(**element).began_words == words


# --- C17: codes and words -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ({"text": "Bad back", "coding": [{"code": "X", "display": "Other"}]}, "Bad back"),
        (
            {"coding": [{"display": "first"}, {"display": "picked", "userSelected": True}]},
            "picked",
        ),
        ({"coding": [{"code": "ZZ"}, {"display": "words"}]}, "words"),
        ({"coding": [{"code": "ZZ-1"}]}, "ZZ-1"),
        ({}, ""),
    ],
)
def test_c17_words_come_before_codes_and_a_bare_code_before_nothing(code: Json, name: str) -> None:
    assert condition(code=code).name == name


@pytest.mark.parametrize("code", ["716186003", "409137002", "429625007", "428607008"])
def test_c17_no_known_allergy_is_a_code(code: str) -> None:
    json = {
        "resourceType": "AllergyIntolerance",
        "id": "1",
        "code": coded("http://snomed.info/sct", code),
    }
    found = Allergy.from_fhir(json)
    assert found is not None
    assert found.none_known


# --- vaccines, statements, provenance -------------------------------------------------------------


def test_an_immunization_is_read_with_a_date_or_with_words() -> None:
    base = {"resourceType": "Immunization", "id": "1", "status": "completed"}
    dated = Immunization.from_fhir({**base, "occurrenceDateTime": "2019"})
    worded = Immunization.from_fhir({**base, "occurrenceString": "as a child"})

    assert dated is not None
    assert worded is not None
    assert dated.when == FhirDate.parse("2019")
    assert (worded.when, worded.when_words) == (None, "as a child")


def test_a_vaccine_that_was_not_given_says_why() -> None:
    found = Immunization.from_fhir(
        {
            "resourceType": "Immunization",
            "id": "1",
            "status": "not-done",
            "statusReason": {"text": "allergic"},
        }
    )
    assert found is not None
    assert not found.was_given
    assert found.why_not == "allergic"


@pytest.mark.parametrize(
    "medicine",
    [
        {"medicationCodeableConcept": {"text": "aspirin"}},
        {
            "medicationReference": {"reference": "#m"},
            "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "aspirin"}}],
        },
        {"medicationReference": {"reference": "Medication/m"}},
        {"medicationReference": {"display": "aspirin"}},
    ],
)
def test_c21_a_medicine_is_read_in_each_of_its_forms(medicine: Json) -> None:
    included = {
        "Medication/m": {"resourceType": "Medication", "id": "m", "code": {"text": "aspirin"}}
    }
    json = {"resourceType": "MedicationStatement", "id": "1", "status": "active", **medicine}
    found = MedicationStatement.from_fhir(json, included)
    assert found is not None
    assert found.name == "aspirin"


def test_provenance_says_what_it_is_about_and_who_was_there() -> None:
    found = Provenance.from_fhir(
        {
            "resourceType": "Provenance",
            "target": [{"reference": "Observation/1"}],
            "recorded": "2026-01-01T10:00:00Z",
            "agent": [
                {"who": {"display": "Lab"}, "onBehalfOf": {"display": "Hospital"}},
                {"who": {"reference": "Device/1"}},
            ],
        }
    )
    assert found is not None
    assert found.targets == ("Observation/1",)
    assert found.agents == ("Lab", "Hospital")
