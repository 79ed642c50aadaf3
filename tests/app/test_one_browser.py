"""Many records in one browser: ten at the most, each signed out by itself, another by a launch."""

from __future__ import annotations

import pytest

from tests.app import people
from tests.app.people import Patient, Staff
from tests.app.world import World

SON = "leo-nguyen"
CHARTS = ("james-carter", "maria-lopez", "dorothy-hayes")


@pytest.mark.smart(26)
def test_the_eleventh_record_closes_the_first_and_both_pages_say_so(
    world: World, nurse: Staff
) -> None:
    opened = [Staff(nurse.browser, world) for _ in range(11)]
    pages = []
    for number, each in enumerate(opened):
        world.clock.passes(1)
        pages.append(each.opens("tom", CHARTS[number % len(CHARTS)]))
    first, *rest = opened

    said = "The one that you opened first was closed."
    assert [said in page.text for page in pages] == [False] * 10 + [True]
    closed = nurse.browser.get(f"{first.home}/queue", status=401)
    assert closed.headings == ("This page was closed",)
    for each in rest:
        assert each.queue().headings == ("This patient’s open requests",)
    assert len(nurse.browser.sessions) == 10
    assert [event["reason_code"] for event in world.events("session.end")] == ["replaced"]
    assert len(world.asked("POST", "/oauth/revoke")) == 2


def test_cookies_of_sessions_that_are_over_go_with_the_next_launch(
    world: World, james: Patient
) -> None:
    world.clock.passes(21 * 60)
    other = Patient(james.browser)
    other.logs_in("maria")

    assert list(james.browser.sessions) == [other.home.rpartition("/")[2]]


def test_a_parent_goes_on_to_the_record_of_a_child_by_a_new_launch(
    world: World, patient: Patient
) -> None:
    own = patient.logs_in("emily", "emily-nguyen")
    footer = own.link("See another person’s record")
    assert footer.endswith("/launch/sandbox-patients")
    child = Patient(patient.browser)
    page = child.browser.get(footer)
    page = child.browser.submit(page.forms[0], {"username": "emily"})
    page = child.browser.submit(page.forms[0], {"patient": SON})
    page = child.browser.submit(page.forms[0], {"allow": page.forms[0].choices["allow"]})
    child.home = child.browser.home

    assert child.home != patient.home
    assert "You are acting for this person" in page.text
    assert page.link("See another person’s record") == footer
    assert "You are acting for this person" not in patient.go("start").text


def test_staff_change_the_record_in_the_ehr_and_not_here(nurse: Staff) -> None:
    assert "See another person’s record" not in nurse.opens("tom", "james-carter").text


def test_whoever_signs_out_is_told_that_another_record_is_open(
    world: World, james: Patient
) -> None:
    other = Patient(james.browser)
    other.logs_in("maria", status=200)
    said = "Another record is still open in this browser."
    shown = james.go("start")
    assert said in james.browser.submit(shown.form("/sign-out")).text

    last = other.go("start")
    assert said not in other.browser.submit(last.form("/sign-out")).text


def test_another_browser_cannot_have_a_session_closed(world: World, james: Patient) -> None:
    lid = james.home.rpartition("/")[2]
    stranger = people.patient(world)
    stranger.logs_in("maria")
    jar = stranger.browser.cookies["localhost"]
    mine = next(name for name in jar if name.startswith("__Host-L-"))
    jar[f"__Host-L-{lid}"] = jar[mine]
    for _ in range(11):
        Patient(stranger.browser).logs_in("maria")

    assert "James" in james.go("start").text
