"""Where sessions, drafts and the outbox are kept: in memory for one process, in Redis for many."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Protocol

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from smartapp.errors import StoreUnavailable

# Connecting and answering together stay under a second: a page can say that it is unavailable
# long before the person gives up, and a worker's threads are not eaten by a dead Redis.
CONNECT_SECONDS = 0.3
ANSWER_SECONDS = 0.5


@dataclass(frozen=True)
class Lease:
    """The right to be the only one, for a while. A higher fence was given out later."""

    name: str
    fence: int
    _give_back: Callable[[], None] = field(repr=False, compare=False)

    def release(self) -> None:
        """Harmless when the lease ran out and somebody else has it now."""
        self._give_back()


class Store(Protocol):
    """Values end after `ttl` seconds, or stay where it is None. Trouble raises StoreUnavailable."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, value: bytes, ttl: float | None) -> None: ...

    def add(self, key: str, value: bytes, ttl: float | None) -> bool:
        """Only where nothing is there yet."""
        ...

    def take(self, key: str) -> bytes | None:
        """Read and delete as one: of many who take, one gets it."""
        ...

    def replace(self, key: str, old: bytes, new: bytes, ttl: float | None) -> bool:
        """Only where `old` is still there."""
        ...

    def delete(self, *keys: str) -> None: ...

    def touch(self, key: str, ttl: float) -> None:
        """Count the time from now on again. What is gone stays gone."""
        ...

    def enroll(self, set_key: str, member: str) -> None: ...

    def dismiss(self, set_key: str, member: str) -> None: ...

    def members(self, set_key: str) -> frozenset[str]: ...

    def lease(self, name: str, seconds: float) -> Lease | None:
        """None while somebody else has it."""
        ...

    def ping(self) -> None: ...


def open_store(redis_url: str) -> Store:
    return RedisStore.at(redis_url) if redis_url else MemoryStore()


class MemoryStore:
    """For one process. What has ended by the given clock is gone, as in Redis."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._values: dict[str, bytes] = {}
        self._sets: dict[str, set[str]] = {}
        self._ends: dict[str, float] = {}
        self._fence = 0
        self._tidy_at = clock()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            return self._value(key)

    def put(self, key: str, value: bytes, ttl: float | None) -> None:
        with self._lock:
            self._keep(key, value, ttl)

    def add(self, key: str, value: bytes, ttl: float | None) -> bool:
        with self._lock:
            if self._value(key) is not None:
                return False
            self._keep(key, value, ttl)
            return True

    def take(self, key: str) -> bytes | None:
        with self._lock:
            value = self._value(key)
            self._forget(key)
            return value

    def replace(self, key: str, old: bytes, new: bytes, ttl: float | None) -> bool:
        with self._lock:
            if self._value(key) != old:
                return False
            self._keep(key, new, ttl)
            return True

    def delete(self, *keys: str) -> None:
        with self._lock:
            for key in keys:
                self._forget(key)

    def touch(self, key: str, ttl: float) -> None:
        with self._lock:
            self._drop_if_ended(key)
            if key in self._values or key in self._sets:
                self._ends[key] = self._clock() + ttl

    def enroll(self, set_key: str, member: str) -> None:
        with self._lock:
            self._drop_if_ended(set_key)
            self._sets.setdefault(set_key, set()).add(member)

    def dismiss(self, set_key: str, member: str) -> None:
        with self._lock:
            self._drop_if_ended(set_key)
            left = self._sets.get(set_key, set()) - {member}
            if left:
                self._sets[set_key] = left
            else:
                self._forget(set_key)

    def members(self, set_key: str) -> frozenset[str]:
        with self._lock:
            self._drop_if_ended(set_key)
            return frozenset(self._sets.get(set_key, ()))

    def lease(self, name: str, seconds: float) -> Lease | None:
        key = f"lease:{name}"
        with self._lock:
            if self._value(key) is not None:
                return None
            self._fence += 1
            holder = str(self._fence).encode()
            self._keep(key, holder, seconds)
            return Lease(name, self._fence, lambda: self._release(key, holder))

    def ping(self) -> None:
        """Memory is always there."""

    def _release(self, key: str, holder: bytes) -> None:
        with self._lock:
            if self._value(key) == holder:
                self._forget(key)

    def _value(self, key: str) -> bytes | None:
        self._drop_if_ended(key)
        return self._values.get(key)

    def _keep(self, key: str, value: bytes, ttl: float | None) -> None:
        self._tidy()
        self._values[key] = value
        self._ends[key] = inf if ttl is None else self._clock() + ttl

    def _drop_if_ended(self, key: str) -> None:
        if self._ends.get(key, inf) <= self._clock():
            self._forget(key)

    def _forget(self, key: str) -> None:
        self._values.pop(key, None)
        self._sets.pop(key, None)
        self._ends.pop(key, None)

    def _tidy(self) -> None:
        """Launches that nobody came back to would fill the memory otherwise."""
        now = self._clock()
        if now < self._tidy_at:
            return
        for key in [key for key, end in self._ends.items() if end <= now]:
            self._forget(key)
        self._tidy_at = now + 60


_REPLACE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == '' then
  redis.call('SET', KEYS[1], ARGV[2])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1
"""

# One counter for all leases: it never ends, so that no fence is given out twice.
_LEASE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local fence = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], fence, 'PX', ARGV[1])
return fence
"""

_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0
"""


class RedisStore:
    """For many workers. Each call is one command, so that nothing is ever half done."""

    def __init__(self, client: Redis) -> None:
        self._redis = client

    @classmethod
    def at(cls, url: str) -> RedisStore:
        """A command that may have been carried out is never quietly sent again.

        The older protocol and no driver name: connecting sends nothing that a strict ACL refuses.
        """
        return cls(
            Redis.from_url(
                url,
                socket_connect_timeout=CONNECT_SECONDS,
                socket_timeout=ANSWER_SECONDS,
                retry=Retry(NoBackoff(), 0),
                protocol=2,
                driver_info=None,
            )
        )

    def get(self, key: str) -> bytes | None:
        with _trouble_named():
            return _bytes(self._redis.get(_key(key)))

    def put(self, key: str, value: bytes, ttl: float | None) -> None:
        with _trouble_named():
            self._redis.set(_key(key), value, px=_px(ttl))

    def add(self, key: str, value: bytes, ttl: float | None) -> bool:
        with _trouble_named():
            return bool(self._redis.set(_key(key), value, px=_px(ttl), nx=True))

    def take(self, key: str) -> bytes | None:
        with _trouble_named():
            return _bytes(self._redis.getdel(_key(key)))

    def replace(self, key: str, old: bytes, new: bytes, ttl: float | None) -> bool:
        with _trouble_named():
            return bool(self._redis.eval(_REPLACE, 1, _key(key), old, new, _px(ttl) or ""))

    def delete(self, *keys: str) -> None:
        if keys:
            with _trouble_named():
                self._redis.delete(*map(_key, keys))

    def touch(self, key: str, ttl: float) -> None:
        with _trouble_named():
            self._redis.pexpire(_key(key), _milliseconds(ttl))

    def enroll(self, set_key: str, member: str) -> None:
        with _trouble_named():
            self._redis.sadd(_key(set_key), member)

    def dismiss(self, set_key: str, member: str) -> None:
        with _trouble_named():
            self._redis.srem(_key(set_key), member)

    def members(self, set_key: str) -> frozenset[str]:
        with _trouble_named():
            return frozenset(_text(member) for member in self._redis.smembers(_key(set_key)))

    def lease(self, name: str, seconds: float) -> Lease | None:
        key = _key(f"lease:{name}")
        with _trouble_named():
            fence = self._redis.eval(_LEASE, 2, key, _key("fence"), _milliseconds(seconds))
        if not isinstance(fence, int) or fence == 0:
            return None
        return Lease(name, fence, lambda: self._release(key, fence))

    def ping(self) -> None:
        with _trouble_named():
            self._redis.ping()

    def _release(self, key: str, fence: int) -> None:
        with _trouble_named():
            self._redis.eval(_RELEASE, 1, key, fence)


@contextmanager
def _trouble_named() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as trouble:
        raise StoreUnavailable(type(trouble).__name__) from trouble


def _key(name: str) -> str:
    return f"smartapp:{name}"


def _px(ttl: float | None) -> int | None:
    return None if ttl is None else _milliseconds(ttl)


def _milliseconds(seconds: float) -> int:
    """Redis refuses zero: what should have ended already ends at once."""
    return max(1, round(seconds * 1000))


def _bytes(answer: object) -> bytes | None:
    return answer if isinstance(answer, bytes) else None


def _text(member: bytes | str) -> str:
    return member.decode() if isinstance(member, bytes) else member
