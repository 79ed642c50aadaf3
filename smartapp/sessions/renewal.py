"""A new access token before the old one ends: by one worker for all, no refresh token used twice.

Who needs a token takes the lease of its session. One gets it, reads the session again, and
refreshes; the others watch the session until the new token is there. The lease outlasts the
slowest token endpoint; every change is a compare-and-swap of what its maker had seen, so whoever
was paused for too long changes nothing.

Many EHRs take a refresh token once, and end the whole login when they see it again. So before it
is sent the session says that it is about to be (`Upkeep.unheard`), and stops saying so when an
answer is there:

- A worker dies in between: its successor cannot know whether the EHR saw the token, and does not
  send it. The session goes on with its access token until that ends; then the person has to sign
  in again (TokenNotAccepted), and finds their drafts.
- The answer is lost, or makes no sense: the same worker, and only that one, sends the same token
  once more within 5 seconds. An EHR that forgives this answers; one that does not says
  invalid_grant. If the second answer is lost too, it is as if the worker had died.
- The EHR is known to let a refresh token be used again, for it renewed without replacing it: then
  none of this is in the way, and the token is simply sent again another time.

An EHR that says "not now" (500, 503, 429, no connection) took nothing: the token is as good as
before. Only invalid_grant and invalid_client end it. While the access token lives nobody sees any
of this, and the next try is a minute away.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TypeVar

from smartapp.errors import (
    ClaimLost,
    ContextChanged,
    EhrBusy,
    NoSession,
    StoreUnavailable,
    TokenNotAccepted,
)
from smartapp.launch import Token
from smartapp.sessions.endings import EndReason
from smartapp.sessions.launches import Launches
from smartapp.sessions.refreshing import (
    RETRY_WITHIN_SECONDS,
    Failed,
    Meaning,
    Refresh,
    Renewed,
    ask,
)
from smartapp.sessions.session import ActiveLaunch, Session, Upkeep
from smartapp.sessions.store import Lease, Store

T = TypeVar("T")

DEADLINE_SECONDS = 15.0  # within which `refresh` has to return, one way or the other
EARLY_SECONDS, EARLY_SHARE = 60.0, 0.2  # before its end, whichever is later
APART_SECONDS = 60.0
APART_WHEN_DEAD_SECONDS = 5.0  # somebody is waiting, so a failure is followed up sooner
POLL_SECONDS = 0.1
_STORE_PAUSES = (0.1, 0.5, 1.0)  # what the EHR gave must not be lost to a hiccup of ours


class Renewal:
    """`refresh` asks the token endpoint once. What it raises before anything is sent must not be
    EhrTooSlow or malformed: that would count as a lost answer.
    """

    def __init__(
        self,
        launches: Launches,
        store: Store,
        refresh: Refresh,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
        *,
        deadline: float = DEADLINE_SECONDS,
    ) -> None:
        self._launches = launches
        self._store = store
        self._refresh = refresh
        self._clock = clock
        self._pause = pause
        self._deadline = deadline
        self._lease_seconds = 2 * deadline + RETRY_WITHIN_SECONDS

    def fresh(self, active: ActiveLaunch, secret: str) -> ActiveLaunch:
        """With a token that lives. TokenNotAccepted: the person has to sign in again. Any other
        EhrError: there is none at the moment. ContextChanged: the session is over.
        """
        if not self._is_due(active):
            return self._as_it_is(active)
        try:
            return self._one_for_all(active, secret)
        except StoreUnavailable:
            if self._lives(active):
                return active
            raise

    def after_refusal(self, active: ActiveLaunch, secret: str) -> ActiveLaunch:
        """The EHR no longer takes this token, whatever it had promised.

        A token that is refused in its first minute is not the trouble, so it is not replaced.
        """
        found = self._launches.find(active.lid, secret, touch=False)
        if found.launched.token.access == active.launched.token.access:
            if self._clock() - found.upkeep.since < APART_SECONDS:
                raise TokenNotAccepted
            with suppress(ClaimLost):  # then somebody else saw to it
                ended = replace(found.launched.token, expires_at=self._clock())
                self._change(found, secret, ended, found.upkeep)
            found = self._launches.find(active.lid, secret, touch=False)
        return self.fresh(found, secret)

    # --- is it time ---------------------------------------------------------------------------

    def _is_due(self, active: ActiveLaunch) -> bool:
        """A token that lives is left alone for a minute after anything was tried with it."""
        token, upkeep, now = active.launched.token, active.upkeep, self._clock()
        life = token.expires_at - upkeep.since
        if token.refresh is None or token.expires_at - now > min(EARLY_SECONDS, life * EARLY_SHARE):
            return False
        if upkeep.unheard:  # somebody is about it, or died of it: the lease will tell
            return True
        tried_at = upkeep.tried_at or 0.0
        if self._lives(active):
            return now - max(upkeep.since, tried_at) >= APART_SECONDS
        return now - tried_at >= APART_WHEN_DEAD_SECONDS

    def _lives(self, active: ActiveLaunch) -> bool:
        return active.launched.token.expires_at > self._clock()

    def _as_it_is(self, active: ActiveLaunch) -> ActiveLaunch:
        if self._lives(active):
            return active
        if active.launched.token.refresh is None or _is_parked(active):
            raise TokenNotAccepted
        raise EhrBusy(APART_WHEN_DEAD_SECONDS)

    def _while_others_work(self, active: ActiveLaunch) -> ActiveLaunch:
        if self._lives(active):
            return active
        raise EhrBusy(APART_WHEN_DEAD_SECONDS)

    # --- one for all --------------------------------------------------------------------------

    def _one_for_all(self, active: ActiveLaunch, secret: str) -> ActiveLaunch:
        gives_up_at = self._clock() + self._deadline
        found = active
        while True:
            ends_at = self._clock() + self._lease_seconds
            lease = self._store.lease(f"renewal:{active.lid}", self._lease_seconds)
            if lease is not None:
                with _given_back(lease):
                    return self._as_holder(active, secret, lease.fence, ends_at)
            if self._clock() >= min(gives_up_at, self._answered_by(found)):
                break
            self._pause(POLL_SECONDS)
            found = self._launches.find(active.lid, secret, touch=False)
            if found.launched.token.access != active.launched.token.access:
                return found
            if not self._is_due(found):
                return self._as_it_is(found)
        return self._while_others_work(found)

    def _answered_by(self, found: ActiveLaunch) -> float:
        """Until when whoever is about it hears something, or never will: then they are dead, and
        nobody has to wait for the end of their lease.
        """
        upkeep = found.upkeep
        begun_at = upkeep.tried_at if upkeep.unheard else None
        return float("inf") if begun_at is None else begun_at + self._deadline

    def _as_holder(
        self, active: ActiveLaunch, secret: str, fence: int, ends_at: float
    ) -> ActiveLaunch:
        found = self._launches.find(active.lid, secret, touch=False)
        if found.launched.token.access != active.launched.token.access:
            return found
        if not self._is_due(found) or _is_parked(found):
            return self._as_it_is(found)
        try:
            return self._renewed(found, secret, fence, ends_at)
        except ClaimLost:
            return self._while_others_work(self._launches.find(active.lid, secret, touch=False))

    def _renewed(
        self, found: ActiveLaunch, secret: str, fence: int, ends_at: float
    ) -> ActiveLaunch:
        noted = self._noted(found, secret, fence, unheard=True)
        try:
            outcome = ask(
                self._refresh,
                noted.launched,
                last_call_by=ends_at - self._deadline,
                clock=self._clock,
                pause=self._pause,
            )
        except ContextChanged:
            with suppress(NoSession, StoreUnavailable):
                self._insist(lambda: self._end(noted, secret))
            raise
        if isinstance(outcome, Renewed):
            return self._kept(noted, secret, outcome)
        return self._failed(noted, secret, fence, outcome)

    def _kept(self, noted: ActiveLaunch, secret: str, new: Renewed) -> ActiveLaunch:
        """If it cannot be written down it serves at least who asked for it."""
        token = new.launched.token
        upkeep = Upkeep(since=new.at, reusable=new.reusable)
        try:
            return self._insist(lambda: self._change(noted, secret, token, upkeep))
        except StoreUnavailable:
            return replace(noted, launched=new.launched, upkeep=upkeep)

    def _failed(
        self, noted: ActiveLaunch, secret: str, fence: int, outcome: Failed
    ) -> ActiveLaunch:
        if outcome.meaning is Meaning.OVER:
            without = replace(noted.launched.token, refresh=None)
            since = Upkeep(since=noted.upkeep.since)
            return self._as_it_is(self._insist(lambda: self._change(noted, secret, without, since)))
        unheard = outcome.meaning is Meaning.UNHEARD
        with suppress(StoreUnavailable):  # then it says "unheard", which is on the safe side
            noted = self._insist(lambda: self._noted(noted, secret, fence, unheard=unheard))
        if self._lives(noted):
            return noted
        raise TokenNotAccepted if _is_parked(noted) else outcome.failure

    # --- what is written down -----------------------------------------------------------------

    def _noted(self, seen: ActiveLaunch, secret: str, fence: int, *, unheard: bool) -> ActiveLaunch:
        upkeep = replace(seen.upkeep, tried_at=self._clock(), tried_by=fence, unheard=unheard)
        return self._change(seen, secret, seen.launched.token, upkeep)

    def _change(
        self, seen: ActiveLaunch, secret: str, token: Token, upkeep: Upkeep
    ) -> ActiveLaunch:
        """ClaimLost where the token or its upkeep is not what was seen any more."""

        def changed(found: Session) -> Session:
            if (found.launched.token, found.upkeep) != (seen.launched.token, seen.upkeep):
                raise ClaimLost(None)
            version = found.version + (token != found.launched.token)
            launched = replace(found.launched, token=token)
            return replace(found, launched=launched, upkeep=upkeep, version=version)

        return self._launches.revise(seen.lid, secret, changed)

    def _end(self, noted: ActiveLaunch, secret: str) -> None:
        self._launches.end(noted.lid, secret, EndReason.CONTEXT_CHANGED)

    def _insist(self, work: Callable[[], T]) -> T:
        for wait in _STORE_PAUSES:
            try:
                return work()
            except StoreUnavailable:
                self._pause(wait)
        return work()


def _is_parked(active: ActiveLaunch) -> bool:
    """To whoever holds the lease: the refresh token was sent, and what came of it is not known."""
    return active.upkeep.unheard and not active.upkeep.reusable


@contextmanager
def _given_back(lease: Lease) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(StoreUnavailable):  # then it runs out by itself
            lease.release()
