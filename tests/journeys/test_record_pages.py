"""Documents, visits, plans, money, access and settings in a browser: for everybody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsers import Windows
from tests.journeys.looking import Inspector, both
from tests.journeys.people import Patient

pytestmark = pytest.mark.journey

PAGES = ("visits", "next", "documents", "plan", "team", "costs", "access", "download", "settings")


def signed_in(windows: Windows, page: Page, username: str, record: str = "") -> Patient:
    patient = Patient(page, windows.programs)
    patient.is_signed_in_as(username, record)
    return patient


def opens(patient: Patient, section: str, words: str) -> None:
    patient.goes_to(section)
    patient.main.locator("a", has_text=words).first.click()
    patient.page.wait_for_url(f"**/{section}/*")


@both(run=("es", "light"), proof=("en", "dark"))
def test_every_page_of_care_is_for_everybody(windows: Windows, language: str, colours: str) -> None:
    patient = signed_in(windows, windows.open(language=language, color_scheme=colours), "walter")
    patient.chooses_language(language)
    see = Inspector(patient.page)
    for name in PAGES:
        patient.goes_to(name)
        see.look(name)
    if language == "en":
        look_at_single_things(patient, see)
    assert not see.findings, see
    assert len(see.looked_at) == (16 if language == "en" else 9)


def look_at_single_things(patient: Patient, see: Inspector) -> None:
    for section, words in (
        ("visits", "the next one"),
        ("documents", "What to do at home"),
        ("documents", "Photo of the healed wound"),
        ("documents", "Letter to Riverbend"),
        ("team", "Dr. Anita Patel"),
    ):
        patient.goes_to(section)
        links = patient.main.locator(f"a[href*='/{section}/']")
        (links.first if section == "visits" else links.filter(has_text=words).first).click()
        see.look(f"{section}: {words}")
    patient.goes_to("documents")
    patient.main.locator("a[href*='/documents/']").first.click()
    patient.main.locator("a[href*='/origin/']").click()
    see.look("where it comes from")
    patient.goes_to("visits")
    patient.main.locator("#past a[href*='/visits/']").last.click()
    see.look("a visit that was")


def test_without_javascript_all_of_it_is_there(windows: Windows) -> None:
    patient = signed_in(windows, windows.open(javascript=False), "walter")
    for name in PAGES:
        patient.goes_to(name)
        expect(patient.main.locator("h1")).to_be_visible()
    patient.goes_to("settings")
    patient.page.locator("input[name=text][value='200']").check()
    patient.page.locator("input[name=colours][value=dark]").check()
    patient.main.locator("button.govuk-button").click()
    expect(patient.page.locator("html")).to_have_class("govuk-template app-text-200 app-dark")
    size = patient.page.locator("html").evaluate("each => getComputedStyle(each).fontSize")
    paper = patient.page.locator("body").evaluate("each => getComputedStyle(each).backgroundColor")
    assert (size, paper) == ("32px", "rgb(20, 25, 26)")
    patient.goes_to("download")
    with patient.page.expect_download() as download:
        patient.main.get_by_role("button", name="Download to read").click()
    html = Path(download.value.path()).read_text("utf-8")
    assert "Health record of Walter Lee Brooks" in html


def test_a_copy_of_the_record_says_how_far_it_is(windows: Windows) -> None:
    patient = signed_in(windows, windows.open(), "dorothy")
    patient.goes_to("download")
    with patient.page.expect_download() as download:
        patient.main.get_by_role("button", name="Download for computers").click()
    expect(patient.page.locator(".app-sending")).to_have_text(
        "Your file is ready. Look in your downloads."
    )
    bundle = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert download.value.suggested_filename == "health-record.json"
    assert len(bundle["entry"]) > 700


# A record of fifteen years takes axe seconds, and is made of the same parts as a shorter one.
@pytest.mark.parametrize("username", ["walter", pytest.param("dorothy", marks=pytest.mark.proof)])
def test_a_copy_of_the_record_can_be_read_by_everybody(windows: Windows, username: str) -> None:
    patient = signed_in(windows, windows.open(), username)
    patient.goes_to("download")
    with patient.page.expect_download() as download:
        patient.main.get_by_role("button", name="Download to read").click()
    html = Path(download.value.path()).read_text("utf-8")
    reader = windows.open()
    reader.set_content(html)
    see = Inspector(reader)
    see.look("the file")
    assert not see.findings, see


def test_what_hostile_documents_hold_does_not_run_and_asks_for_nothing(windows: Windows) -> None:
    """Windows also notes whatever a page asks of other hosts, and every script that fails."""
    windows.expected = "sandboxed"  # what the browser says of each script that it did not run
    patient = signed_in(windows, windows.open(), "ruth")
    spoken: list[str] = []
    patient.page.on("dialog", lambda dialog: (spoken.append(dialog.message), dialog.dismiss()))
    opens(patient, "documents", "Note imported from the old system")
    frame = patient.page.frame_locator("iframe.app-document__frame")
    expect(frame.locator("body")).not_to_be_empty()
    assert frame.locator("script, img, a[href], iframe, form, [style], [onclick]").count() == 0
    source = patient.page.locator("iframe.app-document__frame").get_attribute("src")
    patient.page.goto(f"{windows.programs.app}{source}")  # also as a page of its own
    assert patient.page.evaluate("() => self.origin") == "null"
    assert spoken == []


def test_a_document_is_opened_and_saved_by_keyboard_and_printed_as_itself(
    windows: Windows,
) -> None:
    patient = signed_in(windows, windows.open(), "walter")
    opens(patient, "documents", "Letter to Riverbend")
    page = patient.page
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.locator("a[href$='/save']:focus").count():
            break
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "Letter to Riverbend Physical Therapy.txt"
    page.emulate_media(media="print")
    expect(page.locator(".app-document")).to_be_visible()
    expect(page.locator(".app-record__name")).to_be_visible()
    expect(page.locator(".app-screen-only").first).to_be_hidden()
