"""The clinic's day in few clicks, in the frame of the EHR, and the patient follows each step."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.browsers import Windows
from tests.journeys.people import Nurse, Patient
from tests.journeys.record import Record
from tests.journeys.wire import has_asked

pytestmark = pytest.mark.journey

DOCUMENTATION = "https://smartapp.example/fhir/documentation"


@dataclass
class Hand:
    """Clicks as a person does, and counts it."""

    nurse: Nurse
    clicks: int = field(default=0, init=False)

    def on(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def loads(self, what: Locator) -> None:
        with self.nurse.frame.expect_navigation():
            self.on(what)

    def finishes(self, medicine: str, template: str) -> None:
        """From the queue to the end: opened, taken, answered from a template, closed."""
        app = self.nurse.app
        self.loads(self.nurse.rows.filter(has_text=medicine).first.locator("a").first)
        self.loads(app.locator("form[action$='/claim'] button"))
        self.on(app.locator(f"button[name=template][value={template}]"))
        expect(self.nurse.words).not_to_have_value("")
        self.loads(app.locator("button[name=then][value=close]"))


def step(patient: Patient, words: str) -> None:
    patient.page.reload()
    expect(patient.main.locator("[aria-current=step]")).to_contain_text(words)


def test_a_refill_takes_a_nurse_six_clicks_and_an_escalation_takes_a_doctor_four(
    windows: Windows, record: Record
) -> None:
    before = record.find("Communication", patient="james-carter")
    patient = Patient(windows.open(), windows.programs)
    someone = patient.is_signed_in_as("james")
    request = someone.asks_for("lisinopril", more="I go on a trip on Friday.").url
    nina = Nurse(windows.open(width=1280, height=800), windows.programs.ehr, "nina")
    nina.opens_the_queue()
    nina.opens("lisinopril")
    nina.takes_it()
    patient.page.goto(request)
    step(patient, "working on it")

    # She asks the doctor.
    act = nina.app.locator("details.app-act", has=nina.app.locator("form[action$='/do/escalate']"))
    act.locator("summary").click()
    act.locator("input[name=escalate-reason][value=prescriber]").check()
    act.locator("input[name=escalate-ask][value=answer]").check()
    act.locator("textarea").fill("Potassium was 5.6 last month.")
    with nina.frame.expect_navigation():
        act.locator("form button").click()
    expect(nina.notice).to_contain_text("The item is with the doctor now.")
    expect(nina.rows).to_have_count(0)
    step(patient, "With the doctor")

    doctor = Hand(Nurse(windows.open(width=1280, height=800), windows.programs.ehr, "patel"))
    doctor.nurse.opens_the_queue()
    doctor.finishes("lisinopril", "approved")
    assert doctor.clicks <= 4
    step(patient, "Finished")
    expect(patient.main).to_contain_text("Your refill of lisinopril")
    expect(patient.main).not_to_contain_text("Potassium")

    has_asked(windows.programs, "james", about="zolpidem")  # goes to the doctors: not hers
    has_asked(windows.programs, "maria")
    nurse = Hand(nina)
    nina.opens_the_queue()
    nurse.finishes("lisinopril", "approved")
    assert nurse.clicks <= 6
    expect(nina.notice).to_contain_text("The item is closed.")

    known = {each["id"] for each in before}
    summaries = [
        each
        for each in record.find("Communication", patient="james-carter")
        if each["id"] not in known and each["identifier"][0]["system"] == DOCUMENTATION
    ]
    (summary,) = summaries
    text = summary["payload"][0]["contentString"]
    for part in ("I go on a trip on Friday.", "Potassium was 5.6 last month.", "Outcome: Approved"):
        assert part in text
