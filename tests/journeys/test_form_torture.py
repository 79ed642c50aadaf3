"""Forms as bad as they come: rendered, filled in and stored right, with a script and without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.app.world import World
from tests.journeys import torture
from tests.journeys.browsers import Windows
from tests.journeys.live import live, programs_of
from tests.journeys.looking import Inspector
from tests.journeys.people import Patient
from tests.pictures import PDF

pytestmark = [
    pytest.mark.journey,
    # A browser that hangs up in the middle leaves a file of the server to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
WITHOUT = pytest.param(False, id="without a script", marks=pytest.mark.proof)
WITH = pytest.param(True, id="with a script")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with live() as world:
        world.ehr.load([torture.TORTURE, torture.EVERYTHING, torture.TWICE])
        yield world


@pytest.fixture
def windows(browser: Browser, world: World) -> Iterator[Windows]:
    """All forms are asked for anew: what was sent before is no answer to it."""
    world.clock.passes(120)
    at = world.services.policy.calendar.local(world.services.now()).isoformat(timespec="seconds")
    for each in ("torture", "everything", "twice"):
        world.ehr.load([torture.asked_of("james-carter", each, at)])
    opened = Windows(browser, programs_of(world))
    yield opened
    assert opened.close() == []


def opens(windows: Windows, name: str, *, script: bool) -> Patient:
    patient = Patient(windows.open(javascript=script), windows.programs)
    patient.is_signed_in_as("james")
    patient.goes_to("forms")
    patient.page.get_by_role("link", name=f"The {name} form").first.click()
    return patient


def goes_on(page: Page) -> None:
    page.locator("button.govuk-button[value=next]").click()
    page.locator("h1").wait_for()


def fill(page: Page, name: str, value: str | list[str]) -> None:
    """By what the control is, as a person would."""
    control = page.locator(f"form [name='{name}']:not([type=hidden])").first
    kind = control.evaluate("each => each.type ?? each.tagName")
    if kind in {"radio", "checkbox"}:
        for each in [value] if isinstance(value, str) else value:
            page.locator(f"form [name='{name}'][value='{each}']:not([type=hidden])").check()
    elif kind == "select-one":
        control.select_option(str(value))
    else:
        control.fill(str(value))


def adds(page: Page, button: str) -> None:
    page.locator(f"button[value='{button}']").click()
    page.locator("h1").wait_for()


def stored(world: World, name: str) -> list[Any]:
    """The newest response to this form, without what stands around its items."""
    sent = [
        each
        for each in world.written("QuestionnaireResponse")
        if each["questionnaire"].startswith(f"{torture.URL}{name}|")
        and each["status"] == "completed"
    ]
    return list(sent[-1]["item"])


def sends(page: Page) -> None:
    page.locator("main form button").click()
    page.wait_for_url("**/requests/*")
    expect(page.locator(".app-receipt__title")).to_be_visible()


@pytest.mark.parametrize("script", [WITH, WITHOUT])
def test_a_form_as_bad_as_they_come(windows: Windows, world: World, script: bool) -> None:
    """33 conditions and no word on how they go together, options without system or words, rows in
    rows in rows, and the same form in two windows at once.
    """
    patient = opens(windows, "torture", script=script)
    page, see = patient.page, Inspector(patient.page)
    expect(page.get_by_text("Question any-of-33")).to_be_hidden()
    fill(page, "thirty-three", "c32")
    if not script:
        goes_on(page)
        expect(page.locator("main")).to_contain_text("Your answers bring up more questions.")
    fill(page, "any-of-33", "Here I am")
    fill(page, "street~1", "Oak")
    fill(page, "name~1~1", "Ann")
    fill(page, "what~1~1~1", "Flu")
    adds(page, "add:person~1")
    fill(page, "name~1~2", "Ben")
    fill(page, "what~1~2~1", "Cough")
    adds(page, "add:illness~1~2")
    fill(page, "what~1~2~2", "Rash")
    fill(page, "since~1~2~2", "2019")
    adds(page, "add:house")
    fill(page, "street~2", "Elm")
    if script:  # what looks at a page is a script itself
        see.look("rows in rows in rows")
    page.locator("button[value=save]").click()
    page.wait_for_url("**/forms?said=saved")

    other = opens(windows, "torture", script=script).page  # gone on with elsewhere
    expect(other.locator("[name='what~1~2~2']")).to_have_value("Rash")
    goes_on(other)
    other.wait_for_url("**/review")
    page.get_by_role("link", name="The torture form").first.click()
    goes_on(page)
    page.wait_for_url("**/review")
    if script:
        see.look("all of it, to be looked at")
    sends(page)
    sends(other)  # what became of the first, and not a second

    assert stored(world, "torture") == torture.TORTURED
    assert not see.findings, see


def test_a_form_with_one_name_twice_says_that_it_cannot_be_filled_in(windows: Windows) -> None:
    page = opens(windows, "twice", script=False).page

    expect(page.locator("h1")).to_have_text("This form cannot be filled in here")
    expect(page.locator("main")).to_contain_text("link-id-twice")


@pytest.mark.proof
@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without a script"])
def test_every_feature_of_real_forms(windows: Windows, world: World, script: bool) -> None:
    page = opens(windows, "everything", script=script).page
    for _ in range(12):
        if page.url.endswith("/review"):
            break
        for name, value in torture.TYPED.items():
            control = page.locator(f"form [name='{name}']:not([type=hidden])").first
            if control.count() and control.is_visible():
                fill(page, name, value)
        paper = page.locator("button[value='file:paper']")
        if paper.count():
            paper.click()
            file: FilePayload = {
                "name": "letter.pdf",
                "mimeType": "application/pdf",
                "buffer": PDF,
            }
            page.locator("input[type=file]").set_input_files(file)
            page.get_by_role("button", name="Add this file").click()
            page.wait_for_url("**part=*")
        goes_on(page)
    page.wait_for_url("**/review")
    expect(page.locator("main")).to_contain_text("letter.pdf")
    expect(page.locator("main")).to_contain_text("from the form")  # hidden, and looked at
    sends(page)

    *written, paper_answer = stored(world, "everything")
    assert paper_answer["answer"][0]["valueAttachment"]["title"] == "letter.pdf"
    by_link = {each["linkId"]: each for each in written}
    for expected in torture.STORED:
        assert by_link.pop(expected["linkId"], None) == expected
    assert by_link == {}
    print(f"{len(torture.EVERYTHING['item'])} features of forms are stored right")
