"""A request: decided by the clinic's rules, and written down with all that decided it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from smartapp.fhir.medication import MedicationOrder
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.workflow.asking import Asking
from smartapp.workflow.medicines import offers
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.refills import order_facts
from smartapp.workflow.subjects import order_subject
from smartapp.workflow.submission import steps_for
from tests.workflow.conftest import Given
from tests.workflow.threads import VOCABULARY

NOW = datetime(2026, 11, 20, 16, tzinfo=UTC)
SID = "6d0c3d6e-0000-4000-8000-000000000001"
MARIA = Patient.from_fhir({"resourceType": "Patient", "id": "maria", "birthDate": "1984-05-17"})


@pytest.fixture
def request_with(policy: Policy, usual_answers: Given) -> Callable[..., Asking]:
    topic = policy.topic("refill")

    def request(name: str = "lisinopril 10 mg", **changes: Any) -> Asking:
        json = {
            "resourceType": "MedicationRequest",
            "id": "88",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"text": name} if name else None,
        }
        order = MedicationOrder.from_fhir(json, {})
        assert order is not None
        today = policy.calendar.local(NOW).date()
        offered = offers(Section((order,)), Section(()), Section(()), topic.limits, today)
        return Asking(
            policy=policy,
            topic=topic,
            subject=order_subject(order, order_facts(offered.items[0].facts, today)),
            patient=MARIA,
            person={},
            answers={**usual_answers, **changes},
            language="es",
            now=NOW,
        )

    return request


def test_what_is_written_carries_the_decision_and_what_led_to_it(
    request_with: Callable[..., Asking],
) -> None:
    request = request_with()
    decision = request.decision()

    asked = request.asked(SID, ("Patient/maria", "María López"), "words", ())

    assert asked.routing.queue == decision.queue
    assert asked.routing.priority == decision.priority
    assert asked.routing.due == decision.due
    assert asked.routing.rule == decision.rule
    assert asked.routing.policy_version == decision.policy_version
    assert asked.routing.summary
    assert asked.about == (("MedicationRequest/88", "lisinopril 10 mg"),)
    assert asked.patient == "Patient/maria"
    assert asked.topic[0] == "refill"


def test_a_danger_that_was_named_goes_to_a_nurse_at_once_and_says_so(
    request_with: Callable[..., Asking],
) -> None:
    asked = request_with(**{"red-flags": ("fainting",)}).asked(SID, ("Patient/maria", ""), "w", ())

    assert asked.routing.queue == "nurse-triage"
    assert asked.routing.priority == "stat"
    assert asked.routing.red_flags == ("fainting",)


def test_the_patients_own_words_are_all_of_them(
    request_with: Callable[..., Asking],
) -> None:
    spoken = request_with(
        **{"side-effects": (True,), "side-effects-words": ("I cough",), "more": ("Please hurry",)}
    )

    assert spoken.own_words() == "I cough\n\nPlease hurry"
    assert request_with().own_words() == ""


@pytest.mark.parametrize("name", ["lisinopril 10 mg", ""])
def test_every_order_can_be_written_down(request_with: Callable[..., Asking], name: str) -> None:
    asked = request_with(name).asked(SID, ("Patient/maria", ""), "words", ())

    for with_response in (True, False):
        steps = steps_for(asked, VOCABULARY, with_response=with_response, with_task=True)
        assert steps[-1].resource_type == "Task"
