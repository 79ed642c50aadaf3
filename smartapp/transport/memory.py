"""What all launches share about an EHR for a while: its endpoints and its signing keys."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar, cast

T = TypeVar("T")

_MOST = 256  # issuers under a prefix are many; registrations are few


class Memory:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], tuple[float, object]] = OrderedDict()

    def recall(self, key: tuple[str, ...], keep: float, make: Callable[[], T]) -> T:
        """What was made less than `keep` seconds ago, or else made now. Failures are not kept."""
        with self._lock:
            made_at, value = self._kept.get(key, (None, None))
        if made_at is not None and self._clock() - made_at < keep:
            return cast(T, value)
        fresh = make()
        with self._lock:
            self._kept[key] = (self._clock(), fresh)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return fresh

    def last(self, key: tuple[str, ...]) -> object:
        """What was made last, however long ago: to ask whether it is still so."""
        with self._lock:
            return self._kept.get(key, (0.0, None))[1]

    def forget(self, key: tuple[str, ...]) -> None:
        with self._lock:
            self._kept.pop(key, None)
