"""Whose token carries a submission, and that only what the EHR shows counts as received."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smartapp.sessions import StepState
from smartapp.sessions.submission import SubmissionState
from tests.workflow.fake_ehr import (
    Resource,
    fails_with,
    forgets,
    lost_after,
    works,
)
from tests.workflow.submitting import MARIA, Delivery

CONFIRMED, REFUSED = SubmissionState.CONFIRMED, SubmissionState.REFUSED
UNKNOWN, WAITING = SubmissionState.UNKNOWN, SubmissionState.WAITING_FOR_AUTHOR
ALL_DONE = {
    "QuestionnaireResponse": StepState.DONE,
    "Communication": StepState.DONE,
    "Task": StepState.DONE,
}


# --- the author ----------------------------------------------------------------------------------


def test_a_token_that_is_no_longer_taken_waits_for_its_author(desk: Delivery, sid: str) -> None:
    desk.ehr.fails("POST", works, fails_with(401))

    assert desk.carry(sid) is WAITING
    assert desk.steps(sid)["Communication"] is StepState.WAITING
    desk.sweep(after=100)
    assert desk.ehr.asked("POST", "Communication") == 1

    desk.outbox.give_token(sid, MARIA, desk.token("fresh"))

    assert desk.carry(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_a_token_that_ends_between_write_and_read_back_loses_nothing(
    desk: Delivery, sid: str
) -> None:
    desk.ehr.searchable = False
    desk.ehr.fails("GET", fails_with(401), fails_with(401))

    assert desk.carry(sid) is UNKNOWN
    desk.sweep()
    assert desk.state(sid) is WAITING

    desk.outbox.give_token(sid, MARIA, desk.token("fresh"))

    assert desk.carry(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_a_token_that_ends_while_it_is_unknown_leaves_it_unknown(desk: Delivery, sid: str) -> None:
    desk.ehr.fails("POST", lost_after)
    desk.carry(sid)
    desk.ehr.fails("GET", fails_with(401))
    desk.carry(sid)

    assert desk.state(sid) is WAITING
    assert desk.steps(sid)["QuestionnaireResponse"] is StepState.UNKNOWN

    desk.outbox.give_token(sid, MARIA, desk.token("fresh"))
    assert desk.carry(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_a_token_that_ran_out_is_not_used(desk: Delivery, sid: str) -> None:
    desk.clock.passes(4000)

    assert desk.carry(sid) is WAITING
    assert desk.ehr.heard == []


# --- read back -----------------------------------------------------------------------------------


def test_what_the_ehr_does_not_show_was_not_received(desk: Delivery, sid: str) -> None:
    desk.ehr.searchable = False
    desk.ehr.fails("GET", fails_with(404))

    assert desk.carry(sid) is UNKNOWN
    assert desk.ehr.asked("POST", "Communication") == 0


def test_what_the_ehr_shows_later_is_received_without_a_search(desk: Delivery, sid: str) -> None:
    desk.ehr.searchable = False
    desk.ehr.fails("GET", fails_with(404), fails_with(500))
    desk.carry(sid)
    desk.sweep()

    assert desk.state(sid) is UNKNOWN
    desk.sweep()
    assert desk.state(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_what_vanished_after_it_was_taken_is_sent_again_where_that_is_harmless(
    desk: Delivery, sid: str
) -> None:
    desk.ehr.fails("GET", forgets)
    desk.carry(sid)
    desk.clock.passes(10)

    assert desk.carry(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_an_ehr_that_lets_nobody_read_is_taken_at_its_word(desk: Delivery, sid: str) -> None:
    desk.ehr.fails("GET", *[fails_with(403)] * 3)

    assert desk.carry(sid) is CONFIRMED


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: {**r, "payload": [{"contentString": "My"}]} if "payload" in r else r,
        lambda r: {name: r[name] for name in r if name != "extension"},
        lambda r: {**r, "priority": "routine"} if r["resourceType"] == "Communication" else r,
    ],
)
def test_what_the_ehr_altered_is_flagged(
    desk: Delivery, sid: str, spoil: Callable[[Resource], Resource]
) -> None:
    desk.ehr.on_post = spoil

    assert desk.carry(sid) is CONFIRMED
    assert desk.step(sid, "Communication").reason_code == "altered"
    assert desk.step(sid, "QuestionnaireResponse").reason_code is None


def test_what_the_ehr_wrote_another_way_is_as_sent(desk: Delivery, sid: str) -> None:
    def normalised(resource: Resource) -> Resource:
        if resource["resourceType"] == "Task":
            resource["restriction"]["period"]["end"] = "2026-11-20T07:00:00.000-05:00"
        return resource | {"language": "es-MX"}

    desk.ehr.on_post = normalised

    assert desk.carry(sid) is CONFIRMED
    assert {step.reason_code for step in desk.found(sid).steps} == {None}


def test_what_was_filed_under_another_patient_is_not_received(desk: Delivery, sid: str) -> None:
    desk.ehr.on_post = lambda resource: {**resource, "subject": {"reference": "Patient/other"}}

    assert desk.carry(sid, patiently=True) is UNKNOWN
    desk.sweep(after=100)
    assert len(desk.ehr.of("QuestionnaireResponse")) == 1
    assert desk.ehr.of("Communication") == []
