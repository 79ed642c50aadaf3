"""No item is put out of reach by what somebody wrote into it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.app.people import Patient, Staff
from tests.app.world import World

UNKNOWN = [{"url": "https://elsewhere.example/not", "valueBoolean": True}]


@pytest.mark.parametrize(
    "odd",
    [
        {"item": [{"linkId": "taking", "answer": [{"valueDate": 5}]}]},
        {"item": [{"answer": [{"valueBoolean": True}]}]},
        {"item": "none"},
        {"modifierExtension": UNKNOWN},
    ],
)
def test_answers_that_nobody_can_read_leave_the_item_open_to_staff(
    world: World, patient: Patient, nurse: Staff, odd: dict[str, Any]
) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    (answers,) = world.written("QuestionnaireResponse")
    world.ehr.update({**copy.deepcopy(answers), **odd})
    nurse.opens("tom")

    item = nurse.takes(nurse.opens_item())
    assert "The patient’s answers could not be loaded." in item.text
    assert "I would like a refill" in item.text
