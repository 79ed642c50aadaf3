"""Out of the EHR's frame: where its login refuses frames, where it keeps no cookie, or for room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app import people
from tests.app.browser import Browser
from tests.app.page import Page
from tests.app.people import Staff
from tests.app.world import Json, World, opened

HEADING = ("Open this app in its own window",)


def refuses_frames(config: Json) -> None:
    config["ehrs"][1]["vendor"] = {"login": "window"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with opened(changed=refuses_frames) as world:
        yield world


@pytest.fixture(scope="module")
def usual() -> Iterator[World]:
    """An EHR that lets its login be shown in a frame."""
    with opened() as world:
        yield world


@pytest.fixture
def forgetful(usual: World) -> Staff:
    """A nurse in a frame that keeps no cookie."""
    nurse = people.staff(usual)
    nurse.browser.keeps_cookies = False
    return nurse


def opens_it(page: Page, window: Browser) -> Page:
    """The button posts into a new window, which goes on to the EHR by itself."""
    form = page.form("/window")
    answer = window.post(form.action, form.fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.headers["refresh"] == f"0; url={answer.link('Continue')}"
    return window.get(answer.link("Continue"))


@pytest.mark.smart(149)
def test_the_same_launch_begins_again_in_a_window(world: World, nurse: Staff) -> None:
    world.forgets_what_was_asked()
    address = people.frame_of(world, "nina", "james-carter")
    page = nurse.browser.get(address)

    assert page.headings == HEADING
    assert not world.asked(path="smart-configuration"), "nothing has begun"
    assert not nurse.browser.cookies.get("localhost")
    assert 'target="_blank"' in page.html
    assert opens_it(page, world.browser()).headings == ("This patient’s open requests",)


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


@pytest.mark.smart(148)
def test_a_frame_that_keeps_no_cookie_is_found_out_before_anybody_is_sent_to_log_in(
    usual: World, forgetful: Staff
) -> None:
    usual.forgets_what_was_asked()
    page = forgetful.browser.get(people.frame_of(usual, "nina", "james-carter"))

    assert page.headings == HEADING
    assert "This frame cannot keep you signed in." in page.text
    assert len(forgetful.browser.visited) == 2, "asked once, and not sent in circles"
    assert usual.asked("GET", "/oauth/authorize") == []
    assert opens_it(page, usual.browser()).headings == ("This patient’s open requests",)


@pytest.mark.smart(147)
def test_a_frame_that_keeps_its_cookies_is_asked_once(usual: World) -> None:
    nurse = people.staff(usual)
    nurse.opens("nina", "james-carter")
    assert [each for each in nurse.browser.visited if "cookie=asked" in each]
    nurse.browser.visited.clear()

    nurse.opens("nina", "maria-lopez")
    assert not [each for each in nurse.browser.visited if "cookie=asked" in each]


@pytest.mark.smart(148)
def test_a_window_without_cookies_is_told_so_and_not_let_in(usual: World, forgetful: Staff) -> None:
    page = forgetful.browser.get(people.frame_of(usual, "nina", "james-carter"))
    window = usual.browser()
    window.keeps_cookies = False
    form = page.form("/window")
    answer = window.post(form.action, form.fields, headers={"Sec-Fetch-Site": "same-origin"})
    usual.forgets_what_was_asked()

    told = window.get(answer.link("Continue"), status=400)
    assert told.headings == ("Your browser did not keep this sign-in",)
    assert usual.asked("POST", "/oauth/token") == [], "`state` without its cookie is nothing"


@pytest.mark.parametrize("how", ["twice", "after a minute", "made up", "empty"])
def test_a_ticket_works_once_and_for_a_minute(usual: World, forgetful: Staff, how: str) -> None:
    page = forgetful.browser.get(people.frame_of(usual, "nina", "james-carter"))
    form, window = page.form("/window"), usual.browser()
    fields = form.fields
    if how == "twice":
        opens_it(page, usual.browser())
    if how == "after a minute":
        usual.clock.passes(61)
    if how == "made up":
        fields = {"ticket": ["x" * 43]}
    if how == "empty":
        fields = {}

    told = window.post(form.action, fields, headers={"Sec-Fetch-Site": "same-origin"}, status=401)
    assert told.headings == ("That took too long",)
    assert "open the app again in the EHR" in told.text


def test_a_nurse_who_wants_more_room_goes_on_in_a_window(usual: World) -> None:
    nurse = people.staff(usual)
    queue = nurse.opens("nina", "james-carter")
    offer = nurse.browser.get(queue.link("Open in its own window"))
    assert offer.headings == ("Go on in a window of its own",)
    window = usual.browser()
    form = offer.form("/window")
    shown = window.post(form.action, form.fields, headers={"Sec-Fetch-Site": "same-origin"})

    assert shown.headings == ("This patient’s open requests",)
    (name,) = [each for each in window.cookies["localhost"] if each.startswith("__Host-L-")]
    cookie = window.cookies["localhost"][name]
    assert cookie.attributes["samesite"] == "Lax"
    assert "partitioned" not in cookie.attributes
    left = nurse.browser.get(f"{nurse.home}/queue", status=401)
    assert left.headings == ("You went on in another window",)
    assert [event["type"] for event in usual.events("session.move")] == ["session.move"]
    out = window.submit(shown.form("/sign-out"))
    assert out.headings == ("You are signed out",)
    assert name not in window.cookies["localhost"]


def test_a_frame_whose_sandbox_takes_its_origin_away_says_whom_to_tell(usual: World) -> None:
    nurse = people.staff(usual)
    queue = nurse.opens("nina")
    form = queue.form("/language")
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "null"}

    told = nurse.browser.post(
        form.action, {**form.fields, "language": "es"}, headers=headers, status=403
    )
    assert told.headings == ("This frame does not let the app send anything",)
    assert "allow-same-origin" in told.text
