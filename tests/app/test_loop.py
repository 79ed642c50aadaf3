"""The loop: a patient asks, the clinic answers, the patient reads it, and the EHR holds it all."""

from __future__ import annotations

from uuid import UUID

import pytest

from smartapp.fhir.codes import OBSERVATION_VALUE, PATIENT_ASSERTED
from smartapp.fhir.dates import FhirDate
from smartapp.words import words_for
from tests.app import people
from tests.app.asked import answers_in, current_step, details, only, routing_of
from tests.app.people import PLAIN, Patient, Staff
from tests.app.world import World, opened
from tests.sessions.servers import redis_on_socket

PATAST = {"security": [{"system": OBSERVATION_VALUE, "code": PATIENT_ASSERTED}]}


# --- what is written --------------------------------------------------------------------------


def test_one_request_is_three_resources_of_one_id(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    receipt = patient.asks_for("lisinopril", more="I travel on Friday.")

    response = only(world.written("QuestionnaireResponse"))
    message = only(world.written("Communication"))
    task = only(world.written("Task"))
    names = world.vocabulary
    sid = task["identifier"][0]["value"]
    assert UUID(sid).version == 4
    assert response["identifier"] == {"system": names.response, "value": sid}
    assert message["identifier"] == [{"system": names.message, "value": sid}]
    assert task["identifier"] == [{"system": names.task, "value": sid}]
    assert task["groupIdentifier"] == {"system": names.thread, "value": sid}
    assert sid.split("-")[0].upper() in receipt.text


def test_the_three_resources_point_at_each_other(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril", more="I travel on Friday.")

    response = only(world.written("QuestionnaireResponse"))
    message = only(world.written("Communication"))
    task = only(world.written("Task"))
    order = "MedicationRequest/james-carter-lisinopril-10"
    answers = f"QuestionnaireResponse/{response['id']}"
    assert [each["reference"] for each in message["about"]] == [answers, order]
    assert task["focus"] == {"reference": f"Communication/{message['id']}"}
    assert details(task, "answers") == [{"reference": answers}]
    assert [each["reference"] for each in details(task, "about")] == [order]
    for each, name in ((response, "subject"), (message, "subject"), (task, "for")):
        assert each[name]["reference"] == "Patient/james-carter"
    for each, name in ((response, "author"), (message, "sender"), (task, "requester")):
        assert each[name]["reference"] == "Patient/james-carter"


def test_the_words_are_marked_as_the_patients_own(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril", more="I travel on Friday.")

    message = only(world.written("Communication"))
    assert message["payload"] == [{"contentString": "I travel on Friday."}]
    for each in (message, only(world.written("QuestionnaireResponse"))):
        assert each["meta"]["security"] == PATAST["security"]
    assert "security" not in only(world.written("Task"))["meta"]


def test_the_decision_travels_in_the_task_and_in_the_message(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    check = patient.checks("zolpidem", {**PLAIN, "supply-left": "1-3-days"})
    assert "It goes to your doctor's team." in check.text
    patient.sends(check)

    task = only(world.written("Task"))
    policy = world.services.policy
    assert task["performerType"][0]["coding"] == [
        {"system": world.vocabulary.queue, "code": "physician"}
    ]
    assert task["priority"] == "asap"
    assert details(task, "rule") == ["controlled-and-almost-out"]
    assert details(task, "policy-version") == [policy.version]
    said = routing_of(only(world.written("Communication")))
    assert said["queue"] == "physician"
    assert said["rule"] == "controlled-and-almost-out"
    assert said["policy-version"] == policy.version
    assert said["due"] == task["restriction"]["period"]["end"]


def test_patient_and_staff_see_the_due_time_that_is_in_the_task(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    receipt = patient.asks_for("lisinopril")
    nurse.opens("tom")

    due = FhirDate.parse(only(world.written("Task"))["restriction"]["period"]["end"])
    assert due is not None
    words = words_for("en", world.services.policy.calendar.zone)
    shown = " ".join(words.day_and_time(due.earliest).split())
    assert f"You get an answer by {shown}" in receipt.text
    assert f"Due {shown}" in nurse.queue().text


def test_the_answers_are_coded_and_only_what_was_asked(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril", {**PLAIN, "taking": "not-always", "taking-why": "forget"})

    given = dict(answers_in(only(world.written("QuestionnaireResponse"))["item"]))
    assert given["taking-why"] == "forget"
    assert given["side-effects"] is False
    assert set(given) == {*PLAIN, "taking-why"}


def test_nothing_else_is_written_anywhere(world: World, patient: Patient, nurse: Staff) -> None:
    before = len(world.ehr)
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    nurse.answers_and_closes()

    assert len(world.ehr) == before + 5, "three of the patient's, one answer, one summary"
    writes = {(call["method"], call["path"]) for call in world.asked(path="/fhir")}
    posted = {path for method, path in writes if method == "POST"}
    assert posted == {"/fhir", "/fhir/Communication"}, "one transaction, one answer"
    assert {path.split("/")[2] for method, path in writes if method == "PUT"} == {"Task"}
    assert {method for method, _ in writes} == {"GET", "POST", "PUT"}


# --- the clinic's side ------------------------------------------------------------------------


def test_the_nurse_finds_it_takes_it_answers_and_closes(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril", more="I travel on Friday.")

    queue = nurse.opens("tom")
    assert "Refill: lisinopril 10 mg tablet" in queue.text
    assert "James Alan Carter, born November 2" in queue.text
    assert "4 to 7 days left" in queue.text
    assert "Why here: Refill without anything unusual." in queue.text
    item = nurse.opens_item()
    assert "Enough for 4 to 7 days" in item.text
    assert "I travel on Friday." in item.text
    assert "Codeine" in item.text, "allergies stand beside the request"
    assert "Last fills" in item.text
    assert not item.has_form("/answer"), "it belongs to nobody yet"
    mine = nurse.takes(item)
    assert "You have it" in mine.text
    done = nurse.answers(mine, text="It is sent.", outcome="sent-to-pharmacy", then="close")
    assert "The item is closed." in done.text
    assert "Nothing is waiting." in done.text

    task = only(world.written("Task"))
    assert task["status"] == "completed"
    assert task["owner"]["reference"] == "Practitioner/nurse-berg"
    outcome, reply = task["output"]
    assert outcome["valueCodeableConcept"]["coding"][0]["code"] == "sent-to-pharmacy"
    _, answer, summary = world.written("Communication")
    assert summary["category"][0]["coding"][0]["code"] == "chart-summary"
    assert "It is sent." in summary["payload"][0]["contentString"]
    assert reply["valueReference"]["reference"] == f"Communication/{answer['id']}"
    assert answer["partOf"] == [task["focus"]]
    assert answer["sender"]["reference"] == "Practitioner/nurse-berg"
    assert answer["recipient"] == [{"reference": "Patient/james-carter"}]
    assert "security" not in answer["meta"], "not the patient's own words"


def test_the_patient_follows_it_to_its_end(patient: Patient, nurse: Staff) -> None:
    patient.logs_in("james")
    receipt = patient.asks_for("lisinopril")
    assert "The clinic has your request" in receipt.text
    nurse.opens("tom")
    nurse.takes(nurse.opens_item())
    assert "Somebody at the clinic is working on it" in current_step(
        patient.browser.get(receipt.url).html
    )
    item = nurse.opens_item()
    nurse.answers(item, text="A question: how are you?", then="keep")
    assert "There is an answer" in patient.go("requests").text
    page = patient.browser.get(receipt.url)
    assert "Answered" in current_step(page.html)
    assert "A question: how are you?" in page.text
    nurse.answers(nurse.opens_item(), text="", outcome="needs-visit", then="close-only")

    end = patient.browser.get(receipt.url)
    assert "Finished" in current_step(end.html)
    assert "A visit is needed first" in end.text
    assert "There is an answer" not in patient.go("requests").text, "it was opened"
    assert "Tom Berg" in end.text


def test_the_same_with_two_workers_and_what_they_share_in_redis() -> None:
    with redis_on_socket() as server, opened(redis_url=server.url) as world:
        elsewhere = people.staff(world.another_worker())
        test_the_patient_follows_it_to_its_end(people.patient(world), elsewhere)


def test_after_the_end_it_can_be_asked_for_again(patient: Patient, nurse: Staff) -> None:
    patient.logs_in("james")
    first = patient.asks_for("lisinopril")
    assert "Ask for a refill: lisinopril" not in patient.go("medicines").text
    nurse.opens("tom")
    nurse.answers_and_closes()

    second = patient.asks_for("lisinopril")
    assert "The clinic has your request" in second.text
    assert second.url != first.url


def test_asking_twice_leads_to_the_first_request(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    address = patient.form_address("lisinopril")
    receipt = patient.asks_for("lisinopril")

    again = patient.browser.get(address)
    assert again.path == receipt.path
    assert "You asked for this before." in again.text
    assert len(world.written("Task")) == 1


def test_of_two_nurses_one_gets_it_and_the_other_is_told_who(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    other = people.staff(world)
    nurse.opens("tom")
    other.opens("nina")
    seen_by_nina = other.opens_item()
    nurse.takes(nurse.opens_item())

    lost = other.takes(seen_by_nina, status=409)
    assert "Tom Berg, RN has this item now. Nothing was changed." in lost.text
    assert only(world.written("Task"))["owner"]["reference"] == "Practitioner/nurse-berg"
    assert len(world.events("task.conflict")) == 1


def test_what_is_given_back_can_be_taken_by_another(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    mine = nurse.takes(nurse.opens_item())
    back = nurse.browser.submit(mine.form("/release"))
    assert "The item is back in the queue." in back.text
    assert "Nobody has it yet" in back.text

    other = people.staff(world)
    other.opens("nina")
    assert "You have it" in other.takes(other.opens_item()).text


def test_a_template_becomes_the_answer_without_any_script(patient: Patient, nurse: Staff) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    mine = nurse.takes(nurse.opens_item())

    started = nurse.answers(mine, template="approved")
    form = started.form("/answer")
    assert form.fields["text"][0].startswith("Your refill of lisinopril 10 mg tablet is approved.")
    assert form.fields["outcome"] == ["sent-to-pharmacy"]
    closed = nurse.browser.submit(form, {"then": "close"})
    assert "The item is closed." in closed.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": "", "then": "keep"}, "Write an answer, or close without one."),
        ({"text": "Hello", "then": "close"}, "Choose how it ended."),
        ({"text": "x" * 4001, "then": "keep"}, "Make the answer shorter"),
        (
            {"text": "Hello", "outcome": "needs-visit", "then": "close-only"},
            "Send it, or clear it before you close.",
        ),
    ],
)
def test_what_is_missing_in_an_answer_is_said_and_nothing_is_sent(
    world: World, patient: Patient, nurse: Staff, fields: dict[str, str], sentence: str
) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    mine = nurse.takes(nurse.opens_item())

    page = nurse.answers(mine, status=422, **fields)
    assert sentence in page.text
    assert page.title.startswith("Error: ")
    assert page.form("/answer").fields["text"] == [fields["text"]]
    assert len(world.written("Communication")) == 1
