"""Results of calls that run at the same time, each to be had as soon as it is there."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from functools import partial
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from smartapp.errors import EhrTooSlow, SmartappError

T = TypeVar("T")

A_MOMENT = 0.002  # seconds
A_SWARM = 3  # moments, as long as in each of them another one comes


class Arrivals(Generic[T]):
    """Failures come as values. Whoever is late when the time is up counts as too slow."""

    def __init__(self, futures: Sequence[Future[T | SmartappError]], ends: float) -> None:
        self._futures = futures
        self._ends = ends
        self._came: SimpleQueue[int] = SimpleQueue()
        for place, future in enumerate(futures):
            future.add_done_callback(partial(self._note, place))

    def early(self, place: int, within: float) -> T | SmartappError | None:
        """The result of one call if it comes so soon; else None, and it comes later."""
        future = self._futures[place]
        wait([future], timeout=within)
        return future.result() if future.done() else None

    def __iter__(self) -> Iterator[list[tuple[int, T | SmartappError]]]:
        """All that have come since the last look, each with the place of its call."""
        waiting = set(range(len(self._futures)))
        while waiting:
            came = sorted(self._next(len(waiting)) or waiting)
            waiting.difference_update(came)
            yield [(place, outcome(self._futures[place])) for place in came]

    def _note(self, place: int, _future: Future[T | SmartappError]) -> None:
        self._came.put(place)

    def _next(self, most: int) -> list[int]:
        """None of them when the time is up. Answers come in swarms: to take each by itself costs
        more than it gains, and keeps those that are being read from getting on.
        """
        try:
            came = [self._came.get(timeout=max(0.0, self._ends - time.monotonic()))]
        except Empty:
            return []
        for _ in range(A_SWARM):
            before = len(came)
            if before < most:
                time.sleep(A_MOMENT)
            while not self._came.empty():  # nobody else takes any
                came.append(self._came.get())
            if len(came) in {before, most}:
                break
        return came


def outcome(future: Future[T | SmartappError]) -> T | SmartappError:
    """Nobody waits for a call that is late; what is no named failure is a bug and is raised."""
    if not future.done():
        future.cancel()
        return EhrTooSlow()
    return future.result()
