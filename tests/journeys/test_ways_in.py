"""Ways in that end at a wall: each is a page in plain words, with a way on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.world import Json, World
from tests.journeys.browsers import Windows
from tests.journeys.live import live, programs_of
from tests.journeys.people import Nurse, Patient

pytestmark = pytest.mark.journey

CONSENT = {"path": "/oauth/consent"}
# One for each page that there is; and the others that lead to the same pages.
ANSWERS: Mapping[str, str] = {
    "access_denied": "You did not allow access",
    "invalid_scope": "This app is not set up right at your clinic",
    "server_error": "Your clinic’s system cannot sign you in right now",
    "login_required": "The sign-in was not finished",
    "invalid_request": "Your clinic’s system refused the sign-in",
}
OTHERS: Mapping[str, str] = {
    "unauthorized_client": ANSWERS["invalid_scope"],
    "unsupported_response_type": ANSWERS["invalid_scope"],
    "temporarily_unavailable": ANSWERS["server_error"],
    "of_their_own": ANSWERS["invalid_request"],
}


def by_post_and_with_a_second_step(config: Json) -> None:
    """The request goes as a form; staff have to sign in with a second factor."""
    for each in config["ehrs"]:
        each.setdefault("vendor", {})["authorize"] = "post"
    config["ehrs"][1]["require_mfa"] = ["otp"]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with live(changed=by_post_and_with_a_second_step) as world:
        yield world


@pytest.fixture
def windows(browser: Browser, world: World) -> Iterator[Windows]:
    opened = Windows(browser, programs_of(world))
    yield opened
    world.recovers()
    assert opened.close() == []


@pytest.fixture
def patient(windows: Windows) -> Patient:
    return Patient(windows.open(), windows.programs)


def reaches_consent(patient: Patient, username: str = "james") -> Page:
    page = patient.page
    page.goto(f"{patient.app}/")
    page.locator("main a.govuk-button").first.click()
    page.locator(f"button[name=username][value={username}]").click()
    page.get_by_role("button", name="Allow").wait_for()
    return page


def is_a_plain_page(page: Page, heading: str) -> None:
    expect(page.locator("h1")).to_have_text(heading)
    text = page.locator("main").inner_text()
    assert "Nothing was read from your record, and nothing was changed." in text
    assert "What you can do" in text
    assert "read out this code: launch-" in text
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(fits), "it has to be scrolled sideways"


@pytest.mark.smart(45, 53)
@pytest.mark.parametrize(
    "answers", [ANSWERS, pytest.param(OTHERS, marks=pytest.mark.proof)], ids=["pages", "others"]
)
def test_each_answer_of_the_ehr_is_a_plain_page_and_the_next_try_works(
    world: World, patient: Patient, answers: Mapping[str, str]
) -> None:
    for error, heading in answers.items():
        said = {"error": error, "set": {"error_description": "<b>canary-of-a-reason</b>"}}
        world.fails({"match": CONSENT, "fault": {"kind": "callback", **said}})
        page = reaches_consent(patient)
        page.get_by_role("button", name="Allow").click()
        is_a_plain_page(page, heading)
        assert "canary-of-a-reason" not in page.content()
        world.recovers()
    page.get_by_role("link", name="Start again").click()
    page.locator("button[name=username][value=james]").click()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/start")


@pytest.mark.smart(53)
def test_who_says_no_is_told_what_that_means_and_may_think_again(patient: Patient) -> None:
    page = reaches_consent(patient)
    page.get_by_role("button", name="Deny").click()

    is_a_plain_page(page, "You did not allow access")
    page.locator("main a.govuk-button", has_text="Go to the front page").click()
    page.wait_for_url(f"{patient.app}/")


@pytest.mark.smart(45)
def test_without_javascript_one_button_leads_to_the_login_and_nowhere_else(
    windows: Windows,
) -> None:
    page = windows.open(javascript=False)
    page.goto(f"{windows.programs.app}/")
    page.locator("main a.govuk-button").first.click()

    expect(page.locator("h1")).to_have_text("Sign in with Lindenfield Family Clinic")
    buttons = page.locator("button")
    assert buttons.count() == 1
    buttons.click()
    page.locator("button[name=username][value=james]").click()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/start")


@pytest.mark.smart(45)
def test_back_from_the_login_is_not_a_trap(patient: Patient) -> None:
    """The page in between sends people on by itself, and is not in the way of who goes back."""
    page = patient.page
    page.goto(f"{patient.app}/")
    page.locator("main a.govuk-button").first.click()
    page.locator("button[name=username]").first.wait_for()

    page.go_back()
    page.wait_for_url(f"{patient.app}/")


def test_a_nurse_who_signed_in_too_weakly_is_told_what_to_do(
    world: World, windows: Windows
) -> None:
    nurse = Nurse(windows.open(width=1280, height=800), windows.programs.ehr)
    nurse.opens_the_chart_of("james-carter")

    expect(nurse.app.locator("h1")).to_have_text("A safer sign-in is needed")
    assert "Turn on the second step" in nurse.main.inner_text()
    strong = {"kind": "claims", "set": {"amr": ["pwd", "otp"]}}
    world.fails({"match": {"path": "/oauth/token"}, "fault": strong})
    nurse.opens_the_chart_of("james-carter")
    expect(nurse.app.locator("h1")).to_have_text("This patient’s open requests")


@pytest.mark.smart(66)
def test_in_the_chart_the_app_wears_the_colours_of_the_ehr(world: World, windows: Windows) -> None:
    style = f"{windows.programs.ehr}/static/smart-style.json"
    strong = {"kind": "claims", "set": {"amr": ["otp"]}}
    said = {"kind": "edited", "set": {"smart_style_url": style}}
    world.fails(*({"match": {"path": "/oauth/token"}, "fault": each} for each in (strong, said)))
    nurse = Nurse(windows.open(width=1280, height=800), windows.programs.ehr)
    nurse.opens_the_chart_of("james-carter")

    expect(nurse.app.locator("h1")).to_have_text("This patient’s open requests")
    nurse.frame.wait_for_load_state()  # with its style sheets
    painted = "getComputedStyle(document.documentElement).getPropertyValue('--app-brand')"
    assert nurse.frame.evaluate(painted).strip() == "#2d4a6b"
