"""What somebody typed and has not sent: found again by the same person after a new login."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from smartapp.errors import DraftTooLarge
from smartapp.launch import Role
from smartapp.sessions.person import Person
from smartapp.sessions.records import from_json, to_json
from smartapp.sessions.store import Store
from smartapp.sessions.vault import Vault, canonical

PATIENT_DRAFT_SECONDS = 72 * 3600.0
STAFF_DRAFT_SECONDS = 24 * 3600.0
SLIP_SECONDS = 24 * 3600.0  # a page may stay open for so long
LARGEST_DRAFT_BYTES = 64 * 1024
_LIST, _NAMES = "", "forms"  # the draft that names all others


@dataclass(frozen=True)
class Draft:
    fields: dict[str, list[str]] = field(repr=False)
    saved_at: float
    ends_at: float


@dataclass(frozen=True)
class Slip:
    """Says whose form this is, for what comes in when its session is over. It opens nothing: with
    it something can be kept for its author, and only its author will see it.
    """

    person: Person
    role: Role
    form: str
    ends_at: float


class Drafts:
    def __init__(self, store: Store, vault: Vault, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    def save(self, person: Person, role: Role, form: str, fields: Mapping[str, list[str]]) -> float:
        """When the draft will end, for the page to say so."""
        seconds = PATIENT_DRAFT_SECONDS if role is Role.PATIENT else STAFF_DRAFT_SECONDS
        now = self._clock()
        draft = Draft(dict(fields), now, now + seconds)
        plain = to_json(draft)
        if len(plain) > LARGEST_DRAFT_BYTES:
            raise DraftTooLarge
        self._put(person, form, plain, seconds)
        if form not in (listed := self.forms(person)):
            names = Draft({_NAMES: [*listed, form]}, now, now + PATIENT_DRAFT_SECONDS)
            self._put(person, _LIST, to_json(names), PATIENT_DRAFT_SECONDS)
        return draft.ends_at

    def forms(self, person: Person) -> tuple[str, ...]:
        """Of which forms there is a draft, as far as is known: two saved in one moment may be
        listed as one, and the other is found when its form is opened.
        """
        names = self.find(person, _LIST)
        listed = names.fields.get(_NAMES, []) if names else []
        return tuple(form for form in listed if self.find(person, form))

    def _put(self, person: Person, form: str, plain: bytes, seconds: float) -> None:
        newest, *older = self._keys(person, form)
        self._store.put(newest, self._seal(plain, person, form), seconds)
        self._store.delete(*older)

    def find(self, person: Person, form: str) -> Draft | None:
        for key in self._keys(person, form):
            draft = self._opened(self._store.get(key), person, form)
            if draft and draft.ends_at > self._clock():
                return draft
        return None

    def discard(self, person: Person, form: str) -> None:
        self._store.delete(*self._keys(person, form))

    def slip(self, person: Person, role: Role, form: str) -> str:
        slip = Slip(person, role, form, self._clock() + SLIP_SECONDS)
        return self._vault.seal(to_json(slip), purpose="slip", about="").hex()

    def read_slip(self, text: str) -> Slip | None:
        try:
            sealed = bytes.fromhex(text)
        except ValueError:
            return None
        plain = self._vault.open(sealed, purpose="slip", about="")
        slip = from_json(Slip, plain) if plain else None
        return slip if slip and slip.ends_at > self._clock() else None

    def _keys(self, person: Person, form: str) -> tuple[str, ...]:
        names = self._vault.names("draft", person.ehr_key, person.user_key, person.patient_id, form)
        return tuple(f"draft:{name}" for name in names)

    def _seal(self, plain: bytes, person: Person, form: str) -> bytes:
        return self._vault.seal(plain, purpose="draft", about=form, secret=_secret(person))

    def _opened(self, sealed: bytes | None, person: Person, form: str) -> Draft | None:
        if sealed is None:
            return None
        plain = self._vault.open(sealed, purpose="draft", about=form, secret=_secret(person))
        return from_json(Draft, plain) if plain else None


def _secret(person: Person) -> bytes:
    """Even a draft that ended up under another person's name would not open for them."""
    return canonical(person.ehr_key, person.user_key, person.patient_id)
