"""Every page in both languages, by day and by night: axe finds nothing, nothing is cut off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsers import Windows
from tests.journeys.looking import Inspector, both
from tests.journeys.people import REST, Nurse, Patient
from tests.journeys.wire import has_asked

pytestmark = pytest.mark.journey

WORDS = "I go on a trip on Friday."


@both(run=("en", "light"), proof=("es", "dark"))
def test_every_page_of_a_patient_is_for_everybody(
    windows: Windows, language: str, colours: str
) -> None:
    page = windows.open(language=language, color_scheme=colours)
    see = Inspector(page)
    before_the_login(windows, page, see)
    patient = Patient(page, windows.programs)
    patient.logs_in("james")
    patient.chooses_language(language)
    see.look("start")
    asking(patient, see)
    following(windows, patient, see)
    patient.signs_out()
    expect(patient.main.locator("h1")).not_to_have_text("")
    see.look("signed out")
    assert not see.findings, see
    assert len(see.looked_at) == 21


def before_the_login(windows: Windows, page: Page, see: Inspector) -> None:
    app = windows.programs.app
    for name, path in {
        "welcome": "/",
        "unknown EHR": "/launch?iss=https://elsewhere.example/fhir&launch=x",
        "old sign-in": "/callback/sandbox-patients?code=x&state=y",
        "no such page": "/nothing",
        "no session": "/l/AAAAAAAAAAAAAAAAAAAAAA/start",
    }.items():
        page.goto(app + path)
        see.look(name)


def asking(patient: Patient, see: Inspector) -> None:
    patient.goes_to("medicines")
    see.look("medicines")
    patient.opens_the_form_for("lisinopril")
    see.look("form")
    patient.page.locator("button[value=check]").click()
    patient.page.locator(".govuk-error-summary").wait_for()
    see.look("form with mistakes")
    patient.answers({"red-flags": "fainting"})
    patient.goes_on()
    see.look("form after a red flag")
    patient.answers(REST | {"taking": "not-always", "taking-why": "cost"}, WORDS)
    see.look("form filled in")
    patient.saves_for_later()
    see.look("saved for later")
    see.look("what can be asked for")
    patient.opens_the_form_for("lisinopril")
    patient.checks_the_answers()
    see.look("check with a red flag")
    patient.page.locator("a[href$='?step=1']").click()
    patient.goes_back()
    patient.answers({"red-flags": "none"})
    patient.checks_the_answers()
    see.look("check")


def following(windows: Windows, patient: Patient, see: Inspector) -> None:
    refused = {"method": "POST", "type": "Communication"}
    windows.programs.goes_wrong({"match": refused, "fault": {"kind": "status", "status": 500}})
    patient.sends()
    see.look("being confirmed")
    windows.programs.goes_wrong()
    patient.looks_again_until(".app-receipt--received")
    see.look("receipt")
    patient.goes_to("requests")
    see.look("requests")
    patient.opens_the_form_for("hydrochlorothiazide")
    patient.answers()
    patient.checks_the_answers()
    windows.programs.goes_wrong({"match": refused, "fault": {"kind": "status", "status": 422}})
    patient.sends()
    see.look("refused")
    windows.programs.goes_wrong(
        {"match": {"type": "MedicationRequest"}, "fault": {"kind": "status", "status": 500}},
        {"match": {"type": "Communication"}, "fault": {"kind": "status", "status": 500}},
    )
    patient.goes_to("medicines")
    see.look("medicines that could not be loaded")
    windows.programs.goes_wrong()


@both(run=("en", "dark"), proof=("es", "light"))
def test_every_page_of_a_record_is_for_everybody(
    windows: Windows, language: str, colours: str
) -> None:
    page = windows.open(language=language, color_scheme=colours)
    patient = Patient(page, windows.programs)
    patient.is_signed_in_as("dorothy")
    patient.chooses_language(language)
    see = Inspector(page)
    for path in (
        "all", "summary", "results", "results?by=visit", "vitals", "allergies", "conditions",
        "procedures", "immunizations", "medicines", "words", "readings", "help", "ask", "times",
    ):  # fmt: skip
        patient.goes_to(path)
        see.look(path)
    patient.goes_to("results")
    page.locator(".app-card__title a").first.click()
    page.locator(".app-table").wait_for()
    see.look("one test")
    assert not see.findings, see
    assert len(see.looked_at) == 16


@both(run=("es", "light"), proof=("en", "dark"))
def test_every_page_of_the_staff_is_for_everybody(
    windows: Windows, language: str, colours: str
) -> None:
    has_asked(windows.programs, "maria", words=WORDS)
    page = windows.open(width=1280, height=800, language=language, color_scheme=colours)
    nurse = Nurse(page, windows.programs.ehr)
    see = Inspector(page)
    nurse.opens_the_queue()
    see.look("queue", nurse.frame)
    english = nurse.rows.locator("bdi[lang=en]")  # title, summary and reason, as the EHR has them
    expect(english).to_have_count(0 if language == "en" else 3)
    nurse.opens("lisinopril")
    see.look("item", nurse.frame)
    nurse.app.locator("a[href$='/record']").click()
    nurse.app.locator("#documents").wait_for()
    see.look("more of the record", nurse.frame)
    nurse.app.locator(".govuk-back-link").click()
    nurse.app.locator(".app-work").wait_for()
    nurse.takes_it()
    see.look("item taken", nurse.frame)
    nurse.app.locator("button[value=close]").click()
    nurse.app.locator(".govuk-error-summary").wait_for()
    see.look("answer with mistakes", nurse.frame)
    other = Nurse(windows.open(width=1280, height=800), windows.programs.ehr)
    other.opens_the_queue()
    other.opens("lisinopril")
    other.app.locator("form[action$='/release'] button").click()
    other.notice.wait_for()
    nurse.words.fill(WORDS)
    nurse.app.locator("button[value=keep]").click()
    nurse.app.locator(".app-kept").wait_for()
    see.look("item lost", nurse.frame)
    nurse.takes_it()
    nurse.starts_with("too-early")
    nurse.answers_and_closes()
    see.look("nothing waits", nurse.frame)
    nurse.opens_the_chart_of("dorothy-hayes")
    see.look("queue of a chart", nurse.frame)
    windows.expected = "status of 502"
    windows.programs.goes_wrong(
        {"match": {"path": "/fhir/"}, "fault": {"kind": "status", "status": 500}}
    )
    nurse.reloads()
    see.look("EHR that does not answer", nurse.frame)
    windows.programs.goes_wrong()
    nurse.reloads()
    nurse.signs_out()
    expect(nurse.app.locator("form[action$=sign-out]")).to_have_count(0)
    see.look("signed out", nurse.frame)
    assert not see.findings, see
    assert len(see.looked_at) == 10


@both(run=("en", "dark"), proof=("es", "light"))
def test_figures_and_rules_are_for_everybody(windows: Windows, language: str, colours: str) -> None:
    has_asked(windows.programs, "james", words=WORDS)
    page = windows.open(width=1280, height=800, language=language, color_scheme=colours)
    manager = Nurse(page, windows.programs.ehr, "lee")
    see = Inspector(page)
    manager.opens_the_queue()
    manager.app.locator("a[href$='/numbers']").click()
    manager.app.locator("#elsewhere").wait_for()
    see.look("numbers", manager.frame)
    manager.app.locator("a[href$='/workbench']").first.click()
    manager.app.locator(".app-figures__table--rules").wait_for()
    see.look("rules", manager.frame)
    manager.app.locator("form[action$='/trial'] button").click()
    manager.app.locator(".govuk-error-summary").wait_for()
    see.look("trial without a file", manager.frame)
    manager.app.locator("input[type=file]").set_input_files("policy/topics/refill.toml")
    manager.app.locator("form[action$='/trial'] button").click()
    manager.app.locator("#trial-heading").wait_for()
    see.look("trial", manager.frame)
    assert not see.findings, see
    assert len(see.looked_at) == 4
