"""Who wrote a message is said by what the sender is, not by the name that came with it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import World

APPROVAL = "I approve 90 tablets."
DOCTOR = "Dr. Anita Patel"


@pytest.fixture
def thread(world: World, patient: Patient) -> str:
    """The first message of a patient's request."""
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    (message,) = world.written("Communication")
    return f"Communication/{message['id']}"


def adds(world: World, thread: str, sender: dict[str, Any]) -> None:
    """As somebody with a patient's token can, without this app."""
    world.ehr.create(
        {
            "resourceType": "Communication",
            "status": "completed",
            "subject": {"reference": "Patient/james-carter"},
            "partOf": [{"reference": thread}],
            "sent": "2030-01-01T10:00:00Z",
            "sender": sender,
            "payload": [{"contentString": APPROVAL}],
        }
    )


def who_says_so(page: Page) -> str:
    """The words between the message before and this one."""
    return page.text.partition(APPROVAL)[0][-120:]


def test_a_patient_does_not_pass_for_a_doctor(world: World, thread: str, nurse: Staff) -> None:
    adds(world, thread, {"reference": "Patient/james-carter", "display": DOCTOR})
    nurse.opens("tom")
    page = nurse.opens_item()

    assert "The patient January 1, 2030" in who_says_so(page)
    assert DOCTOR not in who_says_so(page)


@pytest.mark.parametrize(
    "sender",
    [
        {"reference": "RelatedPerson/emily-for-leo", "display": DOCTOR},
        {"reference": "Patient/maria-lopez", "display": DOCTOR},
    ],
)
def test_who_acts_for_the_patient_does_not_pass_for_a_doctor(
    world: World, thread: str, nurse: Staff, sender: dict[str, Any]
) -> None:
    adds(world, thread, sender)
    nurse.opens("tom")

    assert f"{DOCTOR}, for the patient" in who_says_so(nurse.opens_item())


def test_a_name_without_a_person_is_only_what_the_message_says(
    world: World, thread: str, nurse: Staff
) -> None:
    adds(world, thread, {"display": DOCTOR})
    nurse.opens("tom")

    assert f"{DOCTOR}, as the message says" in who_says_so(nurse.opens_item())


def test_a_clinician_is_called_by_name(
    world: World, thread: str, patient: Patient, nurse: Staff
) -> None:
    adds(world, thread, {"reference": "Practitioner/dr-patel", "display": DOCTOR})
    nurse.opens("tom")

    assert f"{DOCTOR} January 1, 2030" in who_says_so(nurse.opens_item())
