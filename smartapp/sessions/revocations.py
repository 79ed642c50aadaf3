"""Ending the sessions of a person, of an EHR or of everyone, at once and on every worker."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from smartapp.launch import Launched
from smartapp.sessions.store import Store
from smartapp.sessions.vault import Vault

# Longer than anybody idles: whatever session is used in this time is found out and ended.
KEPT_SECONDS = 24 * 3600.0


class Revocations:
    """A moment for each of them: what was opened up to then is over. Read anew each time."""

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], float]) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    def of_user(self, user_key: str) -> None:
        self._revoke("user", user_key)

    def of_person(self, iss: str, reference: str) -> None:
        """By the EHR's own name for them, "Practitioner/12": the sessions of this person, and those
        in which anybody has this patient's record open.
        """
        self._revoke("person", iss.rstrip("/"), reference)

    def of_ehr(self, ehr_key: str) -> None:
        self._revoke("ehr", ehr_key)

    def of_all(self) -> None:
        self._revoke("all")

    def reach(self, launched: Launched, opened_at: float) -> bool:
        """One question to the store, under each server key that may have named it."""
        iss = launched.iss.rstrip("/")
        keys = chain(
            self._keys("all"),
            self._keys("ehr", launched.ehr_key),
            self._keys("user", launched.user.key),
            self._keys("person", iss, launched.user.fhir_user),
            self._keys("person", iss, f"Patient/{launched.patient_id}"),
        )
        moments = self._store.get_many(*keys)
        return any(moment is not None and opened_at <= float(moment) for moment in moments)

    def _revoke(self, *whom: str) -> None:
        newest, *_ = self._keys(*whom)
        self._store.put(newest, repr(self._clock()).encode(), KEPT_SECONDS)

    def _keys(self, *whom: str) -> tuple[str, ...]:
        return tuple(f"revoked:{name}" for name in self._vault.names("revoked", *whom))
