"""The keys that sign id_tokens. A retired key stays published until what it signed has expired."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from joserfc.jwk import KeySet, RSAKey

ID_TOKEN_SECONDS = 3600


@dataclass(frozen=True)
class _Held:
    key: RSAKey
    published_from: float
    until: float = inf


class SigningKeys:
    def __init__(self, clock: Callable[[], float], first: RSAKey | None = None) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._held: tuple[_Held, ...] = (
            _Held(first or new_key(), published_from=0.0),  # the newest is last
        )

    @property
    def current_kid(self) -> str:
        return str(self._held[-1].key.kid)

    def rotate(self, published_after: float = 0.0) -> str:
        """The new key signs at once; some servers publish theirs a while later."""
        successor = new_key()
        now = self._clock()
        with self._lock:
            *retired, current = self._live(now)
            ending = replace(current, until=now + ID_TOKEN_SECONDS)
            self._held = (*retired, ending, _Held(successor, now + published_after))
        return str(successor.kid)

    def signing(self) -> KeySet:
        """With the retired keys: a rotation may come between naming a key and signing with it."""
        return KeySet([held.key for held in self._live(self._clock())])

    def find(self, kid: str) -> RSAKey:
        return next(held.key for held in self._held if held.key.kid == kid)

    def published(self) -> dict[str, Any]:
        now = self._clock()
        shown = KeySet([held.key for held in self._live(now) if held.published_from <= now])
        return dict(shown.as_dict(private=False))

    def _live(self, now: float) -> tuple[_Held, ...]:
        return tuple(held for held in self._held if now < held.until)


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
