"""Why a session is over: kept for a while after it, so that a page can say so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum

from smartapp.errors import StoreUnavailable
from smartapp.sessions.store import Store

KEPT_AFTERWARDS_SECONDS = 3600.0


class EndReason(StrEnum):
    LOGOUT = "logout"
    IDLE = "idle"
    ABSOLUTE = "absolute"
    REPLACED = "replaced"  # by a newer one, or by itself in a window of its own
    REVOKED = "revoked"
    CONTEXT_CHANGED = "context-changed"


class Endings:
    """One note for each session, from its opening on: what nobody ended, time did.

    The note's name does not give the session's away: after a logout nothing in the store does.
    """

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    def foresee(self, lid: str, latest: float) -> None:
        """`latest` is when the session will be over even for the busiest."""
        self._note(lid, latest, "")

    def write(self, lid: str, latest: float, reason: EndReason) -> None:
        """The session is over already; that it cannot be said why must not look like a failure."""
        with suppress(StoreUnavailable):
            self._note(lid, latest, reason)

    def why(self, lid: str) -> EndReason | None:
        """None for a session that never was, or is long over."""
        note = self._store.get(_key(lid))
        if note is None:
            return None
        latest, _, reason = note.decode().partition(" ")
        if reason:
            return EndReason(reason)
        return EndReason.ABSOLUTE if self._clock() >= float(latest) else EndReason.IDLE

    def _note(self, lid: str, latest: float, reason: str) -> None:
        ttl = latest + KEPT_AFTERWARDS_SECONDS - self._clock()
        self._store.put(_key(lid), f"{latest} {reason}".encode(), ttl)


def _key(lid: str) -> str:
    return f"ended:{hashlib.sha256(lid.encode()).hexdigest()}"
