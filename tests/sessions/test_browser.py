"""Ten launches a browser: the oldest is ended, and says that it was."""

from __future__ import annotations

import pytest

from smartapp.errors import SessionEnded, StoreUnavailable
from smartapp.sessions import EndReason, Launches, RedisStore, Vault, held_by
from tests.sessions.conftest import Clock
from tests.sessions.people import launched
from tests.sessions.servers import RedisServer


def opened(launches: Launches, clock: Clock, times: int) -> dict[str, str]:
    brought = {}
    for _ in range(times):
        active, secret = launches.open(launched())
        brought[active.lid] = secret
        clock.passes(1)
    return brought


def test_ten_are_kept(launches: Launches, clock: Clock) -> None:
    brought = opened(launches, clock, 10)

    held = held_by(launches, brought)

    assert [active.lid for active in held.live] == list(brought)
    assert held.surplus == ()
    assert held.dead == ()


def test_of_twelve_the_two_that_were_opened_first_are_too_many(
    launches: Launches, clock: Clock
) -> None:
    brought = opened(launches, clock, 12)
    shuffled = dict(sorted(brought.items()))
    first, second, *rest = brought

    held = held_by(launches, shuffled)

    assert [active.lid for active in held.surplus] == [first, second]
    assert [active.lid for active in held.live] == rest


def test_the_page_of_an_ended_launch_can_say_that_a_newer_one_took_its_place(
    launches: Launches, clock: Clock
) -> None:
    brought = opened(launches, clock, 11)

    for active in held_by(launches, brought).surplus:
        launches.end(active.lid, brought[active.lid], EndReason.REPLACED)

    first, *rest = brought
    with pytest.raises(SessionEnded) as ended:
        launches.find(first, brought[first])
    assert ended.value.reason == "replaced"
    assert [active.lid for active in held_by(launches, brought).live] == rest


def test_cookies_that_open_nothing_are_named_and_do_not_count(
    launches: Launches, clock: Clock
) -> None:
    brought = opened(launches, clock, 3)
    gone, *rest = brought
    launches.end(gone, brought[gone])
    junk = {"": "x", "no such launch": "x", rest[0] + "x": "x"}

    held = held_by(launches, {**brought, **junk}, most=2)

    assert set(held.dead) == {gone, *junk}
    assert [active.lid for active in held.live] == rest
    assert held.surplus == ()


def test_a_name_without_its_secret_ends_nobodys_launch(launches: Launches, clock: Clock) -> None:
    brought = opened(launches, clock, 3)

    held = held_by(launches, dict.fromkeys(brought, "made-up"), most=1)

    assert held.surplus == ()
    assert set(held.dead) == set(brought)


def test_looking_keeps_nobody_logged_in(launches: Launches, clock: Clock) -> None:
    brought = opened(launches, clock, 1)
    clock.passes(20 * 60 - 2)
    held_by(launches, brought)
    clock.passes(1)

    assert held_by(launches, brought).live == ()


def test_a_dead_redis_does_not_make_cookies_look_dead(own_redis: RedisServer, vault: Vault) -> None:
    launches = Launches(RedisStore.at(own_redis.url), vault)
    active, secret = launches.open(launched())
    own_redis.kill()

    with pytest.raises(StoreUnavailable):
        held_by(launches, {active.lid: secret})
