"""What other processes do to the same Redis; each gets its work by name and pickles its answer."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

from smartapp.errors import NoSession
from smartapp.sessions import Launches, Outbox, RedisStore, Renewal, StepState, Vault
from tests.sessions.endpoint import SharedEndpoint
from tests.sessions.people import NOON, refill, token

_SPAWN = multiprocessing.get_context("spawn")
_TOGETHER: Barrier | None = None


def in_processes(work: Callable[..., Any], arguments: list[tuple[Any, ...]]) -> list[Any]:
    """One process for each, all let go at the same moment."""
    barrier = _SPAWN.Barrier(len(arguments))
    with _SPAWN.Pool(len(arguments), _remember, (barrier,)) as pool:
        results = [pool.apply_async(work, each) for each in arguments]
        return [result.get(60) for result in results]


def _remember(barrier: Barrier) -> None:
    global _TOGETHER
    _TOGETHER = barrier


def _at_once() -> None:
    assert _TOGETHER is not None
    _TOGETHER.wait(60)


def take_and_add(url: str, who: str) -> tuple[list[bool], list[bool]]:
    """Which of a hundred tickets, and which of a hundred seats, this process got."""
    store = RedisStore.at(url)
    store.ping()
    _at_once()
    tickets = [store.take(f"ticket:{i}") is not None for i in range(100)]
    seats = [store.add(f"seat:{i}", who.encode(), 60) for i in range(100)]
    return tickets, seats


def count_up(url: str, _: str) -> list[int]:
    """A hundred counts by compare-and-swap, and the fences of twenty leases."""
    store = RedisStore.at(url)
    store.ping()
    _at_once()
    done = 0
    while done < 100:
        seen = store.get("count") or b""
        done += store.replace("count", seen, str(int(seen) + 1).encode(), 60)
    fences: list[int] = []
    while len(fences) < 20:
        lease = store.lease("work", 60)
        if lease:
            fences.append(lease.fence)
            lease.release()
    return fences


def receive_and_work(url: str, key: bytes, sids: list[str], who: str) -> list[bool]:
    """Hand the same submissions in as everyone else, and say for which the claim was ours."""
    outbox = Outbox(RedisStore.at(url), Vault((key,)), lambda: NOON)
    outbox.unfinished()
    _at_once()
    mine = []
    for sid in sids:
        outbox.receive(refill(sid=sid, words=who), token())
        mine.append(outbox.work(sid, 60) is not None)
    return mine


def hold_and_hang(url: str, key: bytes, sid: str, seconds: float) -> None:
    """Claim, say that the first step is being sent, and never be heard of again."""
    outbox = Outbox(RedisStore.at(url), Vault((key,)), lambda: NOON)
    claim = outbox.work(sid, seconds)
    assert claim is not None
    first, *rest = claim.submission.steps
    steps = (replace(first, state=StepState.POSTING, attempts=1), *rest)
    outbox.record(claim, replace(claim.submission, steps=steps))
    time.sleep(600)


@dataclass(frozen=True)
class Running:
    """A clock that stood at some moment when a test began, in every process of it."""

    ahead: float

    @classmethod
    def from_now(cls, moment: float) -> Running:
        return cls(moment - time.time())

    def __call__(self) -> float:
        return time.time() + self.ahead


def renew_in_threads(
    url: str, key: bytes, lid: str, secret: str, clock: Running, threads: int
) -> list[str]:
    """What each of the requests of one worker gets, all of them at once."""
    store = RedisStore.at(url)
    launches = Launches(store, Vault((key,)), clock)
    renewal = Renewal(launches, store, SharedEndpoint(url, seconds=1), clock)
    together = threading.Barrier(threads + 1)

    def one_request(_: int) -> str:
        together.wait(60)
        found = launches.find(lid, secret)
        return renewal.fresh(found, secret).launched.token.access

    with ThreadPoolExecutor(threads) as pool:
        got = pool.map(one_request, range(threads))
        _at_once()
        together.wait(60)
        return list(got)


def refresh_and_hang(url: str, key: bytes, lid: str, secret: str, clock: Running) -> None:
    """Use the refresh token up, and never be heard of again."""
    store = RedisStore.at(url)
    launches = Launches(store, Vault((key,)), clock)
    renewal = Renewal(launches, store, SharedEndpoint(url, seconds=600), clock)
    renewal.fresh(launches.find(lid, secret), secret)


def look_until_it_is_over(answers: Queue[Any], url: str, key: bytes, lid: str, secret: str) -> None:
    """As a browser that polls does, at another worker. Says when it began and when it was over."""
    launches = Launches(RedisStore.at(url), Vault((key,)), lambda: NOON)
    launches.find(lid, secret)
    answers.put("looking")
    with suppress(NoSession):
        while True:
            launches.find(lid, secret, touch=False)
            time.sleep(0.05)
    answers.put(time.time())


def start_with_answer(work: Callable[..., None], *arguments: Any) -> Queue[Any]:
    answers: Queue[Any] = _SPAWN.Queue()
    start(work, answers, *arguments)
    return answers


def start(work: Callable[..., None], *arguments: Any) -> multiprocessing.process.BaseProcess:
    process = _SPAWN.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process
