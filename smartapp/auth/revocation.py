"""Tokens are given back when they are not needed any more (RFC 7009)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlencode

from smartapp.auth.client import post_as_client
from smartapp.auth.discovery import discover
from smartapp.auth.keys import KeyRing
from smartapp.config import Ehr
from smartapp.errors import SmartappError
from smartapp.transport import Transport

PATIENCE_SECONDS = 4.0  # for all of it: somebody who wants to leave is waiting


class Revoked(StrEnum):
    """What became of the tokens, for the audit."""

    DONE = "tokens-revoked"
    NOT_OFFERED = "revocation-not-offered"
    FAILED = "revocation-failed"


def revoke(
    ehr: Ehr,
    tokens: Mapping[str, str],
    *,
    keys: KeyRing | None,
    transport: Transport,
    now: float,
) -> Revoked:
    """`tokens` by their kinds, in the order in which they end. Never raises, whatever the EHR does,
    and never lasts longer than the patience above.
    """

    def ask() -> Revoked:
        endpoints = discover(ehr, transport)
        url = endpoints.revocation
        if url is None:
            return Revoked.NOT_OFFERED
        answers = [
            post_as_client(
                ehr,
                endpoints,
                url,
                urlencode({"token": token, "token_type_hint": kind}),
                keys=keys,
                transport=transport,
                now=now,
            )
            for kind, token in tokens.items()
        ]
        return Revoked.DONE if all(each.status == 200 for each in answers) else Revoked.FAILED

    (outcome,) = transport.together([ask], within=PATIENCE_SECONDS)
    return Revoked.FAILED if isinstance(outcome, SmartappError) else outcome
