"""The keys that sign id_tokens. A retired key stays published until what it signed has expired."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from joserfc.jwk import KeySet, RSAKey

ID_TOKEN_SECONDS = 3600


class SigningKeys:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._current = _new_key()
        self._retired: list[tuple[float, RSAKey]] = []  # with the time until which it is published

    @property
    def current_kid(self) -> str:
        return str(self._current.kid)

    def rotate(self) -> str:
        successor = _new_key()
        now = self._clock()
        with self._lock:
            self._retired = [(until, key) for until, key in self._retired if until > now]
            self._retired.append((now + ID_TOKEN_SECONDS, self._current))
            self._current = successor
        return self.current_kid

    def signing(self) -> KeySet:
        """With the retired keys: a rotation may come between naming a key and signing with it."""
        now = self._clock()
        with self._lock:
            return KeySet(
                [self._current, *(key for until, key in self._retired if until > now)],
            )

    def published(self) -> dict[str, Any]:
        return dict(self.signing().as_dict(private=False))


def _new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
