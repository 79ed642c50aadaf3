"""What was sent is never said not to be, or somebody sends it again in other words."""

from __future__ import annotations

from tests.app.asked import messages_in
from tests.app.people import Patient, Staff
from tests.app.world import World

NOT_SENT = "What you typed. It was not sent."
CLOSING = {"text": "It is on its way.", "outcome": "sent-to-pharmacy", "then": "close"}


def test_an_answer_that_is_sent_again_after_its_item_was_closed(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    mine = nurse.takes(nurse.opens_item())
    nurse.answers(mine, **CLOSING)
    again = nurse.answers(mine, **CLOSING, status=409)

    assert NOT_SENT not in again.text
    assert again.text.count("It is on its way.") == 2  # in the thread, and in the chart's summary
    assert len(messages_in(world)) == 2


def test_an_answer_that_was_not_sent_is_given_back(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    mine = nurse.takes(nurse.opens_item())
    nurse.answers(mine, **CLOSING)
    other = nurse.answers(mine, **{**CLOSING, "text": "Take one a day."}, status=409)

    assert NOT_SENT in other.text
    assert "Take one a day." in other.text
    assert len(messages_in(world)) == 2
