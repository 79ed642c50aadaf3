"""One suite for both stores: whoever works with one can work with the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from smartapp.sessions import MemoryStore, RedisStore, Store, open_store
from tests.sessions.servers import RedisServer

Pass = Callable[[float], None]


def together(work: Callable[[int], object], times: int = 20) -> list[object]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(work, range(times)))


def test_a_value_is_there_until_it_ends(store: Store, time_passes: Pass) -> None:
    store.put("tea", b"hot \x00\xff", 0.2)

    assert store.get("tea") == b"hot \x00\xff"
    time_passes(0.25)
    assert store.get("tea") is None


def test_a_value_without_an_end_stays(store: Store, time_passes: Pass) -> None:
    store.put("tea", b"1", 0.05)
    store.put("tea", b"2", None)
    time_passes(0.1)

    assert store.get("tea") == b"2"


def test_a_value_that_should_have_ended_already_is_gone_at_once(
    store: Store, time_passes: Pass
) -> None:
    store.put("tea", b"1", -5)
    time_passes(0.01)

    assert store.get("tea") is None


def test_many_values_are_read_as_one_in_their_order(store: Store, time_passes: Pass) -> None:
    store.put("a", b"1", 0.1)
    store.put("b", b"2", 10)

    assert store.get_many("b", "never-there", "a") == (b"2", None, b"1")
    assert store.get_many() == ()
    time_passes(0.15)
    assert store.get_many("a", "b") == (None, b"2")


def test_a_store_can_be_closed(store: Store) -> None:
    store.put("a", b"1", 10)

    store.close()


def test_add_only_takes_a_free_place(store: Store, time_passes: Pass) -> None:
    assert store.add("seat", b"ana", 0.1)
    assert not store.add("seat", b"ben", 10)
    assert store.get("seat") == b"ana"

    time_passes(0.15)
    assert store.add("seat", b"ben", 10)


def test_what_was_taken_is_gone(store: Store) -> None:
    store.put("ticket", b"1", 10)

    assert store.take("ticket") == b"1"
    assert store.take("ticket") is None


def test_replace_only_what_was_seen(store: Store, time_passes: Pass) -> None:
    store.put("page", b"first", 10)

    assert not store.replace("page", b"other", b"second", 10)
    assert store.replace("page", b"first", b"second", 0.1)
    assert store.get("page") == b"second"
    time_passes(0.15)
    assert not store.replace("page", b"second", b"third", 10)
    assert store.get("page") is None


def test_replacing_can_take_the_end_away_and_bring_one(store: Store, time_passes: Pass) -> None:
    store.put("page", b"1", 0.1)
    store.put("leaf", b"1", None)
    store.replace("page", b"1", b"2", None)
    store.replace("leaf", b"1", b"2", 0.1)
    time_passes(0.15)

    assert store.get("page") == b"2"
    assert store.get("leaf") is None


def test_delete_takes_any_number(store: Store) -> None:
    store.put("a", b"1", 10)
    store.put("b", b"1", 10)
    store.enroll("c", "x")

    store.delete()
    store.delete("a", "b", "c", "never-there")

    assert store.get("a") is None
    assert store.get("b") is None
    assert store.members("c") == frozenset()


def test_touch_prolongs_what_is_there_and_revives_nothing(store: Store, time_passes: Pass) -> None:
    store.put("tea", b"1", 0.2)
    store.touch("tea", 10)
    store.touch("gone", 10)
    time_passes(0.25)

    assert store.get("tea") == b"1"
    assert store.get("gone") is None


def test_touch_can_also_shorten(store: Store, time_passes: Pass) -> None:
    store.enroll("guests", "ana")
    store.touch("guests", 0.1)
    time_passes(0.15)

    assert store.members("guests") == frozenset()


def test_a_set_knows_each_member_once(store: Store) -> None:
    store.enroll("guests", "ana")
    store.enroll("guests", "ana")
    store.enroll("guests", "señor ben")
    assert store.members("guests") == {"ana", "señor ben"}

    store.dismiss("guests", "ana")
    store.dismiss("guests", "nobody")
    assert store.members("guests") == {"señor ben"}
    store.dismiss("guests", "señor ben")
    assert store.members("guests") == frozenset()


def test_an_emptied_set_forgets_that_it_was_to_end(store: Store, time_passes: Pass) -> None:
    store.enroll("guests", "ana")
    store.touch("guests", 0.1)
    store.dismiss("guests", "ana")
    store.enroll("guests", "ben")
    time_passes(0.15)

    assert store.members("guests") == {"ben"}


def test_one_holds_a_lease_and_the_next_one_has_a_higher_fence(
    store: Store, time_passes: Pass
) -> None:
    first = store.lease("work", 0.1)
    assert first is not None
    assert store.lease("work", 10) is None

    time_passes(0.15)
    second = store.lease("work", 10)
    assert second is not None
    assert second.fence > first.fence

    first.release()  # too late: it is not theirs any more
    assert store.lease("work", 10) is None
    second.release()
    third = store.lease("work", 10)
    assert third is not None
    assert third.fence > second.fence


def test_leases_of_different_names_do_not_meet(store: Store) -> None:
    one, other = store.lease("one", 10), store.lease("other", 10)

    assert one is not None
    assert other is not None
    assert one.fence != other.fence


def test_twenty_who_take_at_once_get_it_once(store: Store) -> None:
    store.put("ticket", b"1", 10)

    taken = together(lambda _: store.take("ticket"))

    assert [value for value in taken if value is not None] == [b"1"]


def test_twenty_who_add_at_once_get_the_place_once(store: Store) -> None:
    added = together(lambda i: store.add("seat", str(i).encode(), 10))

    assert sum(map(bool, added)) == 1
    assert store.get("seat") == str(added.index(True)).encode()


def test_twenty_who_count_at_once_lose_no_count(store: Store) -> None:
    store.put("count", b"0", 10)

    def count(_: int) -> None:
        while True:
            seen = store.get("count") or b""
            if store.replace("count", seen, str(int(seen) + 1).encode(), 10):
                return

    together(count)

    assert store.get("count") == b"20"


def test_twenty_who_want_the_lease_at_once_get_it_once(store: Store) -> None:
    leases = together(lambda _: store.lease("work", 10))

    assert sum(lease is not None for lease in leases) == 1


def test_no_redis_url_means_memory() -> None:
    store = open_store("")

    assert isinstance(store, MemoryStore)
    store.ping()


def test_a_redis_url_means_redis(redis_server: RedisServer) -> None:
    store = open_store(redis_server.url)

    assert isinstance(store, RedisStore)
    store.ping()


def test_a_url_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="scheme"):
        open_store("localhost:6379")


def test_memory_lets_go_of_launches_that_nobody_came_back_to() -> None:
    now = [0.0]
    store = MemoryStore(lambda: now[0])
    for i in range(1000):
        store.put(f"pending:{i}", b"x", 600)
    now[0] = 700
    store.put("pending:new", b"x", 600)

    assert len(store._values) == 1  # the one promise that shows only inside
