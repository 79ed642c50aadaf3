"""A session ends: with a warning in time, and then with nothing left to read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.app.world import World
from tests.journeys.browsers import Windows
from tests.journeys.live import live, programs_of
from tests.journeys.people import Nurse, Patient

pytestmark = [
    pytest.mark.journey,
    # A browser that hangs up in the middle leaves a file of the server to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

IDLE = 20 * 60
LOOK = "fetch(document.querySelector('[data-session]').dataset.session).then(a => a.status)"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with live() as world:
        yield world


@pytest.fixture
def windows(remembering: Browser, world: World) -> Iterator[Windows]:
    opened = Windows(remembering, programs_of(world))
    yield opened
    assert opened.close() == []


def time_passes(world: World, page: Page, seconds: int) -> None:
    """For the server and for the browser alike."""
    world.clock.passes(seconds)
    page.clock.fast_forward(seconds * 1000)


def james(windows: Windows, world: World, *, javascript: bool = True) -> Patient:
    page = windows.open(javascript=javascript)
    if javascript:
        page.clock.install()
    patient = Patient(page, windows.programs)
    patient.is_signed_in_as("james")
    return patient


def test_whoever_is_away_is_warned_can_stay_and_at_last_leaves_an_empty_page(
    windows: Windows, world: World
) -> None:
    patient = james(windows, world)
    page, dialog = patient.page, patient.page.locator("dialog")
    expect(page.locator(".app-session__text")).to_contain_text("you are signed out at")
    time_passes(world, page, IDLE - 180)
    expect(dialog).to_be_hidden()

    time_passes(world, page, 70)
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Are you still there?")
    expect(page.locator("[data-session-left]")).to_have_text(re.compile("1:[0-4][0-9]"))
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_focused()
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("status").filter(has_text="You are still signed in.")).to_have_count(1)

    time_passes(world, page, IDLE - 90)
    expect(dialog).to_be_visible()
    time_passes(world, page, 32)
    expect(page.locator("[data-session-said]")).to_have_text(
        "You will be signed out in one minute."
    )
    time_passes(world, page, 60)
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Nothing was done here for a while")
    expect(page.get_by_role("button", name="Sign in again")).to_be_visible()
    goes_back(page)
    assert "James" not in visible(page)


def test_typing_keeps_a_session_and_a_look_by_the_script_does_not(
    windows: Windows, world: World
) -> None:
    patient = james(windows, world)
    patient.opens_the_form_for("lisinopril")
    patient.answers()
    page = patient.page
    for _ in range(3):
        time_passes(world, page, IDLE - 200)
        # The script may look by itself, too, just when time has passed.
        with page.expect_response(lambda answer: asks(answer) and answer.request.method == "POST"):
            patient.free_text.press_sequentially("x")
    with page.expect_response(lambda answer: answer.status == 204):  # and then it is kept
        time_passes(world, page, 5)
    time_passes(world, page, IDLE - 100)
    expect(page.locator("dialog")).to_be_visible()
    assert page.evaluate(LOOK) == 200
    time_passes(world, page, 101)
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()


def test_two_windows_of_one_session_are_away_together(windows: Windows, world: World) -> None:
    patient = james(windows, world)
    other = patient.page.context.new_page()
    other.clock.install()
    other.goto(f"{patient.home}/medicines")
    time_passes(world, patient.page, IDLE - 200)
    other.goto(f"{patient.home}/requests")
    with patient.page.expect_response(asks):
        time_passes(world, patient.page, 150)
    expect(patient.page.locator("dialog")).to_be_hidden()

    time_passes(world, patient.page, IDLE - 200)
    expect(patient.page.locator("dialog")).to_be_visible()
    other.goto(f"{patient.home}/requests")
    patient.page.clock.fast_forward(11_000)
    expect(patient.page.locator("dialog")).to_be_hidden()


@pytest.mark.smart(150)
@pytest.mark.parametrize("javascript", [True, False], ids=["with-script", "without-script"])
def test_after_signing_out_back_shows_nothing_of_the_record(
    windows: Windows, world: World, javascript: bool
) -> None:
    patient = james(windows, world, javascript=javascript)
    patient.goes_to("medicines")
    patient.signs_out()
    expect(patient.page.get_by_role("heading", name="You are signed out")).to_be_visible()

    for _ in range(2):
        goes_back(patient.page)
        assert "lisinopril" not in visible(patient.page)
        assert "James" not in visible(patient.page)


def test_when_the_server_has_ended_the_session_back_shows_nothing_of_the_record(
    windows: Windows, world: World
) -> None:
    patient = james(windows, world)
    patient.goes_to("medicines")
    patient.page.goto(f"{world.address}/healthz")
    world.clock.passes(IDLE + 1)

    goes_back(patient.page)
    expect(patient.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    assert "lisinopril" not in visible(patient.page)


def test_in_the_chart_the_frame_warns_and_ends_by_itself(windows: Windows, world: World) -> None:
    page = windows.open(width=1280, height=800)
    page.clock.install()
    nurse = Nurse(page, world.running.addresses.base)
    nurse.opens_the_chart_of("james-carter")
    time_passes(world, page, 15 * 60 - 60)
    expect(nurse.app.locator("dialog")).to_be_visible()

    time_passes(world, page, 61)
    expect(nurse.app.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(nurse.main).to_contain_text("open the app again in the EHR")


def asks(answer: Response) -> bool:
    return answer.url.endswith("/session")


def goes_back(page: Page) -> None:
    """A page that was kept does not load again, so there is nothing to wait for but time."""
    page.go_back(wait_until="commit")
    page.wait_for_timeout(600)


def visible(page: Page) -> str:
    """What can be read of the app: text that is there and hidden is not."""
    return "" if "/oauth/" in page.url else page.locator("body").inner_text()
