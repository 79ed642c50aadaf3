"""The kill switch: the sessions of a person, of an EHR or of everyone, on every worker at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from redis import Redis

from smartapp.errors import SessionEnded
from smartapp.sessions import Launches, RedisStore, Store, Vault
from tests.sessions.conftest import NEW_KEY, OLD_KEY, Clock
from tests.sessions.people import CANARY_SUB, ISS, NOON, launched
from tests.sessions.racers import look_until_it_is_over, start_with_answer
from tests.sessions.servers import RedisServer

ANA = launched()
BEN = replace(ANA, user=replace(ANA.user, sub="ben"))
ANA_IN_THE_SOUTH = replace(
    ANA,
    ehr_key="south",
    iss="https://south.example",
    user=replace(ANA.user, iss="https://s.example"),
)
EVERYBODY = {"ana": ANA, "ben": BEN, "ana in the south": ANA_IN_THE_SOUTH}


@pytest.mark.parametrize(
    ("revoke", "over"),
    [
        (lambda launches: launches.revoke_user(f"{ISS}|{CANARY_SUB}"), {"ana"}),
        (lambda launches: launches.revoke_ehr("north"), {"ana", "ben"}),
        (lambda launches: launches.revoke_ehr("south"), {"ana in the south"}),
        (lambda launches: launches.revoke_all(), set(EVERYBODY)),
        (lambda launches: launches.revoke_user("nobody"), set()),
    ],
    ids=["a person", "an EHR", "another EHR", "everyone", "nobody"],
)
def test_exactly_those_are_over_who_were_meant(
    store: Store, vault: Vault, clock: Clock, revoke: Callable[[Launches], None], over: set[str]
) -> None:
    here, elsewhere = Launches(store, vault, clock), Launches(store, vault, clock)
    opened = {name: here.open(each) for name, each in EVERYBODY.items()}
    clock.passes(1)

    revoke(elsewhere)

    for name, (active, secret) in opened.items():
        if name in over:
            for touch in (True, False):
                with pytest.raises(SessionEnded) as ended:
                    here.find(active.lid, secret, touch=touch)
                assert ended.value.reason == "revoked"
            assert store.get(f"session:{active.lid}") is None
        else:
            here.find(active.lid, secret)


def test_whoever_signs_in_afterwards_is_welcome(launches: Launches, clock: Clock) -> None:
    launches.revoke_all()
    launches.revoke_user(ANA.user.key)
    clock.passes(1)

    active, secret = launches.open(ANA)

    assert launches.find(active.lid, secret) == active


def test_one_launch_can_be_ended_without_its_cookie(launches: Launches) -> None:
    (one, secret), (other, others) = launches.open(ANA), launches.open(ANA)

    launches.revoke(one.lid)

    with pytest.raises(SessionEnded) as ended:
        launches.find(one.lid, secret)
    assert ended.value.reason == "revoked"
    launches.find(other.lid, others)


@pytest.mark.parametrize("keys", [(NEW_KEY, OLD_KEY), (OLD_KEY, NEW_KEY)])
def test_a_revocation_reaches_workers_that_seal_with_another_key(
    store: Store, clock: Clock, keys: tuple[bytes, bytes]
) -> None:
    here = Launches(store, Vault(keys), clock)
    elsewhere = Launches(store, Vault(keys[::-1]), clock)
    active, secret = here.open(ANA)
    clock.passes(1)

    elsewhere.revoke_user(ANA.user.key)

    with pytest.raises(SessionEnded):
        here.find(active.lid, secret)


def test_another_worker_refuses_within_a_second(
    redis_server: RedisServer, redis_store: RedisStore, vault: Vault
) -> None:
    launches = Launches(redis_store, vault, lambda: NOON)
    active, secret = launches.open(ANA)
    answer = start_with_answer(look_until_it_is_over, redis_server.url, NEW_KEY, active.lid, secret)
    assert answer.get(timeout=60) == "looking"

    revoked_at = time.time()
    launches.revoke_all()
    over_at = answer.get(timeout=60)

    assert 0 <= over_at - revoked_at < 1


def test_a_session_costs_one_question_about_revocations(
    store: Store, vault: Vault, clock: Clock
) -> None:
    asked: list[str] = []
    launches = Launches(Counting(store, asked), vault, clock)  # type: ignore[arg-type]  # a store in all but name
    active, secret = launches.open(ANA)
    asked.clear()

    launches.find(active.lid, secret, touch=False)

    assert asked == ["get", "get_many"]


class Counting:
    def __init__(self, store: Store, asked: list[str]) -> None:
        self._store = store
        self._asked = asked

    def __getattr__(self, name: str) -> object:
        self._asked.append(name)
        return getattr(self._store, name)


def test_a_revocation_ends_by_itself_and_names_nobody(
    redis_store: RedisStore, redis_client: Redis, vault: Vault
) -> None:
    Launches(redis_store, vault).revoke_user(ANA.user.key)

    (key,) = redis_client.keys("*")
    assert CANARY_SUB.encode() not in key
    assert 0 < redis_client.ttl(key) <= 24 * 3600
