"""Both stores, each for the shared tests; Redis is a real server of this test process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from redis import Redis

from smartapp.sessions import Drafts, Launches, MemoryStore, Outbox, RedisStore, Store, Vault
from tests.sessions.people import NOON
from tests.sessions.servers import RedisServer, redis_on_port, redis_on_socket


@dataclass
class Clock:
    now: float = NOON

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    with redis_on_socket() as server:
        yield server


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """For tests that stop or freeze it."""
    with redis_on_port() as server:
        yield server


@pytest.fixture
def redis_client(redis_server: RedisServer) -> Iterator[Redis]:
    """To look at what the store left there."""
    with Redis.from_url(redis_server.url) as client:
        yield client


@pytest.fixture
def redis_store(redis_server: RedisServer, redis_client: Redis) -> RedisStore:
    redis_client.flushall()
    return RedisStore.at(redis_server.url)


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest, clock: Clock) -> Store:
    if request.param == "memory":
        return MemoryStore(clock)
    found: RedisStore = request.getfixturevalue("redis_store")
    return found


@pytest.fixture
def time_passes(store: Store, clock: Clock) -> Callable[[float], None]:
    """Redis has a clock of its own, which no test can turn."""

    def pass_by(seconds: float) -> None:
        clock.passes(seconds)
        if isinstance(store, RedisStore):
            time.sleep(seconds)

    return pass_by


OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32


@pytest.fixture
def vault() -> Vault:
    return Vault((NEW_KEY,))


@pytest.fixture
def launches(store: Store, vault: Vault, clock: Clock) -> Launches:
    return Launches(store, vault, clock)


@pytest.fixture
def drafts(store: Store, vault: Vault, clock: Clock) -> Drafts:
    return Drafts(store, vault, clock)


@pytest.fixture
def outbox(store: Store, vault: Vault, clock: Clock) -> Outbox:
    return Outbox(store, vault, clock)
