"""Launches under way and sessions: one session per launch, opened by the cookie of that launch."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from smartapp.errors import (
    ClaimLost,
    ContextChanged,
    LaunchExpired,
    LaunchInAnotherBrowser,
    NoSession,
    StoreUnavailable,
)
from smartapp.launch import Launched, PendingLaunch, Role
from smartapp.sessions.person import Person
from smartapp.sessions.records import from_json, to_json
from smartapp.sessions.store import Store
from smartapp.sessions.vault import Vault, derive

PENDING_SECONDS = 10 * 60.0
STAFF_IDLE_SECONDS = 15 * 60.0
PATIENT_IDLE_SECONDS = 20 * 60.0
LONGEST_SESSION_SECONDS = 12 * 3600.0
_TOUCH_SECONDS = 1.0  # how far `last_seen` may lag: a page of ten requests writes once
_SAVE_ATTEMPTS = 10  # a touch may come in between, at most once in a second
_LID = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)


@dataclass(frozen=True)
class ActiveLaunch:
    """A session as a request sees it."""

    lid: str
    launched: Launched
    opened_at: float
    last_seen: float
    locale: str | None
    handle_key: bytes = field(repr=False)
    csrf_token: str = field(repr=False)
    version: int = 0  # counts what was saved, so that of two who change it one is told

    @property
    def person(self) -> Person:
        return Person(self.launched.ehr_key, self.launched.user.key, self.launched.patient_id)


@dataclass(frozen=True)
class _Held:
    pending: PendingLaunch
    binding: str
    ends_at: float


@dataclass(frozen=True)
class _Session:
    launched: Launched
    opened_at: float
    last_seen: float
    locale: str | None
    version: int


class Launches:
    def __init__(
        self,
        store: Store,
        vault: Vault,
        clock: Callable[[], float] = time.time,
        *,
        staff_idle: float = STAFF_IDLE_SECONDS,
        patient_idle: float = PATIENT_IDLE_SECONDS,
        longest: float = LONGEST_SESSION_SECONDS,
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._idle = {Role.STAFF: staff_idle, Role.PATIENT: patient_idle}
        self._longest = longest

    # --- between leaving for the EHR's login and coming back ----------------------------------

    def hold(self, pending: PendingLaunch) -> str:
        """The secret that this browser has to bring back in a cookie."""
        secret = secrets.token_urlsafe(32)
        held = _Held(pending, _fingerprint(secret), self._clock() + PENDING_SECONDS)
        sealed = self._vault.seal(
            to_json(held), purpose="pending", about="", secret=_bytes(pending.state)
        )
        self._store.put(_pending_key(pending.state), sealed, PENDING_SECONDS)
        return secret

    def lid_of(self, state: str) -> str | None:
        """Which cookie to look for on the way back. Uses nothing up and proves nothing."""
        held = self._opened(state, self._store.get(_pending_key(state)))
        return held.pending.lid if held else None

    def take_pending(self, state: str, secret: str | None) -> PendingLaunch:
        """Whatever is wrong, the `state` is used up: it is gone before anything is compared."""
        held = self._opened(state, self._store.take(_pending_key(state)))
        if held is None or self._clock() >= held.ends_at:
            raise LaunchExpired
        if secret is None or not hmac.compare_digest(_fingerprint(secret), held.binding):
            raise LaunchInAnotherBrowser
        return held.pending

    def _opened(self, state: str, sealed: bytes | None) -> _Held | None:
        if sealed is None:
            return None
        plain = self._vault.open(sealed, purpose="pending", about="", secret=_bytes(state))
        return from_json(_Held, plain) if plain else None

    # --- sessions -----------------------------------------------------------------------------

    def open(self, launched: Launched) -> tuple[ActiveLaunch, str]:
        """Name and secret are new each time: nothing that a browser brought along is taken up."""
        lid, secret = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        now = self._clock()
        session = _Session(replace(launched, lid=lid), now, now, launched.locale, version=0)
        self._store.put(_session_key(lid), self._seal(session, secret), self._time_left(session))
        return _active(session, secret), secret

    def find(self, lid: str, secret: str | None, *, touch: bool = True) -> ActiveLaunch:
        """`touch` is for what a person did; polling and images keep nobody logged in."""
        secret = secret or ""
        stored, session = self._stored(lid, secret)
        if touch and self._clock() - session.last_seen >= _TOUCH_SECONDS:
            session = replace(session, last_seen=self._clock())
            # Losing to another request is fine: it touched too. A store that is full still
            # reads, and a session that could not be prolonged is a session all the same.
            with suppress(StoreUnavailable):
                self._replace(stored, session, secret)
        return _active(session, secret)

    def save(self, active: ActiveLaunch, secret: str) -> ActiveLaunch:
        """Keep a new token or language. Patient, person and role never change.

        ClaimLost says that another request saved first: find it again and look.
        """
        for _ in range(_SAVE_ATTEMPTS):
            stored, session = self._stored(active.lid, secret)
            if replace(active.launched, token=session.launched.token) != session.launched:
                raise ContextChanged
            if active.version != session.version:
                raise ClaimLost(None)
            changed = replace(
                session,
                launched=active.launched,
                locale=active.locale,
                version=session.version + 1,
            )
            if self._replace(stored, changed, secret):
                return _active(changed, secret)
        raise ClaimLost(None)

    def end(self, lid: str, secret: str | None) -> None:
        self._stored(lid, secret or "")
        self._store.delete(_session_key(lid))

    def _stored(self, lid: str, secret: str) -> tuple[bytes, _Session]:
        if not _LID.fullmatch(lid):
            raise NoSession
        stored = self._store.get(_session_key(lid))
        if stored is None:
            raise NoSession
        session = self._unseal(stored, lid, secret)
        if session is None or self._time_left(session) <= 0:
            raise NoSession
        return stored, session

    def _replace(self, stored: bytes, session: _Session, secret: str) -> bool:
        """Never brings back what was ended in the meantime."""
        key = _session_key(session.launched.lid)
        return self._store.replace(
            key, stored, self._seal(session, secret), self._time_left(session)
        )

    def _time_left(self, session: _Session) -> float:
        idle_end = session.last_seen + self._idle[session.launched.user.role]
        return min(idle_end, session.opened_at + self._longest) - self._clock()

    def _seal(self, session: _Session, secret: str) -> bytes:
        """The issuer stands in front, for whoever opens it must name it."""
        iss, lid = session.launched.iss, session.launched.lid
        sealed = self._vault.seal(
            to_json(session), purpose="session", about=f"{iss}|{lid}", secret=_bytes(secret)
        )
        return iss.encode() + b"\n" + sealed

    def _unseal(self, stored: bytes, lid: str, secret: str) -> _Session | None:
        iss, _, sealed = stored.partition(b"\n")
        about = f"{iss.decode(errors='replace')}|{lid}"
        plain = self._vault.open(sealed, purpose="session", about=about, secret=_bytes(secret))
        return from_json(_Session, plain) if plain else None


def _active(session: _Session, secret: str) -> ActiveLaunch:
    lid = session.launched.lid
    return ActiveLaunch(
        lid=lid,
        launched=session.launched,
        opened_at=session.opened_at,
        last_seen=session.last_seen,
        locale=session.locale,
        handle_key=derive(_bytes(secret), "handles", length=64),
        csrf_token=hmac.digest(_bytes(secret), f"csrf|{lid}".encode(), "sha256").hex(),
        version=session.version,
    )


def _pending_key(state: str) -> str:
    return f"pending:{_fingerprint(state)}"


def _session_key(lid: str) -> str:
    return f"session:{lid}"


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(_bytes(secret)).hexdigest()


def _bytes(text: str) -> bytes:
    """What a browser sends may be anything, and must not be able to stop us with an exception."""
    return text.encode("utf-8", "surrogatepass")
