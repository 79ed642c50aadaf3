"""One worker at a time sends a submission, and a worker who was too slow changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from smartapp.errors import ClaimLost, NotFound
from smartapp.sessions import Claim, Outbox, Store, SubmissionState, Vault
from tests.sessions.conftest import NEW_KEY, OLD_KEY, Clock
from tests.sessions.people import ANA, HOUR, refill, token
from tests.sessions.work import (
    DONE,
    POSTING,
    UNKNOWN,
    WAITING,
    Interrupted,
    finish,
    with_steps,
    worked,
)

Pass = Callable[[float], None]


# --- claims -----------------------------------------------------------------------------------


def test_while_one_works_nobody_else_does(outbox: Outbox) -> None:
    submission = outbox.receive(refill(), token())

    claim = outbox.work(submission.sid, 30)
    assert claim is not None
    with claim:
        assert claim.submission == submission
        assert outbox.work(submission.sid, 30) is None

    assert outbox.work(submission.sid, 30) is not None


def test_a_failure_gives_the_work_back(outbox: Outbox) -> None:
    submission = outbox.receive(refill(), token())

    def fail_at_work() -> None:
        claim = outbox.work(submission.sid, 30)
        assert claim is not None
        with claim:
            raise RuntimeError("the EHR said something odd")

    with pytest.raises(RuntimeError, match="odd"):
        fail_at_work()
    assert outbox.work(submission.sid, 30) is not None


def test_twenty_workers_at_once_and_one_works(outbox: Outbox) -> None:
    submission = outbox.receive(refill(), token())

    with ThreadPoolExecutor(20) as pool:
        claims = list(pool.map(lambda _: outbox.work(submission.sid, 30), range(20)))

    assert sum(claim is not None for claim in claims) == 1


def test_a_claim_says_until_when_it_holds(outbox: Outbox, clock: Clock) -> None:
    submission = outbox.receive(refill(), token())

    claim = outbox.work(submission.sid, 30)

    assert claim is not None
    assert claim.ends_at == clock.now + 30


def test_what_a_worker_writes_down_is_what_the_author_sees(outbox: Outbox) -> None:
    submission = outbox.receive(refill(), token())

    written = worked(outbox, submission.sid, DONE, POSTING, WAITING)

    assert written.state is SubmissionState.POSTING
    assert outbox.find(submission.sid, ANA) == written


def test_only_the_steps_can_be_changed(outbox: Outbox) -> None:
    submission = outbox.receive(refill(), token())
    claim = outbox.work(submission.sid, 30)
    assert claim is not None
    changed = replace(with_steps(submission, DONE, DONE, DONE), title="other", created_at=1.0)

    outbox.record(claim, changed)

    found = outbox.find(submission.sid, ANA)
    assert found is not None
    assert (found.title, found.created_at) == (submission.title, submission.created_at)
    assert found.steps == changed.steps


def test_a_worker_who_was_overtaken_changes_nothing(outbox: Outbox, time_passes: Pass) -> None:
    submission = outbox.receive(refill(), token())
    slow = outbox.work(submission.sid, 0.1)
    assert slow is not None
    outbox.record(slow, with_steps(slow.submission, POSTING, WAITING, WAITING))
    time_passes(0.15)
    fast = outbox.work(submission.sid, 30)
    assert fast is not None
    assert fast.fence > slow.fence
    assert fast.submission.steps[0].state is UNKNOWN  # nobody knows what the slow one achieved

    with pytest.raises(ClaimLost):
        outbox.record(slow, with_steps(slow.submission, DONE, DONE, DONE))
    with slow:
        pass  # leaving late does not take the work from the one who has it
    assert outbox.work(submission.sid, 30) is None

    written = outbox.record(fast, with_steps(fast.submission, DONE, POSTING, WAITING))
    assert outbox.find(submission.sid, ANA) == written


def test_a_worker_whose_time_is_up_and_whom_nobody_followed_may_still_say_how_it_ended(
    outbox: Outbox, time_passes: Pass
) -> None:
    submission = outbox.receive(refill(), token())
    claim = outbox.work(submission.sid, 0.05)
    assert claim is not None
    time_passes(0.1)

    written = outbox.record(claim, with_steps(claim.submission, DONE, DONE, DONE))

    assert written.state is SubmissionState.CONFIRMED


def test_what_is_settled_is_not_worked_on_or_written_to(outbox: Outbox) -> None:
    submission = outbox.receive(refill(), token())
    claim = outbox.work(submission.sid, 30)
    assert claim is not None
    with claim:
        outbox.record(claim, with_steps(claim.submission, DONE, DONE, DONE))
        outbox.settle(submission.sid)
        with pytest.raises(ClaimLost):
            outbox.record(claim, with_steps(claim.submission, POSTING, WAITING, WAITING))

    assert outbox.work(submission.sid, 30) is None


def test_looking_for_work_that_is_not_there_yet_does_not_keep_it_from_being_done(
    outbox: Outbox,
) -> None:
    submission = refill()
    assert outbox.work(submission.sid, 30) is None

    outbox.receive(submission, token())

    assert outbox.work(submission.sid, 30) is not None


def test_a_worker_who_was_overtaken_before_it_began_does_not_begin(
    outbox: Outbox, store: Store, vault: Vault, clock: Clock, time_passes: Pass
) -> None:
    submission = outbox.receive(refill(), token())
    fast: list[Claim | None] = []

    def somebody_else_begins() -> None:
        time_passes(0.15)
        fast.append(outbox.work(submission.sid, 30))

    slow = Outbox(Interrupted(store, "get", somebody_else_begins), vault, clock)

    assert slow.work(submission.sid, 0.1) is None
    (claim,) = fast
    assert claim is not None
    outbox.record(claim, with_steps(submission, DONE, DONE, DONE))
    assert outbox.work(submission.sid, 30) is None


# --- the author's token -----------------------------------------------------------------------


def test_the_token_is_kept_without_the_right_to_renew_it(outbox: Outbox) -> None:
    submission = outbox.receive(refill(), token())

    assert outbox.token(submission.sid) == replace(token(), refresh=None)


def test_when_the_token_ends_the_submission_waits_for_its_author(
    outbox: Outbox, clock: Clock
) -> None:
    submission = outbox.receive(refill(), token(lives=60))
    clock.passes(60)

    assert outbox.token(submission.sid) is None
    found = outbox.find(submission.sid, ANA)
    assert found is not None
    assert found.state is SubmissionState.WAITING_FOR_AUTHOR
    assert outbox.unfinished() == (submission.sid,)


def test_when_the_author_is_back_it_goes_on(outbox: Outbox, clock: Clock) -> None:
    submission = outbox.receive(refill(), token(lives=60))
    worked(outbox, submission.sid, DONE, UNKNOWN, WAITING)
    clock.passes(HOUR)

    given = outbox.give_token(submission.sid, ANA, token("fresh", lives=2 * HOUR))

    assert given.state is SubmissionState.UNKNOWN
    kept = outbox.token(submission.sid)
    assert kept is not None
    assert (kept.access, kept.refresh) == ("fresh", None)


def test_sending_the_same_again_after_a_new_login_brings_the_new_token(
    outbox: Outbox, clock: Clock
) -> None:
    submission = outbox.receive(refill(), token(lives=60))
    clock.passes(HOUR)

    again = outbox.receive(refill(sid=submission.sid), token("fresh", lives=2 * HOUR))

    assert again.state is SubmissionState.RECEIVED
    kept = outbox.token(submission.sid)
    assert kept is not None
    assert kept.access == "fresh"


def test_a_token_that_the_ehr_refused_is_dropped_but_not_a_newer_one(outbox: Outbox) -> None:
    submission = outbox.receive(refill(), token())
    used = outbox.token(submission.sid)
    assert used is not None

    outbox.drop_token(submission.sid, used)
    found = outbox.find(submission.sid, ANA)
    assert found is not None
    assert found.state is SubmissionState.WAITING_FOR_AUTHOR

    outbox.give_token(submission.sid, ANA, token("fresh"))
    outbox.drop_token(submission.sid, used)
    assert outbox.token(submission.sid) is not None


def test_a_new_token_while_somebody_works_does_not_undo_the_work(outbox: Outbox) -> None:
    submission = outbox.receive(refill(), token())
    claim = outbox.work(submission.sid, 30)
    assert claim is not None
    outbox.give_token(submission.sid, ANA, token("fresh"))

    written = outbox.record(claim, with_steps(claim.submission, DONE, DONE, DONE))

    assert written.state is SubmissionState.CONFIRMED
    kept = outbox.token(submission.sid)
    assert kept is not None
    assert kept.access == "fresh"


def test_a_settled_submission_takes_no_token(outbox: Outbox) -> None:
    submission = outbox.receive(refill(), token())
    finish(outbox, submission)

    outbox.give_token(submission.sid, ANA, token("fresh"))

    assert outbox.token(submission.sid) is None


def test_nothing_is_given_to_what_is_not_there(outbox: Outbox) -> None:
    with pytest.raises(NotFound):
        outbox.give_token(refill().sid, ANA, token())
    assert outbox.work(refill().sid, 30) is None


# --- server keys ------------------------------------------------------------------------------


def test_a_new_server_key_loses_no_submission(store: Store, clock: Clock) -> None:
    before = Outbox(store, Vault((OLD_KEY,)), clock)
    during = Outbox(store, Vault((NEW_KEY, OLD_KEY)), clock)
    after = Outbox(store, Vault((NEW_KEY,)), clock)
    submission = before.receive(refill(), token())

    assert during.of(ANA) == (submission,)
    written = worked(during, submission.sid, DONE, DONE, DONE)  # sealed with the new key
    assert after.find(submission.sid, ANA) == written
    during.settle(submission.sid)

    assert [each.sid for each in after.of(ANA)] == [submission.sid]
    assert during.unfinished() == ()
