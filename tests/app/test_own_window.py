"""An EHR whose login refuses to be shown in a frame."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app import people
from tests.app.people import Staff
from tests.app.world import Json, World, opened


def refuses_frames(config: Json) -> None:
    config["ehrs"][1]["vendor"] = {"login": "window"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with opened(changed=refuses_frames) as world:
        yield world


@pytest.mark.smart(149)
def test_the_same_launch_begins_again_in_a_window(world: World, nurse: Staff) -> None:
    world.forgets_what_was_asked()
    address = people.frame_of(world, "nina", "james-carter")
    page = nurse.browser.get(address)

    assert page.headings == ("Open this app in its own window",)
    assert not world.asked(path="smart-configuration"), "nothing has begun"
    assert not nurse.browser.cookies.get("localhost")
    assert 'target="_blank" rel="noopener"' in page.html
    window = world.browser()
    opened_there = window.get(page.link("Open in its own window"))
    assert opened_there.headings == ("This patient’s open requests",)


@pytest.mark.smart(64, 149)
def test_in_a_window_of_its_own_no_chart_says_whose_record_it_is(world: World) -> None:
    said = {"kind": "edited", "set": {"need_patient_banner": False}}
    world.fails({"match": {"path": "/oauth/token"}, "fault": said})
    window = world.browser()
    page = window.get(people.frame_of(world, "nina", "james-carter"))
    world.recovers()

    assert 'class="app-record' in page.html


def test_what_is_no_launch_gets_no_window(world: World, nurse: Staff) -> None:
    for address in ("/launch?iss=https://evil.example&launch=x", "/launch?launch=x", "/launch"):
        page = nurse.browser.get(address, status=400)
        assert "own window" not in page.text
