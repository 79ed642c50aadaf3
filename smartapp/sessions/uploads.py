"""Files that somebody has chosen and not sent: sealed, for their author alone, and not for long."""

from __future__ import annotations

import secrets

from smartapp.sessions.person import Person
from smartapp.sessions.store import Store
from smartapp.sessions.vault import Vault, canonical

KEPT_SECONDS = 2 * 3600.0


class Uploads:
    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault

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

    def discard(self, person: Person, form: str, name: str) -> None:
        self._store.delete(*self._keys(person, form, name))

    def _keys(self, person: Person, form: str, name: str) -> tuple[str, ...]:
        whose = (person.ehr_key, person.user_key, person.patient_id)
        return tuple(f"upload:{key}" for key in self._vault.names("upload", *whose, form, name))


def _secret(person: Person) -> bytes:
    return canonical(person.ehr_key, person.user_key, person.patient_id)
