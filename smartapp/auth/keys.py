"""The keys this app signs with. All of a folder are published; which one signs, their age says.

A key whose file name says when it was made (`smartapp keys new`, `smartapp keys rotate`) signs
only when it has been published for a day, so that every EHR has read it by then. The one before it
stays published for another day. Files without such a name have always been there; of them the
first by name signs. A running app looks into the folder once a minute.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from joserfc import jwt

from smartapp.auth.key_files import SigningKey, files_in, generate, read_keys
from smartapp.errors import ConfigurationError

__all__ = ["KeyRing", "KeyState", "SigningKey", "generate", "state_of"]

LEAD_SECONDS = 24 * 3600.0  # published before it signs
STAY_SECONDS = 24 * 3600.0  # published after another one signs
CACHE_SECONDS = 300  # for how long an EHR may keep what is published
LOOK_SECONDS = 60.0

log = logging.getLogger("smartapp.keys")

Looks = tuple[tuple[str, float], ...]


class KeyState(StrEnum):
    NEXT = "next"  # published, and not yet signing
    SIGNS = "signs"
    LEAVING = "leaving"  # another one signs; what this one signed may still be on its way
    OVER = "over"


def state_of(key: SigningKey, keys: Sequence[SigningKey], now: float) -> KeyState:
    """Keys that were made together sign together: each for EHRs that take its algorithm."""
    current = signing_since(keys, now)
    if key.since > current:
        return KeyState.NEXT
    if key.since == current:
        return KeyState.SIGNS
    return KeyState.OVER if now >= current + LEAD_SECONDS + STAY_SECONDS else KeyState.LEAVING


def signing_since(keys: Sequence[SigningKey], now: float) -> float:
    """The newest that everybody has read, or the oldest where nobody can have read any."""
    ages = {key.since for key in keys}
    return max((age for age in ages if age + LEAD_SECONDS <= now), default=min(ages))


class KeyRing:
    def __init__(
        self,
        keys: Sequence[SigningKey],
        *,
        folder: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = tuple(keys)
        self._folder = folder
        self._clock = clock
        self._looked_at = clock()
        self._looks = _looks(folder) if folder else ()

    @classmethod
    def load(cls, folder: Path, clock: Callable[[], float] = time.time) -> KeyRing:
        """Raises ConfigurationError with everything that is wrong in the folder."""
        return cls(read_keys(folder), folder=folder, clock=clock)

    def public_jwks(self) -> dict[str, list[dict[str, Any]]]:
        return {"keys": [key.published() for key in self._now()]}

    def sign(self, claims: Mapping[str, Any], alg_choices: Sequence[str] = ()) -> str:
        """With a key whose algorithm the other side lists, or else with the first key: what
        servers list is not always complete.
        """
        keys, now = self._now(), self._clock()
        signing = [key for key in keys if state_of(key, keys, now) is KeyState.SIGNS]
        fitting = [key for key in signing if key.alg in alg_choices]
        chosen = (fitting or signing)[0]
        header = {"alg": chosen.alg, "kid": chosen.kid}
        return jwt.encode(header, dict(claims), chosen.key, algorithms=[chosen.alg])

    def _now(self) -> tuple[SigningKey, ...]:
        """A folder that is being worked on, or was spoilt, leaves the keys as they are."""
        now = self._clock()
        if self._folder is None or now - self._looked_at < LOOK_SECONDS:
            return self._keys
        self._looked_at = now
        try:
            looks = _looks(self._folder)
            if looks != self._looks:
                self._keys, self._looks = read_keys(self._folder), looks
        except (ConfigurationError, OSError) as failure:
            log.warning("keys not read again", extra={"code": getattr(failure, "code", "folder")})
        return self._keys


def _looks(folder: Path) -> Looks:
    return tuple((path.name, path.stat().st_mtime) for path in files_in(folder))
