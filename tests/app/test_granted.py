"""Whatever part of its scopes an EHR grants, and however it writes them: no form in vain."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app import people
from tests.app.people import Patient
from tests.app.world import Json, World, opened

# Granted, in other words: then all works.
WRITTEN: dict[str, Json] = {
    "v1": {"written": "v1"},
    "a scope for each letter": {"written": "split"},
    "as URIs": {"written": "uri"},
    "more than was asked": {"extra": ["patient/Observation.rs", "__vendor", "https://x.example/y"]},
}
# Denied, in part: then what cannot be sent is not asked.
DENIED: dict[str, Json] = {
    "no messages": {"deny": ["patient/Communication"]},
    "messages to read only": {"deny": ["patient/Communication.c"]},
}
# Denied, but not needed: the words carry the answers, and staff make the Task.
NOT_NEEDED: dict[str, Json] = {
    "no answers": {"deny": ["patient/QuestionnaireResponse"]},
    "answers to read only": {"deny": ["patient/QuestionnaireResponse.c"]},
    "no tasks": {"deny": ["patient/Task"]},
    "tasks to read only": {"deny": ["patient/Task.c"]},
    "no visits": {"deny": ["patient/Encounter"]},
    "no offline access": {"deny": ["offline_access"]},
}


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    yield shared
    shared.recovers()


def grants(world: World, how: Json) -> None:
    rule = {"match": {"path": "/oauth/token"}, "fault": {"kind": "scopes", **how}}
    world.fails(rule)


def can_ask(patient: Patient) -> bool:
    links = patient.go("medicines").links
    return any(href.endswith("/refill") for _, href in links)


@pytest.mark.smart(80, 84, 85, 87, 88, 103)
@pytest.mark.parametrize("how", [*WRITTEN, *NOT_NEEDED])
def test_what_is_offered_can_be_sent(world: World, how: str) -> None:
    before = len(world.written("Communication"))
    world.ehr.load([a_medicine_of(how)])
    grants(world, (WRITTEN | NOT_NEEDED)[how])
    patient = people.patient(world)
    patient.logs_in("james")
    world.recovers()

    patient.asks_for(f"Medicine for {how}")

    assert len(world.written("Communication")) == before + 1


def a_medicine_of(how: str) -> Json:
    """One that nobody has asked for yet."""
    return {
        "resourceType": "MedicationRequest",
        "id": f"james-{how.replace(' ', '-')}",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": f"Medicine for {how}"},
        "subject": {"reference": "Patient/james-carter"},
        "dosageInstruction": [{"text": "Take 1 tablet by mouth every morning"}],
        "dispenseRequest": {"numberOfRepeatsAllowed": 3},
    }


@pytest.mark.smart(85)
@pytest.mark.parametrize("how", DENIED)
def test_what_could_not_be_sent_is_not_offered(world: World, how: str) -> None:
    grants(world, DENIED[how])
    patient = people.patient(world)
    patient.logs_in("james")

    assert not can_ask(patient)
    assert "does not let you ask" in patient.go("medicines").text
