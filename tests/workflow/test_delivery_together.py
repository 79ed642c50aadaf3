"""All of a submission in one transaction, where the EHR takes that: all of it there, or none."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.sessions import StepState
from smartapp.sessions.submission import SubmissionState
from smartapp.workflow.looking import ASK_AUTHOR_SECONDS
from tests.workflow.fake_ehr import (
    Resource,
    fails_with,
    fhir,
    forgets,
    lost_after,
    lost_before,
    silent_after,
    truncated_after,
    works,
)
from tests.workflow.submitting import MARIA, Delivery, submission
from tests.workflow.test_delivery_workers import DyingOutbox, Killed, killed_when

CONFIRMED, REFUSED = SubmissionState.CONFIRMED, SubmissionState.REFUSED
UNKNOWN, WAITING = SubmissionState.UNKNOWN, SubmissionState.WAITING_FOR_AUTHOR
SINGLE = ("Communication", "QuestionnaireResponse", "Task")


@pytest.fixture
def desk(desk: Delivery) -> Delivery:
    desk.ehr.transactions = True
    return desk


def posts(desk: Delivery) -> list[str]:
    return [kind or "all" for method, kind in desk.ehr.heard if method == "POST"]


def test_all_of_it_arrives_at_once_and_points_to_itself(desk: Delivery, sid: str) -> None:
    assert desk.carry(sid) is CONFIRMED

    assert posts(desk) == ["all"]
    held = {kind: each[0] for kind, each in desk.in_ehr(sid).items()}
    answers, message = held["QuestionnaireResponse"]["id"], held["Communication"]["id"]
    assert held["Communication"]["about"][0] == {"reference": f"QuestionnaireResponse/{answers}"}
    assert held["Task"]["focus"] == {"reference": f"Communication/{message}"}
    assert {step.reference for step in desk.found(sid).steps} == {
        f"{kind}/{each['id']}" for kind, each in held.items()
    }


def test_each_is_told_as_if_it_had_gone_alone(desk: Delivery, sid: str) -> None:
    desk.carry(sid)

    assert sorted(desk.told) == sorted(
        (kind, state) for kind in SINGLE for state in ("posting", "done")
    )


def test_what_is_one_thing_goes_as_one_thing(desk: Delivery) -> None:
    desk.carry(desk.receive(submission(with_response=False, with_task=False)))

    assert posts(desk) == ["Communication"]


def test_what_the_ehr_altered_is_flagged(desk: Delivery, sid: str) -> None:
    desk.ehr.on_post = lambda r: {name: r[name] for name in r if name != "extension"}

    assert desk.carry(sid) is CONFIRMED
    assert desk.step(sid, "Communication").reason_code == "altered"
    assert desk.step(sid, "Task").reason_code is None


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 422])
def test_an_ehr_that_promised_transactions_and_takes_none_gets_them_one_by_one(
    desk: Delivery, sid: str, status: int
) -> None:
    desk.ehr.fails("POST", fails_with(status))

    assert desk.carry(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)
    assert posts(desk) == ["all", "QuestionnaireResponse", "Communication", "Task"]


def test_without_the_form_the_words_carry_the_answers(desk: Delivery, sid: str) -> None:
    desk.ehr.keeps = lambda r: r["resourceType"] != "QuestionnaireResponse"

    assert desk.carry(sid) is CONFIRMED

    assert [len(each) for each in desk.in_ehr(sid).values()] == [0, 1, 1]
    (message,) = desk.in_ehr(sid)["Communication"]
    assert "Which pharmacy? Elm Street" in message["payload"][0]["contentString"]


def test_a_refused_message_is_refused_and_its_work_is_not_there(desk: Delivery, sid: str) -> None:
    desk.ehr.keeps = lambda r: r["resourceType"] != "Communication"

    assert desk.carry(sid) is REFUSED
    assert [len(each) for each in desk.in_ehr(sid).values()] == [1, 0, 0]


# --- unknown -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [lost_after, truncated_after, silent_after, *[fails_with(s, after=True) for s in (500, 409)]],
)
@pytest.mark.parametrize("conditional", [True, False])
def test_what_arrived_unheard_is_found_and_not_sent_again(
    desk: Delivery, sid: str, fault: Any, conditional: bool
) -> None:
    desk.ehr.conditional = conditional
    desk.ehr.fails("POST", fault)

    assert desk.carry(sid, patiently=True) is CONFIRMED
    assert desk.has_one_of_each(sid)
    assert posts(desk) == ["all"]


@pytest.mark.parametrize("fault", [lost_before, fails_with(500), fails_with(302)])
def test_what_got_lost_on_the_way_is_sent_again_after_the_index_had_its_time(
    desk: Delivery, sid: str, fault: Any
) -> None:
    desk.ehr.fails("POST", fault)

    assert desk.carry(sid) is UNKNOWN
    assert desk.carry(sid) is UNKNOWN
    assert posts(desk) == ["all"]
    desk.clock.passes(2)

    assert desk.carry(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_where_nothing_can_be_looked_up_nothing_is_ever_sent_twice(
    desk: Delivery, sid: str
) -> None:
    desk.ehr.searchable = desk.ehr.conditional = False
    desk.ehr.fails("POST", lost_before)
    desk.carry(sid, patiently=True)

    for _ in range(5):
        desk.sweep(after=100)

    assert desk.state(sid) is UNKNOWN
    assert posts(desk) == ["all"]


def test_what_nothing_can_settle_goes_once_more_when_its_author_wants_it(
    desk: Delivery, sid: str
) -> None:
    desk.ehr.searchable = desk.ehr.conditional = False
    desk.ehr.fails("POST", lost_before)
    desk.carry(sid, patiently=True)
    desk.clock.passes(ASK_AUTHOR_SECONDS)

    desk.courier().carry(sid, insist=True)

    assert desk.state(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


@pytest.mark.parametrize(
    "said",
    [
        {"resourceType": "OperationOutcome"},
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "entry": []},
        {"resourceType": "Bundle", "entry": [{"response": {"status": "422 No"}}] * 3},
        {"resourceType": "Bundle", "entry": [{"response": {"status": "201", "location": 1}}] * 3},
        {"resourceType": "Bundle", "entry": ["201"] * 3},
    ],
)
def test_an_answer_that_says_nothing_promises_nothing(
    desk: Delivery, sid: str, said: Resource
) -> None:
    desk.ehr.fails("POST", lambda _ehr, _request: fhir(said))

    assert desk.carry(sid) is UNKNOWN
    assert desk.ehr.resources == {}
    desk.clock.passes(3)
    assert desk.carry(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_what_the_ehr_does_not_show_was_not_received(desk: Delivery, sid: str) -> None:
    desk.ehr.fails("GET", works, forgets)

    assert desk.carry(sid) is UNKNOWN


@pytest.mark.parametrize("fault", [fails_with(429), fails_with(503, {"Retry-After": "5"})])
def test_a_busy_ehr_has_done_nothing_and_is_asked_again_later(
    desk: Delivery, sid: str, fault: Any
) -> None:
    desk.ehr.fails("POST", fault)

    assert desk.carry(sid) is SubmissionState.RECEIVED
    assert posts(desk) == ["all"]
    assert desk.carry(sid) is CONFIRMED
    assert posts(desk) == ["all", "all"]


# --- the author, and workers that die ------------------------------------------------------------


def test_a_token_that_is_no_longer_taken_waits_for_its_author(desk: Delivery, sid: str) -> None:
    desk.ehr.fails("POST", fails_with(401))

    assert desk.carry(sid) is WAITING
    assert set(desk.steps(sid).values()) == {StepState.WAITING}

    desk.outbox.give_token(sid, MARIA, desk.token("fresh"))
    assert desk.carry(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


@pytest.mark.parametrize("nth", [0, 1, 2])
def test_a_token_that_ends_while_it_is_read_back_loses_nothing(
    desk: Delivery, sid: str, nth: int
) -> None:
    desk.ehr.searchable = False
    desk.ehr.fails("GET", *[works] * nth, fails_with(401))

    assert desk.carry(sid) is WAITING

    desk.outbox.give_token(sid, MARIA, desk.token("fresh"))
    assert desk.carry(sid) is CONFIRMED
    assert posts(desk) == ["all"]


@pytest.mark.parametrize("nth", [1, 3])
@pytest.mark.parametrize("state", [StepState.POSTING, StepState.DONE])
def test_a_worker_that_dies_while_telling_leaves_one_of_each(
    desk: Delivery, sid: str, state: StepState, nth: int
) -> None:
    with pytest.raises(Killed):
        desk.courier(tell=killed_when(state, nth)).carry(sid)
    desk.sweep(after=100)

    assert desk.state(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


@pytest.mark.parametrize("nth", [1, 2])
def test_a_worker_that_dies_before_it_writes_down_leaves_one_of_each(
    desk: Delivery, sid: str, nth: int
) -> None:
    with pytest.raises(Killed):
        desk.courier(outbox=DyingOutbox(desk, nth)).carry(sid)
    desk.sweep(after=100)

    assert desk.state(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_nothing_is_read_back_that_the_lease_may_not_outlive(desk: Delivery, sid: str) -> None:
    def slow(ehr: Any, request: Any) -> Any:
        desk.clock.passes(50)
        return works(ehr, request)

    desk.ehr.fails("POST", slow)

    assert desk.carry(sid) is UNKNOWN
    assert desk.carry(sid) is CONFIRMED
    assert posts(desk) == ["all"]
