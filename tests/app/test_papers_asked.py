"""A paper that staff ask for: a to-do of its own, until the patient has sent a picture of it."""

from __future__ import annotations

from tests.app import forms, people
from tests.app.people import Patient, Staff
from tests.app.test_acting import does
from tests.app.test_form_files import CARD, adds
from tests.app.world import World

ID, LETTER = "Your photo ID, both sides", "The letter from your insurance"


def test_each_paper_is_a_to_do_until_a_picture_of_it_is_sent(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    item = nurse.takes(nurse.opens_item())
    asked = does(nurse, item, "paper", which="paper-photo-id", days="3")
    assert "The patient finds the paper among what is to do." in asked.text
    assert f"Asked the patient for a paper: {ID}." in asked.text
    does(nurse, asked, "paper", which="paper-insurance-letter", days="7")
    todo = patient.go("forms").text
    assert ID in todo
    assert LETTER in todo

    page = forms.goes_on(patient, forms.opens(patient, ID), {"have": "yes"})
    adds(patient, forms.goes_on(patient, page, then="file:paper"), "id.jpg", CARD)
    forms.sends(patient, forms.goes_on(patient, forms.opens(patient, ID)))

    _, sent, open_still = world.written("Task")[:3]
    assert (sent["description"], sent["status"]) == (ID, "completed")
    assert (open_still["description"], open_still["status"]) == (LETTER, "requested")
    desk = people.staff(world)
    desk.opens("kim")
    arrived = desk.opens_item(ID)
    picture = desk.browser.ask("GET", arrived.link("id.jpg"))
    assert picture.content_type == "image/jpeg"
