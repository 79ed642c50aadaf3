"""Why a session is over: kept for a while after it, so that a page can say so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from smartapp.errors import StoreUnavailable
from smartapp.sessions.store import Store
from smartapp.sessions.vault import Vault

KEPT_AFTERWARDS_SECONDS = 3600.0
_PURPOSE = "ending"


class EndReason(StrEnum):
    LOGOUT = "logout"
    IDLE = "idle"
    ABSOLUTE = "absolute"
    REPLACED = "replaced"  # by a newer one: a browser holds only so many
    MOVED = "moved"  # into a window of its own
    REVOKED = "revoked"
    CONTEXT_CHANGED = "context-changed"
    ACTING_ENDED = "acting-ended"  # by the record, a proxy acts for the patient no more


@dataclass(frozen=True)
class Ending:
    reason: EndReason
    ehr_key: str  # of the registration that the session came by; empty where nobody knew


class Endings:
    """One note for each session, from its opening on: what nobody ended, time did.

    The note's name does not give the session's away, and its text is sealed: after a logout
    nothing in the store says who had a session, or where.
    """

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], float]) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    def foresee(self, lid: str, ehr_key: str, latest: float) -> None:
        """`latest` is when the session will be over even for the busiest."""
        self._note(lid, ehr_key, latest, "")

    def write(self, lid: str, ehr_key: str, latest: float, reason: EndReason) -> None:
        """The session is over already; that it cannot be said why must not look like a failure."""
        with suppress(StoreUnavailable):
            self._note(lid, ehr_key, latest, reason)

    def why(self, lid: str) -> Ending | None:
        """None for a session that never was, or is long over."""
        sealed = self._store.get(_key(lid))
        note = self._vault.open(sealed, purpose=_PURPOSE, about=lid) if sealed else None
        if note is None:
            return None
        latest, ehr_key, reason = note.decode().split(" ")
        if reason:
            return Ending(EndReason(reason), ehr_key)
        is_last = self._clock() >= float(latest)
        return Ending(EndReason.ABSOLUTE if is_last else EndReason.IDLE, ehr_key)

    def _note(self, lid: str, ehr_key: str, latest: float, reason: str) -> None:
        ttl = latest + KEPT_AFTERWARDS_SECONDS - self._clock()
        note = f"{latest} {ehr_key} {reason}".encode()
        sealed = self._vault.seal(note, purpose=_PURPOSE, about=lid)
        self._store.put(_key(lid), sealed, ttl)


def _key(lid: str) -> str:
    return f"ended:{hashlib.sha256(lid.encode()).hexdigest()}"
