"""A seal over what the rules decided, and over what staff changed. Both travel in resources that a
patient's own token can write, so only what carries the server's seal is taken for either.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field, replace
from datetime import UTC

from smartapp.fhir.change import Change
from smartapp.fhir.routing import Routing
from smartapp.sessions.vault import canonical, derive

PURPOSE = "routing seal"
CHANGE = "change seal"


@dataclass(frozen=True)
class Seal:
    """By SMARTAPP_SECRET_KEY: the newest key seals, and any that is still listed vouches."""

    keys: tuple[bytes, ...] = field(repr=False)

    def sealed(self, routing: Routing, sid: str, patient: str) -> Routing:
        digest = _digest(self.keys[0], routing, sid, patient)
        return replace(routing, seal=base64.urlsafe_b64encode(digest).decode())

    def signed(self, change: Change, item: str, patient: str) -> Change:
        """That this app wrote it, for somebody of the staff."""
        digest = _digest_of(self.keys[0], change, item, patient)
        return replace(change, seal=base64.urlsafe_b64encode(digest).decode())

    def vouches(self, change: Change, item: str, patient: str | None) -> bool:
        if not change.seal or patient is None:
            return False
        try:
            told = base64.urlsafe_b64decode(change.seal.encode())
        except ValueError:
            return False
        made = (_digest_of(key, change, item, patient) for key in self.keys)
        return any(hmac.compare_digest(told, each) for each in made)

    def holds(self, routing: Routing, sid: str | None, patient: str | None) -> bool:
        """For this submission of this patient, and for no other."""
        if not routing.seal or sid is None or patient is None:
            return False
        try:
            told = base64.urlsafe_b64decode(routing.seal.encode())
        except ValueError:
            return False
        made = (_digest(key, routing, sid, patient) for key in self.keys)
        return any(hmac.compare_digest(told, each) for each in made)


def _digest(key: bytes, routing: Routing, sid: str, patient: str) -> bytes:
    due = routing.due
    said = canonical(
        sid,
        patient,
        routing.queue,
        str(routing.priority),
        due.astimezone(UTC).replace(microsecond=0).isoformat() if due else None,
        routing.rule,
        " ".join(routing.reason.split()),
        routing.policy_version,
        " ".join(routing.summary.split()),
        *routing.red_flags,
    )
    return hmac.digest(derive(key, PURPOSE), said, "sha256")


def _digest_of(key: bytes, change: Change, item: str, patient: str) -> bytes:
    said = canonical(
        item,
        patient,
        str(change.kind),
        change.when.astimezone(UTC).replace(microsecond=0).isoformat(),
        change.by.raw,
        change.before,
        change.after,
        change.rule,
        change.reason,
        " ".join(change.words.split()),
        str(change.minutes),
    )
    return hmac.digest(derive(key, CHANGE), said, "sha256")
