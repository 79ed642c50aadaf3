"""Somebody who logs in as a Person, and is a patient of their own and the father of another."""

from __future__ import annotations

import pytest

from tests.app import people
from tests.app.world import World

PERSON = "Person/daniel-nguyen"


@pytest.mark.smart(76)
@pytest.mark.parametrize(
    ("record", "known_as"),
    [("daniel-nguyen", "Patient/daniel-nguyen"), ("leo-nguyen", "RelatedPerson/daniel-for-leo")],
)
def test_who_logs_in_as_a_person_can_ask_under_the_name_that_the_record_has_for_them(
    world: World, record: str, known_as: str
) -> None:
    world.prescribes(record, "Vitamin D")
    daniel = people.patient(world)
    daniel.logs_in("daniel", record)

    daniel.asks_for("Vitamin D")

    (message,) = world.written("Communication")
    assert message["sender"]["reference"] == known_as
    assert message["subject"]["reference"] == f"Patient/{record}"
    assert world.asked("GET", f"/fhir/{PERSON}")
