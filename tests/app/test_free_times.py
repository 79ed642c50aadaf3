"""Free times: shown where the EHR shows them, asked for and never booked."""

from __future__ import annotations

import re

import pytest

from tests.app import people
from tests.app.asked import only
from tests.app.page import Page
from tests.app.people import Patient
from tests.app.world import World

ASK = "Ask for "


@pytest.fixture
def james(world: World) -> Patient:
    patient = people.patient(world)
    patient.logs_in("james")
    return patient


def links(page: Page, words: str) -> list[str]:
    return [href for said, href in page.links if said.startswith(words)]


def chooses_first_time(patient: Patient) -> Page:
    choice = patient.go("ask/appointment")
    (times,) = links(choice, "See free times")
    return patient.browser.get(links(patient.browser.get(times), ASK)[0])


def sends_it(patient: Patient, page: Page) -> Page:
    page = patient.browser.submit(page.form("/appointment"), {"red-flags": "none", "then": "check"})
    assert "What would you like to do?" not in page.text, "the time has answered it"
    form = page.form("/appointment")
    answers = {"reason": "check-up", "how-soon": "any", "how": "in-person", "who": "soonest"}
    return patient.browser.submit(form, {**answers, "then": "check"})


def test_a_time_is_asked_for_with_all_that_goes_with_it(world: World, james: Patient) -> None:
    questions = chooses_first_time(james)
    check = sends_it(james, questions)
    receipt = james.sends(check)

    assert "The clinic has your request" in receipt.text
    assert "Nothing has changed yet: we will confirm it here." in receipt.text
    assert re.search(
        r"Appointment: .+, [A-Z][a-z]+day, [A-Z][a-z]+ \d+, \d+:\d\d [AP]M", receipt.text
    )
    message = only(world.written("Communication"))
    (about,) = (each for each in message["about"] if each["reference"].startswith("Slot/"))
    slot = world.ehr.read("Slot", about["reference"].removeprefix("Slot/"))
    assert slot["start"][:16].replace("T", " ") in about["display"]
    assert "I ask for this time: " in message["payload"][0]["contentString"]
    assert about["reference"] in str(only(world.written("Task"))["input"])
    assert slot["status"] == "free", "it is the clinic that books"
    given = str(only(world.written("QuestionnaireResponse"))["item"])
    assert "'code': 'ask'" in given
    assert "'code': 'morning'" in given or "'code': 'afternoon'" in given
    (form,) = links(receipt, "Fill in the form for this visit now")
    assert "About you" in james.browser.get(form).text


def test_nothing_says_that_a_time_is_booked(james: Patient) -> None:
    times = james.go("times")

    assert links(times, ASK)
    assert "Nothing is booked until the clinic confirms it" in times.text
    assert "Book" not in times.text


def test_who_is_no_longer_free_is_said_and_other_times_are_shown(
    world: World, james: Patient
) -> None:
    check = sends_it(james, chooses_first_time(james))
    world.ehr.load({**each, "status": "busy"} for each in world.ehr.of_type("Slot"))

    late = james.sends(check)

    assert "This time is no longer free." in late.text
    assert links(late, "See other free times")
    assert world.written("Communication") == []


def test_times_that_cannot_be_loaded_are_not_none(world: World, james: Patient) -> None:
    world.fails({"match": {"type": "Slot"}, "fault": {"kind": "status", "status": 500}})

    page = james.go("times")

    assert "This does not mean that there are none." in page.text
    assert "No free times" not in page.text
    assert links(page, "No time fits: ask for an appointment")


def test_where_the_ehr_shows_no_times_nobody_hears_of_them(world: World) -> None:
    world.behaves(profile="meditech")
    patient = people.patient(world)
    patient.logs_in("james")

    assert "free times" not in patient.go("ask/appointment").text
    assert "free times" not in patient.go("ask").text


@pytest.mark.parametrize("week", ["0", "3", "99", "-1", "x"])
def test_every_week_has_an_end(james: Patient, week: str) -> None:
    page = james.go(f"times?week={week}")

    assert page.status == 200
    assert len(links(page, "Later times")) == (week not in {"3", "99"})
