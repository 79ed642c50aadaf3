"""Orders for the places in the program that make tokens and identities, in `sandbox/smart/`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from werkzeug.wrappers import Response

from sandbox.faults.exchange import Exchange
from sandbox.faults.notes import notes_of

Forgery = Literal[
    "none",
    "hs256",
    "wrong_aud",
    "several_aud",
    "wrong_iss",
    "old",
    "future",
    "no_nonce",
    "wrong_nonce",
    "unknown_kid",
    "jku",
    "swapped_user",
    "bad_signature",
    "truncated",
]


@dataclass(frozen=True)
class Order:
    def answer(self, exchange: Exchange) -> Response:
        notes_of(exchange.environ).orders.append(self)
        return exchange.proceed()


@dataclass(frozen=True)
class Unrotated(Order):
    """A refresh gives no new refresh token, and the old one stays good, as with Oracle."""


@dataclass(frozen=True)
class AnotherPatient(Order):
    """The token is for the record of somebody else, and so are all that come of it."""

    patient: str


@dataclass(frozen=True)
class Claims(Order):
    """The id_token says other things, under the right signature."""

    set: dict[str, Any] = field(default_factory=dict)
    drop: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Forged(Order):
    """The id_token is a forgery. `canary` is where the key lies that `jku` names."""

    how: Forgery
    canary: str = "http://canary.example/jwks.json"
