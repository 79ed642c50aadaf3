"""Which answers somebody has opened: as names that say nothing, and only for a while."""

from __future__ import annotations

from collections.abc import Iterable

from smartapp.sessions.person import Person
from smartapp.sessions.store import Store
from smartapp.sessions.vault import Vault

KEPT_SECONDS = 90 * 24 * 3600.0
STATE_SECONDS = 24 * 3600.0  # longer than any session


class Seen:
    """Nothing of a message is kept, not even which it is: only what somebody who has it can ask."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    def mark(self, person: Person, reference: str) -> None:
        newest, *_ = self._keys(person, reference)
        self._store.add(newest, b"1", KEPT_SECONDS)

    def is_first(self, lid: str, state: str) -> bool:
        """Whether a session has not been in this state before, as far as that is known."""
        newest, *others = self._vault.names("told", lid, state)
        names = [f"told:{each}" for each in others]
        if names and any(self._store.get_many(*names)):
            return False
        return self._store.add(f"told:{newest}", b"1", STATE_SECONDS)

    def among(self, person: Person, references: Iterable[str]) -> frozenset[str]:
        asked = [(each, self._keys(person, each)) for each in references]
        keys = [key for _, names in asked for key in names]
        marked = dict(zip(keys, self._store.get_many(*keys), strict=True)) if keys else {}
        return frozenset(each for each, names in asked if any(marked[name] for name in names))

    def _keys(self, person: Person, reference: str) -> tuple[str, ...]:
        whose = (person.ehr_key, person.user_key, person.patient_id)
        return tuple(f"seen:{name}" for name in self._vault.names("seen", *whose, reference))
