"""A submission ends as done, refused or unknown: never lost, never twice, never falsely."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from smartapp.errors import EhrUnreachable
from smartapp.sessions import StepState, Submission
from smartapp.sessions.submission import Step, SubmissionState
from smartapp.workflow.looking import ASK_AUTHOR_SECONDS
from tests.workflow.fake_ehr import (
    fails_with,
    lost_after,
    lost_before,
    silent_after,
    truncated_after,
    works,
)
from tests.workflow.submitting import MARIA, Delivery, submission

CONFIRMED, REFUSED = SubmissionState.CONFIRMED, SubmissionState.REFUSED
UNKNOWN, WAITING = SubmissionState.UNKNOWN, SubmissionState.WAITING_FOR_AUTHOR
ALL_DONE = {
    "QuestionnaireResponse": StepState.DONE,
    "Communication": StepState.DONE,
    "Task": StepState.DONE,
}


# --- done ----------------------------------------------------------------------------------------


def test_a_submission_arrives_whole_and_points_to_itself(desk: Delivery, sid: str) -> None:
    assert desk.carry(sid) is CONFIRMED

    held = {kind: each[0] for kind, each in desk.in_ehr(sid).items()}
    message, task = held["Communication"], held["Task"]
    assert message["about"][0] == {
        "reference": f"QuestionnaireResponse/{held['QuestionnaireResponse']['id']}"
    }
    assert task["focus"] == {"reference": f"Communication/{message['id']}"}
    assert "urn:uuid" not in str(held)


def test_each_step_is_told_before_it_is_sent_and_when_it_is_known(desk: Delivery, sid: str) -> None:
    desk.carry(sid)

    assert desk.told == [
        (kind, state)
        for kind in ("QuestionnaireResponse", "Communication", "Task")
        for state in ("posting", "done")
    ]


def test_what_is_done_is_not_sent_again(desk: Delivery, sid: str) -> None:
    desk.carry(sid)
    before = len(desk.ehr.heard)

    desk.carry(sid)
    desk.sweep(after=100)

    assert len(desk.ehr.heard) == before
    assert desk.outbox.unfinished() == ()


def test_a_submission_without_form_and_work_is_one_message(desk: Delivery) -> None:
    sid = desk.receive(submission(with_response=False, with_task=False))

    assert desk.carry(sid) is CONFIRMED
    assert [len(held) for held in desk.in_ehr(sid).values()] == [0, 1, 0]


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 422])
def test_what_the_ehr_refuses_is_not_promised_as_sent(
    desk: Delivery, sid: str, status: int
) -> None:
    desk.ehr.fails("POST", *[fails_with(status)] * 2)

    assert desk.carry(sid, patiently=True) is REFUSED

    assert desk.ehr.resources == {}
    assert desk.ehr.asked("POST", "Communication") == 1
    assert desk.ehr.asked("POST", "Task") == 0
    desk.sweep(after=100)
    assert desk.ehr.resources == {}


@pytest.mark.parametrize("status", [400, 403, 404, 405, 422])
def test_where_the_form_is_refused_the_words_carry_the_answers(
    desk: Delivery, sid: str, status: int
) -> None:
    desk.ehr.fails("POST", fails_with(status))

    assert desk.carry(sid, patiently=True) is CONFIRMED

    held = desk.in_ehr(sid)
    assert [len(each) for each in held.values()] == [0, 1, 1]
    (message,) = held["Communication"]
    assert "Which pharmacy? Elm Street" in message["payload"][0]["contentString"]
    assert "urn:uuid" not in str(held)


def test_a_refused_message_is_refused_although_the_form_arrived(desk: Delivery, sid: str) -> None:
    desk.ehr.fails("POST", works, fails_with(422))

    assert desk.carry(sid) is REFUSED
    assert [len(held) for held in desk.in_ehr(sid).values()] == [1, 0, 0]


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_refused_work_does_not_take_back_what_the_clinic_has(
    desk: Delivery, sid: str, status: int
) -> None:
    desk.ehr.fails("POST", works, works, fails_with(status))

    assert desk.carry(sid) is CONFIRMED

    (message,) = desk.in_ehr(sid)["Communication"]
    assert "refills" in str(message["extension"])
    assert desk.step(sid, "Task").reason_code


def test_what_our_own_gate_stops_was_never_sent(desk: Delivery) -> None:
    received = replace(submission(), person=replace(MARIA, patient_id="somebody-else"))
    desk.outbox.receive(received, desk.token())

    desk.courier().carry(received.sid)

    found = desk.outbox.find(received.sid, received.person)
    assert found is not None
    assert found.state is REFUSED
    assert desk.ehr.heard == []


# --- unknown -------------------------------------------------------------------------------------

UNHEARD = [
    lost_after,
    truncated_after,
    silent_after,
    fails_with(500, after=True),
    fails_with(502, after=True),
    fails_with(503, after=True),
    fails_with(408, after=True),
    fails_with(302, {"Location": "/login"}, after=True),
]


@pytest.mark.parametrize("fault", UNHEARD)
@pytest.mark.parametrize("step", [0, 1, 2])
def test_what_arrived_unheard_is_found_and_not_sent_again(
    desk: Delivery, sid: str, fault: Any, step: int
) -> None:
    desk.ehr.fails("POST", *[works] * step, fault)

    assert desk.carry(sid, patiently=True) is CONFIRMED

    assert desk.has_one_of_each(sid)
    assert sum(heard[0] == "POST" for heard in desk.ehr.heard) == 3


@pytest.mark.parametrize("fault", UNHEARD)
def test_where_it_can_be_found_it_is_found_even_where_it_could_not_be_repeated(
    desk: Delivery, sid: str, fault: Any
) -> None:
    desk.ehr.conditional = False
    desk.ehr.fails("POST", works, fault)

    assert desk.carry(sid, patiently=True) is CONFIRMED
    assert desk.has_one_of_each(sid)


@pytest.mark.parametrize("fault", [lost_before, fails_with(500), fails_with(504), fails_with(302)])
def test_what_got_lost_on_the_way_is_sent_again_after_the_index_had_its_time(
    desk: Delivery, sid: str, fault: Any
) -> None:
    desk.ehr.fails("POST", works, fault)

    assert desk.carry(sid) is UNKNOWN
    assert desk.carry(sid) is UNKNOWN
    assert desk.ehr.asked("POST", "Communication") == 1

    desk.clock.passes(2)

    assert desk.carry(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_who_waits_for_the_page_waits_out_the_index_once(desk: Delivery, sid: str) -> None:
    desk.ehr.fails("POST", lost_before)

    assert desk.carry(sid, patiently=True) is CONFIRMED
    assert desk.waited == 2


@pytest.mark.parametrize("fault", [lost_before, fails_with(500)])
@pytest.mark.parametrize(
    "declares",
    [
        {"searchable": False, "conditional": True},
        {"searchable": False, "conditional": False},
        {"searchable": False, "conditional": False, "by_patient": False},
    ],
)
def test_where_nothing_can_be_looked_up_nothing_is_ever_sent_twice(
    desk: Delivery, sid: str, fault: Any, declares: dict[str, bool]
) -> None:
    for name, value in declares.items():
        setattr(desk.ehr, name, value)
    desk.ehr.fails("POST", works, fault)
    desk.carry(sid, patiently=True)

    for _ in range(20):
        desk.sweep(after=100)

    assert desk.state(sid) is UNKNOWN
    assert desk.ehr.asked("POST", "Communication") == 1


def test_what_is_there_is_found_among_all_that_the_patient_has(desk: Delivery, sid: str) -> None:
    desk.ehr.searchable = desk.ehr.conditional = False
    desk.ehr.fails("POST", works, lost_after)

    assert desk.carry(sid, patiently=True) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_without_any_search_what_is_there_stays_unknown(desk: Delivery, sid: str) -> None:
    desk.ehr.searchable = desk.ehr.conditional = desk.ehr.by_patient = False
    desk.ehr.fails("POST", works, lost_after)

    assert desk.carry(sid, patiently=True) is UNKNOWN
    assert desk.ehr.asked("POST", "Communication") == 1


def test_where_a_repeat_is_not_harmless_what_is_not_found_stays_unknown(
    desk: Delivery, sid: str
) -> None:
    desk.ehr.conditional = False
    desk.ehr.fails("POST", works, lost_before)
    desk.carry(sid, patiently=True)

    for _ in range(20):
        desk.sweep(after=100)

    assert desk.state(sid) is UNKNOWN
    assert desk.ehr.asked("POST", "Communication") == 1


def test_an_ehr_that_ignores_the_question_does_not_confirm_with_somebody_elses_message(
    desk: Delivery, sid: str
) -> None:
    other = desk.receive(submission())
    desk.carry(other)
    desk.ehr.ignores = frozenset({"identifier"})
    desk.ehr.conditional = False
    desk.ehr.fails("POST", lost_before)

    assert desk.carry(sid, patiently=True) is UNKNOWN
    assert desk.in_ehr(sid)["QuestionnaireResponse"] == []


def test_an_ehr_that_ignores_the_question_does_not_say_that_it_is_not_there(
    desk: Delivery, sid: str
) -> None:
    other = desk.receive(submission())
    desk.carry(other)
    desk.ehr.ignores = frozenset({"identifier"})
    desk.ehr.fails("POST", lost_before)
    before = desk.ehr.asked("POST", "QuestionnaireResponse")

    desk.carry(sid, patiently=True)
    desk.sweep(after=100)

    assert desk.ehr.asked("POST", "QuestionnaireResponse") == before + 1


def test_a_search_that_fails_says_nothing(desk: Delivery, sid: str) -> None:
    desk.ehr.fails("POST", lost_before)
    desk.carry(sid)
    desk.clock.passes(10)
    desk.ehr.fails("GET", fails_with(500))

    assert desk.carry(sid) is UNKNOWN
    assert desk.ehr.asked("POST", "QuestionnaireResponse") == 1


def test_several_under_one_identifier_are_not_made_more(desk: Delivery, sid: str) -> None:
    desk.carry(sid)
    (there,) = desk.in_ehr(sid)["QuestionnaireResponse"]
    desk.ehr.resources.clear()
    again = desk.receive(replace(submission(), steps=_with_identifiers_of(desk, sid)))
    desk.ehr.holds({**there, "id": "one"}, {**there, "id": "two"})

    desk.carry(again, patiently=True)

    assert len(desk.ehr.of("QuestionnaireResponse")) == 2


def _with_identifiers_of(desk: Delivery, sid: str) -> tuple[Step, ...]:
    fresh = submission().steps
    return tuple(replace(each, identifier_value=sid) for each in fresh)


# --- not carried out -----------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [fails_with(429), fails_with(503, {"Retry-After": "5"})])
def test_a_busy_ehr_has_done_nothing_and_is_asked_again_later(
    desk: Delivery, sid: str, fault: Any
) -> None:
    desk.ehr.fails("POST", works, fault)

    assert desk.carry(sid) is SubmissionState.POSTING
    assert desk.steps(sid)["Communication"] is StepState.WAITING

    assert desk.carry(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_a_busy_ehr_does_not_make_the_unknown_known(desk: Delivery, sid: str) -> None:
    desk.ehr.fails("POST", lost_before, fails_with(429))
    desk.carry(sid)
    desk.clock.passes(10)

    assert desk.carry(sid) is UNKNOWN


def test_an_ehr_that_cannot_be_reached_leaves_everything_waiting(desk: Delivery, sid: str) -> None:
    base, desk.ehr.base = desk.ehr.base, "http://127.0.0.1:9/fhir"

    assert desk.carry(sid, patiently=True) is SubmissionState.RECEIVED
    assert desk.waited == 0

    desk.ehr.base = base
    desk.sweep()
    assert desk.state(sid) is CONFIRMED


def test_an_ehr_that_does_not_even_say_what_it_can_do_fails_nobody(
    desk: Delivery, sid: str
) -> None:
    def closed(_submission: Submission, _token: object) -> Any:
        raise EhrUnreachable

    replace(desk.courier(), door=closed).carry(sid, patiently=True)

    assert desk.state(sid) is SubmissionState.RECEIVED
    assert desk.carry(sid) is CONFIRMED


# --- once more, because its author wants it -------------------------------------------------------


def unsettled(desk: Delivery, sid: str) -> None:
    desk.ehr.searchable = desk.ehr.conditional = False
    desk.ehr.fails("POST", works, lost_before)
    desk.carry(sid, patiently=True)


def test_what_nothing_can_settle_goes_once_more_when_its_author_wants_it(
    desk: Delivery, sid: str
) -> None:
    unsettled(desk, sid)
    desk.clock.passes(ASK_AUTHOR_SECONDS)

    desk.courier().carry(sid, insist=True)

    assert desk.state(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_nobody_can_hurry_what_may_still_be_on_its_way(desk: Delivery, sid: str) -> None:
    unsettled(desk, sid)
    desk.clock.passes(ASK_AUTHOR_SECONDS - 10)

    desk.courier().carry(sid, insist=True)

    assert desk.state(sid) is UNKNOWN
    assert desk.ehr.asked("POST", "Communication") == 1


def test_what_is_found_in_the_meantime_is_not_sent_again(desk: Delivery, sid: str) -> None:
    desk.ehr.searchable = desk.ehr.conditional = desk.ehr.by_patient = False
    desk.ehr.fails("POST", works, lost_after)
    desk.carry(sid, patiently=True)
    desk.clock.passes(ASK_AUTHOR_SECONDS)
    desk.ehr.by_patient = True

    desk.courier().carry(sid, insist=True)

    assert desk.state(sid) is CONFIRMED
    assert desk.ehr.asked("POST", "Communication") == 1


def test_an_ehr_that_does_not_answer_is_not_asked_to_store_it_once_more(
    desk: Delivery, sid: str
) -> None:
    unsettled(desk, sid)
    desk.clock.passes(ASK_AUTHOR_SECONDS)
    desk.ehr.fails("GET", *[fails_with(500)] * 20)

    desk.courier().carry(sid, insist=True)

    assert desk.state(sid) is UNKNOWN
    assert desk.ehr.asked("POST", "Communication") == 1
