"""A seal over what the rules decided. It travels in resources that a patient's own token can write,
so only what carries the server's seal is taken for a decision of the rules.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field, replace
from datetime import UTC

from smartapp.fhir.routing import Routing
from smartapp.sessions.vault import canonical, derive

PURPOSE = "routing seal"


@dataclass(frozen=True)
class Seal:
    """By SMARTAPP_SECRET_KEY: the newest key seals, and any that is still listed vouches."""

    keys: tuple[bytes, ...] = field(repr=False)

    def sealed(self, routing: Routing, sid: str, patient: str) -> Routing:
        digest = _digest(self.keys[0], routing, sid, patient)
        return replace(routing, seal=base64.urlsafe_b64encode(digest).decode())

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
