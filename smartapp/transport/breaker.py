"""A breaker: an EHR that is down is left alone for a while, so that pages say so at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable


class Breaker:
    """Opens after some failures in a row within a window; while open, one probe goes through
    every few seconds. Any success closes it: one slow search among good ones is no outage.
    """

    def __init__(
        self, *, failures: int, window: float, probe_every: float, clock: Callable[[], float]
    ) -> None:
        self._window = window
        self._probe_every = probe_every
        self._clock = clock
        self._lock = threading.Lock()
        self._failed_at: deque[float] = deque(maxlen=failures)
        self._next_probe: float | None = None  # None while closed

    def lets_through(self) -> bool:
        with self._lock:
            now = self._clock()
            if self._next_probe is None:
                return True
            if now < self._next_probe:
                return False
            self._next_probe = now + self._probe_every
            return True

    def worked(self) -> None:
        with self._lock:
            self._failed_at.clear()
            self._next_probe = None

    def failed(self) -> None:
        with self._lock:
            now = self._clock()
            self._failed_at.append(now)
            many = len(self._failed_at) == self._failed_at.maxlen
            if self._next_probe is None and many and now - self._failed_at[0] <= self._window:
                self._next_probe = now + self._probe_every
