"""With a keyboard alone: all can be reached, seen and done, and the focus lands where it helps."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.browsers import Windows
from tests.journeys.people import REST, Nurse, Patient
from tests.journeys.wire import has_asked

pytestmark = pytest.mark.journey

MOST_STEPS = 60
# The ring of a link that is a whole row, and that of a radio, are drawn beside the control itself.
FOCUSED = """(wanted) => {
  const each = document.activeElement;
  const ringed = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    && (style.outlineColor !== "rgba(0, 0, 0, 0)" || style.boxShadow !== "none");
  const drawn = [
    getComputedStyle(each),
    getComputedStyle(each, "::after"),
    getComputedStyle(each.nextElementSibling ?? each, "::before"),
  ];
  const box = each.getBoundingClientRect();
  const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    place: each.tagName === "BODY" ? "" : each.outerHTML.slice(0, 120),
    ringed: drawn.some(ringed),
    covered: middle !== null && middle.closest(".app-record") !== null,
    reached: each.matches(wanted),
  };
}"""


def tab_to(page: Page, frame: Frame, selector: str) -> None:
    """Step by step; and at every stop it can be seen where one is."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        stop = frame.evaluate(FOCUSED, selector)
        if stop["place"]:
            assert stop["ringed"], f"no ring around {stop['place']}"
            assert not stop["covered"], f"under the banner: {stop['place']}"
        if stop["reached"]:
            return
    raise AssertionError(f"{selector} is not reached within {MOST_STEPS} steps")


def choose(page: Page, frame: Frame, question: str, answer: str) -> None:
    """Into the group by Tab, then by arrows, as radios work."""
    tab_to(page, frame, f"input[name='{question}']")
    page.keyboard.press("Space")
    wanted = frame.locator(f"input[name='{question}'][value='{answer}']")
    for _ in range(10):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{question}: {answer} cannot be chosen")


def test_a_refill_can_be_asked_for_by_keyboard_alone(patient: Patient) -> None:
    patient.is_signed_in_as("james")
    page = patient.page
    frame = page.main_frame
    tab_to(page, frame, ".govuk-skip-link")
    page.keyboard.press("Enter")
    tab_to(page, frame, ".app-tiles a[href$='/medicines']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/medicines")
    tab_to(page, frame, ".app-card a.govuk-button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask/*/refill")

    tab_to(page, frame, "button[value=check]")
    page.keyboard.press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert page.title().startswith("Error: ")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(patient.choice("red-flags", "chest-or-breathing")).to_be_focused()

    page.keyboard.press("Shift+Tab")
    choose(page, frame, "red-flags", "none")
    tab_to(page, frame, "button[value=check]")
    page.keyboard.press("Enter")
    page.wait_for_url("**?step=1")
    for question, answer in REST.items():
        choose(page, frame, question, answer)
    tab_to(page, frame, "textarea")
    page.keyboard.type("By keyboard alone.")
    tab_to(page, frame, "button[value=check]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check")
    tab_to(page, frame, "form[data-sending] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/*")
    expect(patient.main.locator(".app-receipt--received")).to_be_visible()
    expect(patient.main.locator(".app-message__text")).to_have_text("By keyboard alone.")


def test_a_nurse_answers_by_keyboard_alone(windows: Windows) -> None:
    has_asked(windows.programs, "james")
    page = windows.open(width=1280, height=600)
    nurse = Nurse(page, windows.programs.ehr)
    nurse.opens_the_queue()
    frame = nurse.frame
    nurse.app.locator(".app-header__name").focus()
    tab_to(page, frame, ".app-queue__row a")
    page.keyboard.press("Enter")
    nurse.app.locator(".app-work").wait_for()
    tab_to(page, frame, "form[action$='/claim'] button")
    page.keyboard.press("Enter")
    expect(nurse.notice).to_be_focused()
    tab_to(page, frame, "button[name=template][value=too-early]")
    page.keyboard.press("Enter")
    expect(nurse.words).to_be_focused()
    expect(nurse.outcome("too-early")).to_be_checked()
    tab_to(page, frame, "button[value=close]")
    page.keyboard.press("Enter")
    expect(nurse.notice).to_contain_text("The item is closed.")
    expect(nurse.notice).to_be_focused()


def test_a_nurse_escalates_and_takes_it_back_by_keyboard_alone(windows: Windows) -> None:
    has_asked(windows.programs, "james")
    page = windows.open(width=1280, height=600)
    nurse = Nurse(page, windows.programs.ehr)
    nurse.opens_the_queue()
    nurse.opens("lisinopril")
    frame = nurse.frame
    nurse.app.locator(".app-acts__heading").evaluate("each => { each.tabIndex = -1; each.focus() }")
    tab_to(page, frame, "details:has(form[action$='/escalate']) > summary")
    page.keyboard.press("Enter")
    choose(page, frame, "escalate-reason", "prescriber")
    choose(page, frame, "escalate-ask", "answer")
    tab_to(page, frame, "textarea[name=escalate-words]")
    page.keyboard.type("Blood pressure is 150 over 95.")
    tab_to(page, frame, "form[action$='/escalate'] button")
    page.keyboard.press("Enter")
    expect(nurse.notice).to_be_focused()
    expect(nurse.rows).to_have_count(0)
    tab_to(page, frame, "form[action$='/undo'] button")
    page.keyboard.press("Enter")
    nurse.app.locator(".app-work").wait_for()
    expect(nurse.notice).to_be_focused()


def test_a_follow_up_question_comes_and_goes_with_its_answer(patient: Patient) -> None:
    patient.is_signed_in_as("james")
    patient.opens_the_form_for("lisinopril")
    patient.answers({"red-flags": "none"})
    patient.goes_on()
    follow_up = patient.choice("taking-why", "cost")
    expect(follow_up).to_be_hidden()
    patient.choice("taking", "not-always").check()
    expect(follow_up).to_be_visible()
    patient.choice("taking", "yes").check()
    expect(follow_up).to_be_hidden()
    expect(follow_up).to_be_disabled()
