"""Redis behind Sentinels: found by them, and found again after another one took over."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from smartapp.errors import StoreUnavailable
from smartapp.sessions import RedisStore
from smartapp.sessions.store.redis_address import ANSWER_SECONDS, CONNECT_SECONDS, client_at
from tests.sessions.servers import Watched, redis_with_a_replica


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    with redis_with_a_replica() as found:
        yield found


def test_the_next_master_is_found_when_the_first_one_dies(watched: Watched) -> None:
    store = RedisStore.at(watched.url)
    store.put("tea", b"hot", 60)
    assert RedisStore.at(watched.master.url).get("tea") == b"hot"
    _until_copied(watched)

    watched.master.kill()

    started = time.monotonic()
    with pytest.raises(StoreUnavailable):
        store.put("tea", b"cold", 60)
    assert time.monotonic() - started < 2.5
    _until_it_takes_writes(store)
    assert store.get("tea") == b"hot"
    assert RedisStore.at(watched.replica.url).get("milk") == b"1"
    store.close()


def test_where_no_sentinel_answers_it_is_said_quickly() -> None:
    store = RedisStore.at("redis+sentinel://127.0.0.1:1,127.0.0.1:2/clinic/0")

    started = time.monotonic()
    with pytest.raises(StoreUnavailable):
        store.ping()
    assert time.monotonic() - started < 2.5


def test_a_service_that_the_sentinels_do_not_know_is_unavailable(watched: Watched) -> None:
    store = RedisStore.at(watched.url.replace("/clinic/", "/other/"))

    with pytest.raises(StoreUnavailable):
        store.ping()


def test_name_password_number_and_limits_come_from_the_address() -> None:
    client = client_at(
        "redis+sentinel://ana:p%40ss@[::1]:5000,two/clinic/3"
        "?socket_timeout=2&sentinel_username=watch&sentinel_password=dog"
    )

    asked = client.connection_pool.connection_kwargs
    assert (asked["username"], asked["password"], asked["db"]) == ("ana", "p@ss", 3)
    assert (asked["socket_timeout"], asked["socket_connect_timeout"]) == (2.0, CONNECT_SECONDS)
    sentinels = [
        each.connection_pool.connection_kwargs
        for each in client.connection_pool.sentinel_manager.sentinels  # type: ignore[attr-defined]  # of Sentinel's pool
    ]
    assert [(each["host"], each["port"]) for each in sentinels] == [("::1", 5000), ("two", 26379)]
    assert {each["socket_timeout"] for each in sentinels} == {ANSWER_SECONDS}
    assert {(each["username"], each["password"]) for each in sentinels} == {("watch", "dog")}


def test_an_encrypted_redis_is_reached_by_encrypted_sentinels() -> None:
    client = client_at("rediss+sentinel://one/clinic/0")

    pool = client.connection_pool
    assert "SSL" in pool.connection_class.__name__
    for each in pool.sentinel_manager.sentinels:  # type: ignore[attr-defined]  # of Sentinel's pool
        assert "SSL" in each.connection_pool.connection_class.__name__


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://one:5000",
        "redis+sentinel://one:5000/",
        "redis+sentinel://one:5000/clinic/first",
        "redis+sentinel:///clinic/0",
        "redis+sentinel://one:5000,/clinic/0",
        "redis+sentinel://one:port/clinic/0",
        "sentinel://one/clinic/0",
    ],
)
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|scheme|[Pp]ort"):
        RedisStore.at(url)


def _until_copied(watched: Watched) -> None:
    copy = RedisStore.at(watched.replica.url)
    _until(lambda: copy.get("tea") == b"hot")


def _until_it_takes_writes(store: RedisStore) -> None:
    def it_does() -> bool:
        try:
            store.put("milk", b"1", 60)
        except StoreUnavailable:
            return False
        return True

    _until(it_does)


def _until(is_so: object) -> None:
    assert callable(is_so)
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
