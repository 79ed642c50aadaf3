"""What was handed in and the EHR has not confirmed: written down before anything is sent."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import TracebackType

from smartapp.errors import ClaimLost, NotFound, StoreUnavailable
from smartapp.launch import Token
from smartapp.sessions.person import Person
from smartapp.sessions.records import from_json, to_json
from smartapp.sessions.store import Lease, Store
from smartapp.sessions.submission import Step, StepState, Submission
from smartapp.sessions.vault import Vault

KEPT_AFTERWARDS_SECONDS = 72 * 3600.0
_DANGLING_SECONDS = 3600.0  # a listed submission without a record this old never got one
_ATTEMPTS = 20
_UNFINISHED = "outbox-unfinished"
_SID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True)
class _Record:
    submission: Submission
    received_at: float
    token: Token | None
    fence: int = 0  # of the last one who worked on it: what an earlier one brings is too late
    settled: bool = False


@dataclass(frozen=True)
class Claim:
    """The right to send one submission. Use it with `with`; it ends by itself if we die."""

    sid: str
    fence: int
    ends_at: float
    submission: Submission  # as it was when the claim was given
    _lease: Lease = field(repr=False)

    def __enter__(self) -> Claim:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(StoreUnavailable):  # then it runs out by itself
            self._lease.release()


class Outbox:
    """Every change is a compare-and-swap of one sealed record, so no two workers mix theirs."""

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    def receive(self, submission: Submission, token: Token) -> Submission:
        """First wins: the same sid again is answered with what is there, and sends nothing new.

        It does bring a fresh token along, so whoever signed in again and presses Send once more
        gets an old submission going.
        """
        if not _is_minted(submission.sid):
            raise NotFound
        if self._load(submission.sid) is None:
            record = _Record(submission, self._clock(), _without_refresh(token))
            if self._write_down(record):
                return self._seen(record)
            if self._load(submission.sid) is None:
                raise StoreUnavailable("a record is there and does not open")
        return self.give_token(submission.sid, submission.person, token)

    def find(self, sid: str, person: Person) -> Submission | None:
        _, record = self._load(sid) or (None, None)
        if record is None or record.submission.person != person:
            return None
        return self._seen(record)

    def of(self, person: Person) -> tuple[Submission, ...]:
        """In the order in which they were handed in, with those that were settled lately."""
        listed = {each for key in self._open_keys(person) for each in self._listed(key)}
        for key in self._settled_keys(person):
            listed |= {_read_listing(member) for member in self._store.members(key)}
        found = (self.find(sid, person) for sid in _names(listed))
        return tuple(submission for submission in found if submission)

    def work(self, sid: str, seconds: float) -> Claim | None:
        """None when somebody else works on it, or when there is nothing left to do.

        A step found "posting" is unknown now: whoever posted it never said how it ended.
        """
        if not _is_minted(sid):
            return None
        ends_at = self._clock() + seconds
        lease = self._store.lease(_key(sid), seconds)
        if lease is None:
            return None
        try:
            record = self._change(sid, lambda found: self._taken_over(found, lease.fence))
        except (ClaimLost, NotFound):
            lease.release()
            return None
        return Claim(sid, lease.fence, ends_at, self._seen(record), lease)

    def record(self, claim: Claim, submission: Submission) -> Submission:
        """ClaimLost when somebody else took the work over in the meantime, or it was settled."""

        def with_steps(found: _Record) -> _Record:
            if found.fence != claim.fence or found.settled:
                raise ClaimLost(None)
            kept = found.submission
            return replace(found, submission=replace(kept, steps=submission.steps))

        return self._seen(self._change(claim.sid, with_steps))

    def token(self, sid: str) -> Token | None:
        """None where it is no longer alive: the submission waits for its author."""
        _, record = self._load(sid) or (None, None)
        return self._live_token(record) if record else None

    def give_token(self, sid: str, person: Person, token: Token) -> Submission:
        """The author is back: what waited for them goes on with this token."""

        def with_token(found: _Record) -> _Record:
            if found.submission.person != person:
                raise NotFound
            return found if found.settled else replace(found, token=_without_refresh(token))

        return self._seen(self._change(sid, with_token))

    def drop_token(self, sid: str, token: Token) -> None:
        """The EHR no longer takes this token. One that came in since then stays."""

        def without_it(found: _Record) -> _Record:
            is_that_one = found.token == _without_refresh(token)
            return replace(found, token=None) if is_that_one else found

        self._change(sid, without_it)

    def unfinished(self) -> tuple[str, ...]:
        """Of all persons, the oldest first, for whoever sees to it that nothing is left lying."""
        return _names(self._listed(_UNFINISHED))

    def oldest_age(self) -> float:
        """How long the oldest unfinished submission has waited; 0 when none does."""
        listed = self._listed(_UNFINISHED)
        return max(0.0, self._clock() - listed[0][0]) if listed else 0.0

    def settle(self, sid: str) -> None:
        """When it is finished: words and token go, the references stay for a while.

        They answer a second POST and a reload. What is not finished stays as it is.
        """
        _, record = self._load(sid) or (None, None)
        if record is None or not record.submission.is_finished:
            return
        if not record.settled:
            newest, *_ = self._settled_keys(record.submission.person)
            self._store.enroll(newest, _listing(record))
            self._store.touch(newest, KEPT_AFTERWARDS_SECONDS)
            record = self._change(sid, _settled)
        if not record.settled:
            return
        for key in (_UNFINISHED, *self._open_keys(record.submission.person)):
            self._store.dismiss(key, _listing(record))

    # --- the records --------------------------------------------------------------------------

    def _write_down(self, record: _Record) -> bool:
        """Listed before it is written: dying in between leaves an empty name, not a lost text."""
        sid, listing = record.submission.sid, _listing(record)
        person_key, *_ = self._open_keys(record.submission.person)
        self._store.enroll(_UNFINISHED, listing)
        self._store.enroll(person_key, listing)
        if self._store.add(_key(sid), self._seal(record), None):
            return True
        _, first = self._load(sid) or (None, None)
        if first is None or _listing(first) != listing:
            self._store.dismiss(_UNFINISHED, listing)
            self._store.dismiss(person_key, listing)
        return False

    def _change(self, sid: str, change: Callable[[_Record], _Record]) -> _Record:
        for _ in range(_ATTEMPTS):
            loaded = self._load(sid)
            if loaded is None:
                raise NotFound
            stored, record = loaded
            changed = change(record)
            if changed == record:
                return record
            ttl = KEPT_AFTERWARDS_SECONDS if changed.settled else None
            if self._store.replace(_key(sid), stored, self._seal(changed), ttl):
                return changed
        raise StoreUnavailable("one record is being changed all the time")

    def _load(self, sid: str) -> tuple[bytes, _Record] | None:
        stored = self._store.get(_key(sid)) if _is_minted(sid) else None
        if stored is None:
            return None
        plain = self._vault.open(stored, purpose="outbox", about=sid)
        record = from_json(_Record, plain) if plain else None
        return (stored, record) if record else None

    def _seal(self, record: _Record) -> bytes:
        return self._vault.seal(to_json(record), purpose="outbox", about=record.submission.sid)

    def _taken_over(self, found: _Record, fence: int) -> _Record:
        if found.settled or found.fence > fence:
            raise ClaimLost(None)
        steps = tuple(_how_it_ended_unheard(step) for step in found.submission.steps)
        submission = replace(found.submission, steps=steps)
        return replace(found, submission=submission, token=self._live_token(found), fence=fence)

    def _live_token(self, record: _Record) -> Token | None:
        token = record.token
        return token if token and token.expires_at > self._clock() else None

    def _seen(self, record: _Record) -> Submission:
        needed = self._live_token(record) is None and not record.settled
        return replace(record.submission, author_needed=needed)

    # --- the lists ----------------------------------------------------------------------------

    def _listed(self, key: str) -> list[tuple[float, str]]:
        listed = sorted(_read_listing(member) for member in self._store.members(key))
        return [each for each in listed if not self._dangles(key, *each)]

    def _dangles(self, key: str, received_at: float, sid: str) -> bool:
        """Somebody died between list and record, an hour ago or more: the name goes.

        A record that does not open keeps its name: it must stay noticeable.
        """
        if self._clock() - received_at < _DANGLING_SECONDS:
            return False
        _, record = self._load(sid) or (None, None)
        if record:
            is_listed_in_vain = record.settled or record.received_at != received_at
        else:
            is_listed_in_vain = self._store.get(_key(sid)) is None
        if is_listed_in_vain:
            self._store.dismiss(key, f"{received_at} {sid}")
        return is_listed_in_vain

    def _open_keys(self, person: Person) -> tuple[str, ...]:
        return self._person_keys("outbox-open", person)

    def _settled_keys(self, person: Person) -> tuple[str, ...]:
        return self._person_keys("outbox-settled", person)

    def _person_keys(self, kind: str, person: Person) -> tuple[str, ...]:
        names = self._vault.names(kind, person.ehr_key, person.user_key, person.patient_id)
        return tuple(f"{kind}:{name}" for name in names)


def _settled(found: _Record) -> _Record:
    if not found.submission.is_finished or found.settled:
        return found
    steps = tuple(replace(step, body="", alone="") for step in found.submission.steps)
    submission = replace(found.submission, steps=steps)
    return replace(found, submission=submission, token=None, settled=True)


def _how_it_ended_unheard(step: Step) -> Step:
    return replace(step, state=StepState.UNKNOWN) if step.state is StepState.POSTING else step


def _without_refresh(token: Token) -> Token:
    return replace(token, refresh=None)


def _is_minted(sid: str) -> bool:
    """It comes back to us in a form, so it may be anything."""
    return _SID.fullmatch(sid) is not None


def _key(sid: str) -> str:
    return f"outbox:{sid}"


def _listing(record: _Record) -> str:
    """Age and name in one, so that the age of the oldest is known without opening anything."""
    return f"{record.received_at} {record.submission.sid}"


def _names(listed: Iterable[tuple[float, str]]) -> tuple[str, ...]:
    """The oldest first, and each once: after an accident one may be listed twice for a while."""
    return tuple(dict.fromkeys(sid for _, sid in sorted(listed)))


def _read_listing(member: str) -> tuple[float, str]:
    received_at, _, sid = member.partition(" ")
    return float(received_at), sid
