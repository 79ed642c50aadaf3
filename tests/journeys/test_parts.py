"""Parts of a page that arrive one by one, in a real browser: each in its place."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.journeys.browsers import Windows
from tests.journeys.people import Patient

pytestmark = pytest.mark.journey

SLOW = {
    "match": {"method": "GET", "type": "AllergyIntolerance"},
    "fault": {"kind": "delay", "seconds": 3},
}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_slow_part_holds_up_no_other_and_comes_into_its_place(
    windows: Windows, script: bool
) -> None:
    page = windows.open(javascript=script)
    patient = Patient(page, windows.programs)
    patient.is_signed_in_as("dorothy")
    windows.programs.goes_wrong(SLOW)
    began = time.monotonic()
    page.goto(f"{patient.home}/summary", wait_until="commit")
    page.locator("#conditions").wait_for()
    assert time.monotonic() - began < 2.9
    expect(page.locator("#allergies")).to_have_count(0)
    still = page.get_by_text("This part is still being read.")
    expect(still.locator("visible=true")).not_to_have_count(0)

    page.locator("#allergies").wait_for()
    expect(
        page.get_by_text("This part is still being read.").locator("visible=true")
    ).to_have_count(0)
    top = page.locator("#allergies").bounding_box()
    below = page.locator("#conditions").bounding_box()
    assert top is not None
    assert below is not None
    assert top["y"] < below["y"], "the order of the page, not that of the arrival"
