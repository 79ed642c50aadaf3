"""Requests through an EHR in trouble: none lost, none doubled, no false receipt."""

from __future__ import annotations

import random

import pytest

from tests.app.arriving import (
    LIMITS,
    ONCE,
    PEOPLE,
    WITHOUT_TASK,
    Reaper,
    all_ask,
    judged_with_search,
    judged_without_search,
    with_mortal_workers,
)
from tests.app.world import opened
from tests.sessions.servers import redis_on_socket

# A thousand and eight in four rounds, each with other dice: 21 for each of the twelve.
ROUNDS, IN_A_ROUND = (1, 2, 3, 4), 21


def arrive_once_each(count: int, seed: int = 0, *, together: bool) -> None:
    """The EHR looks first and stores later, and finds what is new only a while after."""
    with opened(limits=LIMITS) as world:
        world.behaves(index_seconds=1.5, conditional_create="racy", transaction=together)
        reaper = Reaper(0.01, random.Random(seed))  # noqa: S311  (the same deaths each time)
        mortal = with_mortal_workers(world, reaper)
        tally = all_ask(mortal, count, ONCE, reaper=reaper, seed=seed, together=together)
        assert tally.killed > count / 4
        judged_with_search(mortal, tally, count * len(PEOPLE))


def stay_in_sight(count: int, seed: int = 0) -> None:
    """Nothing can be looked up by its identifier, and nothing is created conditionally."""
    with opened(limits=LIMITS) as world:
        world.behaves(profile="meditech", index_seconds=1.5)
        reaper = Reaper(0.01, random.Random(seed))  # noqa: S311  (as above)
        mortal = with_mortal_workers(world, reaper)
        tally = all_ask(mortal, count, WITHOUT_TASK, reaper=reaper, seed=seed)
        judged_without_search(mortal, tally, count * len(PEOPLE))


def test_requests_arrive_once_each_though_workers_are_killed() -> None:
    arrive_once_each(1, together=False)


def test_the_same_with_a_real_redis_between_two_workers() -> None:
    with redis_on_socket() as server, opened(redis_url=server.url, limits=LIMITS) as world:
        worker = world.another_worker()
        tally = all_ask(world, 1, ONCE, worker=worker, together=True)
        judged_with_search(world, tally, len(PEOPLE))


def test_what_no_search_can_settle_stays_in_its_authors_sight() -> None:
    stay_in_sight(1)


@pytest.mark.proof
@pytest.mark.parametrize("together", [False, True], ids=["one-by-one", "together"])
@pytest.mark.parametrize("round_", ROUNDS)
def test_a_thousand_requests_arrive_once_each_though_workers_are_killed(
    round_: int, together: bool
) -> None:
    arrive_once_each(IN_A_ROUND, round_, together=together)


@pytest.mark.proof
@pytest.mark.parametrize("round_", ROUNDS)
def test_of_a_thousand_requests_each_that_no_search_can_settle_stays_in_sight(round_: int) -> None:
    stay_in_sight(IN_A_ROUND, round_)
