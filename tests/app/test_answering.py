"""The clinic's answer when the EHR loses or refuses it: the patient gets each word once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.app import people
from tests.app.asked import messages_in
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import Json, World, opened

ANSWERED = {"kind": "status", "status": 500}


def answers_of(world: World) -> list[str]:
    """What the clinic has told the patient, as the EHR holds it."""
    return [
        each["payload"][0]["contentString"]
        for each in messages_in(world)
        if each["sender"]["reference"].startswith("Practitioner/")
    ]


def task_of(world: World) -> Json:
    (task,) = world.written("Task")
    return task


@pytest.fixture
def mine(world: World, patient: Patient, nurse: Staff) -> Page:
    """An item that the nurse has taken."""
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    return nurse.takes(nurse.opens_item())


@pytest.mark.parametrize("fault", [{"kind": "lost"}, {**ANSWERED, "after_commit": True}])
def test_an_answer_whose_receipt_is_lost_goes_out_once(
    world: World, nurse: Staff, mine: Page, fault: Json
) -> None:
    world.fails({"match": {"method": "POST", "type": "Communication", "times": 1}, "fault": fault})
    done = nurse.answers(mine, text="It is sent.", outcome="sent-to-pharmacy", then="close")

    assert "The item is closed." in done.text
    assert answers_of(world) == ["It is sent."]
    assert task_of(world)["status"] == "completed"


@pytest.mark.parametrize("fault", [{"kind": "lost"}, {**ANSWERED, "after_commit": True}])
def test_a_change_whose_receipt_is_lost_was_made_once(
    world: World, nurse: Staff, mine: Page, fault: Json
) -> None:
    world.fails({"match": {"method": "PUT", "times": 1}, "fault": fault})
    done = nurse.answers(mine, text="It is sent.", outcome="sent-to-pharmacy", then="close")

    assert "The item is closed." in done.text
    assert task_of(world)["meta"]["versionId"] == "3"


def test_an_answer_that_is_not_confirmed_closes_nothing(
    world: World, nurse: Staff, mine: Page
) -> None:
    world.fails({"match": {"method": "POST", "type": "Communication"}, "fault": ANSWERED})
    page = nurse.answers(
        mine, text="It is sent.", outcome="sent-to-pharmacy", then="close", status=502
    )
    assert "Not confirmed yet" in page.text
    form = page.form("/answer")
    assert form.fields["text"] == ["It is sent."]
    assert form.fields["outcome"] == ["sent-to-pharmacy"]
    assert task_of(world)["status"] == "accepted"
    world.recovers()
    world.clock.passes(70)

    done = nurse.browser.submit(form, {"then": "close"})
    assert "The item is closed." in done.text
    assert answers_of(world) == ["It is sent."]


def test_an_answer_that_was_changed_in_the_meantime_is_another_answer(
    world: World, nurse: Staff, mine: Page
) -> None:
    """The first is still on its way. What is typed now must not be taken for it."""
    world.fails({"match": {"method": "POST", "type": "Communication"}, "fault": ANSWERED})
    page = nurse.answers(mine, text="Take two.", then="keep", status=502)
    world.recovers()
    world.clock.passes(70)

    nurse.browser.submit(page.form("/answer"), {"text": "No, take one.", "then": "keep"})
    assert "No, take one." in answers_of(world)
    assert sorted(answers_of(world)) == sorted(set(answers_of(world)))


def test_an_answer_that_the_ehr_refuses_can_be_sent_again(
    world: World, nurse: Staff, mine: Page
) -> None:
    world.fails(
        {
            "match": {"method": "POST", "type": "Communication"},
            "fault": {"kind": "status", "status": 422},
        }
    )
    page = nurse.answers(
        mine, text="It is sent.", outcome="sent-to-pharmacy", then="close", status=502
    )
    assert "The EHR refused the answer." in page.text
    assert answers_of(world) == []
    world.recovers()

    done = nurse.browser.submit(page.form("/answer"), {"then": "close"})
    assert "The item is closed." in done.text
    assert answers_of(world) == ["It is sent."]


@pytest.mark.parametrize("status", [500, 403, 429])
def test_where_the_item_cannot_be_closed_the_answer_is_not_sent_twice(
    world: World, nurse: Staff, mine: Page, status: int
) -> None:
    world.fails({"match": {"method": "PUT"}, "fault": {"kind": "status", "status": status}})
    page = nurse.answers(mine, text="It is sent.", outcome="sent-to-pharmacy", then="close")
    assert "The patient has your answer. The item is still open." in page.text
    assert answers_of(world) == ["It is sent."]
    world.recovers()

    form = page.form("/answer")
    assert form.fields["text"] == [""]
    done = nurse.browser.submit(form, {"outcome": "sent-to-pharmacy", "then": "close-only"})
    assert "The item is closed." in done.text
    assert answers_of(world) == ["It is sent."]


def test_a_second_answer_after_a_first_that_could_not_be_closed_reaches_the_patient(
    world: World, nurse: Staff, mine: Page
) -> None:
    world.fails({"match": {"method": "PUT"}, "fault": ANSWERED})
    page = nurse.answers(mine, text="It is sent.", outcome="sent-to-pharmacy", then="close")
    world.recovers()

    form = page.form("/answer")
    nurse.browser.submit(
        form, {"text": "One more thing.", "outcome": "needs-visit", "then": "close"}
    )
    assert answers_of(world) == ["It is sent.", "One more thing."]


def test_an_item_that_changed_since_it_was_opened_sends_nothing(
    world: World, nurse: Staff, mine: Page
) -> None:
    """Somebody touched the item in the EHR: first look at it again."""
    task = task_of(world)
    world.ehr.update({**task, "note": [{"text": "Call her first"}]})
    page = nurse.answers(
        mine, text="It is sent.", outcome="sent-to-pharmacy", then="close", status=409
    )

    assert "This item was changed in the meantime. Look at it again." in page.text
    assert "It is sent." in page.text, "what was typed is there to be copied"
    assert answers_of(world) == []


def test_an_item_that_was_closed_by_another_sends_nothing(
    world: World, nurse: Staff, mine: Page
) -> None:
    task = task_of(world)
    world.ehr.update({**task, "status": "completed"})
    page = nurse.answers(
        mine, text="It is sent.", outcome="sent-to-pharmacy", then="close", status=409
    )

    assert "What you typed. It was not sent." in page.text
    assert answers_of(world) == []


def test_sending_the_same_answer_twice_at_once_is_one_answer(
    world: World, nurse: Staff, mine: Page
) -> None:
    form = mine.form("/answer")
    fields = {**form.fields, "text": "It is sent.", "then": "keep"}
    with ThreadPoolExecutor(5) as pool:
        sent = [
            pool.submit(nurse.browser.ask, "POST", form.action, fields=fields) for _ in range(5)
        ]
        assert {each.result().status_code for each in sent} <= {303, 502}

    assert answers_of(world) == ["It is sent."]


def test_two_nurses_who_take_a_message_without_work_make_one_task(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    check = patient.checks("lisinopril")
    world.fails(
        {"match": {"method": "POST", "type": "Task"}, "fault": {"kind": "status", "status": 403}}
    )
    patient.sends(check)
    world.recovers()
    other = people.staff(world)
    nurse.opens("tom")
    other.opens("nina")
    forms = [each.opens_item().form("/claim") for each in (nurse, other)]
    with ThreadPoolExecutor(2) as pool:
        taken = [
            pool.submit(each.browser.ask, "POST", form.action, fields=form.fields)
            for each, form in zip((nurse, other), forms, strict=True)
        ]
        statuses = sorted(each.result().status_code for each in taken)

    assert statuses == [303, 409]
    assert task_of(world)["owner"]["reference"].startswith("Practitioner/nurse-")


def only_reads_tasks(config: Json) -> None:
    scopes = config["ehrs"][1]["scopes"]
    assert "user/Task.crus" in scopes["clinician"]
    scopes["clinician"] = scopes["clinician"].replace("user/Task.crus", "user/Task.rs")


def test_where_the_ehr_lets_nobody_change_work_the_page_says_so() -> None:
    with opened(changed=only_reads_tasks) as world:
        patient = people.patient(world)
        patient.logs_in("james")
        patient.asks_for("lisinopril")
        nurse = people.staff(world)
        nurse.opens("tom")
        item = nurse.opens_item()

        assert "This EHR does not let this app change work items." in item.text
        assert not item.has_form("/claim")


def test_what_staff_typed_waits_for_them(nurse: Staff, mine: Page) -> None:
    nurse.answers(mine, text="Half a sentence", then="close", status=422)
    again = nurse.opens_item()

    assert again.form("/answer").fields["text"] == ["Half a sentence"]
