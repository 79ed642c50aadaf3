"""Threads: patients write again, closed work opens again, and nobody is told more than is known."""

from __future__ import annotations

import pytest

from tests.app import people
from tests.app.asked import answers_in, current_step, messages_in, only
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import World

RECEIVED = "The clinic has your message. You see it below."


def writes(patient: Patient, page: Page, words: str, *, status: int = 200) -> Page:
    return patient.browser.submit(page.form("/reply"), {"text": words}, status=status)


@pytest.fixture
def closed(world: World, patient: Patient, nurse: Staff) -> Page:
    """A request that was answered and closed, as its patient sees it."""
    patient.logs_in("james")
    receipt = patient.asks_for("lisinopril")
    nurse.opens("tom")
    nurse.answers_and_closes("It is at the pharmacy.")
    world.clock.passes(60)
    return patient.browser.get(receipt.url)


def test_who_writes_after_the_end_is_back_with_the_clinic(
    world: World, patient: Patient, nurse: Staff, closed: Page
) -> None:
    assert "This opens your request again" in closed.text
    page = writes(patient, closed, "It was not there.")

    assert RECEIVED in page.text
    assert "The clinic has it" in current_step(page.html)
    message = world.written("Communication")[-1]
    first = world.written("Communication")[0]
    assert message["partOf"] == [{"reference": f"Communication/{first['id']}"}]
    assert message["sender"]["reference"] == "Patient/james-carter"
    queue = nurse.queue()
    assert "Refill: lisinopril" in queue.text
    assert "The patient wrote again after this was closed." in nurse.opens_item().text
    nurse.answers_and_closes("We sent it to the other one.")
    assert "Refill: lisinopril" not in nurse.queue().text
    end = patient.browser.get(page.url)
    assert "We sent it to the other one." in end.text
    assert "Finished" in current_step(end.html)


def test_where_a_patient_makes_no_work_their_reply_is_in_the_queue_all_the_same(
    world: World, patient: Patient, nurse: Staff, closed: Page
) -> None:
    refused = {"method": "POST", "type": "Task"}
    world.fails({"match": refused, "fault": {"kind": "status", "status": 403}})
    page = writes(patient, closed, "It was not there.")
    world.recovers()

    assert RECEIVED in page.text
    assert len(world.written("Task")) == 1
    assert "Refill: lisinopril" in nurse.queue().text
    nurse.answers_and_closes("We sent it to the other one.")
    assert len(world.written("Task")) == 2
    assert "Refill: lisinopril" not in nurse.queue().text
    assert "Finished" in current_step(patient.browser.get(page.url).html)


def test_a_message_sent_twice_is_one(world: World, patient: Patient, closed: Page) -> None:
    writes(patient, closed, "It was not there.")
    writes(patient, closed, "It was not there.")
    assert len(messages_in(world)) == 3
    assert len(world.written("Task")) == 2


def test_a_message_without_words_is_not_sent(world: World, patient: Patient, closed: Page) -> None:
    page = writes(patient, closed, "  ", status=422)
    assert page.title.startswith("Error: ")
    assert "Answer this question" in page.text
    assert len(messages_in(world)) == 2


def test_a_message_that_the_ehr_refuses_is_kept(
    world: World, patient: Patient, closed: Page
) -> None:
    refused = {"method": "POST", "type": "Communication"}
    world.fails({"match": refused, "fault": {"kind": "status", "status": 422}})
    page = writes(patient, closed, "It was not there.")
    world.recovers()

    assert "The clinic did NOT get your message." in page.text
    assert page.form("/reply").fields["text"] == ["It was not there."]
    assert "NOT received" in patient.go("requests").text
    again = patient.browser.submit(page.form("/reply"))
    assert RECEIVED in again.text
    assert len(messages_in(world)) == 3


def test_while_it_is_not_known_whether_a_message_arrived_nothing_else_is_said(
    world: World, patient: Patient, closed: Page
) -> None:
    lost = {"method": "POST", "type": "Communication"}
    world.fails({"match": lost, "fault": {"kind": "status", "status": 500}})
    page = writes(patient, closed, "It was not there.")
    assert RECEIVED not in page.text
    assert "are making sure that the clinic has it" in page.text
    assert "Being confirmed" in patient.go("requests").text


def test_a_label_says_only_what_is_known(world: World, patient: Patient, nurse: Staff) -> None:
    patient.logs_in("james")
    receipt = patient.asks_for("lisinopril")
    assert "Received: it is in the clinic’s record" in receipt.text
    assert "Seen" not in receipt.text
    nurse.opens("tom")
    item = nurse.takes(nurse.opens_item())
    assert "Seen: somebody at the clinic has taken it" in patient.browser.get(receipt.url).text
    nurse.answers(item, text="We look at it.", then="keep")
    assert "Seen: the clinic answered after it" in patient.browser.get(receipt.url).text


def test_whose_sign_in_wrote_is_said(world: World, nurse: Staff) -> None:
    """A mother writes for her child: the thread says who she is, and staff see it."""
    world.prescribes("leo-nguyen", "cetirizine 5 mg")
    emily = people.patient(world)
    emily.logs_in("emily", "leo-nguyen")
    page = writes(emily, emily.asks_for("cetirizine"), "He also coughs.")
    assert "You" in page.text
    assert world.written("Communication")[-1]["sender"]["reference"].startswith("RelatedPerson/")
    nurse.opens("nina")
    item = nurse.opens_item().text
    assert "Emily" in item
    assert ", for the patient" in item


# --- how it went ------------------------------------------------------------------------------


def test_after_the_end_a_patient_says_how_it_went_once(
    world: World, patient: Patient, closed: Page
) -> None:
    page = patient.browser.submit(closed.form("/rate"), {"score": "4", "comment": "It took long."})
    assert "The clinic has your opinion. Thank you." in page.text
    opinion = world.written("QuestionnaireResponse")[-1]
    given = dict(answers_in(opinion["item"]))
    asked = world.written("Task")[0]["identifier"][0]["value"]
    assert given == {"score": "4", "comment": "It took long.", "request": asked}
    assert not page.has_form("/rate")
    assert "It took long." in page.text

    patient.browser.submit(closed.form("/rate"), {"score": "1"})
    assert len(world.written("QuestionnaireResponse")) == 2
    assert len(world.written("Task")) == 1, "an opinion is no work"


def test_an_opinion_has_a_number(world: World, patient: Patient, closed: Page) -> None:
    page = patient.browser.submit(closed.form("/rate"), {"comment": "Well done"}, status=422)
    assert "Answer this question: How well did we help you?" in page.text
    assert len(world.written("QuestionnaireResponse")) == 1


def test_what_is_open_is_not_rated(patient: Patient) -> None:
    patient.logs_in("james")
    assert not patient.asks_for("lisinopril").has_form("/rate")


def test_a_thread_that_another_program_began_can_be_opened(world: World, patient: Patient) -> None:
    letter = {
        "resourceType": "Communication",
        "id": "letter",
        "status": "completed",
        "subject": {"reference": "Patient/james-carter"},
        "sender": {"reference": "Practitioner/nurse-berg", "display": "Tom Berg"},
        "recipient": [{"reference": "Patient/james-carter"}],
        "sent": "2026-01-05T10:00:00Z",
        "topic": {"text": "Your flu shot"},
        "payload": [{"contentString": "Please come for your flu shot."}],
    }
    world.ehr.load([letter])
    patient.logs_in("james")
    listed = patient.go("requests")
    page = patient.browser.get(listed.link("Your flu shot"))
    assert "Please come for your flu shot." in page.text
    sent = writes(patient, page, "When?")
    assert RECEIVED in sent.text
    assert only(world.written("Communication"))["partOf"] == [{"reference": "Communication/letter"}]
