"""The pages of a patient's health: what they say, and what they never say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smartapp.fhir.people import Patient as Patient_
from smartapp.pages.home import other_record_note
from smartapp.words import words_for
from tests.app import people
from tests.app.people import Patient
from tests.app.world import World, opened

PAGES = (
    "summary", "results", "results?by=visit", "vitals", "allergies", "conditions", "procedures",
    "immunizations", "medicines", "all", "start",
)  # fmt: skip


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One for all: these tests change nothing in the record."""
    with opened() as world:
        yield world


@pytest.fixture(scope="module")
def known(world: World) -> dict[str, Patient]:
    found = {}
    for name in ("ruth", "dorothy", "samuel", "nadia", "robert", "james", "aisha"):
        found[name] = people.patient(world)
        found[name].logs_in(name)
    return found


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("name", ["ruth", "nadia", "robert"])
def test_every_page_opens_for_every_kind_of_record(
    known: dict[str, Patient], name: str, path: str
) -> None:
    known[name].go(path)


# --- C14, C17, C18: what a record can hold --------------------------------------------------------


def test_c14_what_was_withdrawn_is_nowhere(known: dict[str, Patient]) -> None:
    for path in PAGES:
        assert "withdrawn" not in known["ruth"].go(path).html


def test_c15_a_refuted_condition_is_shown_as_ruled_out_and_not_as_current(
    known: dict[str, Patient],
) -> None:
    text = known["ruth"].go("conditions").text
    current, _, past = text.partition("In the past, or ruled out")
    assert "Gout" not in current
    assert "Gout" in past
    assert "Ruled out" in past


def test_c15_a_condition_without_a_status_is_not_called_current_or_past(
    known: dict[str, Patient],
) -> None:
    text = known["ruth"].go("conditions").text
    assert "Poor hearing, from before records were kept" in text
    assert "The record does not say whether you still have this" in text


def test_c17_what_has_no_code_or_an_unknown_one_is_shown_by_its_words(
    known: dict[str, Patient],
) -> None:
    conditions = known["ruth"].go("conditions").text
    assert "Bad back since the harvest" in conditions
    assert "Back trouble, other" in conditions
    assert "ZZ-1" in conditions
    assert "Dust lung screen" in known["ruth"].go("results").text


def test_c17_no_known_allergy_is_a_statement_and_an_empty_list_is_not(
    known: dict[str, Patient],
) -> None:
    stated = known["samuel"].go("allergies").text
    assert "The record states: No known allergies" in stated
    empty = known["nadia"].go("allergies").text
    assert "No allergies are in your record. Nobody has written down that you have none." in empty


def test_c18_a_result_that_cannot_be_understood_safely_is_not_shown_and_not_passed_over(
    known: dict[str, Patient],
) -> None:
    page = known["ruth"].go("results")
    assert "7.1 g/dL" not in page.text
    assert "We could not show all of this part." in page.text


def test_c12_what_is_absent_says_so_and_is_never_zero(known: dict[str, Patient]) -> None:
    vitals = known["ruth"].go("vitals").text
    assert "Systolic: 151 mmHg; Diastolic: No value in the record" in vitals
    results = known["ruth"].go("results").text
    assert "Not done" in results
    assert "Note: The sample was lost." in results
    assert "Called off" in results


def test_c13_a_value_beyond_what_can_be_measured_keeps_its_sign(known: dict[str, Patient]) -> None:
    text = known["ruth"].go("results").text
    assert "< 0.9 IU/mL" in text
    assert "1:160" in text


def test_partial_dates_stay_partial(known: dict[str, Patient]) -> None:
    text = known["ruth"].go("conditions").text
    assert "Since 1998" in text
    assert "As a child, on the farm" in known["ruth"].go("immunizations").text


def test_c16_what_must_not_be_taken_is_not_among_what_to_take(known: dict[str, Patient]) -> None:
    page = known["ruth"].go("summary")
    before, _, after = page.text.partition("ibuprofen 200 mg tablet")
    assert before
    assert after.startswith(" Do not take")
    medicines = known["ruth"].go("medicines").text
    assert "ibuprofen" not in medicines.partition("Do not take")[0]


def test_a_vaccine_that_was_refused_is_not_listed_as_given(known: dict[str, Patient]) -> None:
    page = known["ruth"].go("immunizations")
    assert "Not given" in page.text
    assert "Reason: Patient refused" in page.text
    assert "Flu" not in page.text.partition("Vaccines that were given")[2]


# --- results --------------------------------------------------------------------------------------


def test_the_newest_of_each_test_is_shown_and_leads_to_all_of_it(
    known: dict[str, Patient],
) -> None:
    dorothy = known["dorothy"]
    page = dorothy.go("results")
    assert page.text.count("Hemoglobin A1c") == 1
    one = dorothy.browser.click("Hemoglobin A1c")

    assert one.headings == ("Hemoglobin A1c",)
    assert "<svg" in one.html
    assert one.html.count("<tr>") == 61
    assert one.text.count("Usual: 4.0 to 5.6 %") == 1, "it is the same for all of them"
    assert "4548" not in one.url


def test_what_is_usual_is_said_beside_each_result_where_laboratories_differ(
    world: World, known: dict[str, Patient]
) -> None:
    samuel = known["samuel"]
    world.ehr.load(_magnesium(number, low) for number, low in enumerate(("1.6", "1.7")))
    samuel.go("results")
    one = samuel.browser.click("Magnesium")

    assert one.text.count("Usual: 1.6 to 2.6 mg/dL") == 1
    assert one.text.count("Usual: 1.7 to 2.6 mg/dL") == 1


def _magnesium(number: int, low: str) -> dict[str, object]:
    unit = {"unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"}
    kind = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "id": f"magnesium-{number}",
        "status": "final",
        "category": [{"coding": [{"system": kind, "code": "laboratory"}]}],
        "code": {
            "coding": [{"system": "http://loinc.org", "code": "19123-9"}],
            "text": "Magnesium",
        },
        "subject": {"reference": "Patient/samuel-osei"},
        "effectiveDateTime": f"2026-11-{20 + number}T08:00:00Z",
        "valueQuantity": {"value": 2.0, **unit},
        "referenceRange": [{"low": {"value": float(low), **unit}, "high": {"value": 2.6, **unit}}],
    }


def test_c8_older_results_come_page_by_page_by_the_ehrs_own_address(
    known: dict[str, Patient],
) -> None:
    dorothy = known["dorothy"]
    first = dorothy.go("results?by=visit")
    second = dorothy.browser.get(first.link("Older results"))

    assert "2026" in first.text
    assert "dorothy-hayes" not in second.url
    assert "Back to the newest results" in second.text
    assert second.text != first.text


def test_an_amended_and_a_preliminary_result_are_marked(known: dict[str, Patient]) -> None:
    text = known["james"].go("results?by=visit").text
    assert "Changed by the laboratory" in text
    assert "Not final: may still change" in text


def test_results_by_visit_stand_below_their_day_with_their_report(
    known: dict[str, Patient],
) -> None:
    text = known["dorothy"].go("results?by=visit").text
    assert "Basic metabolic panel" in text
    assert "From Prairie Laboratory" in text


def test_new_results_can_be_covered_until_somebody_chooses_to_look(
    known: dict[str, Patient],
) -> None:
    aisha = known["aisha"]
    page = aisha.go("results")
    assert "<details" not in page.html
    page = aisha.browser.submit(page.form("/results/fold"), {"fold": "1"})

    assert "New result. Choose to see it." in page.text
    assert page.html.count("<details") >= 1
    assert "<details" in aisha.go("start").html
    page = aisha.browser.submit(page.form("/results/fold"), {"fold": "0"})
    assert "<details" not in page.html


def test_that_nothing_is_new_is_said_also_where_there_are_many_old_results(
    known: dict[str, Patient],
) -> None:
    assert "No new test results in the last 14 days." in known["dorothy"].go("start").text
    assert "No new test results" not in known["aisha"].go("start").text


def test_plain_words_stand_beside_the_medical_ones(known: dict[str, Patient]) -> None:
    text = known["dorothy"].go("conditions").text
    assert "Atrial fibrillation A heartbeat that is not even." in text


def test_the_library_is_told_a_code_and_a_language_and_nothing_else(
    known: dict[str, Patient],
) -> None:
    page = known["dorothy"].go("conditions")
    links = [href for words, href in page.links if "MedlinePlus" in words]
    assert links
    for href in links:
        assert href.startswith("https://connect.medlineplus.gov/application?mainSearchCriteria")
        assert "dorothy" not in href.lower()
    assert page.html.count('rel="noreferrer"') == len(links)
    assert 'target="' not in page.html


# --- C5: more than one record ---------------------------------------------------------------------


def test_c5_who_has_another_record_is_told_that_something_may_be_there(world: World) -> None:
    carol = people.patient(world)
    carol.logs_in("carol")
    for path in ("start", "summary"):
        assert "Your clinic has one more record for you." in carol.go(path).text


@pytest.mark.parametrize(
    ("links", "active", "said"),
    [
        ((("replaced-by", "Patient/2"),), True, "a newer record"),
        ((), False, "a newer record"),
        ((("replaces", "Patient/2"),), True, "one more record"),
        ((("seealso", "Patient/2"),), True, "one more record"),
        ((), True, ""),
    ],
)
def test_c5_a_link_is_understood_both_ways(
    links: tuple[tuple[str, str], ...], active: bool, said: str
) -> None:
    patient = Patient_.from_fhir(
        {
            "resourceType": "Patient",
            "id": "1",
            "active": active,
            "link": [{"type": how, "other": {"reference": to}} for how, to in links],
        }
    )
    note = other_record_note(words_for("en"), patient, "1")
    assert said in note
    assert bool(note) is bool(said)


# --- what is not offered --------------------------------------------------------------------------


def test_what_was_not_allowed_says_so_and_what_to_do(world: World) -> None:
    patient = people.patient(world)
    patient.logs_in("james", without=["results", "allergies"])

    for path in ("results", "vitals", "allergies", "summary"):
        page = patient.go(path)
        assert "You did not let this app see this part" in page.text
        assert "No allergies are in your record" not in page.text
        assert "No test results are in your record" not in page.text
    menu = patient.go("all")
    assert "You did not let this app see this part" in menu.text
    assert not any(href.endswith("/results") for _, href in menu.links)


def test_each_part_says_when_and_from_where_it_was_read(known: dict[str, Patient]) -> None:
    assert "from Lindenfield Family Clinic." in known["dorothy"].go("allergies").text


def test_what_people_come_for_is_one_tap_from_the_start(known: dict[str, Patient]) -> None:
    dorothy = known["dorothy"]
    start = dorothy.go("start")
    for words in ("Ask for an appointment", "Ask for a refill", "Send a message"):
        assert dorothy.browser.get(start.link(words)).status == 200
