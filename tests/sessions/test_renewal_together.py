"""Many requests need a new token at once, in threads and in processes; some of them die."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from smartapp.auth.token_answer import TokenAnswer
from smartapp.errors import ClaimLost, EhrBusy, EhrUnreachable, NoSession, TokenNotAccepted
from smartapp.launch import Launched
from smartapp.sessions import ActiveLaunch, Launches, MemoryStore, RedisStore, Renewal, Store, Vault
from smartapp.sessions.refreshing import Refresh
from smartapp.sessions.session import Upkeep
from tests.sessions.conftest import NEW_KEY, Clock
from tests.sessions.endpoint import (
    SharedEndpoint,
    StrictEndpoint,
    answers,
    fails,
    keeps_the_refresh_token,
)
from tests.sessions.people import CANARY_ACCESS, CANARY_REFRESH, NOON, launched
from tests.sessions.racers import Running, in_processes, refresh_and_hang, renew_in_threads, start
from tests.sessions.servers import RedisServer
from tests.sessions.work import Interrupted, WorkerKilled

LIFE = 600.0
ABOUT_TO_END, DEAD = LIFE - 30, LIFE + 1


@pytest.fixture(params=["memory", "redis"])
def running_store(request: pytest.FixtureRequest) -> Store:
    """With a clock that runs, which one process can share with its threads."""
    if request.param == "memory":
        return MemoryStore()
    found: RedisStore = request.getfixturevalue("redis_store")
    return found


def opened_a_while_ago(
    store: Store, vault: Vault, ago: float
) -> tuple[Launches, ActiveLaunch, str, Running]:
    then = Launches(store, vault, lambda: NOON)
    active, secret = then.open(launched(lives=LIFE))
    clock = Running.from_now(NOON + ago)
    return Launches(store, vault, clock), active, secret, clock


def at_once(times: int, work: Callable[[], object]) -> list[object]:
    barrier = threading.Barrier(times)

    def one(_: int) -> object:
        barrier.wait(30)
        try:
            return work()
        except Exception as failure:
            return failure

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


@pytest.mark.smart(99)
@pytest.mark.parametrize("ago", [ABOUT_TO_END, DEAD])
def test_fifty_who_need_a_token_at_once_cause_one_refresh_and_all_get_it(
    running_store: Store, vault: Vault, ago: float
) -> None:
    launches, active, secret, clock = opened_a_while_ago(running_store, vault, ago)
    endpoint = StrictEndpoint(seconds=0.5)
    renewal = Renewal(launches, running_store, endpoint, clock)

    def of_a_request() -> str:
        found = launches.find(active.lid, secret)
        return renewal.fresh(found, secret).launched.token.access

    got = at_once(50, of_a_request)

    assert got == ["access-1"] * 50
    assert endpoint.calls == 1


@pytest.mark.smart(99)
def test_whoever_comes_while_it_is_under_way_waits_for_it_too(
    running_store: Store, vault: Vault
) -> None:
    launches, active, secret, clock = opened_a_while_ago(running_store, vault, ABOUT_TO_END)
    endpoint = StrictEndpoint(seconds=0.5)
    renewal = Renewal(launches, running_store, endpoint, clock)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(renewal.fresh, active, secret)
        _until(lambda: endpoint.calls == 1)
        second = pool.submit(lambda: renewal.fresh(launches.find(active.lid, secret), secret))

    assert first.result() == second.result()
    assert endpoint.calls == 1


@pytest.mark.smart(99, 101)
def test_fifty_who_meet_an_ehr_that_cannot_do_not_each_ask_it(
    running_store: Store, vault: Vault
) -> None:
    launches, active, secret, clock = opened_a_while_ago(running_store, vault, ABOUT_TO_END)
    endpoint = StrictEndpoint(*[fails(EhrUnreachable())] * 100)
    renewal = Renewal(launches, running_store, endpoint, clock, lambda _: time.sleep(0.05))

    got = at_once(50, lambda: renewal.fresh(active, secret).launched.token.access)

    assert got == [CANARY_ACCESS] * 50
    assert endpoint.calls == 3


@pytest.mark.parametrize("ago", [ABOUT_TO_END, DEAD])
def test_nobody_waits_longer_than_one_answer_may_take(
    running_store: Store, vault: Vault, ago: float
) -> None:
    """The holder is gone and its lease is not: who has a token goes on, who has none is told."""
    launches, active, secret, clock = opened_a_while_ago(running_store, vault, ago)
    running_store.lease(f"renewal:{active.lid}", 60)
    renewal = Renewal(launches, running_store, StrictEndpoint(), clock, deadline=0.3)

    began = time.monotonic()
    (got,) = at_once(1, lambda: renewal.fresh(active, secret).launched.token.access)

    assert time.monotonic() - began < 2
    if ago == DEAD:
        assert isinstance(got, EhrBusy)
    else:
        assert got == CANARY_ACCESS


def test_a_session_that_ends_while_others_wait_ends_for_them_too(
    running_store: Store, vault: Vault
) -> None:
    launches, active, secret, clock = opened_a_while_ago(running_store, vault, ABOUT_TO_END)
    endpoint = StrictEndpoint(answers(patient="somebody-else"), seconds=0.3)
    renewal = Renewal(launches, running_store, endpoint, clock)

    got = at_once(10, lambda: renewal.fresh(active, secret).launched.token.access)

    assert endpoint.calls == 1
    assert all(isinstance(each, Exception) for each in got)
    with pytest.raises(NoSession):
        launches.find(active.lid, secret)


def test_who_signs_out_while_the_token_is_renewed_stays_signed_out(
    running_store: Store, vault: Vault
) -> None:
    launches, active, secret, clock = opened_a_while_ago(running_store, vault, ABOUT_TO_END)
    endpoint = StrictEndpoint(seconds=0.3)
    renewal = Renewal(launches, running_store, endpoint, clock)

    with ThreadPoolExecutor(1) as pool:
        renewed = pool.submit(renewal.fresh, active, secret)
        _until(lambda: endpoint.calls == 1)
        launches.end(active.lid, secret)

    assert isinstance(renewed.exception(), NoSession)
    with pytest.raises(NoSession):
        launches.find(active.lid, secret)


def test_a_language_chosen_while_the_token_is_renewed_is_kept_and_so_is_the_token(
    running_store: Store, vault: Vault
) -> None:
    launches, active, secret, clock = opened_a_while_ago(running_store, vault, ABOUT_TO_END)
    endpoint = StrictEndpoint(seconds=0.3)
    renewal = Renewal(launches, running_store, endpoint, clock)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(renewal.fresh, active, secret)
        _until(lambda: endpoint.calls == 1)
        launches.revise(active.lid, secret, lambda found: replace(found, locale="en"))

    found = launches.find(active.lid, secret)
    assert (found.locale, found.launched.token.access) == ("en", "access-1")


def test_who_saw_the_old_token_cannot_write_it_back(running_store: Store, vault: Vault) -> None:
    launches, active, secret, clock = opened_a_while_ago(running_store, vault, ABOUT_TO_END)
    Renewal(launches, running_store, StrictEndpoint(), clock).fresh(active, secret)

    with pytest.raises(ClaimLost):
        launches.save(replace(active, locale="en"), secret)

    assert launches.find(active.lid, secret).launched.token.access == "access-1"


@pytest.mark.smart(99)
@pytest.mark.parametrize("moment", ["before it asks", "before it writes"])
def test_a_worker_that_slept_past_its_lease_overwrites_nothing_and_sends_nothing_used(
    vault: Vault, clock: Clock, moment: str
) -> None:
    store, endpoint = MemoryStore(clock), StrictEndpoint()
    endpoint.next = [keeps_the_refresh_token]
    launches = Launches(store, vault, clock)
    active, secret = launches.open(launched(lives=LIFE))
    clock.passes(LIFE - 30)
    if moment == "before it writes":  # only a token that may be used again is taken over then
        usable = Upkeep(since=active.upkeep.since, reusable=True)
        launches.revise(active.lid, secret, lambda found: replace(found, upkeep=usable))
        endpoint.next = [keeps_the_refresh_token] * 2

    def others_go_on() -> None:
        store.delete(f"lease:renewal:{active.lid}")  # its time is over
        Renewal(launches, store, endpoint, clock, clock.passes).fresh(active, secret)

    if moment == "before it asks":
        sleeper: Any = Interrupted(store, "replace", others_go_on)
        asks: Refresh = endpoint
    else:
        sleeper, asks = store, partial(_answer_and, others_go_on, endpoint)
    sleeping = Launches(sleeper, vault, clock)
    got = Renewal(sleeping, sleeper, asks, clock, clock.passes).fresh(active, secret)

    stored = launches.find(active.lid, secret, touch=False)
    assert got == stored
    assert stored.launched.token.access == ("access-1" if endpoint.calls == 1 else "access-2")
    assert endpoint.reused == 0


def test_a_worker_that_wakes_while_its_successor_asks_sends_nobody_to_the_login(
    vault: Vault, clock: Clock
) -> None:
    store, endpoint = MemoryStore(clock), StrictEndpoint()
    launches = Launches(store, vault, clock)
    active, secret = launches.open(launched(lives=LIFE))
    clock.passes(DEAD)

    def another_begins() -> None:
        begun = replace(active.upkeep, tried_at=clock.now, tried_by=99, unheard=True)
        launches.revise(active.lid, secret, lambda found: replace(found, upkeep=begun))

    sleeper: Any = Interrupted(store, "replace", another_begins)
    renewal = Renewal(Launches(sleeper, vault, clock), sleeper, endpoint, clock, clock.passes)

    with pytest.raises(EhrBusy):
        renewal.fresh(active, secret)

    assert endpoint.calls == 0


def _answer_and(
    happens: Callable[[], None], endpoint: StrictEndpoint, launched: Launched
) -> TokenAnswer:
    answer = endpoint(launched)
    happens()
    return answer


# --- processes --------------------------------------------------------------------------------


@pytest.mark.smart(99)
def test_four_workers_with_twelve_threads_each_cause_one_refresh(
    redis_server: RedisServer, redis_store: RedisStore, vault: Vault
) -> None:
    endpoint = SharedEndpoint(redis_server.url, seconds=1)
    endpoint.open_for(CANARY_REFRESH)
    _, active, secret, clock = opened_a_while_ago(redis_store, vault, ABOUT_TO_END)
    work = (redis_server.url, NEW_KEY, active.lid, secret, clock, 12)

    got = in_processes(renew_in_threads, [work] * 4)

    assert [access for each in got for access in each] == ["access-1"] * 48
    assert (endpoint.calls, endpoint.reused) == (1, 0)


@pytest.mark.smart(99)
def test_a_worker_killed_while_it_asks_leaves_a_token_that_nobody_sends_again(
    redis_server: RedisServer, redis_store: RedisStore, vault: Vault
) -> None:
    endpoint = SharedEndpoint(redis_server.url, seconds=0)
    endpoint.open_for(CANARY_REFRESH)
    launches, active, secret, clock = opened_a_while_ago(redis_store, vault, ABOUT_TO_END)
    arguments = (redis_server.url, NEW_KEY, active.lid, secret, clock)
    worker = start(refresh_and_hang, *arguments)
    _until(lambda: endpoint.calls == 1)
    worker.kill()
    worker.join()
    renewal = Renewal(launches, redis_store, endpoint, clock, deadline=0.3)

    held = at_once(5, lambda: renewal.fresh(active, secret).launched.token.access)
    redis_store.touch(f"lease:renewal:{active.lid}", 0.01)  # as if its time were over
    time.sleep(0.05)
    after = at_once(5, lambda: renewal.fresh(active, secret).launched.token.access)

    assert held == after == [CANARY_ACCESS] * 5
    assert (endpoint.calls, endpoint.reused) == (1, 0)
    at_its_end = Renewal(launches, redis_store, endpoint, Running.from_now(NOON + LIFE))
    with pytest.raises(TokenNotAccepted):
        at_its_end.fresh(launches.find(active.lid, secret), secret)


class DiesAt:
    """The store of a process that is killed at its n-th command: not even tidied up after that."""

    def __init__(self, store: Store, command: int) -> None:
        self._store = store
        self._left = command
        self.is_dead = False

    def __getattr__(self, name: str) -> object:
        self.is_dead = self.is_dead or self._left == 0
        if self.is_dead:
            raise WorkerKilled
        self._left -= 1
        return getattr(self._store, name)


@pytest.mark.smart(99)
@pytest.mark.parametrize("answer", ["is heard", "is lost", "never leaves"])
@pytest.mark.parametrize("command", range(8))
def test_wherever_a_worker_dies_no_used_token_is_sent_and_at_most_two_calls_are_made(
    vault: Vault, clock: Clock, command: int, answer: str
) -> None:
    store, endpoint = MemoryStore(clock), StrictEndpoint()
    launches = Launches(store, vault, clock)
    active, secret = launches.open(launched(lives=LIFE))
    clock.passes(LIFE - 55)
    dying = DiesAt(store, command)
    asks = partial(_ask_and_die, endpoint, dying, answer)

    with suppress(WorkerKilled):
        of_the_dying = Launches(dying, vault, clock)  # type: ignore[arg-type]  # all that a store does
        Renewal(of_the_dying, dying, asks, clock, clock.passes).fresh(active, secret)  # type: ignore[arg-type]  # as above
    assert dying.is_dead or command == 7  # it gives seven, so nothing was left out

    next_one = Renewal(launches, store, endpoint, clock, clock.passes)
    while_it_is_held = next_one.fresh(launches.find(active.lid, secret), secret)
    clock.passes(40)  # the lease of the dead is over now, and the token nearly
    at_last = next_one.fresh(while_it_is_held, secret)

    assert endpoint.calls <= 2
    assert endpoint.reused == 0
    if not endpoint.calls:
        assert answer == "never leaves"  # it might have left, for all that anybody can tell
        assert at_last.upkeep.unheard


def test_who_comes_after_a_worker_died_does_not_wait_for_its_lease(
    vault: Vault, clock: Clock
) -> None:
    store, endpoint = MemoryStore(clock), StrictEndpoint()
    launches = Launches(store, vault, clock)
    active, secret = launches.open(launched(lives=LIFE))
    clock.passes(LIFE - 55)
    begun = replace(active.upkeep, tried_at=clock.now, tried_by=1, unheard=True)
    launches.revise(active.lid, secret, lambda found: replace(found, upkeep=begun))
    assert store.lease(f"renewal:{active.lid}", 35) is not None
    paused: list[float] = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        clock.passes(seconds)

    renewal = Renewal(launches, store, endpoint, clock, pause)
    found = launches.find(active.lid, secret)
    assert renewal.fresh(found, secret).launched.token.access == CANARY_ACCESS
    first = sum(paused)
    assert renewal.fresh(found, secret).launched.token.access == CANARY_ACCESS

    assert 14 < first < 16
    assert sum(paused) == first
    assert endpoint.calls == 0


def _ask_and_die(
    endpoint: StrictEndpoint, dying: DiesAt, answer: str, launched: Launched
) -> TokenAnswer:
    if answer == "is heard":
        return endpoint(launched)
    if answer == "is lost":
        endpoint(launched)
    dying.is_dead = True
    raise WorkerKilled


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)
