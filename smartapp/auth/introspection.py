"""What an EHR says of a token that it gave (RFC 7662). Only its own issuer is ever asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from smartapp.auth.client import post_as_client
from smartapp.auth.discovery import Endpoints
from smartapp.auth.keys import KeyRing
from smartapp.config import Ehr
from smartapp.errors import SmartappError
from smartapp.transport import Transport


@dataclass(frozen=True)
class TokenStatus:
    active: bool
    scope: str | None = None
    expires_at: float | None = None
    client_id: str | None = None

    @classmethod
    def parse(cls, said: Mapping[str, Any]) -> TokenStatus:
        """Active is what says so, and nothing else. What is missing is not known."""
        return cls(
            active=said.get("active") is True,
            scope=_text(said.get("scope")),
            expires_at=_moment(said.get("exp")),
            client_id=_text(said.get("client_id")),
        )


def introspect(
    ehr: Ehr,
    endpoints: Endpoints,
    token: str,
    *,
    keys: KeyRing | None,
    transport: Transport,
    now: float,
) -> TokenStatus | None:
    """None where the EHR does not offer it, or did not answer: nothing depends on it."""
    if endpoints.introspection is None:
        return None
    body = urlencode({"token": token, "token_type_hint": "access_token"})
    try:
        answer = post_as_client(
            ehr, endpoints, endpoints.introspection, body, keys=keys, transport=transport, now=now
        )
        said = answer.raise_for_status().json()
    except SmartappError:
        return None
    return TokenStatus.parse(said) if isinstance(said, dict) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _moment(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return None
    try:
        moment = float(value)
    except ValueError:
        return None
    return moment if math.isfinite(moment) else None
