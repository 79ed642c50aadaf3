"""The steps of a correction of the record: as its guide names them, never further than known."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.fhir.message import coded
from smartapp.pages.tracker import steps_of
from smartapp.words import words_for
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.progress import step_reached
from smartapp.workflow.requests import requests_of
from tests.workflow.threads import TOM, VOCABULARY, at, message, owned_by, task

GUIDE = "http://hl7.org/fhir/uv/patient-corrections/CodeSystem/PatientCorrectionBusinessStatus"
MINE = owned_by(TOM)
QUEUED, IN_REVIEW = "Received, not looked at yet", "Being looked at"
WAITING = "We wait for something from you"


def outcome(code: str) -> dict[str, Any]:
    kind = coded(VOCABULARY.detail, "outcome")
    ended = {"type": kind, "valueCodeableConcept": coded(VOCABULARY.outcome, code, code)}
    return {"status": "completed", "lastModified": at(10).isoformat(), "output": [ended], **MINE}


def stage(system: str, code: str) -> dict[str, Any]:
    return {**MINE, "businessStatus": coded(system, code)}


@pytest.mark.parametrize(
    ("work", "answered", "reached", "shown"),
    [
        ({}, False, "queued", [QUEUED, "Finished"]),
        (MINE, False, "in-review", [QUEUED, IN_REVIEW, "Finished"]),
        (
            stage(VOCABULARY.stage, "waiting-for-patient"),
            True,
            "waiting-for-information",
            [QUEUED, IN_REVIEW, WAITING, "Finished"],
        ),
        (
            stage(GUIDE, "accepted"),
            False,
            "accepted",
            [QUEUED, IN_REVIEW, "Accepted: we will correct it", "Finished"],
        ),
        (
            outcome("amendment-completed"),
            True,
            "amendment-completed",
            [QUEUED, IN_REVIEW, "Corrected"],
        ),
        (
            outcome("denied"),
            True,
            "denied",
            [QUEUED, IN_REVIEW, "Not corrected: the reason is in our answer"],
        ),
    ],
)
def test_a_correction_is_where_the_work_says_it_is(
    policy: Policy, work: dict[str, Any], answered: bool, reached: str, shown: list[str]
) -> None:
    topic = policy.topic("record-correction")
    said = [message("1", sent=at(8))]
    said += [message("2", TOM, sent=at(9), root="Communication/1")] if answered else []
    (request,) = requests_of(said, [task("9", "1", **work)])

    step = step_reached(topic, request)
    steps = steps_of(words_for("en", policy.calendar.zone), request, topic)

    assert step is not None
    assert step.code == reached
    assert [each.text for each in steps] == shown
    assert [each.text for each in steps if each.current] == [step.words["en"]]
    assert not [each for each in steps if each.when and not (each.done or each.current)]


def test_other_topics_and_ends_that_nobody_knows_have_the_plain_way(policy: Policy) -> None:
    (request,) = requests_of([message("1", sent=at(8))], [task("9", "1", **outcome("something"))])
    words = words_for("en", policy.calendar.zone)

    for topic in (policy.topic("record-correction"), policy.topic("refill"), None):
        assert step_reached(topic, request) is None
        assert steps_of(words, request, topic)[-1].text == "Finished"
