"""Workers that meet over one submission, and workers that die on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from smartapp.errors import EhrUnreachable
from smartapp.sessions import Outbox, StepState, Submission
from smartapp.sessions.submission import Step, SubmissionState
from smartapp.workflow.delivery import Courier
from tests.workflow.fake_ehr import (
    FakeEhr,
    lost_before,
    works,
)
from tests.workflow.submitting import Delivery, submission

CONFIRMED, REFUSED = SubmissionState.CONFIRMED, SubmissionState.REFUSED
UNKNOWN, WAITING = SubmissionState.UNKNOWN, SubmissionState.WAITING_FOR_AUTHOR
ALL_DONE = {
    "QuestionnaireResponse": StepState.DONE,
    "Communication": StepState.DONE,
    "Task": StepState.DONE,
}


# --- two at once, and those who die --------------------------------------------------------------


def test_two_couriers_at_once_send_once(desk: Delivery, sid: str) -> None:
    both = threading.Barrier(2)

    def carry() -> None:
        both.wait()
        desk.courier().carry(sid)

    threads = [threading.Thread(target=carry) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.carry(sid)

    assert desk.state(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)
    assert sum(heard[0] == "POST" for heard in desk.ehr.heard) == 3


class Killed(BaseException):
    """As SIGKILL is: nobody handles it."""


def killed_when(state: StepState, nth: int) -> Callable[[Submission, Step], None]:
    seen = [0]

    def tell(_submission: Submission, step: Step) -> None:
        if step.state is state:
            seen[0] += 1
            if seen[0] == nth:
                raise Killed

    return tell


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("state", [StepState.POSTING, StepState.DONE])
@pytest.mark.parametrize("conditional", [True, False])
def test_a_worker_that_dies_while_telling_leaves_one_of_each(
    desk: Delivery, sid: str, state: StepState, nth: int, conditional: bool
) -> None:
    desk.ehr.conditional = conditional

    with pytest.raises(Killed):
        desk.courier(tell=killed_when(state, nth)).carry(sid)
    desk.sweep(after=100)

    assert desk.state(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


class DyingOutbox(Outbox):
    """Its worker dies just before the nth change is written down."""

    def __init__(self, desk: Delivery, nth: int) -> None:
        super().__init__(desk.store, desk.vault, desk.clock)
        self.left = nth

    def record(self, claim: Any, submission: Submission) -> Submission:
        self.left -= 1
        if self.left == 0:
            raise Killed
        return super().record(claim, submission)


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5, 6])
def test_a_worker_that_dies_before_it_writes_down_leaves_one_of_each(
    desk: Delivery, sid: str, nth: int
) -> None:
    with pytest.raises(Killed):
        desk.courier(outbox=DyingOutbox(desk, nth)).carry(sid)
    desk.sweep(after=100)

    assert desk.state(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_nothing_is_begun_that_the_lease_may_not_outlive(desk: Delivery, sid: str) -> None:
    def slow(ehr: FakeEhr, request: Any) -> Any:
        desk.clock.passes(40)
        return works(ehr, request)

    desk.ehr.fails("POST", slow)

    assert desk.carry(sid) is SubmissionState.POSTING
    assert desk.ehr.asked("POST", "Communication") == 0
    assert desk.carry(sid) is CONFIRMED


def test_whoever_was_too_slow_leaves_it_to_the_one_who_took_over(desk: Delivery, sid: str) -> None:
    def much_too_slow(ehr: FakeEhr, request: Any) -> Any:
        desk.clock.passes(61)
        desk.courier().carry(sid)
        return works(ehr, request)

    desk.ehr.fails("POST", much_too_slow)

    desk.courier().carry(sid)
    desk.sweep(after=100)

    assert desk.state(sid) is CONFIRMED
    assert desk.has_one_of_each(sid)


def test_an_ehr_that_was_too_slow_gets_the_time_to_finish(desk: Delivery, sid: str) -> None:
    courier = desk.courier()
    desk.ehr.fails("POST", lost_before)
    desk.carry(sid)
    claim = desk.outbox.work(sid, 60)
    assert claim is not None
    with claim:
        first, *rest = claim.submission.steps
        slow = replace(first, reason_code="ehr-slow")
        desk.outbox.record(claim, replace(claim.submission, steps=(slow, *rest)))

    desk.clock.passes(30)
    courier.carry(sid)
    assert desk.ehr.asked("POST", "QuestionnaireResponse") == 1

    desk.clock.passes(31)
    courier.carry(sid)
    assert desk.state(sid) is CONFIRMED


def test_one_submission_that_fails_does_not_hold_up_the_others(desk: Delivery) -> None:
    first, second = desk.receive(submission()), desk.receive(submission())
    door = desk.courier().door

    def broken_for_one(sent: Submission, token: Any) -> Any:
        if sent.sid == first:
            raise EhrUnreachable
        return door(sent, token)

    replace(desk.courier(), door=broken_for_one).sweep()

    assert desk.state(first) is SubmissionState.RECEIVED
    assert desk.state(second) is CONFIRMED


def test_a_courier_is_one_frozen_thing(desk: Delivery) -> None:
    assert isinstance(desk.courier(), Courier)
    assert desk.courier().sweep() == 0
