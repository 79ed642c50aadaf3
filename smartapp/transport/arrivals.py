"""Results of calls that run at the same time, each to be had as soon as it is there."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Generic, TypeVar

from smartapp.errors import EhrTooSlow, SmartappError

T = TypeVar("T")


class Arrivals(Generic[T]):
    """Failures come as values. Whoever is late when the time is up counts as too slow."""

    def __init__(self, futures: Sequence[Future[T | SmartappError]], ends: float) -> None:
        self._futures = futures
        self._ends = ends

    def early(self, place: int, within: float) -> T | SmartappError | None:
        """The result of one call if it comes so soon; else None, and it comes later."""
        future = self._futures[place]
        wait([future], timeout=within)
        return future.result() if future.done() else None

    def __iter__(self) -> Iterator[list[tuple[int, T | SmartappError]]]:
        """All that have come since the last look, each with the place of its call."""
        waiting = {future: place for place, future in enumerate(self._futures)}
        while waiting:
            left = max(0.0, self._ends - time.monotonic())
            done, _ = wait(waiting, timeout=left, return_when=FIRST_COMPLETED)
            came = sorted(done or waiting, key=waiting.__getitem__)
            yield [(waiting.pop(future), outcome(future)) for future in came]


def outcome(future: Future[T | SmartappError]) -> T | SmartappError:
    """Nobody waits for a call that is late; what is no named failure is a bug and is raised."""
    if not future.done():
        future.cancel()
        return EhrTooSlow()
    return future.result()
