"""What was handed in is written down once, is its author's, and stays until it is finished."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from redis import Redis

from smartapp.errors import NotFound
from smartapp.sessions import Outbox, Person, RedisStore, StepState, Store, SubmissionState, Vault
from tests.sessions.conftest import Clock
from tests.sessions.people import ANA, ANA_ELSEWHERE, ANA_FOR_HER_CHILD, BEN, HOUR, refill, token
from tests.sessions.work import (
    DONE,
    POSTING,
    REFUSED,
    UNKNOWN,
    WAITING,
    Interrupted,
    finish,
    with_steps,
    worked,
)

# --- what a submission is ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "author_needed", "overall"),
    [
        ((WAITING, WAITING, WAITING), False, SubmissionState.RECEIVED),
        ((POSTING, WAITING, WAITING), False, SubmissionState.POSTING),
        ((DONE, WAITING, WAITING), False, SubmissionState.POSTING),
        ((DONE, UNKNOWN, WAITING), False, SubmissionState.UNKNOWN),
        ((UNKNOWN, POSTING, WAITING), False, SubmissionState.UNKNOWN),
        ((DONE, DONE, DONE), False, SubmissionState.CONFIRMED),
        ((DONE, REFUSED, WAITING), False, SubmissionState.REFUSED),
        ((REFUSED, UNKNOWN, WAITING), False, SubmissionState.UNKNOWN),
        ((REFUSED, POSTING, WAITING), False, SubmissionState.POSTING),
        ((WAITING, WAITING, WAITING), True, SubmissionState.WAITING_FOR_AUTHOR),
        ((DONE, UNKNOWN, WAITING), True, SubmissionState.WAITING_FOR_AUTHOR),
        ((DONE, DONE, DONE), True, SubmissionState.CONFIRMED),
        ((REFUSED, WAITING, WAITING), True, SubmissionState.REFUSED),
    ],
)
def test_how_a_submission_stands_follows_from_its_steps(
    states: tuple[StepState, ...], author_needed: bool, overall: SubmissionState
) -> None:
    submission = replace(with_steps(refill(), *states), author_needed=author_needed)

    assert submission.state is overall
    assert submission.is_finished == (overall in ("confirmed", "refused"))


def test_nothing_to_send_is_no_submission() -> None:
    with pytest.raises(ValueError, match="without steps"):
        replace(refill(), steps=())


def test_no_word_and_no_title_shows_when_a_submission_is_printed() -> None:
    assert "canary-my-knee" not in repr(refill())
    assert "canary-title" not in repr(refill())


# --- receiving and finding --------------------------------------------------------------------


def test_what_was_handed_in_is_found_by_its_author(outbox: Outbox) -> None:
    submission = refill()

    assert outbox.receive(submission, token()) == submission
    assert outbox.find(submission.sid, ANA) == submission
    assert outbox.of(ANA) == (submission,)
    assert outbox.unfinished() == (submission.sid,)


@pytest.mark.parametrize("other", [BEN, ANA_FOR_HER_CHILD, ANA_ELSEWHERE])
def test_nobody_else_finds_it(outbox: Outbox, other: Person) -> None:
    submission = outbox.receive(refill(), token())

    assert outbox.find(submission.sid, other) is None
    assert outbox.of(other) == ()
    with pytest.raises(NotFound):
        outbox.receive(refill(person=other, sid=submission.sid), token())
    with pytest.raises(NotFound):
        outbox.give_token(submission.sid, other, token("theirs"))
    assert outbox.find(submission.sid, ANA) == submission
    assert outbox.token(submission.sid) == replace(token(), refresh=None)


def test_the_same_submission_again_is_answered_with_the_first(outbox: Outbox) -> None:
    first = outbox.receive(refill(), token())

    again = outbox.receive(refill(sid=first.sid, words="something else"), token())

    assert again == first
    assert outbox.of(ANA) == (first,)
    assert outbox.unfinished() == (first.sid,)


def test_a_second_post_after_the_answer_came_gets_that_answer(outbox: Outbox) -> None:
    first = outbox.receive(refill(), token())
    worked(outbox, first.sid, DONE, DONE, DONE)

    for settled in (False, True):
        if settled:
            outbox.settle(first.sid)
        again = outbox.receive(refill(sid=first.sid), token())
        assert again.state is SubmissionState.CONFIRMED
        assert again.steps[2].reference == "Task/1"
    assert outbox.unfinished() == ()


@pytest.mark.parametrize(
    "sid", [" ", "1", "x" * 10_000, "../../x", "\ud800", " 6f1f9c1e-5c5b-4a4e-9c53-0d6f1a0c1c11"]
)
def test_what_is_no_minted_name_is_not_found(outbox: Outbox, sid: str) -> None:
    with pytest.raises(NotFound):
        outbox.receive(refill(sid=sid), token())
    assert outbox.find(sid, ANA) is None
    assert outbox.work(sid, 10) is None
    assert outbox.token(sid) is None
    outbox.settle(sid)
    assert outbox.unfinished() == ()


def test_of_two_persons_with_one_name_at_once_the_first_has_it(
    outbox: Outbox, store: Store, vault: Vault, clock: Clock
) -> None:
    sid = str(uuid.uuid4())

    def ana_is_faster() -> None:
        outbox.receive(refill(sid=sid), token())
        clock.passes(0.5)

    late = Outbox(Interrupted(store, "add", ana_is_faster), vault, clock)

    with pytest.raises(NotFound):
        late.receive(refill(person=BEN, sid=sid), token())
    assert outbox.of(BEN) == ()
    assert [each.person for each in outbox.of(ANA)] == [ANA]
    assert outbox.unfinished() == (sid,)


@pytest.mark.parametrize("seconds", [0, 0.5])
def test_of_two_clicks_at_once_the_first_counts_and_the_second_leaves_no_trace(
    outbox: Outbox, store: Store, vault: Vault, clock: Clock, seconds: float
) -> None:
    sid = str(uuid.uuid4())

    def the_first_is_faster() -> None:
        clock.passes(-seconds)
        outbox.receive(refill(sid=sid, words="first"), token())
        clock.passes(seconds)

    late = Outbox(Interrupted(store, "add", the_first_is_faster), vault, clock)

    answered = late.receive(refill(sid=sid, words="second"), token())

    assert "first" in answered.steps[0].body
    assert outbox.of(ANA) == (answered,)
    assert outbox.unfinished() == (sid,)
    finish(outbox, answered)
    (hers,) = vault.names("outbox-open", ANA.ehr_key, ANA.user_key, ANA.patient_id)
    assert outbox.unfinished() == ()
    assert store.members(f"outbox-open:{hers}") == frozenset()


def test_somebodys_submissions_come_in_the_order_they_were_handed_in(
    outbox: Outbox, clock: Clock
) -> None:
    handed_in = []
    for _ in range(3):
        handed_in.append(outbox.receive(refill(), token()))
        clock.passes(10)
    finish(outbox, handed_in[1])

    assert [each.sid for each in outbox.of(ANA)] == [each.sid for each in handed_in]


def test_a_submission_keeps_waiting_however_long_it_takes(outbox: Outbox, clock: Clock) -> None:
    submission = outbox.receive(refill(), token())

    clock.passes(400 * 24 * HOUR)

    assert outbox.unfinished() == (submission.sid,)
    (found,) = outbox.of(ANA)
    assert found.steps == submission.steps
    assert found.state is SubmissionState.WAITING_FOR_AUTHOR


def test_redis_is_told_to_keep_it_without_an_end(
    redis_store: RedisStore, redis_client: Redis, vault: Vault
) -> None:
    outbox = Outbox(redis_store, vault)
    submission = outbox.receive(refill(), token())
    assert redis_client.ttl(f"smartapp:outbox:{submission.sid}") == -1

    worked(outbox, submission.sid, DONE, UNKNOWN, WAITING)
    assert redis_client.ttl(f"smartapp:outbox:{submission.sid}") == -1
