"""The clinic's side: two charts in one browser, two nurses after one item, a frame in trouble."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.browsers import Windows
from tests.journeys.people import Nurse
from tests.journeys.record import Record
from tests.journeys.wire import has_asked

pytestmark = pytest.mark.journey

LEFT, RIGHT = "james-carter", "dorothy-hayes"
MEDICINE = "lisinopril"


@pytest.fixture
def asked(windows: Windows) -> None:
    """James has asked for a refill."""
    has_asked(windows.programs, "james", about=MEDICINE)


@pytest.mark.usefixtures("asked")
def test_two_charts_side_by_side_stay_apart(windows: Windows) -> None:
    page = windows.open(width=1280, height=800)
    left = Nurse(page, windows.programs.ehr, nth=0)
    right = Nurse(page, windows.programs.ehr, nth=1)
    page.goto(f"{windows.programs.ehr}/ehr/nina/side-by-side?left={LEFT}&right={RIGHT}")
    for _ in range(2):
        expect(left.whose).to_have_text("James Alan Carter")
        expect(right.whose).to_have_text("Dorothy May Hayes")
        expect(left.rows).to_have_count(1)
        expect(right.rows).to_have_count(0)
        left.reloads()
        right.reloads()
    left.opens(MEDICINE)
    left.takes_it()
    right.reloads()
    left.reloads()
    expect(left.whose).to_have_text("James Alan Carter")
    expect(left.words).to_be_visible()
    expect(right.whose).to_have_text("Dorothy May Hayes")
    left.signs_out()
    expect(left.app.locator("body")).not_to_contain_text("James")
    right.reloads()
    expect(right.whose).to_have_text("Dorothy May Hayes")


@pytest.mark.usefixtures("asked")
def test_who_comes_second_is_told_who_has_it(windows: Windows) -> None:
    nina = Nurse(windows.open(width=1280, height=800), windows.programs.ehr, "nina")
    tom = Nurse(windows.open(width=1280, height=800), windows.programs.ehr, "tom")
    for nurse in (nina, tom):
        nurse.opens_the_queue()
        nurse.opens(MEDICINE)
    nina.takes_it()
    tom.app.locator("form[action$='/claim'] button").click()
    expect(tom.notice).to_contain_text("Nina Okafor, RN has this item now. Nothing was changed.")
    expect(tom.notice).to_be_focused()
    expect(tom.words).to_have_count(0)
    assert tom.frame.title().startswith("Somebody was faster")


@pytest.mark.usefixtures("asked")
def test_who_loses_an_item_while_typing_keeps_the_words(windows: Windows, record: Record) -> None:
    before = record.counts("james-carter")
    tom = Nurse(windows.open(width=1280, height=800), windows.programs.ehr, "tom")
    tom.opens_the_queue()
    tom.opens(MEDICINE)
    tom.takes_it()
    tom.words.fill("Your doctor wants to see you first.\nPlease call us.")
    tom.outcome("needs-visit").check()

    elsewhere = Nurse(windows.open(width=1280, height=800), windows.programs.ehr, "tom")
    elsewhere.opens_the_queue()
    elsewhere.opens(MEDICINE)
    elsewhere.app.locator("form[action$='/release'] button").click()
    expect(elsewhere.notice).to_contain_text("The item is back in the queue.")
    nina = Nurse(windows.open(width=1280, height=800), windows.programs.ehr, "nina")
    nina.opens_the_queue()
    nina.opens(MEDICINE)
    nina.takes_it()

    tom.app.locator("button[value=close]").click()
    expect(tom.notice).to_contain_text("Nina Okafor, RN has this item now.")
    expect(tom.app.locator(".app-kept")).to_have_text(
        "Your doctor wants to see you first. Please call us."
    )
    assert record.written_since(before, "james-carter") == {
        "Communication": 0,
        "Task": 0,
        "QuestionnaireResponse": 0,
    }


@pytest.mark.usefixtures("asked")
def test_all_that_a_decision_needs_is_in_sight_at_once(windows: Windows) -> None:
    """At 1280 by 800, in the frame of the EHR, without moving the page."""
    nurse = Nurse(windows.open(width=1280, height=800), windows.programs.ehr)
    nurse.opens_the_queue()
    nurse.opens(MEDICINE)
    nurse.takes_it()
    expect(nurse.notice).to_be_focused()
    main = nurse.main
    for part in (
        main.locator(".app-message__text"),
        main.get_by_role("heading", name="The order"),
        main.get_by_role("heading", name="Allergies"),
        nurse.words,
        main.locator("button[value=close]"),
    ):
        expect(part).to_be_in_viewport(ratio=1)
    assert nurse.frame.evaluate("scrollY") == 0


@pytest.mark.usefixtures("asked")
def test_what_could_not_be_loaded_is_not_called_empty(windows: Windows) -> None:
    nurse = Nurse(windows.open(width=1280, height=800), windows.programs.ehr)
    nurse.opens_the_queue()
    windows.programs.goes_wrong(failing("Task"))
    nurse.reloads()
    expect(nurse.main).to_contain_text("This does not mean that it is empty.")
    windows.programs.goes_wrong(failing("Communication"))
    nurse.main.get_by_role("link", name="Try again").click()
    expect(nurse.main).to_contain_text("Not all of the queue could be loaded.")
    windows.programs.goes_wrong(failing("AllergyIntolerance"))
    nurse.main.get_by_role("link", name="Try again").click()
    expect(nurse.rows).to_have_count(1)
    nurse.opens(MEDICINE)
    panel = nurse.main.locator(".app-panel").filter(has_text="Allergies")
    expect(panel).to_contain_text("Could not be loaded. Look in the chart before you decide.")


def failing(kind: str) -> dict[str, Any]:
    return {"match": {"type": kind}, "fault": {"kind": "status", "status": 500}}


def test_a_launch_that_fails_in_the_frame_says_so_and_leads_nowhere_else(windows: Windows) -> None:
    nurse = Nurse(windows.open(width=1280, height=800), windows.programs.ehr)
    windows.expected = "status of 502"
    windows.programs.goes_wrong(
        {"match": {"path": "/oauth/token"}, "fault": {"kind": "status", "status": 500}}
    )
    nurse.opens_the_queue()
    expect(nurse.app.locator("h1")).to_have_text(
        "Your clinic’s system is not answering as it should"
    )
    expect(nurse.app.locator(".app-code")).to_be_visible()
    # The front page opens in no frame, so a link to it would end at a blank page.
    expect(nurse.app.locator("a[href='/']")).to_have_count(0)
    windows.programs.goes_wrong()
    nurse.opens_the_queue()
    expect(nurse.app.locator("h1")).to_have_text("Queue")
