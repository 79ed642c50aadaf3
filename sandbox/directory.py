"""Who works at the clinic and whose records they may open, as login and chart ask it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from unicodedata import normalize

from sandbox.cards import PatientCard
from sandbox.people import Login
from sandbox.store import Store


class Directory:
    def __init__(self, logins: Sequence[Login], store: Store) -> None:
        self._logins = {login.username: login for login in logins}
        self._store = store

    def login(self, username: str) -> Login | None:
        return self._logins.get(username)

    def with_role(self, roles: Collection[str]) -> tuple[Login, ...]:
        return tuple(login for login in self._logins.values() if login.role in roles)

    def cards_for(self, login: Login) -> tuple[PatientCard, ...]:
        """Staff may open every record that is in use; others those that are named for them."""
        return tuple(
            card for card in self._cards() if login.role == "staff" or card.id in login.patients
        )

    def card_for(self, login: Login, patient_id: str) -> PatientCard | None:
        return next((card for card in self.cards_for(login) if card.id == patient_id), None)

    def _cards(self) -> list[PatientCard]:
        in_use = (each for each in self._store.of_type("Patient") if each.get("active", True))
        # Taken apart, accents stand behind their letters, so that Ó is found beside O.
        return sorted(map(PatientCard.of, in_use), key=lambda card: normalize("NFD", card.name))
