"""Several processes at one Redis, as several workers are."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

from smartapp.sessions import Outbox, RedisStore, StepState, SubmissionState, Vault
from tests.sessions.conftest import NEW_KEY
from tests.sessions.people import ANA, NOON, refill, token
from tests.sessions.racers import (
    count_up,
    hold_and_hang,
    in_processes,
    receive_and_work,
    start,
    take_and_add,
)
from tests.sessions.servers import RedisServer


def test_each_ticket_is_taken_once_and_each_seat_given_once(
    redis_server: RedisServer, redis_store: RedisStore
) -> None:
    for i in range(100):
        redis_store.put(f"ticket:{i}", b"1", 60)

    results = in_processes(take_and_add, [(redis_server.url, "ana"), (redis_server.url, "ben")])

    tickets, seats = zip(*results, strict=True)
    assert [sum(each) for each in zip(*tickets, strict=True)] == [1] * 100
    assert [sum(each) for each in zip(*seats, strict=True)] == [1] * 100


def test_no_count_is_lost_and_no_fence_is_given_twice(
    redis_server: RedisServer, redis_store: RedisStore
) -> None:
    redis_store.put("count", b"0", 60)

    fences = in_processes(count_up, [(redis_server.url, "ana"), (redis_server.url, "ben")])

    assert redis_store.get("count") == b"200"
    assert len({fence for each in fences for fence in each}) == 40
    assert all(each == sorted(each) for each in fences)


def test_a_submission_that_two_workers_receive_is_one_and_one_of_them_works_on_it(
    redis_server: RedisServer, redis_store: RedisStore, vault: Vault
) -> None:
    sids = [str(uuid.uuid4()) for _ in range(40)]

    mine = in_processes(
        receive_and_work,
        [(redis_server.url, NEW_KEY, sids, "ana"), (redis_server.url, NEW_KEY, sids, "ben")],
    )

    assert [sum(each) for each in zip(*mine, strict=True)] == [1] * 40
    outbox = Outbox(redis_store, vault, lambda: NOON)
    assert sorted(outbox.unfinished()) == sorted(sids)
    for found in outbox.of(ANA):  # all steps of one, never one step of each
        assert len({step.body for step in found.steps}) == 1


def test_what_a_killed_worker_was_sending_is_unknown_to_the_next_one(
    redis_server: RedisServer, redis_store: RedisStore, vault: Vault
) -> None:
    outbox = Outbox(redis_store, vault, lambda: NOON)
    submission = outbox.receive(refill(), token())
    worker = start(hold_and_hang, redis_server.url, NEW_KEY, submission.sid, 3)
    _until(lambda: _state(outbox, submission.sid) is SubmissionState.POSTING)
    worker.kill()
    worker.join()

    assert outbox.work(submission.sid, 5) is None  # the lease is still theirs
    _until(lambda: redis_store.get(f"lease:outbox:{submission.sid}") is None)
    claim = outbox.work(submission.sid, 5)

    assert claim is not None
    first, *rest = claim.submission.steps
    assert first.state is StepState.UNKNOWN
    assert first.attempts == 1
    assert {step.state for step in rest} == {StepState.WAITING}
    assert _state(outbox, submission.sid) is SubmissionState.UNKNOWN


def _state(outbox: Outbox, sid: str) -> SubmissionState:
    found = outbox.find(sid, ANA)
    assert found is not None
    return found.state


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)
