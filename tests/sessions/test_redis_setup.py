"""A Redis that would lose what it is given is noticed at the start, not on the day it does."""

from __future__ import annotations

import time

import pytest
from redis import Redis

from smartapp.sessions import MemoryStore, RedisStore, check
from tests.sessions.servers import RedisServer

SOUND = {"appendonly": "yes", "save": "", "maxmemory-policy": "noeviction"}


def said(server: RedisServer, **settings: str) -> list[str]:
    with Redis.from_url(server.url) as client:
        for name, value in (SOUND | settings).items():
            client.config_set(name, value)
        while client.info("persistence")["aof_rewrite_in_progress"]:
            time.sleep(0.01)  # or it would still be writing when its folder goes
    return [str(problem) for problem in check(RedisStore.at(server.url))]


def test_a_redis_that_keeps_everything_is_sound(own_redis: RedisServer) -> None:
    assert said(own_redis) == []


def test_snapshots_count_as_keeping_it(own_redis: RedisServer) -> None:
    assert said(own_redis, appendonly="no", save="60 1") == []


def test_a_redis_that_keeps_nothing_on_disk_is_named(own_redis: RedisServer) -> None:
    (problem,) = said(own_redis, appendonly="no")

    assert "REDIS_URL keeps nothing on disk" in problem
    assert "appendonly yes" in problem


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl", "volatile-lru"])
def test_a_redis_that_throws_away_when_full_is_named(own_redis: RedisServer, policy: str) -> None:
    (problem,) = said(own_redis, **{"maxmemory-policy": policy})

    assert f"({policy})" in problem
    assert "noeviction" in problem


def test_everything_that_is_wrong_is_said_at_once(own_redis: RedisServer) -> None:
    assert len(said(own_redis, appendonly="no", **{"maxmemory-policy": "allkeys-lfu"})) == 2


@pytest.mark.parametrize("forbidden", ["-config", "-config|get"])
def test_where_redis_may_not_be_asked_that_is_said(own_redis: RedisServer, forbidden: str) -> None:
    said(own_redis, appendonly="no")
    with Redis.from_url(own_redis.url) as client:
        rules = ["+@all", forbidden]
        client.acl_setuser(
            "app", enabled=True, passwords=["+secret"], keys=["smartapp:*"], commands=rules
        )
    address = own_redis.url.removeprefix("redis://")

    (problem,) = check(RedisStore.at(f"redis://app:secret@{address}"))

    assert "does not let the app read its settings" in str(problem)


def test_a_redis_that_is_down_does_not_stop_the_start(own_redis: RedisServer) -> None:
    own_redis.kill()

    (problem,) = check(RedisStore.at(own_redis.url))

    assert "does not answer" in str(problem)


def test_memory_has_nothing_to_set_up() -> None:
    assert check(MemoryStore()) == ()


def test_closing_lets_go_of_every_connection(own_redis: RedisServer) -> None:
    store = RedisStore.at(own_redis.url)
    store.ping()
    with Redis.from_url(own_redis.url) as client:
        before = len(client.client_list())

        store.close()

        end = time.monotonic() + 10
        while len(client.client_list()) >= before:  # Redis notices in its own time
            assert time.monotonic() < end
