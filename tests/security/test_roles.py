"""Which queues somebody of the clinic works is what their role says today."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.app.people import Patient, Staff
from tests.app.world import World

NO_QUEUE = "Your role works no queue here."


def changes_the_role(world: World, change: dict[str, Any]) -> None:
    (role,) = [
        each
        for each in world.ehr.of_type("PractitionerRole")
        if each["practitioner"]["reference"] == "Practitioner/nurse-berg"
    ]
    world.ehr.update({**copy.deepcopy(role), **change})


@pytest.mark.parametrize(
    "change",
    [
        {"period": {"start": "2019-01-01", "end": "2021"}},
        {"period": {"end": "2021-03-31"}},
        {"period": {"start": "2199-01-01"}},
        {"active": False},
    ],
)
def test_who_left_or_has_not_begun_sees_no_queue(
    world: World, nurse: Staff, change: dict[str, Any]
) -> None:
    changes_the_role(world, change)

    assert NO_QUEUE in nurse.opens("tom").text


@pytest.mark.parametrize("period", [{"start": "2019-01-01"}, {"end": "2199"}, {}])
def test_whose_role_goes_on_works_its_queues(
    world: World, nurse: Staff, period: dict[str, Any]
) -> None:
    changes_the_role(world, {"period": {**period, "start": period.get("start", "2019")}})

    assert "Refills" in nurse.opens("tom").text


def test_for_who_works_no_queue_nobodys_messages_are_read(world: World, nurse: Staff) -> None:
    """The EHR's own log would name them as somebody who read all of it."""
    changes_the_role(world, {"active": False})
    nurse.opens("tom")
    world.forgets_what_was_asked()
    page = nurse.queue()

    assert NO_QUEUE in page.text
    assert world.asked("GET", "/fhir/Communication") == []
    assert world.asked("GET", "/fhir/Task") == []


def test_whose_item_was_refused_is_on_record(world: World, patient: Patient, nurse: Staff) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    item = nurse.opens_item()
    (task,) = world.written("Task")
    queue = {"coding": [{"system": world.vocabulary.queue, "code": "physician"}]}
    world.ehr.update({**copy.deepcopy(task), "performerType": [queue]})
    nurse.browser.get(item.url, status=403)

    (event,) = world.events("access.denied")
    assert event["patient"]["ref"] == "Patient/james-carter"
