"""Submissions into an EHR that fails at random: none lost, none twice, none false."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from smartapp.sessions import Submission
from smartapp.sessions.submission import Step, SubmissionState
from tests.workflow.fake_ehr import (
    Fault,
    fails_with,
    lost_after,
    lost_before,
    silent_after,
    truncated_after,
    works,
)
from tests.workflow.submitting import MARIA, Delivery, submission

FEW, MANY = 16, 400  # one step after the other, and as many in one transaction each
ON_THE_WAY: list[Fault] = [
    lost_before,
    lost_after,
    fails_with(500),
    fails_with(500, after=True),
    fails_with(502, after=True),
    fails_with(429),
    fails_with(401),
    truncated_after,
    silent_after,
]
ON_READING: list[Fault] = [lost_before, fails_with(500), fails_with(429), fails_with(404)]


class Killed(BaseException):
    """As SIGKILL is: nobody handles it."""


class Mortal:
    """The audit of a worker that may die at any moment."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    def __call__(self, _submission: Submission, _step: Step) -> None:
        if self._dice.random() < 0.08:
            raise Killed


def dice_of(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  (each run of a test throws the same)


def ordeal(desk: Delivery, sid: str, dice: random.Random) -> None:
    """Up to eight tries in bad weather, with double clicks, deaths and returning authors."""
    desk.ehr.fails("POST", *(dice.choice([*ON_THE_WAY, works, works]) for _ in range(8)))
    desk.ehr.fails("GET", *(dice.choice([*ON_READING, works, works, works]) for _ in range(12)))
    for _ in range(8):
        with suppress(Killed):
            desk.courier(tell=Mortal(dice)).carry(sid, patiently=dice.random() < 0.5)
        assert_promise_is_kept(desk, sid)
        if desk.found(sid).is_finished:
            return
        desk.outbox.give_token(sid, MARIA, desk.token())
        desk.clock.passes(dice.choice([0, 1, 3, 70]))


def assert_promise_is_kept(desk: Delivery, sid: str) -> None:
    held = desk.in_ehr(sid)
    assert all(len(each) <= 1 for each in held.values()), "filed twice"
    if desk.state(sid) is SubmissionState.CONFIRMED:
        assert all(len(each) == 1 for each in held.values()), "confirmed but absent"


def calm(desk: Delivery) -> None:
    desk.ehr.faults.clear()
    desk.clock.passes(70)


@pytest.mark.parametrize("together", [False, True])
def test_whatever_goes_wrong_each_arrives_exactly_once(desk: Delivery, together: bool) -> None:
    desk.ehr.transactions = together
    arrive_once_each(desk, FEW)


@pytest.mark.proof
@pytest.mark.parametrize("together", [False, True])
def test_the_same_with_hundreds(desk: Delivery, together: bool) -> None:
    desk.ehr.transactions = together
    arrive_once_each(desk, MANY)


def arrive_once_each(desk: Delivery, submissions: int) -> None:
    for number in range(submissions):
        sid = desk.receive(submission())
        ordeal(desk, sid, dice_of(number))
        calm(desk)
        for _ in range(3):
            desk.outbox.give_token(sid, MARIA, desk.token())
            desk.sweep(after=3)
        assert_promise_is_kept(desk, sid)
        assert desk.state(sid) is SubmissionState.CONFIRMED
        desk.ehr.resources.clear()

    assert desk.outbox.unfinished() == ()


@pytest.mark.parametrize(
    ("searchable", "conditional"), [(True, False), (False, True), (False, False)]
)
def test_an_ehr_that_can_do_less_may_leave_it_open_but_never_gets_it_twice(
    desk: Delivery, searchable: bool, conditional: bool
) -> None:
    desk.ehr.searchable, desk.ehr.conditional = searchable, conditional
    for number in range(8):
        desk.ehr.transactions = number % 2 == 1
        sid = desk.receive(submission())
        ordeal(desk, sid, dice_of(1000 + number))
        calm(desk)
        for _ in range(3):
            desk.outbox.give_token(sid, MARIA, desk.token())
            desk.courier().carry(sid)
            desk.clock.passes(3)
        assert_promise_is_kept(desk, sid)
        assert desk.state(sid) in {SubmissionState.CONFIRMED, SubmissionState.UNKNOWN}
        desk.ehr.resources.clear()
