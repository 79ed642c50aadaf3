"""A Redis that is down, hangs, refuses or comes back: said quickly, and by its name."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from redis import Redis

from smartapp.errors import StoreUnavailable
from smartapp.sessions import Drafts, Launches, Outbox, RedisStore, Store, Vault
from tests.sessions.people import ANA, launched, pending, refill, token
from tests.sessions.servers import RedisServer

QUICKLY = 2.0  # seconds: of which a busy machine takes one

EVERYTHING_A_STORE_DOES: dict[str, Callable[[Store], object]] = {
    "get": lambda store: store.get("k"),
    "get_many": lambda store: store.get_many("k", "l"),
    "put": lambda store: store.put("k", b"v", 10),
    "add": lambda store: store.add("k", b"v", 10),
    "take": lambda store: store.take("k"),
    "replace": lambda store: store.replace("k", b"v", b"w", 10),
    "delete": lambda store: store.delete("k"),
    "touch": lambda store: store.touch("k", 10),
    "enroll": lambda store: store.enroll("s", "m"),
    "dismiss": lambda store: store.dismiss("s", "m"),
    "members": lambda store: store.members("s"),
    "lease": lambda store: store.lease("l", 10),
    "ping": lambda store: store.ping(),
}

COMMANDS = (
    *("get", "mget", "set", "getdel", "del", "pexpire", "exists", "incr"),
    *("sadd", "srem", "smembers", "eval", "ping"),
)


def fails_quickly(work: Callable[[], object]) -> None:
    started = time.monotonic()
    with pytest.raises(StoreUnavailable):
        work()
    assert time.monotonic() - started < QUICKLY


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Takes connections and never says a word, as a machine that is swapping does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_when_redis_dies_everything_says_so_quickly(own_redis: RedisServer) -> None:
    store = RedisStore.at(own_redis.url)
    lease = store.lease("mine", 10)
    assert lease is not None

    own_redis.kill()

    for work in EVERYTHING_A_STORE_DOES.values():
        fails_quickly(partial(work, store))
    fails_quickly(lease.release)


def test_when_redis_comes_back_the_next_command_works(own_redis: RedisServer) -> None:
    store = RedisStore.at(own_redis.url)
    store.ping()
    own_redis.kill()
    own_redis.start()

    store.put("k", b"v", 10)

    assert store.get("k") == b"v"


def test_a_redis_that_hangs_is_given_up_quickly(own_redis: RedisServer) -> None:
    store = RedisStore.at(own_redis.url)
    store.put("k", b"v", 10)
    own_redis.freeze()

    fails_quickly(lambda: store.get("k"))
    own_redis.thaw()

    assert store.get("k") == b"v"  # and not the late answer to an earlier question


def test_a_redis_that_never_greets_is_given_up_quickly(silent_port: int) -> None:
    fails_quickly(RedisStore.at(f"redis://127.0.0.1:{silent_port}/0").ping)


def test_a_redis_that_never_greets_is_given_up_quickly_even_with_a_password(
    silent_port: int,
) -> None:
    fails_quickly(RedisStore.at(f"redis://user:pass@127.0.0.1:{silent_port}/3").ping)


def test_a_wrong_password_is_trouble_with_the_store_too(own_redis: RedisServer) -> None:
    with Redis.from_url(own_redis.url) as client:
        client.config_set("requirepass", "right")
    address = own_redis.url.removeprefix("redis://")

    fails_quickly(lambda: RedisStore.at(f"redis://:wrong@{address}").get("k"))
    RedisStore.at(f"redis://:right@{address}").ping()


def test_a_full_redis_refuses_what_is_new_and_keeps_sessions_open(
    own_redis: RedisServer, vault: Vault
) -> None:
    store = RedisStore.at(own_redis.url)
    now = [1000.0]
    launches = Launches(store, vault, lambda: now[0])
    active, secret = launches.open(launched())
    with Redis.from_url(own_redis.url) as client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1")

    now[0] += 60

    assert launches.find(active.lid, secret).person == ANA
    with pytest.raises(StoreUnavailable):
        Outbox(store, vault).receive(refill(), token())


def test_a_dead_redis_is_never_mistaken_for_a_missing_session_draft_or_submission(
    own_redis: RedisServer, vault: Vault
) -> None:
    store = RedisStore.at(own_redis.url)
    launches, drafts, outbox = Launches(store, vault), Drafts(store, vault), Outbox(store, vault)
    active, secret = launches.open(launched())
    binding = launches.hold(pending())
    own_redis.kill()

    fails_quickly(lambda: launches.find(active.lid, secret))
    fails_quickly(lambda: launches.end(active.lid, secret))
    fails_quickly(lambda: launches.take_pending(pending().state, binding))
    fails_quickly(lambda: launches.open(launched()))
    fails_quickly(lambda: drafts.find(ANA, "refill"))
    fails_quickly(lambda: outbox.find(refill().sid, ANA))
    fails_quickly(lambda: outbox.receive(refill(), token()))
    fails_quickly(outbox.unfinished)


def test_nothing_is_sent_that_a_strict_acl_refuses(own_redis: RedisServer, vault: Vault) -> None:
    with Redis.from_url(own_redis.url) as client:
        rules = [f"+{command}" for command in COMMANDS]
        client.acl_setuser(
            "app", enabled=True, passwords=["+secret"], keys=["smartapp:*"], commands=rules
        )
    address = own_redis.url.removeprefix("redis://")
    store = RedisStore.at(f"redis://app:secret@{address}")

    for work in EVERYTHING_A_STORE_DOES.values():
        work(store)
    Outbox(store, vault).receive(refill(), token())
