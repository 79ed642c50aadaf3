"""A session that is over says why, for as long as anybody may still look at its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from redis import Redis

from smartapp.errors import NoSession, SessionEnded, StoreUnavailable
from smartapp.launch import Role
from smartapp.sessions import EndReason, Launches, RedisStore, Store, Vault
from tests.sessions.conftest import Clock
from tests.sessions.people import launched

MINUTE, HOUR = 60.0, 3600.0


def why(launches: Launches, lid: str, secret: str | None = None) -> str | None:
    with pytest.raises(NoSession) as none:
        launches.find(lid, secret)
    return none.value.reason if isinstance(none.value, SessionEnded) else None


@pytest.mark.parametrize("reason", list(EndReason))
def test_whoever_ends_a_session_says_why(launches: Launches, reason: EndReason) -> None:
    active, secret = launches.open(launched())

    launches.end(active.lid, secret, reason)

    assert why(launches, active.lid, secret) == reason
    assert why(launches, active.lid) == reason  # the cookie may be gone by now


def test_signing_out_is_the_usual_reason(launches: Launches) -> None:
    active, secret = launches.open(launched())

    launches.end(active.lid, secret)

    assert why(launches, active.lid) == "logout"


@pytest.mark.parametrize(("role", "idle"), [(Role.STAFF, 15), (Role.PATIENT, 20)])
def test_what_nobody_ended_time_did(
    launches: Launches, clock: Clock, role: Role, idle: int
) -> None:
    active, secret = launches.open(launched(role=role))

    clock.passes(idle * MINUTE)

    assert why(launches, active.lid, secret) == "idle"


def test_a_session_that_was_used_to_its_very_end_says_so(launches: Launches, clock: Clock) -> None:
    active, secret = launches.open(launched())
    for _ in range(12 * 6 - 1):
        clock.passes(10 * MINUTE)
        launches.find(active.lid, secret)

    clock.passes(10 * MINUTE)

    assert why(launches, active.lid, secret) == "absolute"


def test_the_reason_is_kept_as_long_as_the_session_could_have_lived(
    launches: Launches, clock: Clock
) -> None:
    active, secret = launches.open(launched())
    clock.passes(10 * MINUTE)
    launches.end(active.lid, secret)

    clock.passes(12 * HOUR - 11 * MINUTE)
    assert why(launches, active.lid) == "logout"


def test_redis_forgets_the_reason_by_itself(
    redis_store: RedisStore, redis_client: Redis, vault: Vault, clock: Clock
) -> None:
    launches = Launches(redis_store, vault, clock)
    active, secret = launches.open(launched())
    launches.end(active.lid, secret)

    (note,) = redis_client.keys("smartapp:ended:*")
    assert 12 * HOUR < redis_client.ttl(note) <= 13 * HOUR


def test_after_signing_out_nothing_in_redis_names_the_session(
    redis_store: RedisStore, redis_client: Redis, vault: Vault, clock: Clock
) -> None:
    launches = Launches(redis_store, vault, clock)
    active, secret = launches.open(launched())

    launches.end(active.lid, secret)

    assert not any(active.lid.encode() in key for key in redis_client.scan_iter())


@pytest.mark.parametrize("lid", ["never-was-a-session", "a" * 22, "", "\ud800" * 20])
def test_a_session_that_never_was_has_no_reason(launches: Launches, lid: str) -> None:
    assert why(launches, lid) is None


def test_a_wrong_secret_is_told_nothing_while_the_session_lives(launches: Launches) -> None:
    active, _ = launches.open(launched())

    assert why(launches, active.lid, "made-up") is None


def test_a_session_is_over_even_where_the_reason_could_not_be_kept(
    store: Store, vault: Vault, clock: Clock
) -> None:
    launches = Launches(store, vault, clock)
    active, secret = launches.open(launched())
    full = Launches(Full(store), vault, clock)  # type: ignore[arg-type]  # a store in all but name

    full.end(active.lid, secret)

    assert why(launches, active.lid, secret) == "idle"


class Full:
    """Reads and deletes, and takes nothing new."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Callable[..., object]:
        if name == "put":
            raise StoreUnavailable
        found: Callable[..., object] = getattr(self._store, name)
        return found


# --- what a page says beforehand --------------------------------------------------------------


@pytest.mark.parametrize(("role", "idle"), [(Role.STAFF, 15), (Role.PATIENT, 20)])
def test_a_page_can_say_when_the_session_ends_and_warn_two_minutes_before(
    launches: Launches, clock: Clock, role: Role, idle: int
) -> None:
    active, secret = launches.open(launched(role=role))
    clock.passes(5 * MINUTE)

    looked_at = launches.find(active.lid, secret, touch=False)
    assert launches.ends_at(looked_at) == active.opened_at + idle * MINUTE
    used = launches.find(active.lid, secret)
    assert launches.ends_at(used) == clock.now + idle * MINUTE
    assert launches.warn_at(used) == clock.now + (idle - 2) * MINUTE


def test_near_the_absolute_end_no_work_puts_it_off(
    store: Store, vault: Vault, clock: Clock
) -> None:
    launches = Launches(store, vault, clock, longest=30 * MINUTE)
    active, secret = launches.open(launched())
    clock.passes(15 * MINUTE)

    used = launches.find(active.lid, secret)

    assert launches.ends_at(used) == active.opened_at + 30 * MINUTE
    assert launches.warn_at(used) == active.opened_at + 28 * MINUTE


def test_short_times_leave_half_of_them_to_react(store: Store, vault: Vault, clock: Clock) -> None:
    launches = Launches(store, vault, clock, patient_idle=60)
    active, _ = launches.open(launched())

    assert launches.warn_at(active) == active.opened_at + 30
