"""A ticket to take a session from the EHR's frame into a window of its own: one use, one minute.

A ticket opens a session, so it is handled like a cookie: it travels in the body of a POST, never
in an address, and only its digest is kept.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from smartapp.errors import NoSession
from smartapp.sessions.launches import Launches
from smartapp.sessions.records import from_json, to_json
from smartapp.sessions.session import ActiveLaunch
from smartapp.sessions.store import Store
from smartapp.sessions.vault import Vault

TICKET_SECONDS = 60.0


@dataclass(frozen=True)
class _Passage:
    lid: str
    secret: str = field(repr=False)
    ehr_key: str
    ends_at: float


class Tickets:
    def __init__(
        self,
        store: Store,
        vault: Vault,
        launches: Launches,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._vault = vault
        self._launches = launches
        self._clock = clock

    def issue(self, active: ActiveLaunch, secret: str) -> str:
        """For a session whose token is fresh: a renewal that is under way would miss the move."""
        ticket = secrets.token_urlsafe(32)
        ends_at = self._clock() + TICKET_SECONDS
        passage = _Passage(active.lid, secret, active.launched.ehr_key, ends_at)
        sealed = self._vault.seal(
            to_json(passage), purpose="ticket", about="", secret=ticket.encode()
        )
        self._store.put(_key(ticket.encode()), sealed, TICKET_SECONDS)
        return ticket

    def redeem(self, ticket: str, ehr_key: str) -> tuple[ActiveLaunch, str]:
        """The session with a new name and secret; whatever is wrong, the ticket is used up."""
        presented = ticket.encode("utf-8", "surrogatepass")
        sealed = self._store.take(_key(presented))
        passage = self._opened(sealed, presented) if sealed else None
        if passage is None or self._clock() >= passage.ends_at or passage.ehr_key != ehr_key:
            raise NoSession
        return self._launches.move(passage.lid, passage.secret)

    def _opened(self, sealed: bytes, ticket: bytes) -> _Passage | None:
        plain = self._vault.open(sealed, purpose="ticket", about="", secret=ticket)
        return from_json(_Passage, plain) if plain else None


def _key(ticket: bytes) -> str:
    return f"ticket:{hashlib.sha256(ticket).hexdigest()}"
