"""What is sent is sent once, whatever the person, the browser or the EHR does."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.browsers import Windows
from tests.journeys.people import PLAIN, Nurse, Patient
from tests.journeys.record import Record

pytestmark = pytest.mark.journey

WORDS = "Please send it before the weekend."


@pytest.mark.parametrize("javascript", [True, False], ids=["with-script", "without-script"])
def test_a_double_click_on_a_slow_day_sends_one_request(
    windows: Windows, record: Record, javascript: bool
) -> None:
    before = record.counts("james-carter")
    patient = Patient(windows.open(javascript=javascript), windows.programs)
    patient.is_signed_in_as("james")
    patient.opens_the_form_for("lisinopril")
    patient.answers()
    patient.checks_the_answers()
    slow = {"match": {"method": "POST"}, "fault": {"kind": "delay", "seconds": 0.4}}
    windows.programs.goes_wrong(slow)
    patient.send_button.dblclick()
    patient.page.wait_for_url("**/requests/*")
    expect(patient.main.locator(".app-receipt--received")).to_be_visible()
    assert record.written_since(before, "james-carter") == {
        "Communication": 1,
        "Task": 1,
        "QuestionnaireResponse": 1,
    }


def test_the_page_says_that_it_is_on_its_way(patient: Patient) -> None:
    patient.is_signed_in_as("james")
    patient.opens_the_form_for("lisinopril")
    patient.answers()
    patient.checks_the_answers()
    said = patient.send_button.evaluate(
        """button => {
          button.click();
          return document.querySelector("form[data-sending] [role=status]").textContent;
        }"""
    )
    assert said == "Sending. This can take a few seconds. Please wait."
    patient.page.wait_for_url("**/requests/*")


def test_going_back_after_sending_leads_to_the_request(patient: Patient, record: Record) -> None:
    before = record.counts("james-carter")
    patient.is_signed_in_as("james")
    request = patient.asks_for("lisinopril")
    reference = patient.main.locator(".app-receipt__code").inner_text()
    patient.page.go_back()
    expect(patient.notice).to_contain_text("You asked for this before")
    expect(patient.notice).to_be_focused()
    expect(patient.main.locator(".app-receipt__code")).to_have_text(reference)
    patient.page.goto(request)
    patient.page.reload()
    expect(patient.main.locator(".app-receipt__code")).to_have_text(reference)
    assert record.written_since(before, "james-carter")["Task"] == 1


def test_what_is_saved_for_later_is_there_at_the_next_login(windows: Windows) -> None:
    patient = Patient(windows.open(), windows.programs)
    patient.is_signed_in_as("dorothy")
    medicine = patient.first_that_can_be_asked_for()
    patient.opens_the_form_for(medicine)
    patient.answers({"red-flags": "none", "taking": "not-always", "taking-why": "cost"}, WORDS)
    patient.saves_for_later()
    expect(patient.notice).to_contain_text("Your answers are kept. Nothing is sent yet.")
    expect(patient.notice).to_be_focused()
    patient.signs_out()

    later = Patient(windows.open(), windows.programs)
    later.is_signed_in_as("dorothy")
    later.opens_the_form_for(medicine)
    expect(later.choice("taking-why", "cost")).to_be_checked()
    expect(later.free_text).to_have_value(WORDS)
    later.answers({name: PLAIN[name] for name in ("supply-left", "side-effects", "pharmacy")})
    later.checks_the_answers()
    expect(later.main).to_contain_text(WORDS)
    later.sends()


def test_a_red_flag_says_what_to_do_now_and_the_request_still_goes_to_a_nurse(
    patient: Patient, nurse: Nurse
) -> None:
    patient.is_signed_in_as("james")
    patient.opens_the_form_for("lisinopril")
    patient.answers(PLAIN | {"red-flags": "chest-or-breathing"})
    patient.checks_the_answers()
    alarm = patient.main.locator(".app-urgent[role=alert]")
    expect(alarm).to_contain_text("Call 911 now")
    expect(alarm).to_be_in_viewport()
    patient.sends()
    expect(patient.main.locator(".app-receipt--received")).to_contain_text("the nurses")

    nurse.opens_the_queue()
    row = nurse.rows.first
    expect(row.locator(".app-badge")).to_have_text("Red flag")
    expect(row).to_contain_text("RED FLAG chest pain")
    nurse.opens("lisinopril")
    expect(nurse.main).to_contain_text("Was told to call 911")


def test_an_answer_that_does_not_come_is_never_called_a_receipt(
    patient: Patient, windows: Windows
) -> None:
    patient.is_signed_in_as("james")
    patient.opens_the_form_for("lisinopril")
    patient.answers(words=WORDS)
    patient.checks_the_answers()
    windows.programs.goes_wrong(
        {
            "match": {"method": "POST", "type": "Communication"},
            "fault": {"kind": "status", "status": 500},
        }
    )
    patient.sends()
    expect(patient.main.locator(".app-receipt--confirming")).to_contain_text("making sure")
    expect(patient.main.locator(".app-receipt--received")).to_have_count(0)
    assert patient.page.title().startswith("We have your request. We are making sure")
    windows.programs.goes_wrong()
    patient.looks_again_until(".app-receipt--received")


def test_a_refusal_gives_back_what_was_written(patient: Patient, windows: Windows) -> None:
    patient.is_signed_in_as("james")
    patient.opens_the_form_for("hydrochlorothiazide")
    patient.answers(words=WORDS)
    patient.checks_the_answers()
    windows.programs.goes_wrong(
        {
            "match": {"method": "POST", "type": "Communication"},
            "fault": {"kind": "status", "status": 422},
        }
    )
    patient.sends()
    assert patient.page.title().startswith("The clinic did NOT get your request")
    expect(patient.main.locator(".app-receipt--refused")).to_contain_text("312-555-0142")
    expect(patient.main.locator(".app-kept")).to_have_text(WORDS)
