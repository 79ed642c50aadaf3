"""Orders and fills, as the record states them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from smartapp.errors import MalformedAnswer
from smartapp.fhir.medication import Dispense, MedicationOrder, medicine_elsewhere
from tests.fhir.conftest import Resource
from tests.fhir.conftest import order as order_json

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
MODIFIER = [{"url": "urn:unheard-of", "valueBoolean": True}]


def order(included: dict[str, Resource] | None = None, **json: Any) -> MedicationOrder:
    found = MedicationOrder.from_fhir(order_json("1", **json), included or {})
    assert found is not None
    return found


def without_code(**json: Any) -> Resource:
    return {"medicationCodeableConcept": None, **json}


# --- the medicine in its three forms -------------------------------------------------------------

LISINOPRIL = {
    "text": "lisinopril 10 mg",
    "coding": [{"system": RXNORM, "code": "314076", "display": "lisinopril 10 MG Oral Tablet"}],
}


def test_a_medicine_may_be_coded_in_the_order() -> None:
    coded = order(medicationCodeableConcept=LISINOPRIL)

    assert coded.name == "lisinopril 10 mg"
    assert coded.medication_codes == {(RXNORM, "314076")}
    assert coded.other_names == ("lisinopril 10 MG Oral Tablet",)


def test_a_medicine_may_lie_inside_the_order() -> None:
    inside = {"resourceType": "Medication", "id": "m", "code": LISINOPRIL}
    contained = order(**without_code(medicationReference={"reference": "#m"}, contained=[inside]))

    assert contained.name == "lisinopril 10 mg"


def test_a_medicine_may_be_a_resource_of_its_own() -> None:
    apart = {"Medication/m": {"resourceType": "Medication", "id": "m", "code": LISINOPRIL}}
    json = without_code(medicationReference={"reference": "Medication/m", "display": "a tablet"})

    assert order(apart, **json).name == "lisinopril 10 mg"
    assert order({}, **json).name == "a tablet"
    assert medicine_elsewhere(json) == "Medication/m"


@pytest.mark.parametrize(
    "spoiled",
    [{"status": "entered-in-error"}, {"modifierExtension": MODIFIER}, {"code": {}}],
)
def test_a_medicine_that_cannot_be_trusted_leaves_the_words_of_the_order(
    spoiled: dict[str, Any],
) -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": LISINOPRIL, **spoiled}
    reference = {"reference": "Medication/m", "display": "a tablet"}

    found = order({"Medication/m": medication}, **without_code(medicationReference=reference))

    assert found.name == "a tablet"


@pytest.mark.parametrize(
    "reference",
    [
        {"reference": "https://elsewhere.example/fhir/Medication/m", "display": "a tablet"},
        {"identifier": {"value": "m"}, "display": "a tablet"},
        {"display": "a tablet"},
    ],
)
def test_a_medicine_elsewhere_is_known_by_its_words_only(reference: dict[str, Any]) -> None:
    ours = {"Medication/m": {"resourceType": "Medication", "id": "m", "code": LISINOPRIL}}
    json = without_code(medicationReference=reference)

    assert order(ours, **json).name == "a tablet"
    assert medicine_elsewhere(json) is None


def test_a_medicine_without_any_name_is_said_to_have_none() -> None:
    assert order(**without_code()).name == ""


def test_an_order_that_makes_no_sense_names_no_medicine() -> None:
    assert medicine_elsewhere({"medicationReference": "Medication/m"}) is None


# --- what changes the meaning --------------------------------------------------------------------


def test_an_order_entered_in_error_may_hold_nothing_but_its_id() -> None:
    mistaken = {"resourceType": "MedicationRequest", "id": "1", "status": "entered-in-error"}

    assert MedicationOrder.from_fhir(mistaken, {}) is None


def test_do_not_take_is_not_overlooked() -> None:
    assert order(doNotPerform=True).do_not_take
    assert not order().do_not_take


@pytest.mark.parametrize(
    ("json", "reported"),
    [
        ({"reportedBoolean": True}, True),
        ({"reportedReference": {"reference": "Patient/maria"}}, True),
        ({"reportedReference": {}}, True),
        ({"reportedBoolean": False}, False),
        ({}, False),
    ],
)
def test_a_reported_order_was_not_ordered_here(json: dict[str, Any], reported: bool) -> None:
    assert order(**json).reported is reported


def test_an_order_with_an_unknown_modifier_is_marked() -> None:
    assert order(dosageInstruction=[{"modifierExtension": MODIFIER}]).not_understood
    assert not order().not_understood


def test_a_status_that_is_not_stated_is_unknown() -> None:
    assert order(status=None).status == "unknown"


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duration", "days"),
    [
        ({"value": 30, "code": "d", "unit": "days"}, 30),
        ({"value": 30}, 30),
        ({"value": 30, "unit": "days"}, 30),
        ({"value": 4, "code": "wk"}, 28),
        ({"value": 3, "code": "mo"}, None),
        ({"value": 4, "unit": "weeks"}, None),
        ({"value": 30, "code": "d", "comparator": ">"}, None),
        ({"value": 0, "code": "d"}, None),
        ({"value": Decimal(-3), "code": "d"}, None),
        ({"code": "d"}, None),
        (None, None),
    ],
)
def test_a_supply_is_counted_in_days_only_where_it_is_said(
    duration: dict[str, Any] | None, days: int | None
) -> None:
    assert order(dispenseRequest={"expectedSupplyDuration": duration}).days_supply == days


def test_refills_that_are_not_stated_are_not_zero() -> None:
    assert order(dispenseRequest={"numberOfRepeatsAllowed": 0}).refills_allowed == 0
    assert order(dispenseRequest={}).refills_allowed is None
    assert order().refills_allowed is None


def test_an_order_without_an_end_has_none() -> None:
    endless = order(dispenseRequest={"validityPeriod": {"end": "9999-12-31"}})

    assert endless.valid_until is None


def test_the_patients_own_instructions_come_before_the_clinical_ones() -> None:
    lines = [{"text": "1 tab PO QD", "patientInstruction": "One tablet each day"}, {"text": "PRN"}]

    assert order(dosageInstruction=lines).dosage == ("One tablet each day", "PRN")


# --- fills ---------------------------------------------------------------------------------------


def fill(**json: Any) -> Dispense:
    return Dispense.from_fhir({"resourceType": "MedicationDispense", "id": "f", **json})


def test_a_fill_knows_its_order_and_its_day() -> None:
    handed_out = fill(
        status="completed",
        authorizingPrescription=[{"reference": "MedicationRequest/1"}, {"display": "paper"}],
        whenHandedOver="2026-10-28",
        daysSupply={"value": 30},
    )

    assert handed_out.happened
    assert handed_out.orders == ("MedicationRequest/1",)
    assert handed_out.days_supply == 30
    assert handed_out.handed_over is not None


@pytest.mark.parametrize("status", ["preparation", "cancelled", "entered-in-error", None])
def test_only_a_completed_fill_happened(status: str | None) -> None:
    assert not fill(status=status).happened


def test_a_fill_with_an_unknown_modifier_is_not_counted_as_one() -> None:
    with pytest.raises(MalformedAnswer):
        fill(status="completed", modifierExtension=MODIFIER)
