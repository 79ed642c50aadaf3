"""The store of many workers: Redis, one command or one script for each step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.exceptions import RedisError, ResponseError
from redis.sentinel import SentinelConnectionPool

from smartapp.errors import StoreUnavailable
from smartapp.sessions.store.protocol import Lease
from smartapp.sessions.store.redis_address import client_at

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
        return cls(client_at(url))

    def get(self, key: str) -> bytes | None:
        with _trouble_named():
            return _bytes(self._redis.get(_key(key)))

    def get_many(self, *keys: str) -> tuple[bytes | None, ...]:
        if not keys:
            return ()
        with _trouble_named():
            return tuple(map(_bytes, self._redis.mget([_key(key) for key in keys])))

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

    def close(self) -> None:
        self._redis.close()
        pool = self._redis.connection_pool
        if isinstance(pool, SentinelConnectionPool):
            pool.sentinel_manager.close()

    def setting(self, name: str) -> str | None:
        """None where Redis does not let us ask: managed ones often do not."""
        with _trouble_named():
            try:
                answer = self._redis.config_get(name)
            except ResponseError:
                return None
        return answer.get(name)

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
