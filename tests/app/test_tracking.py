"""What a patient sees of what staff do with their request: where it is, and never why."""

from __future__ import annotations

import pytest

from tests.app import people
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import World

SECRET = "Her sister called twice."


@pytest.fixture
def item(patient: Patient, nurse: Staff) -> Page:
    """The item of James's refill, taken by Tom."""
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    return nurse.takes(nurse.opens_item())


def followed(patient: Patient) -> Page:
    return patient.browser.get(patient.go("requests").link("lisinopril"))


def test_who_has_it_now_is_said_and_not_why_it_was_passed_on(
    patient: Patient, nurse: Staff, item: Page
) -> None:
    given = {"to": "pharmacy", "reason": "skill", "words": SECRET}
    nurse.browser.submit(
        item.form("/do/reroute"), {f"reroute-{name}": value for name, value in given.items()}
    )

    page = followed(patient)

    assert "It was passed on. Now it is with the clinic's pharmacist." in page.text
    assert SECRET not in page.html
    assert "skill" not in page.html
    assert "rerouted" not in page.html


def test_a_question_of_the_clinic_waits_for_the_patient_until_they_answer(
    patient: Patient, nurse: Staff, item: Page
) -> None:
    nurse.answers(item, text="How many tablets are left?", then="wait")

    asked, listed = followed(patient), patient.go("requests")
    assert "Read it below and answer, so that we can go on." in asked.text
    assert "The clinic asked you something" in listed.text
    assert "There is an answer" not in listed.text, "it is a question"
    assert "The clinic waits for your answer." in listed.text
    assert "Answer by" not in listed.text, "nobody there owes anything now"

    answered = patient.browser.submit(asked.form("/reply"), {"text": "Two."})
    assert "Read it below and answer" not in answered.text
    assert "Somebody at the clinic is working on it" in patient.go("requests").text


def test_the_same_in_spanish(patient: Patient, nurse: Staff) -> None:
    patient.logs_in("maria")
    patient.asks_for("lisinopril")
    nurse.opens("tom", "maria-lopez")
    nurse.answers(nurse.takes(nurse.opens_item()), text="¿Cuántas le quedan?", then="wait")

    assert "La clínica espera su respuesta." in patient.go("requests").text


def test_a_correction_of_the_record_has_the_steps_of_its_guide_for_both_sides(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    form = patient.go("ask/record-correction?about=none").form("/record-correction")
    answers = {"what": "correct", "where": "allergy", "how": "wrong", "harm": "false"}
    words = {"says": "Allergy to nuts", "words": "No allergy."}
    patient.sends(patient.browser.submit(form, {**answers, **words, "then": "check"}))
    clerk = people.staff(world)
    clerk.opens("kim")
    item = clerk.opens_item("orrection")
    assert "Received, not looked at yet" in item.text

    taken = clerk.takes(item)

    assert "Being looked at" in taken.text
    assert "Being looked at" in patient.go("requests").text
