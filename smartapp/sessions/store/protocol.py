"""What every store can do, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


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

    def get_many(self, *keys: str) -> tuple[bytes | None, ...]:
        """In the order of the keys, all of the same moment."""
        ...

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

    def close(self) -> None:
        """Let go of all connections, at the end of a program."""
        ...
