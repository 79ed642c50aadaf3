"""A finished submission leaves its references for a while; an unfinished one is never forgotten."""

from __future__ import annotations

import pytest
from redis import Redis

from smartapp.errors import StoreUnavailable
from smartapp.sessions import Outbox, RedisStore, StepState, Store, SubmissionState, Vault
from tests.sessions.conftest import NEW_KEY, OLD_KEY, Clock
from tests.sessions.people import ANA, HOUR, refill, token
from tests.sessions.work import (
    DONE,
    REFUSED,
    UNKNOWN,
    WAITING,
    Interrupted,
    WorkerKilled,
    finish,
    killed,
    with_steps,
    worked,
)


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ((DONE, DONE, DONE), SubmissionState.CONFIRMED),
        ((DONE, REFUSED, WAITING), SubmissionState.REFUSED),
    ],
)
def test_when_it_is_finished_words_and_token_go_and_the_references_stay(
    outbox: Outbox, steps: tuple[StepState, ...], state: SubmissionState
) -> None:
    submission = outbox.receive(refill(), token())
    worked(outbox, submission.sid, *steps)

    outbox.settle(submission.sid)
    outbox.settle(submission.sid)

    found = outbox.find(submission.sid, ANA)
    assert found is not None
    assert found.state is state
    assert found.steps[0].body == found.steps[1].body == found.steps[2].body == ""
    assert [step.state for step in found.steps] == list(steps)
    assert [step.reference for step in found.steps if step.state is DONE] == [
        f"{step.resource_type}/1" for step in found.steps if step.state is DONE
    ]
    assert outbox.token(submission.sid) is None
    assert outbox.unfinished() == ()
    assert outbox.of(ANA) == (found,)


@pytest.mark.parametrize("steps", [(WAITING, WAITING, WAITING), (DONE, UNKNOWN, WAITING)])
def test_what_is_not_finished_is_not_settled(outbox: Outbox, steps: tuple[StepState, ...]) -> None:
    submission = outbox.receive(refill(), token())
    written = worked(outbox, submission.sid, *steps)

    outbox.settle(submission.sid)

    assert outbox.find(submission.sid, ANA) == written
    assert outbox.unfinished() == (submission.sid,)
    assert outbox.token(submission.sid) is not None


def test_what_turns_out_to_be_unfinished_after_all_stays_on_the_list(
    outbox: Outbox, store: Store, vault: Vault, clock: Clock
) -> None:
    submission = outbox.receive(refill(), token())
    claim = outbox.work(submission.sid, 30)
    assert claim is not None
    outbox.record(claim, with_steps(submission, DONE, DONE, DONE))

    def second_thoughts() -> None:
        outbox.record(claim, with_steps(submission, DONE, DONE, UNKNOWN))

    Outbox(Interrupted(store, "touch", second_thoughts), vault, clock).settle(submission.sid)

    assert outbox.unfinished() == (submission.sid,)
    (found,) = outbox.of(ANA)
    assert found.state is SubmissionState.UNKNOWN
    assert found.steps[2].body


def test_after_three_days_redis_has_forgotten_what_was_settled(
    redis_store: RedisStore, redis_client: Redis, vault: Vault
) -> None:
    outbox = Outbox(redis_store, vault)
    submission = outbox.receive(refill(), token())
    finish(outbox, submission)
    outbox.receive(refill(sid=submission.sid), token())  # a reload does not prolong it

    keys = [key for key in redis_client.scan_iter() if key != b"smartapp:fence"]
    assert len(keys) == 2  # the record, and the list of its author
    for key in keys:
        assert 71.9 * HOUR < redis_client.ttl(key) <= 72 * HOUR


def test_the_age_of_the_oldest_counts_from_when_it_came_in(outbox: Outbox, clock: Clock) -> None:
    assert outbox.oldest_age() == 0
    first = outbox.receive(refill(), token())
    clock.passes(100)
    second = outbox.receive(refill(), token())
    clock.passes(20)

    assert outbox.oldest_age() == 120
    assert outbox.unfinished() == (first.sid, second.sid)
    finish(outbox, first)
    assert outbox.oldest_age() == 20
    finish(outbox, second)
    assert outbox.oldest_age() == 0


@pytest.mark.parametrize("command", ["enroll", "add"])
def test_dying_before_it_was_written_down_leaves_nothing_that_looks_received(
    outbox: Outbox, store: Store, vault: Vault, clock: Clock, command: str
) -> None:
    submission = refill()
    with pytest.raises(WorkerKilled):
        Outbox(Interrupted(store, command, killed), vault, clock).receive(submission, token())

    assert outbox.find(submission.sid, ANA) is None
    assert outbox.of(ANA) == ()
    assert outbox.work(submission.sid, 30) is None
    clock.passes(2 * HOUR)
    assert outbox.unfinished() == ()
    assert outbox.oldest_age() == 0


def test_an_empty_name_is_not_cleared_away_under_a_worker_who_is_just_writing(
    outbox: Outbox, store: Store, vault: Vault, clock: Clock
) -> None:
    submission = refill()
    with pytest.raises(WorkerKilled):
        Outbox(Interrupted(store, "add", killed), vault, clock).receive(submission, token())
    clock.passes(60)

    assert outbox.unfinished() == (submission.sid,)
    assert outbox.receive(submission, token()) == submission
    assert outbox.unfinished() == (submission.sid,)
    assert len(outbox.of(ANA)) == 1
    clock.passes(2 * HOUR)
    assert outbox.unfinished() == (submission.sid,)
    assert len(outbox.of(ANA)) == 1
    assert outbox.oldest_age() == 2 * HOUR


@pytest.mark.parametrize("command", ["touch", "replace", "dismiss"])
def test_dying_while_settling_leaves_what_the_next_one_can_settle(
    outbox: Outbox, store: Store, vault: Vault, clock: Clock, command: str
) -> None:
    submission = outbox.receive(refill(), token())
    worked(outbox, submission.sid, DONE, DONE, DONE)
    with pytest.raises(WorkerKilled):
        Outbox(Interrupted(store, command, killed), vault, clock).settle(submission.sid)
    assert len(outbox.of(ANA)) == 1

    outbox.settle(submission.sid)

    assert outbox.unfinished() == ()
    (found,) = outbox.of(ANA)
    assert found.state is SubmissionState.CONFIRMED
    assert found.steps[0].body == ""


def test_what_was_settled_but_stayed_listed_leaves_the_list_by_itself(
    outbox: Outbox, store: Store, vault: Vault, clock: Clock
) -> None:
    submission = outbox.receive(refill(), token())
    worked(outbox, submission.sid, DONE, DONE, DONE)
    with pytest.raises(WorkerKilled):
        Outbox(Interrupted(store, "dismiss", killed), vault, clock).settle(submission.sid)

    clock.passes(2 * HOUR)

    assert outbox.unfinished() == ()
    assert len(outbox.of(ANA)) == 1


def test_a_submission_whose_server_key_is_gone_stays_noticeable_and_is_not_overwritten(
    store: Store, clock: Clock
) -> None:
    submission = Outbox(store, Vault((OLD_KEY,)), clock).receive(refill(), token())
    without = Outbox(store, Vault((NEW_KEY,)), clock)
    clock.passes(2 * HOUR)

    assert without.find(submission.sid, ANA) is None
    assert without.work(submission.sid, 30) is None
    assert without.unfinished() == (submission.sid,)
    assert without.oldest_age() == 2 * HOUR
    with pytest.raises(StoreUnavailable):
        without.receive(refill(sid=submission.sid), token())

    assert Outbox(store, Vault((NEW_KEY, OLD_KEY)), clock).find(submission.sid, ANA) is not None
