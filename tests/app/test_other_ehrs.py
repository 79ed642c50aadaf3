"""Asking for something where the EHR takes less: what arrives, and what people are told to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from smartapp.views.sweep import sweep_once
from tests.app import people
from tests.app.people import Patient
from tests.app.world import World, opened

PHONE = "312-555-0142"
MEDICINE = "lisinopril 10 mg tablet"


@pytest.fixture
def patient_at(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Dorothy, who reads English, at an EHR of this kind."""
    with opened() as world:

        def at(profile: str, *, truthful: bool = True) -> tuple[World, Patient]:
            world.behaves(profile=profile, truthful=truthful)
            patient = people.patient(world)
            patient.logs_in("james")
            return world, patient

        yield at


def stored(world: World) -> tuple[int, int, int]:
    kinds = ("QuestionnaireResponse", "Communication", "Task")
    first, second, third = (len(world.written(kind)) for kind in kinds)
    return first, second, third


def medicine_of(patient: Patient) -> str:
    links = [words for words, href in patient.go("medicines").links if href.endswith("/refill")]
    return links[0].split(": ", 1)[-1] if links else ""


@pytest.mark.parametrize(
    ("profile", "truthful", "arrives"),
    [
        ("open", True, (1, 1, 1)),
        ("meditech", True, (1, 1, 0)),
        ("meditech", False, (1, 1, 0)),
    ],
)
def test_where_messages_are_taken_a_request_arrives_with_or_without_a_task(
    patient_at: Any, profile: str, truthful: bool, arrives: tuple[int, int, int]
) -> None:
    world, patient = patient_at(profile, truthful=truthful)

    receipt = patient.asks_for(medicine_of(patient))

    assert "The clinic has your request" in receipt.text
    assert stored(world) == arrives


@pytest.mark.parametrize("truthful", [True, False])
def test_where_no_task_can_be_made_the_nurses_find_the_request_all_the_same(
    patient_at: Any, truthful: bool
) -> None:
    world, patient = patient_at("meditech", truthful=truthful)
    medicine = medicine_of(patient)
    patient.asks_for(medicine)
    nurse = people.staff(world)

    nurse.opens("tom", "james-carter")

    assert medicine in nurse.queue().text


@pytest.mark.parametrize("profile", ["epic", "oracle"])
def test_where_neither_message_nor_form_is_taken_people_are_told_to_call_before_they_type(
    patient_at: Any, profile: str
) -> None:
    world, patient = patient_at(profile)

    asking, medicines = patient.go("ask"), patient.go("medicines")

    for page in (asking, medicines):
        assert "does not let you ask for" in page.text
        assert PHONE in page.text
        assert not [href for _, href in page.links if "/ask/" in href]
    assert stored(world) == (0, 0, 0)


@pytest.mark.parametrize("profile", ["epic", "oracle", "athenahealth"])
def test_what_an_ehr_promised_and_refuses_is_not_received_and_nothing_is_lost(
    patient_at: Any, profile: str
) -> None:
    world, patient = patient_at(profile, truthful=False)
    form = patient.browser.get(f"{patient.home}/ask/feedback").form("/feedback")
    answers = {"what": "praise", "answer": "false", "words": "The nurse was kind.", "then": "check"}

    end = patient.sends(patient.browser.submit(form, answers))

    assert "The clinic did NOT get your request" in end.text
    assert "The nurse was kind." in end.text
    assert PHONE in end.text
    assert world.written("Communication") == world.written("Task") == []


BROKEN = {
    "match": {"method": "POST", "type": "Communication"},
    "fault": {"kind": "status", "status": 500},
}


def test_what_no_search_can_settle_its_author_can_send_once_more(patient_at: Any) -> None:
    world, patient = patient_at("meditech")
    check = patient.checks(medicine_of(patient))
    world.fails(BROKEN)
    confirming = patient.sends(check)
    world.recovers()
    assert "We are making sure" in confirming.text
    assert "Send it once more" not in confirming.text, "it may still be on its way"
    assert "I would like a refill of" in confirming.text, "what they wrote, to be read out"

    world.clock.passes(700)
    unsure = patient.browser.get(confirming.path)
    received = patient.browser.submit(unsure.form("/again"))

    assert "We could not find out if the clinic has your request" in unsure.text
    assert PHONE in unsure.text
    assert "The clinic has your request" in received.text
    assert stored(world) == (1, 1, 0)


def test_how_long_the_oldest_waits_is_in_the_log(patient_at: Any) -> None:
    world, patient = patient_at("meditech")
    check = patient.checks(medicine_of(patient))
    world.fails(BROKEN)
    patient.sends(check)
    world.clock.passes(400)

    sweep_once(world.services)

    (measured,) = world.log.events("oldest in the outbox")
    assert measured["ms"] >= 400_000
    assert measured["level"].lower() == "warning"


NO_FORMS = {
    "match": {"method": "POST", "type": "QuestionnaireResponse"},
    "fault": {"kind": "status", "status": 422},
}


def test_where_the_form_is_refused_the_message_carries_the_answers(patient_at: Any) -> None:
    world, patient = patient_at("open")
    check = patient.checks(medicine_of(patient))
    world.fails(NO_FORMS)

    receipt = patient.sends(check)

    assert "The clinic has your request" in receipt.text
    assert stored(world) == (0, 1, 1)
    (message,) = world.written("Communication")
    said = message["payload"][0]["contentString"]
    assert "How much of this medicine do you have left?" in said
    assert not [each for each in message.get("about", []) if "urn:" in each["reference"]]
    (task,) = world.written("Task")
    assert "urn:uuid" not in str(task)


def test_the_same_where_how_it_ended_was_not_heard_at_first(patient_at: Any) -> None:
    world, patient = patient_at("open")
    check = patient.checks(medicine_of(patient))
    lost = {"match": {"method": "POST", "type": "Communication", "times": 1}}
    world.fails(NO_FORMS, {**lost, "fault": {"kind": "lost"}})

    receipt = patient.sends(check)

    assert "The clinic has your request" in receipt.text
    assert stored(world) == (0, 1, 1)
