"""New answers, counted from the record, and finding a request again."""

from __future__ import annotations

import json

from tests.app.people import PLAIN, Patient, Staff
from tests.app.world import World


def count(patient: Patient) -> dict[str, object]:
    answer = patient.browser.ask("GET", f"{patient.home}/requests/unread")
    assert answer.status_code == 200
    found: dict[str, object] = json.loads(answer.text)
    return found


def answered(world: World, patient: Patient, nurse: Staff) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril", more="I travel on Friday.")
    patient.asks_for("hydrochlorothiazide")
    nurse.opens("tom")
    item = nurse.takes(nurse.opens_item("lisinopril"))
    nurse.answers(item, text="We sent it to the pharmacy.", then="keep")


def test_an_answer_is_new_until_it_was_opened(world: World, patient: Patient, nurse: Staff) -> None:
    answered(world, patient, nurse)
    assert count(patient) == {"count": 1, "text": "1 new answer"}
    assert "There is an answer" in patient.go("start").text
    listed = patient.go("requests")
    assert listed.text.count("There is an answer") == 1
    patient.browser.get(listed.link("lisinopril"))

    assert count(patient) == {"count": 0, "text": ""}
    assert "There is an answer" not in patient.go("requests").text


def test_looking_at_a_page_for_an_hour_is_on_record_once_for_each_thing_it_said(
    world: World, patient: Patient, nurse: Staff
) -> None:
    answered(world, patient, nurse)
    before = len(world.events("record.view"))
    assert [count(patient)["count"] for _ in range(5)] == [1] * 5
    assert len(world.events("record.view")) == before + 1

    item = nurse.takes(nurse.opens_item("hydrochlorothiazide"))
    nurse.answers(item, text="That one too.", then="keep")
    before = len(world.events("record.view"))
    assert [count(patient)["count"] for _ in range(3)] == [2] * 3
    assert len(world.events("record.view")) == before + 1


def test_counting_keeps_nobody_signed_in(world: World, patient: Patient, nurse: Staff) -> None:
    patient.logs_in("james")
    for _ in range(4):
        world.clock.passes(6 * 60)
        status = patient.browser.ask("GET", f"{patient.home}/requests/unread").status_code
    assert status == 401


def test_a_request_is_found_by_words_and_by_how_far_it_is(
    world: World, patient: Patient, nurse: Staff
) -> None:
    answered(world, patient, nurse)
    form = patient.go("requests").form("/requests")

    def found(**fields: str) -> str:
        page = patient.browser.submit(form, fields)
        assert "?" not in page.url, "what is looked for is in no address"
        return page.text

    assert "1 request found" in found(find="pharmacy sent")
    assert "1 request found" in found(find="FRIDAY lisinopril")
    assert "0 requests found" in found(find="lisinopril monday")
    assert "2 requests found" in found(state="open")
    assert "1 request found" in found(state="answered")
    assert "0 requests found" in found(state="closed")
    assert "Show all requests" in found(find="x" * 5000)


def test_what_to_do_now_is_said_until_somebody_answers(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    receipt = patient.asks_for("lisinopril", {**PLAIN, "red-flags": "self-harm"})
    assert "Call 988 now." in receipt.text
    nurse.opens("nina")
    item = nurse.takes(nurse.opens_item())
    nurse.answers(item, text="I call you now.", then="keep")
    assert "Call 988 now." not in patient.browser.get(receipt.url).text
