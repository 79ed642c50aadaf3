"""The queue in the frame of the EHR: each team ends one of theirs; an open queue stays fresh."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.browsers import Windows
from tests.journeys.people import PLAIN, Nurse
from tests.journeys.record import Record
from tests.journeys.test_topics import case_of
from tests.journeys.wire import has_asked

pytestmark = pytest.mark.journey

SKIPS = PLAIN | {"taking": "not-always", "taking-why": "cost"}
JAMES = "james-carter"
# Who works it, and what stands in their line.
TEAMS = (("kim", "Appointment"), ("shaw", "Bill"), ("ruiz", "lisinopril"))


def test_front_desk_billing_and_pharmacist_each_end_one_of_theirs(
    windows: Windows, record: Record
) -> None:
    for topic in ("appointment", "billing"):
        has_asked(windows.programs, "james", case_of(topic)["answers"], topic=topic)
    has_asked(windows.programs, "james", SKIPS)

    page = windows.open(width=1280, height=800)
    for username, words in TEAMS:
        desk = Nurse(page, windows.programs.ehr, username)
        desk.opens_the_queue()
        expect(desk.rows).to_have_count(1)
        desk.opens(words)
        desk.takes_it()
        desk.words.fill("We have looked at it, and call you today.")
        desk.app.locator("input[name=outcome]").first.check()
        desk.answers_and_closes()
        expect(desk.rows).to_have_count(0)
        desk.signs_out()
    assert {each["status"] for each in record.of(JAMES)["Task"]} == {"completed"}


def test_an_open_queue_shows_what_comes_and_takes_nothing_from_who_is_at_it(
    windows: Windows,
) -> None:
    has_asked(windows.programs, "james")
    page = windows.open(width=1280, height=800)
    page.clock.install()
    nurse = Nurse(page, windows.programs.ehr)
    nurse.opens_the_queue()
    expect(nurse.rows).to_have_count(1)
    box = nurse.rows.first.locator("input[type=checkbox]")
    box.check()
    box.focus()

    has_asked(windows.programs, "james", about="hydrochlorothiazide")
    page.clock.fast_forward(50_000)

    expect(nurse.rows).to_have_count(2)
    chosen = nurse.rows.filter(has_text="lisinopril").locator("input[type=checkbox]")
    expect(chosen).to_be_checked()
    expect(chosen).to_be_focused()
    expect(nurse.app.locator("[data-live-said]")).to_have_text(
        "The queue has changed. You see it as it is now."
    )
    nurse.app.locator("button[value=take]").click()
    expect(nurse.main).to_contain_text("1 of 1 done.")
    expect(nurse.main).to_contain_text("You have it")
