"""Nothing of one patient's reaches another's page, whatever a resource points to."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.app import people
from tests.app.asked import messages_in
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import World

MARIAS = "Salgo de viaje el viernes."
NO_TASKS = {"match": {"method": "POST", "type": "Task"}, "fault": {"kind": "status", "status": 403}}
Json = dict[str, Any]


def asks(world: World, username: str, **words: str) -> Patient:
    patient = people.patient(world)
    patient.logs_in(username)
    patient.asks_for("lisinopril", **words)
    return patient


def of(world: World, kind: str, patient: str) -> Json:
    """What the app wrote for this patient."""
    whose = {"reference": f"Patient/{patient}"}
    (found,) = [
        each for each in world.written(kind) if whose in (each.get("subject"), each.get("for"))
    ]
    return copy.deepcopy(found)


def item_of(nurse: Staff, name: str) -> Page:
    rows = [href for _, href in nurse.queue().links if "/queue/" in href]
    return nurse.browser.get(
        next(href for href in rows if name in nurse.browser.follow("GET", href).text)
    )


@pytest.fixture
def both(world: World) -> None:
    asks(world, "maria", more=MARIAS)
    asks(world, "james")


def test_answers_of_another_patient_are_not_shown_beside_an_item(
    world: World, both: None, nurse: Staff
) -> None:
    task = of(world, "Task", "james-carter")
    hers = of(world, "QuestionnaireResponse", "maria-lopez")
    pointers = [each["valueReference"] for each in task["input"] if "valueReference" in each]
    pointers[0]["reference"] = f"QuestionnaireResponse/{hers['id']}"
    world.ehr.update(task)
    nurse.opens("tom")
    page = item_of(nurse, "James Alan Carter")

    assert "The patient’s answers could not be loaded." in page.text
    assert MARIAS not in page.text
    withheld = world.events("compartment.mismatch")
    assert {each["patient"]["ref"] for each in withheld} == {"Patient/james-carter"}


def test_a_message_of_another_patient_is_not_shown_in_a_thread(
    world: World, both: None, nurse: Staff
) -> None:
    hers, his = (of(world, "Communication", each) for each in ("maria-lopez", "james-carter"))
    hers["partOf"] = [{"reference": f"Communication/{his['id']}"}]
    world.ehr.update(hers)
    nurse.opens("tom")

    assert MARIAS not in item_of(nurse, "James Alan Carter").text


def test_an_item_of_the_queue_does_not_open_in_another_patients_chart(
    world: World, both: None
) -> None:
    """Nor anywhere but in the session that named it."""
    queue, chart = people.staff(world), people.staff(world)
    queue.opens("tom")
    chart.opens("tom", "samuel-osei")
    for _, href in queue.queue().links:
        if "/queue/" in href:
            assert queue.browser.get(href).status == 200
            handle = href.rpartition("/")[2]
            chart.browser.get(f"{chart.home}/queue/{handle}", status=404)


def test_work_of_one_patient_does_not_hide_the_message_of_another(
    world: World, nurse: Staff
) -> None:
    """A patient's own token may create work that names any message as what it is about."""
    world.fails(NO_TASKS)
    asks(world, "james")
    his = of(world, "Communication", "james-carter")
    world.ehr.create(
        {
            "resourceType": "Task",
            "status": "completed",
            "intent": "order",
            "focus": {"reference": f"Communication/{his['id']}"},
            "for": {"reference": "Patient/maria-lopez"},
        }
    )

    nurse.opens("tom")
    assert "Refill: lisinopril" in nurse.queue().text


def test_an_answer_to_one_patient_does_not_hide_the_message_of_another(
    world: World, nurse: Staff
) -> None:
    world.fails(NO_TASKS)
    asks(world, "james")
    his = of(world, "Communication", "james-carter")
    world.ehr.create(
        {
            "resourceType": "Communication",
            "status": "completed",
            "partOf": [{"reference": f"Communication/{his['id']}"}],
            "subject": {"reference": "Patient/maria-lopez"},
            "sender": {"reference": "Practitioner/dr-patel"},
            "sent": "2030-01-01T10:00:00Z",
            "payload": [{"contentString": "Come in on Monday."}],
        }
    )

    nurse.opens("tom")
    assert "Refill: lisinopril" in nurse.queue().text


def test_an_answer_goes_to_no_other_patient(world: World, both: None, nurse: Staff) -> None:
    """Whoever a message names as its sender: the record of each patient in it would hold it."""
    message = of(world, "Communication", "james-carter")
    message["sender"] = {"reference": "Patient/maria-lopez", "display": "Maria"}
    world.ehr.update(message)
    nurse.opens("tom", "james-carter")
    nurse.answers_and_closes("Two tablets, not one.")

    (answer,) = [each for each in messages_in(world) if "Two tablets" in str(each["payload"])]
    assert answer["subject"]["reference"] == "Patient/james-carter"
    assert answer["recipient"] == [{"reference": "Patient/james-carter"}]
