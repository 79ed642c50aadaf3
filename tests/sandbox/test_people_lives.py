"""The people have lives that make sense, and give every page something to show."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from sandbox.people import resources

TODAY = date(2026, 1, 31)
PEOPLE = resources(TODAY)
BY_ID = {(each["resourceType"], each["id"]): each for each in PEOPLE}
DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def of(patient: str, kind: str) -> list[dict[str, Any]]:
    key = f"Patient/{patient}"
    return [
        each
        for each in PEOPLE
        if each["resourceType"] == kind
        and key
        in (each.get("subject", {}).get("reference"), each.get("patient", {}).get("reference"))
    ]


def order(slug: str) -> dict[str, Any]:
    return BY_ID["MedicationRequest", slug]


def fills(slug: str) -> list[date]:
    wanted = f"MedicationRequest/{slug}"
    return sorted(
        date.fromisoformat(each["whenHandedOver"][:10])
        for each in PEOPLE
        if each["resourceType"] == "MedicationDispense"
        and each["authorizingPrescription"][0]["reference"] == wanted
    )


def refills_left(slug: str) -> int:
    return order(slug)["dispenseRequest"]["numberOfRepeatsAllowed"] + 1 - len(fills(slug))


def days_since_last_fill(slug: str) -> int:
    return (TODAY - fills(slug)[-1]).days


# --- refills --------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["maria-lopez-lisinopril-10", "james-carter-lisinopril-10"])
def test_a_ninety_day_supply_of_lisinopril_was_last_filled_eighty_days_ago(slug):
    asked = order(slug)

    assert asked["status"] == "active"
    assert asked["medicationCodeableConcept"]["coding"][0]["code"] == "314076"
    assert asked["dispenseRequest"]["expectedSupplyDuration"]["value"] == 90
    assert days_since_last_fill(slug) == 80
    assert refills_left(slug) == 1
    assert asked["dispenseRequest"]["validityPeriod"]["end"] > TODAY.isoformat()


def test_james_has_one_order_for_each_answer_to_a_refill():
    assert days_since_last_fill("james-carter-atorvastatin-40") == 5
    assert refills_left("james-carter-atorvastatin-40") > 0
    assert refills_left("james-carter-hydrochlorothiazide-25") == 0
    assert order("james-carter-amlodipine-5")["status"] == "stopped"
    assert "zolpidem" in order("james-carter-zolpidem-5")["medicationCodeableConcept"]["text"]
    assert order("james-carter-amoxicillin-500")["status"] == "completed"


def test_no_order_was_filled_more_often_than_it_allows_or_before_it_was_written():
    supplied = [each for each in PEOPLE if "dispenseRequest" in each]

    assert supplied
    for each in supplied:
        assert refills_left(each["id"]) >= 0, each["id"]
        assert all(day.isoformat() >= each["authoredOn"][:10] for day in fills(each["id"]))


def test_dorothy_takes_ten_medicines_each_ordered_with_words_and_timing():
    orders = [
        each for each in of("dorothy-hayes", "MedicationRequest") if each["status"] == "active"
    ]

    assert len(orders) == 10
    for each in orders:
        dosage = each["dosageInstruction"][0]
        assert dosage["text"]
        assert dosage["timing"]["repeat"]["frequency"] >= 1


def test_one_of_dorothys_prescriptions_has_run_out_of_time():
    expired = [
        each["id"]
        for each in of("dorothy-hayes", "MedicationRequest")
        if each["dispenseRequest"]["validityPeriod"]["end"] < TODAY.isoformat()
    ]

    assert expired == ["dorothy-hayes-furosemide"]
    assert refills_left("dorothy-hayes-furosemide") == 1


def test_medicines_come_in_their_three_forms_and_all_the_statuses():
    orders = [each for each in PEOPLE if each["resourceType"] == "MedicationRequest"]
    references = {
        each["medicationReference"]["reference"] for each in orders if "medicationReference" in each
    }

    assert references == {"#lispro", "Medication/metformin-500"}
    assert {each["status"] for each in orders} >= {
        "active", "stopped", "completed", "on-hold", "unknown", "entered-in-error",
    }  # fmt: skip
    assert {each.get("intent") for each in orders} >= {"order", "plan"}
    assert any(each.get("reportedBoolean") for each in orders)
    assert [each["id"] for each in orders if each.get("doNotPerform")] == [
        "ruth-abernathy-do-not-take-ibuprofen"
    ]


# --- results --------------------------------------------------------------------------------------


def test_dorothy_has_fifteen_years_of_results():
    results = of("dorothy-hayes", "Observation")
    counts = Counter(each["code"]["text"] for each in results)
    sugar = [each for each in results if each["code"]["text"] == "Hemoglobin A1c"]
    days = [date.fromisoformat(each["effectiveDateTime"][:10]) for each in sugar]

    assert len(results) > 500
    assert counts["Creatinine"] == counts["Blood pressure"] == counts["Weight"] == 60
    assert counts["LDL cholesterol"] == 15
    assert days == sorted(days)
    assert timedelta(days=14 * 365) < days[-1] - days[0] < timedelta(days=15 * 366)
    assert all(5 < each["valueQuantity"]["value"] < 10 for each in sugar)


def test_dorothys_kidney_filtration_agrees_with_her_creatinine():
    """The CKD-EPI 2021 equation for women, from the published coefficients."""
    creatinine = BY_ID["Observation", "dorothy-hayes-creatinine-60"]["valueQuantity"]["value"]
    filtration = BY_ID["Observation", "dorothy-hayes-egfr-60"]["valueQuantity"]["value"]
    age = 79.75

    expected = 142 * (creatinine / 0.7) ** -1.2 * 0.9938**age * 1.012

    assert math.isclose(filtration, expected, abs_tol=1)


def test_results_outside_their_range_are_marked_and_those_inside_are_not():
    for each in PEOPLE:
        usual = each.get("referenceRange", [{}])[0]
        if each["resourceType"] != "Observation" or not usual or each["status"] != "final":
            continue
        value = each["valueQuantity"]["value"]
        too_low = value < usual.get("low", {}).get("value", value)
        too_high = value > usual.get("high", {}).get("value", value)
        expected = "L" if too_low else "H" if too_high else "N"
        assert each["interpretation"][0]["coding"][0]["code"] == expected, each["id"]


def test_every_shape_that_a_value_can_have_is_there():
    shapes = {
        name
        for each in PEOPLE
        if each["resourceType"] == "Observation"
        for name in each
        if name.startswith("value")
    }

    assert shapes == {
        "valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean", "valueInteger",
        "valueRange", "valueRatio", "valueSampledData", "valueTime", "valueDateTime", "valuePeriod",
    }  # fmt: skip


def test_results_are_new_old_corrected_amended_and_under_way():
    statuses = {each["status"] for each in PEOPLE if each["resourceType"] == "Observation"}
    newest = max(
        each["issued"]
        for each in PEOPLE
        if each["resourceType"] == "Observation" and "issued" in each
    )

    assert statuses >= {"final", "preliminary", "corrected", "amended", "cancelled"}
    assert (TODAY - date.fromisoformat(newest[:10])).days <= 3


# --- people with a story --------------------------------------------------------------------------


def test_maria_prefers_spanish():
    maria = BY_ID["Patient", "maria-lopez"]
    preferred = [each for each in maria["communication"] if each.get("preferred")]

    assert [each["language"]["coding"][0]["code"] for each in preferred] == ["es"]


def test_emily_acts_for_leo_until_he_is_grown_up():
    emily = BY_ID["RelatedPerson", "emily-for-leo"]
    leo = BY_ID["Patient", "leo-nguyen"]
    mother = BY_ID["Patient", "emily-nguyen"]

    assert emily["patient"]["reference"] == "Patient/leo-nguyen"
    assert int(emily["period"]["end"][:4]) == int(leo["birthDate"][:4]) + 18
    assert mother["link"] == [
        {
            "other": {"reference": "RelatedPerson/emily-for-leo", "display": "Emily Nguyen"},
            "type": "seealso",
        }
    ]


def test_susans_time_for_walter_ends_and_garys_has_ended():
    susan = BY_ID["RelatedPerson", "susan-for-walter"]
    gary = BY_ID["RelatedPerson", "gary-for-walter"]

    assert susan["active"]
    assert susan["period"]["end"] > TODAY.isoformat()
    assert not gary["active"]
    assert gary["period"]["end"] < TODAY.isoformat()


def test_what_zoe_said_in_confidence_is_labelled_everywhere_it_stands():
    labelled = {each["id"] for each in PEOPLE if "ADOL" in _labels(each)}
    note = BY_ID["DocumentReference", "zoe-bennett-confidential-note"]
    denied = BY_ID["Consent", "zoe-bennett-consent-mother"]["provision"]["provision"][0]

    assert labelled == {
        "zoe-bennett-confidential-note",
        "zoe-bennett-visit-confidential",
        "zoe-bennett-low-mood",
        "zoe-bennett-phq9",
        "zoe-bennett-mood-goal",
    }
    assert {each["coding"][0]["code"] for each in note["securityLabel"]} == {"R", "ADOL"}
    assert denied["type"] == "deny"
    assert denied["actor"][0]["reference"]["reference"] == "RelatedPerson/rachel-for-zoe"


def test_a_staff_note_is_labelled_so_that_no_patient_sees_it():
    assert _labels(BY_ID["DocumentReference", "james-carter-staff-note"]) == {"R", "NOPAT"}


def test_carols_two_records_point_at_each_other_and_one_is_in_use():
    carol = BY_ID["Patient", "carol-whitman"]
    old = BY_ID["Patient", "carol-whitman-old"]

    assert (carol["active"], old["active"]) == (True, False)
    assert [each["type"] for each in carol["link"]] == ["replaces"]
    assert [each["type"] for each in old["link"]] == ["replaced-by"]
    assert of("carol-whitman-old", "AllergyIntolerance")


def test_priya_has_an_order_for_what_she_is_allergic_to():
    allergy = BY_ID["AllergyIntolerance", "priya-raman-penicillin"]
    asked = order("priya-raman-amoxicillin")

    assert allergy["criticality"] == "high"
    assert allergy["clinicalStatus"]["coding"][0]["code"] == "active"
    assert asked["status"] == "active"
    assert asked["medicationCodeableConcept"]["coding"][0]["code"] == "308191"


def test_samuel_is_known_to_have_no_allergies():
    [finding] = of("samuel-osei", "AllergyIntolerance")

    assert finding["code"]["coding"][0]["code"] == "716186003"


def test_nadia_has_a_name_and_nothing_else_and_another_has_not_even_that():
    mentioning = [each for each in PEOPLE if "Patient/nadia-petrov" in str(each)]
    nameless = BY_ID["Patient", "no-name"]

    assert mentioning == []
    assert nameless["name"] == [{"extension": [{"url": DATA_ABSENT, "valueCode": "masked"}]}]
    assert nameless["identifier"]


def test_thordis_has_a_name_that_is_long_and_needs_more_than_ascii():
    name = BY_ID["Patient", "thordis-olafsdottir"]["name"][0]["text"]

    assert len(name) > 90
    assert not name.isascii()


def test_walters_wrong_discharge_summary_gave_way_to_a_correct_one():
    current = BY_ID["DocumentReference", "walter-brooks-discharge"]
    first = BY_ID["DocumentReference", "walter-brooks-discharge-first"]

    assert first["status"] == "superseded"
    assert current["relatesTo"] == [
        {
            "code": "replaces",
            "target": {"reference": "DocumentReference/walter-brooks-discharge-first"},
        }
    ]
    assert BY_ID["DocumentReference", "walter-brooks-draft-note"]["docStatus"] == "preliminary"


def test_ruths_record_holds_what_goes_wrong():
    withdrawn = {
        each["resourceType"] for each in PEOPLE if each["id"].startswith("ruth-abernathy-withdrawn")
    }
    modified = [each["id"] for each in PEOPLE if "modifierExtension" in each]
    partial = {
        each["onsetDateTime"]
        for each in of("ruth-abernathy", "Condition")
        if "onsetDateTime" in each
    }

    assert len(withdrawn) == 9
    assert modified == ["ruth-abernathy-unknown-modifier"]
    assert {len(each) for each in partial} == {4, 7, 10}
    assert any("occurrenceString" in each for each in of("ruth-abernathy", "Immunization"))


# --- something for every page ---------------------------------------------------------------------


def test_every_kind_of_resource_that_a_page_shows_is_there():
    kinds = {each["resourceType"] for each in PEOPLE}

    assert kinds >= {
        "Account", "AllergyIntolerance", "Appointment", "Binary", "CarePlan", "CareTeam",
        "Condition", "Consent", "Coverage", "DiagnosticReport", "DocumentReference", "Encounter",
        "ExplanationOfBenefit", "Goal", "Immunization", "Invoice", "Location", "Medication",
        "MedicationDispense", "MedicationRequest", "MedicationStatement", "Observation",
        "Organization", "Patient", "Practitioner", "PractitionerRole", "Procedure", "Provenance",
        "RelatedPerson", "Schedule", "ServiceRequest", "Slot",
    }  # fmt: skip


def test_documents_come_as_text_pdf_html_xml_and_picture():
    kinds = {
        content["attachment"]["contentType"].split(";")[0]
        for each in PEOPLE
        for content in each.get("content", [])
        if each["resourceType"] == "DocumentReference"
    }

    assert kinds == {"text/plain", "text/html", "application/pdf", "application/xml", "image/png"}


def test_appointments_are_past_coming_by_video_cancelled_and_missed():
    appointments = [each for each in PEOPLE if each["resourceType"] == "Appointment"]
    by_video = [each for each in appointments if "extension" in each]

    assert {each["status"] for each in appointments} == {
        "booked", "pending", "fulfilled", "cancelled", "noshow",
    }  # fmt: skip
    assert {each["extension"][0]["extension"][0]["valueUrl"][:28] for each in by_video} == {
        "https://video.clinic.example"
    }


def test_bills_add_up():
    bills = [each for each in PEOPLE if each["resourceType"] == "Invoice"]

    assert bills
    for bill in bills:
        lines = [line["priceComponent"][0]["amount"]["value"] for line in bill["lineItem"]]
        assert bill["totalNet"] == {"value": round(sum(lines), 2), "currency": "USD"}


def test_the_clinic_has_someone_for_every_queue():
    roles = Counter(
        each["code"][0]["coding"][0]["code"]
        for each in PEOPLE
        if each["resourceType"] == "PractitionerRole"
    )

    assert roles == {
        "doctor": 3, "nurse": 2, "pharmacist": 1, "front-desk": 1, "billing": 1, "manager": 1,
    }  # fmt: skip


def _labels(each: dict[str, Any]) -> set[str]:
    return {label["code"] for label in each.get("meta", {}).get("security", [])}
