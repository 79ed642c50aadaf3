"""A ticket out of the EHR's frame, into a window of its own: one use, one minute.

It carries a session, or, where the frame can keep none, the launch that the EHR began there. Either
opens a session, so a ticket is handled like a cookie: it travels in the body of a POST, never in an
address, and only its digest is kept.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from smartapp.errors import NoSession, TicketUsed
from smartapp.sessions.launches import Launches
from smartapp.sessions.records import from_json, to_json
from smartapp.sessions.session import ActiveLaunch
from smartapp.sessions.store import Store
from smartapp.sessions.vault import Vault

TICKET_SECONDS = 60.0


@dataclass(frozen=True)
class BegunLaunch:
    """What the EHR said when it opened the app."""

    iss: str
    launch: str = field(repr=False)


@dataclass(frozen=True)
class _Passage:
    ends_at: float
    lid: str = ""
    secret: str = field(default="", repr=False)
    launch: BegunLaunch | None = None


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
        return self._issue(_Passage(self._end(), active.lid, secret))

    def issue_launch(self, begun: BegunLaunch) -> str:
        return self._issue(_Passage(self._end(), launch=begun))

    def _end(self) -> float:
        return self._clock() + TICKET_SECONDS

    def _issue(self, passage: _Passage) -> str:
        ticket = secrets.token_urlsafe(32)
        sealed = self._vault.seal(
            to_json(passage), purpose="ticket", about="", secret=ticket.encode()
        )
        self._store.put(_key(ticket.encode()), sealed, TICKET_SECONDS)
        return ticket

    def redeem(self, ticket: str) -> BegunLaunch | tuple[ActiveLaunch, str]:
        """A session gets a new name and secret. Whatever is wrong, the ticket is used up."""
        presented = ticket.encode("utf-8", "surrogatepass")
        sealed = self._store.take(_key(presented))
        passage = self._opened(sealed, presented) if sealed else None
        if passage is None or self._clock() >= passage.ends_at:
            raise TicketUsed
        if passage.launch is not None:
            return passage.launch
        try:
            return self._launches.move(passage.lid, passage.secret)
        except NoSession:
            raise TicketUsed from None

    def _opened(self, sealed: bytes, ticket: bytes) -> _Passage | None:
        plain = self._vault.open(sealed, purpose="ticket", about="", secret=ticket)
        return from_json(_Passage, plain) if plain else None


def _key(ticket: bytes) -> str:
    return f"ticket:{hashlib.sha256(ticket).hexdigest()}"
