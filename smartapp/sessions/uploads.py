"""Files that somebody has chosen and not sent: sealed, for their author alone, and not for long."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from smartapp.sessions.person import Person
from smartapp.sessions.store import Lease, Store
from smartapp.sessions.vault import Vault, canonical

KEPT_SECONDS = 2 * 3600.0
LEASE_SECONDS = 20.0
WAITS, WAIT_SECONDS = 30, 0.1


class Uploads:
    def __init__(
        self, store: Store, vault: Vault, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._store = store
        self._vault = vault
        self._pause = pause

    def keep(self, person: Person, form: str, data: bytes, seconds: float = KEPT_SECONDS) -> str:
        name = secrets.token_hex(16)
        sealed = self._vault.seal(
            data, purpose="upload", about=f"{form} {name}", secret=_secret(person)
        )
        newest, *_ = self._keys(person, form, name)
        self._store.put(newest, sealed, seconds)
        return name

    def find(self, person: Person, form: str, name: str) -> bytes | None:
        for key in self._keys(person, form, name):
            sealed = self._store.get(key)
            if sealed is not None:
                return self._vault.open(
                    sealed, purpose="upload", about=f"{form} {name}", secret=_secret(person)
                )
        return None

    def discard(self, person: Person, form: str, *names: str) -> None:
        for name in names:
            self._store.delete(*self._keys(person, form, name))

    @contextmanager
    def one_at_a_time(self, person: Person, form: str) -> Iterator[bool]:
        """While somebody counts the files of a form, nobody else adds one. False where another
        one is still at it: then nothing may be added.
        """
        newest, *_ = self._keys(person, form, "")
        lease = self._wait_for(newest)
        try:
            yield lease is not None
        finally:
            if lease is not None:
                lease.release()

    def _wait_for(self, name: str) -> Lease | None:
        for _ in range(WAITS):
            lease = self._store.lease(name, LEASE_SECONDS)
            if lease is not None:
                return lease
            self._pause(WAIT_SECONDS)
        return None

    def _keys(self, person: Person, form: str, name: str) -> tuple[str, ...]:
        whose = (person.ehr_key, person.user_key, person.patient_id)
        return tuple(f"upload:{key}" for key in self._vault.names("upload", *whose, form, name))


def _secret(person: Person) -> bytes:
    return canonical(person.ehr_key, person.user_key, person.patient_id)
