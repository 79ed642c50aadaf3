"""The store of one process: in its memory, and gone with it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import inf

from smartapp.sessions.store.protocol import Lease


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

    def get_many(self, *keys: str) -> tuple[bytes | None, ...]:
        with self._lock:
            return tuple(self._value(key) for key in keys)

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

    def close(self) -> None:
        """There is nothing to let go of."""

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
