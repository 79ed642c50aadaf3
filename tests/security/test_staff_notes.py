"""What staff write to each other about a patient is no message to the patient, nor an answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import World

NOTE = "Between us: I doubt this."
TOM = {"reference": "Practitioner/nurse-berg", "display": "Tom Berg, RN"}
JAMES = {"reference": "Patient/james-carter"}
AMONG_STAFF = [
    [{"reference": "Practitioner/dr-patel"}],
    [{"reference": "CareTeam/team-refills"}, {"reference": "PractitionerRole/dr-patel-role"}],
    [{"type": "Practitioner", "display": "Dr. Anita Patel"}],
    [{"reference": "#anita"}],
]


@pytest.fixture
def receipt(world: World, patient: Patient) -> Page:
    patient.logs_in("james")
    return patient.asks_for("lisinopril")


def note(world: World, recipients: list[dict[str, Any]], **more: Any) -> None:
    """As somebody writes it in the EHR itself."""
    world.ehr.create(
        {
            "resourceType": "Communication",
            "contained": [{"resourceType": "Practitioner", "id": "anita"}],
            "status": "completed",
            "topic": {"text": NOTE},
            "subject": JAMES,
            "sender": TOM,
            "recipient": recipients,
            "sent": "2030-01-01T10:00:00Z",
            "payload": [{"contentString": NOTE}],
            **more,
        }
    )


@pytest.mark.parametrize("recipients", AMONG_STAFF)
def test_a_note_among_staff_is_on_no_page_of_the_patient(
    world: World, patient: Patient, receipt: Page, recipients: list[dict[str, Any]]
) -> None:
    (asked,) = world.written("Communication")
    note(world, recipients)
    note(world, recipients, partOf=[{"reference": f"Communication/{asked['id']}"}])

    for path in ("start", "requests", "medicines"):
        assert NOTE not in patient.go(path).text
    thread = patient.browser.get(receipt.url)
    assert NOTE not in thread.text
    assert "Answered" not in patient.go("requests").text


def test_staff_read_it_in_the_thread(world: World, receipt: Page, nurse: Staff) -> None:
    (asked,) = world.written("Communication")
    note(world, AMONG_STAFF[0], partOf=[{"reference": f"Communication/{asked['id']}"}])
    nurse.opens("tom")

    assert NOTE in nurse.opens_item().text


def test_a_message_with_a_note_still_waits_for_its_answer(
    world: World, patient: Patient, nurse: Staff
) -> None:
    refused = {"kind": "status", "status": 403}
    world.fails({"match": {"method": "POST", "type": "Task"}, "fault": refused})
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    (asked,) = world.written("Communication")
    note(world, AMONG_STAFF[0], partOf=[{"reference": f"Communication/{asked['id']}"}])
    nurse.opens("tom")

    assert "Refill: lisinopril" in nurse.queue().text


def test_an_answer_to_the_patient_is_shown_whoever_else_gets_it(
    world: World, patient: Patient, receipt: Page
) -> None:
    (asked,) = world.written("Communication")
    thread = [{"reference": f"Communication/{asked['id']}"}]
    note(world, [*AMONG_STAFF[0], JAMES], partOf=thread)

    assert NOTE in patient.browser.get(receipt.url).text
