"""Launches under way and sessions: one session per launch, opened by the cookie of that launch."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from smartapp.errors import (
    ClaimLost,
    ContextChanged,
    LaunchExpired,
    LaunchInAnotherBrowser,
    NoSession,
    SessionEnded,
    StoreUnavailable,
)
from smartapp.launch import Launched, PendingLaunch, Role
from smartapp.sessions.endings import Endings, EndReason
from smartapp.sessions.records import from_json, to_json
from smartapp.sessions.revocations import Revocations
from smartapp.sessions.session import ActiveLaunch, Session, Upkeep
from smartapp.sessions.store import Store
from smartapp.sessions.vault import Vault, derive

__all__ = ["PENDING_SECONDS", "ActiveLaunch", "Launches"]

PENDING_SECONDS = 10 * 60.0
STAFF_IDLE_SECONDS = 15 * 60.0
PATIENT_IDLE_SECONDS = 20 * 60.0
LONGEST_SESSION_SECONDS = 12 * 3600.0
WARNING_SECONDS = 2 * 60.0
_TOUCH_SECONDS = 1.0  # how far `last_seen` may lag: a page of ten requests writes once
_ATTEMPTS = 10  # a touch may come in between, at most once in a second
_LID = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)


@dataclass(frozen=True)
class _Held:
    pending: PendingLaunch
    binding: str
    ends_at: float


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
        self._endings = Endings(store, vault, clock)
        self._revocations = Revocations(store, vault, clock)
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
        now = self._clock()
        upkeep = Upkeep(since=now)
        return self._begin(Session(launched, now, now, launched.locale, version=0, upkeep=upkeep))

    def find(self, lid: str, secret: str | None, *, touch: bool = True) -> ActiveLaunch:
        """`touch` is for what a person did; polling and images keep nobody logged in."""
        secret = secret or ""
        stored, session = self._stored(lid, secret)
        if self._revocations.reach(session.launched, session.opened_at):
            self._end(session, EndReason.REVOKED)
            raise SessionEnded(EndReason.REVOKED, session.launched.ehr_key)
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

        def with_changes(found: Session) -> Session:
            if replace(active.launched, token=found.launched.token) != found.launched:
                raise ContextChanged
            if active.version != found.version:
                raise ClaimLost(None)
            is_new = active.launched.token != found.launched.token
            return replace(
                found,
                launched=active.launched,
                locale=active.locale,
                version=found.version + 1,
                upkeep=Upkeep(since=self._clock()) if is_new else found.upkeep,
            )

        return self.revise(active.lid, secret, with_changes)

    def revise(self, lid: str, secret: str, change: Callable[[Session], Session]) -> ActiveLaunch:
        """What `change` makes of the session as it is at that moment. It may be asked again."""
        for _ in range(_ATTEMPTS):
            stored, session = self._stored(lid, secret)
            changed = change(session)
            if self._replace(stored, changed, secret):
                return _active(changed, secret)
        raise ClaimLost(None)

    def move(self, lid: str, secret: str) -> tuple[ActiveLaunch, str]:
        """The same session, with its age, under another name and secret, in another window."""
        self.find(lid, secret, touch=False)
        stored = self._store.take(_session_key(lid))
        session = self._unseal(stored, lid, secret) if stored else None
        if session is None:
            raise self._over(lid)
        ehr_key = session.launched.ehr_key
        self._endings.write(lid, ehr_key, self._latest(session), EndReason.MOVED)
        return self._begin(replace(session, last_seen=self._clock(), own_window=True))

    def end(self, lid: str, secret: str | None, reason: EndReason = EndReason.LOGOUT) -> None:
        _, session = self._stored(lid, secret or "")
        self._end(session, reason)

    def ends_at(self, session: ActiveLaunch | Session) -> float:
        """When it will be over if the person does nothing more."""
        idle_end = session.last_seen + self._idle[session.launched.user.role]
        return min(idle_end, self._latest(session))

    def can_be_prolonged(self, session: ActiveLaunch | Session) -> bool:
        """Not any more when only its longest time ends it."""
        return self.ends_at(session) < self._latest(session)

    def warn_at(self, session: ActiveLaunch | Session) -> float:
        """Early enough to extend it, also where a clinic chose short times."""
        idle = self._idle[session.launched.user.role]
        return self.ends_at(session) - min(WARNING_SECONDS, idle / 2)

    # --- ending sessions of others ------------------------------------------------------------

    def revoke(self, lid: str) -> None:
        self._store.delete(_session_key(lid))
        latest = self._clock() + self._longest
        self._endings.write(lid, "", latest, EndReason.REVOKED)

    def revoke_user(self, user_key: str) -> None:
        """User.key: in all their browsers. Their drafts stay, and so does what they sent."""
        self._revocations.of_user(user_key)

    def revoke_person(self, iss: str, reference: str) -> None:
        self._revocations.of_person(iss, reference)

    def revoke_ehr(self, ehr_key: str) -> None:
        self._revocations.of_ehr(ehr_key)

    def revoke_all(self) -> None:
        self._revocations.of_all()

    # --- the records --------------------------------------------------------------------------

    def _begin(self, session: Session) -> tuple[ActiveLaunch, str]:
        lid, secret = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        session = replace(session, launched=replace(session.launched, lid=lid))
        self._endings.foresee(lid, session.launched.ehr_key, self._latest(session))
        self._store.put(_session_key(lid), self._seal(session, secret), self._time_left(session))
        return _active(session, secret), secret

    def _end(self, session: Session, reason: EndReason) -> None:
        lid = session.launched.lid
        self._store.delete(_session_key(lid))
        self._endings.write(lid, session.launched.ehr_key, self._latest(session), reason)

    def _over(self, lid: str) -> NoSession:
        ending = self._endings.why(lid)
        return SessionEnded(ending.reason, ending.ehr_key) if ending else NoSession()

    def _stored(self, lid: str, secret: str) -> tuple[bytes, Session]:
        if not _LID.fullmatch(lid):
            raise NoSession
        stored = self._store.get(_session_key(lid))
        if stored is None:
            raise self._over(lid)
        session = self._unseal(stored, lid, secret)
        if session is None:
            raise NoSession
        if self._time_left(session) <= 0:
            raise self._over(lid)
        return stored, session

    def _replace(self, stored: bytes, session: Session, secret: str) -> bool:
        """Never brings back what was ended in the meantime."""
        key = _session_key(session.launched.lid)
        return self._store.replace(
            key, stored, self._seal(session, secret), self._time_left(session)
        )

    def _latest(self, session: ActiveLaunch | Session) -> float:
        return session.opened_at + self._longest

    def _time_left(self, session: Session) -> float:
        return self.ends_at(session) - self._clock()

    def _seal(self, session: Session, secret: str) -> bytes:
        """The issuer stands in front, for whoever opens it must name it."""
        iss, lid = session.launched.iss, session.launched.lid
        sealed = self._vault.seal(
            to_json(session), purpose="session", about=f"{iss}|{lid}", secret=_bytes(secret)
        )
        return iss.encode() + b"\n" + sealed

    def _unseal(self, stored: bytes, lid: str, secret: str) -> Session | None:
        iss, _, sealed = stored.partition(b"\n")
        about = f"{iss.decode(errors='replace')}|{lid}"
        plain = self._vault.open(sealed, purpose="session", about=about, secret=_bytes(secret))
        return from_json(Session, plain) if plain else None


def _active(session: Session, secret: str) -> ActiveLaunch:
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
        upkeep=session.upkeep,
        own_window=session.own_window,
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
