"""Who wrote something down and where it comes from; and names that a record only points to."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.app.page import Page
from tests.app.people import Patient
from tests.app.world import World

WHERE = "Where this comes from"


def origin_of(patient: Patient, page: Page) -> Page:
    found = [href for words, href in page.links if words.startswith(WHERE)]
    return patient.browser.get(found[0])


def test_a_result_that_was_changed_says_who_changed_it_when_and_why(
    world: World, patient: Patient
) -> None:
    patient.logs_in("dorothy")
    potassium = patient.browser.get(patient.go("results").link("Potassium"))
    world.forgets_what_was_asked()

    page = origin_of(patient, potassium)

    assert page.headings[0] == WHERE
    assert "Potassium" in page.text
    assert "What the entry itself says" in page.text
    assert "How it got here" in page.text
    assert len([each for each in world.asked() if "/Provenance" in each["path"]]) == 1
    viewed = world.events("record.view")[-1]
    assert {each["type"] for each in viewed["entities"]} >= {"Observation", "Patient"}


def test_no_page_asks_where_anything_comes_from_before_somebody_wants_to_know(
    world: World, patient: Patient
) -> None:
    patient.logs_in("walter")
    for name in ("summary", "results", "medicines", "documents"):
        patient.go(name)
    assert not [each for each in world.asked() if "/Provenance" in each["path"]]


def test_a_document_says_that_it_came_from_the_hospital(patient: Patient) -> None:
    patient.logs_in("walter")
    patient.go("documents")
    page = origin_of(patient, patient.browser.click("Hospital discharge"))

    assert "Received from the hospital" in page.text


def test_a_medicine_says_who_ordered_it(patient: Patient) -> None:
    patient.logs_in("james")
    assert "Ordered it" in origin_of(patient, patient.go("medicines")).text


def test_where_the_ehr_keeps_nothing_more_or_does_not_say_it_the_page_tells_which(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    medicines = patient.go("medicines")
    assert "keeps nothing more about it" in origin_of(patient, medicines).text

    world.fails({"match": {"type": "Provenance"}, "fault": {"kind": "status", "status": 500}})
    page = origin_of(patient, medicines)
    assert "keeps nothing more about it" not in page.text
    assert "We could not load this part." in page.text


def test_another_patient_who_had_a_hand_in_it_has_no_name_here(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    medicines = patient.go("medicines")
    targets = [
        {"reference": f"MedicationRequest/{each['id']}"}
        for each in world.ehr.of_type("MedicationRequest")
        if each["subject"]["reference"] == "Patient/james-carter"
    ]
    made = {"resourceType": "Provenance", "id": "p", "target": targets,
            "recorded": "2026-01-01T10:00:00Z", "activity": {"text": "Told on the phone"},
            "agent": [{"who": {"reference": "Patient/maria-lopez", "display": "MARIA"}},
                      {"who": {"reference": "Practitioner/nurse-okafor"}}]}  # fmt: skip
    foreign = {**made, "id": "q", "target": [{"reference": "MedicationRequest/another"}],
               "activity": {"text": "NOT ASKED FOR"}}  # fmt: skip
    world.ehr.load([made, foreign])

    page = origin_of(patient, medicines)

    assert "Told on the phone" in page.text
    assert "By Nina Okafor" in page.text, "by the name that its entry points to"
    assert "MARIA" not in page.text
    assert "NOT ASKED FOR" not in page.text


# --- names ------------------------------------------------------------------------------------


def nameless(world: World, kind: str, id_: str, *path: str | int) -> None:
    """Takes the words away from one pointer."""
    resource: Any = deepcopy(world.ehr.read(kind, id_))
    held = resource
    for step in path:
        held = held[step]
    del held["display"]
    world.ehr.update(resource)


def team_of(world: World) -> tuple[str, int, str]:
    """A member of Walter's team who has a name there: which, and the name."""
    (team,) = [
        each
        for each in world.ehr.of_type("CareTeam")
        if each.get("subject", {}).get("reference") == "Patient/walter-brooks"
    ]
    place = next(
        n
        for n, each in enumerate(team["participant"])
        if each["member"].get("reference", "").startswith("Practitioner/")
    )
    name: str = team["participant"][place]["member"]["display"]
    nameless(world, "CareTeam", team["id"], "participant", place, "member")
    return team["id"], place, name


def test_who_is_only_pointed_to_is_found_by_one_search(world: World, patient: Patient) -> None:
    _, _, name = team_of(world)
    patient.logs_in("walter")
    world.forgets_what_was_asked()

    assert name in patient.go("team").text
    asked = [each["path"] for each in world.asked() if "/Practitioner" in each["path"]]
    assert len(asked) == 1
    assert not [each for each in asked if "patient=" in each]


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "status", "status": 500},
        {"kind": "edited", "set": {"entry": [], "total": 0}},
    ],
)
def test_a_page_comes_without_a_name_that_cannot_be_found(
    world: World, patient: Patient, trouble: dict[str, Any]
) -> None:
    _, _, name = team_of(world)
    patient.logs_in("walter")
    world.fails({"match": {"type": "Practitioner"}, "fault": trouble})

    page = patient.go("team").text

    assert name not in page
    assert "Somebody without a name in the record" in page


def test_an_ehr_that_answers_with_others_gives_nobody_their_name(
    world: World, patient: Patient
) -> None:
    _, _, name = team_of(world)
    patient.logs_in("walter")
    other = {"resourceType": "Practitioner", "id": "other", "name": [{"text": "SOMEBODY ELSE"}]}
    person = {"resourceType": "Patient", "id": "maria-lopez", "name": [{"text": "MARIA"}]}
    entries = [{"resource": other}, {"resource": person}]
    edited = {"kind": "edited", "set": {"entry": entries, "total": 2}}
    world.fails({"match": {"type": "Practitioner"}, "fault": edited})

    page = patient.go("team").text

    assert not [each for each in (name, "SOMEBODY ELSE", "MARIA") if each in page]
    assert world.events("compartment.mismatch"), "the other patient is put on record"


def test_who_ordered_a_medicine_and_which_pharmacy_has_it_are_found_by_their_pointers(
    world: World, patient: Patient
) -> None:
    order = {
        "resourceType": "MedicationRequest",
        "id": "nameless",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/james-carter"},
        "medicationCodeableConcept": {"text": "Iron tablets"},
        "dosageInstruction": [{"text": "How to take it: one a day."}],
        "requester": {"reference": "Practitioner/dr-patel"},
        "dispenseRequest": {"performer": {"reference": "Organization/corner-pharmacy"}},
    }
    world.ehr.load([order])
    patient.logs_in("james")
    world.forgets_what_was_asked()

    page = patient.go("medicines").text

    said = "Iron tablets How to take it: one a day. Ordered by Dr. Anita Patel Pharmacy: Corner"
    assert said in page
    asked = [each["path"] for each in world.asked() if "/Organization" in each["path"]]
    assert len(asked) == 1, "at once, for all of them"

    world.fails({"match": {"type": "Organization"}, "fault": {"kind": "status", "status": 500}})
    without = patient.go("medicines").text
    assert "How to take it: one a day." in without
    assert said not in without
