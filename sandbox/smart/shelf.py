"""Things kept in memory under an unguessable name until their time is up."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Everything on one shelf lasts equally long, so the oldest is always the first to go."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._things: dict[str, tuple[float, T]] = {}

    def put(self, thing: T) -> str:
        name = secrets.token_urlsafe(32)
        self.add(name, thing)
        return name

    def add(self, name: str, thing: T) -> bool:
        """Only where nothing of that name is on the shelf yet."""
        now = self._clock()
        with self._lock:
            self._clear(now)
            if name in self._things:
                return False
            self._things[name] = (now + self._seconds, thing)
            return True

    def find(self, name: str) -> T | None:
        with self._lock:
            return self._live(name)

    def take(self, name: str) -> T | None:
        """Whoever is first gets it, and nobody after."""
        with self._lock:
            thing = self._live(name)
            self._things.pop(name, None)
            return thing

    def swap(self, name: str, old: T, new: T) -> bool:
        """Only where it still is what the caller saw; it does not last longer for it."""
        with self._lock:
            if self._live(name) != old:
                return False
            until, _ = self._things[name]
            self._things[name] = (until, new)
            return True

    def remove(self, unwanted: Callable[[T], bool]) -> int:
        with self._lock:
            names = [name for name, (_, thing) in self._things.items() if unwanted(thing)]
            for name in names:
                del self._things[name]
            return len(names)

    def _live(self, name: str) -> T | None:
        until, thing = self._things.get(name, (0.0, None))
        return thing if self._clock() < until else None

    def _clear(self, now: float) -> None:
        while self._things:
            oldest = next(iter(self._things))
            if self._things[oldest][0] > now:
                return
            del self._things[oldest]
