"""What staff do with an item beyond answering it, and who is told what of it."""

from __future__ import annotations

import pytest

from tests.app import people
from tests.app.asked import only
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import World

NOTE = "Her sister called twice."


def does(staff: Staff, item: Page, key: str, status: int = 200, **fields: str) -> Page:
    """One of the small forms below an item."""
    given = {f"{key}-{name}": value for name, value in fields.items()}
    return staff.browser.submit(item.form(f"/do/{key}"), given, status=status)


@pytest.fixture
def item(patient: Patient, nurse: Staff) -> Page:
    """The item of James's refill, taken by Tom."""
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    return nurse.takes(nurse.opens_item())


def test_what_is_escalated_is_with_the_doctor_and_says_what_is_asked(
    world: World, patient: Patient, nurse: Staff, item: Page
) -> None:
    asked = {"reason": "prescriber", "ask": "decide", "words": "Potassium 5.6, told to stop."}
    queue = does(nurse, item, "escalate", **asked)
    assert "The item is with the doctor now." in queue.text
    assert "Refill: lisinopril" not in queue.text

    task = only(world.written("Task"))
    assert task["performerType"][0]["coding"][0]["code"] == "physician"
    assert "owner" not in task
    doctor = people.staff(world)
    doctor.opens("patel")
    opened = doctor.opens_item()
    assert "Escalated it to Physician: Needs a prescriber" in opened.text
    assert "Decide, I tell the patient. Potassium 5.6" in opened.text
    assert "The rules of this app do not vouch" not in opened.text
    for path in ("requests", "start"):
        assert "Potassium" not in patient.go(path).text
    assert "With the doctor" in patient.go("requests").text

    back = nurse.browser.submit(queue.form("/undo"))
    assert "That was taken back." in back.text
    assert "You have it" in back.text
    again = only(world.written("Task"))
    assert again["performerType"][0]["coding"][0]["code"] == "refills"
    assert again["status"] == "accepted"


def test_a_note_is_for_staff_alone(
    world: World, patient: Patient, nurse: Staff, item: Page
) -> None:
    noted = does(nurse, item, "note", words=NOTE)
    assert "Only staff see it here." in noted.text
    assert NOTE in noted.text
    assert only(world.written("Task"))["note"][0]["text"] == NOTE
    assert NOTE not in patient.go("requests").text

    empty = does(nurse, noted, "note", status=422, words=" ")
    assert "There is a problem" in empty.text


def test_another_team_and_another_person_get_it_with_a_reason(
    world: World, nurse: Staff, item: Page
) -> None:
    pressing = does(nurse, item, "priority", to="asap", words="Runs out tonight")
    assert only(world.written("Task"))["priority"] == "asap"
    given = {"to": "Practitioner/nurse-okafor", "reason": "absence", "words": "I leave at noon"}
    assert "You gave the item to somebody else." in does(nurse, pressing, "reassign", **given).text
    assert only(world.written("Task"))["owner"]["display"] == "Nina Okafor, RN"

    nina = people.staff(world)
    nina.opens("nina")
    mine = nina.opens_item()
    assert "You have it" in mine.text
    assert "I leave at noon" in mine.text
    does(nina, mine, "reroute", to="pharmacy", reason="skill", words="")
    changes = only(world.written("Task"))["extension"]
    said = {part["url"]: next(iter(list(part.values())[1:])) for part in changes[-1]["extension"]}
    assert (said["kind"], said["from"], said["to"]) == ("rerouted", "refills", "pharmacy")
    assert (said["rule"], said["reason"]) == ("everything-else", "skill")


def test_who_has_an_item_open_that_went_to_another_team_keeps_what_they_typed(
    world: World, nurse: Staff, item: Page
) -> None:
    """Nina works no pharmacist's queue."""
    elsewhere = nurse.opens_item()
    does(nurse, elsewhere, "reroute", to="pharmacy", reason="skill", words="")

    gone = does(nurse, item, "note", status=409, words=NOTE)

    assert "This item went to another team" in gone.text
    assert NOTE in gone.text


def test_who_is_too_slow_learns_who_changed_what(world: World, nurse: Staff, item: Page) -> None:
    nina = people.staff(world)
    nina.opens("nina")
    seen = nurse.opens_item()
    nurse.browser.submit(seen.form("/release"))
    nina.takes(nina.opens_item())

    late = does(nurse, item, "priority", status=409, to="stat", words="Chest pain now")

    assert "Nina Okafor, RN has this item now. Nothing was changed." in late.text
    assert "Last step: Took it (Nina Okafor, RN)." in late.text
    assert "Chest pain now" in late.text
    assert only(world.written("Task"))["priority"] == "routine"


def test_what_is_closed_can_be_opened_again_with_a_reason(
    world: World, patient: Patient, nurse: Staff, item: Page
) -> None:
    fields = {"text": "", "outcome": "too-early", "then": "close-only"}
    queue = nurse.answers(item, **fields)
    assert "The summary in the record will be marked as entered in error." in queue.text
    closed = nurse.browser.submit(queue.form("/undo"))
    assert "You have it" in closed.text, "undone"
    assert "The summary in the record is marked as entered in error." in closed.text
    assert states_of_summaries(world) == ["entered-in-error"]
    assert len(world.events("summary.withdraw")) == 1
    nurse.answers(closed, **fields)
    assert states_of_summaries(world) == ["entered-in-error", "completed"]
    task = only(world.written("Task"))
    assert task["status"] == "completed"
    assert [each["type"]["coding"][0]["code"] for each in task["output"]] == ["outcome"]
    nurse.browser.get(item.url)

    again = does(nurse, nurse.browser.get(item.url), "reopen", words="She called again")

    assert "The item is open again, and you have it." in again.text
    assert "This is in the record from when the item was closed before." in again.text
    assert "output" not in only(world.written("Task"))
    assert "Somebody at the clinic is working on it" in patient.go("requests").text
    world.clock.passes(61)
    late = nurse.browser.submit(again.form("/undo"))
    assert "It is too late to take that back." in late.text


def states_of_summaries(world: World) -> list[str]:
    system = world.vocabulary.documentation
    found = [e for e in world.written("Communication") if e["identifier"][0]["system"] == system]
    return [each["status"] for each in found]


def test_what_does_not_fit_the_record_is_settled_by_a_person(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril", {**people.PLAIN, "taking": "stopped", "taking-why": "cost"})
    nurse.opens("nina")
    mine = nurse.takes(nurse.opens_item())
    assert "The patient says I stopped taking it" in mine.text
    assert "The record says lisinopril 10 mg tablet" in mine.text
    assert "Pharmacist settles it." in mine.text

    asked = nurse.browser.submit(mine.form("/settle/taking"), {"choice": "conflict-ask"})

    assert "It is noted how that was settled." in asked.text
    assert "The patient was asked (Nina Okafor, RN" in asked.text
    assert "Your record says something else" in asked.form("/answer").fields["text"][0]
    noted = only(world.written("Task"))["note"][0]["text"]
    assert noted.startswith("Taking the medicine. The patient says: I stopped taking it")


def test_a_form_that_is_asked_for_is_among_what_the_patient_has_to_do(
    world: World, patient: Patient, nurse: Staff, item: Page
) -> None:
    assert item.html.count('value="paper-photo-id"') == 1, "papers are asked for by themselves"
    asked = does(nurse, item, "form", which="about-you", days="7")
    assert "The patient finds the form among what is to do." in asked.text
    does(nurse, asked, "form", which="about-you", days="7")

    item_task, form = world.written("Task")
    assert form["owner"] == {"reference": "Patient/james-carter"}
    assert form["input"][0]["valueCanonical"].startswith(
        "https://smartapp.example/fhir/Questionnaire/about-you|"
    )
    assert form["description"] in patient.go("forms").text
    assert len(item_task["note"]) == 1, "asked twice, noted once"
    listed = [text for text, href in nurse.queue().links if "/queue/" in href]
    assert not any(form["description"] in text for text in listed), "it is not work of staff"
