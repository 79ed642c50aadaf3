"""Records as they are: sparse, odd, and long. No page fails, and nothing missing reads "none"."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from sandbox.people import Login, logins
from tests.app import people
from tests.app.world import World, opened

OPENED = [(login, record) for login in logins() for record in login.patients]
NO_MEDICINES = "Your clinic has no current medicines for you in its record."
NO_ALLERGIES = "No allergies are recorded. Nobody has stated that there are none."


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One for all: these tests change nothing in the record."""
    with opened() as world:
        yield world


@pytest.mark.parametrize(
    ("login", "record"), OPENED, ids=[f"{login.username}:{record}" for login, record in OPENED]
)
def test_every_record_can_be_opened_in_both_languages(
    world: World, login: Login, record: str
) -> None:
    patient = people.patient(world)
    home = patient.logs_in(login.username, record if len(login.patients) > 1 else "")

    assert len(home.headings) == 1
    for path in ("start", "medicines", "requests"):
        page = patient.go(path)
        assert "could not load" not in page.text
        patient.browser.submit(page.form("/language"), {"language": "es"})
        assert patient.go(path).lang == "es"
        patient.browser.submit(page.form("/language"), {"language": "en"})


@pytest.mark.parametrize("record", sorted({record for _, record in OPENED}))
def test_every_chart_can_be_opened_by_staff(world: World, record: str) -> None:
    nurse = people.staff(world)
    queue = nurse.opens("nina", record)

    assert "This patient’s open requests" in queue.text
    assert "Nothing is waiting." in queue.text


def test_who_has_no_medicines_is_told_so_and_who_has_some_is_not(world: World) -> None:
    empty, not_empty = ("nadia", "noname"), ("ruth", "maria")
    for username in (*empty, *not_empty):
        patient = people.patient(world)
        patient.logs_in(username)
        page = patient.go("medicines")
        spanish = patient.browser.submit(page.form("/language"), {"language": "en"})
        assert (NO_MEDICINES in spanish.text) is (username in empty), username


def test_a_record_without_a_name_says_so(world: World) -> None:
    patient = people.patient(world)
    home = patient.logs_in("noname")

    assert home.headings == ("Hello",)
    assert "Name not in the record" in home.text
    assert "Date of birth not in the record" in home.text


def test_half_a_date_of_birth_is_not_made_whole(world: World) -> None:
    """Of Harold the record holds a year, of Ruth a month."""
    for username, exact in (("harold", r"Born \d{4} Record"), ("ruth", r"Born April \d{4} Record")):
        home = people.patient(world).logs_in(username)
        assert re.search(exact, home.text), home.text


def test_what_must_not_be_taken_is_not_among_the_medicines(world: World) -> None:
    patient = people.patient(world)
    patient.logs_in("ruth")
    page = patient.go("medicines")

    before, _, after = page.text.partition("Do not take")
    assert "ibuprofen" in after
    assert "ibuprofen" not in before
    assert not any("ibuprofen" in words for words, _ in page.links)


def test_what_was_withdrawn_is_not_shown(world: World) -> None:
    patient = people.patient(world)
    patient.logs_in("ruth")

    assert "withdrawn" not in patient.go("medicines").html


def test_each_answer_to_a_refill_is_given_where_it_belongs(world: World) -> None:
    patient = people.patient(world)
    patient.logs_in("james")
    page = patient.go("medicines")

    askable = {words.partition(": ")[2] for words, href in page.links if href.endswith("/refill")}
    assert askable == {
        "lisinopril 10 mg tablet",
        "hydrochlorothiazide 25 mg tablet",
        "zolpidem 5 mg tablet",
    }
    assert "You should have enough for now." in page.text
    current, _, ended = page.text.partition("Medicines that have ended")
    assert "amlodipine" in ended
    assert "amoxicillin" in ended
    assert "amlodipine" not in current


def test_who_was_not_seen_for_years_is_sent_to_a_visit(world: World) -> None:
    world.prescribes("harold-finch", "lisinopril 10 mg tablet")
    patient = people.patient(world)
    patient.logs_in("harold")
    page = patient.go("medicines")

    assert "We have not seen you for 3 years or more." in page.text
    assert not any(href.endswith("/refill") for _, href in page.links)


def test_no_known_allergies_is_a_statement_and_an_empty_list_is_none(world: World) -> None:
    for username, record, said in (
        ("samuel", "samuel-osei", "The record states:"),
        ("nadia", "nadia-petrov", NO_ALLERGIES),
    ):
        world.prescribes(record, "vitamin D 1000 units")
        patient = people.patient(world)
        patient.logs_in(username)
        patient.asks_for("vitamin D")
        nurse = people.staff(world)
        nurse.opens("tom", record)
        item = nurse.opens_item()
        assert said in item.text
        assert "No fill is in the record." in item.text


def test_a_very_long_name_does_not_break_the_page(world: World) -> None:
    patient = people.patient(world)
    home = patient.logs_in("thordis")

    assert "Þórdís" in home.text
    assert home.text.count("…") <= 2
