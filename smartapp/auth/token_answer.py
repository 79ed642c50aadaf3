"""What a token endpoint answered: read tolerantly, for EHRs differ, and refused where unsafe."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeGuard

from smartapp.errors import MalformedAnswer, TokenMalformed, TokenRefused
from smartapp.transport import Answer

# Where the EHR does not say how long the token lives. Too long costs one 401 and a new login;
# too short would end every session early.
UNSTATED_SECONDS = 3600.0
LONGEST_SECONDS = 86_400.0

_TOKEN = re.compile(r"[\x21-\x7e]+")
_ERROR = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_PASSING = frozenset({408, 425, 429})


@dataclass(frozen=True)
class TokenAnswer:
    access: str = field(repr=False)
    expires_in: float
    scope: str | None  # None where the EHR leaves it out: it granted what was asked
    refresh: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)  # all that was said
    says_how_long: bool = True

    @classmethod
    def parse(cls, answer: Answer) -> TokenAnswer:
        content = _content(answer)
        if str(content.get("token_type") or "bearer").lower() != "bearer":
            raise TokenMalformed("token_type")
        access = content.get("access_token")
        if not _is_token(access):
            raise TokenMalformed("access_token")
        return cls(
            access=access,
            expires_in=_seconds(content.get("expires_in")),
            scope=_scope(content.get("scope")),
            refresh=_optional_token(content, "refresh_token"),
            id_token=_optional_token(content, "id_token"),
            context=content,
            says_how_long=_stated_seconds(content.get("expires_in")) is not None,
        )

    def lasting(self, seconds: float) -> TokenAnswer:
        """As its introspection says it, where the answer itself does not."""
        return replace(self, expires_in=_seconds(str(seconds)), says_how_long=True)


def _content(answer: Answer) -> dict[str, Any]:
    if answer.status >= 500 or 300 <= answer.status < 400 or answer.status in _PASSING:
        answer.raise_for_status()
    try:
        content = answer.json()
    except MalformedAnswer:
        content = None
    error = content.get("error") if isinstance(content, dict) else None
    if error is not None:
        raise TokenRefused(error_code(error))
    if not 200 <= answer.status < 300:
        raise TokenRefused(f"http_{answer.status}")
    if not isinstance(content, dict):
        raise TokenMalformed("not a JSON object")
    return content


def error_code(stated: object) -> str:
    """Only what looks like a code: it goes into logs and picks the words of a page."""
    return stated if isinstance(stated, str) and _ERROR.fullmatch(stated) else "unrecognised"


def _is_token(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _optional_token(content: Mapping[str, Any], name: str) -> str | None:
    value = content.get(name)
    if value is None or value == "":
        return None
    if not _is_token(value):
        raise TokenMalformed(name)
    return value


def _seconds(stated: object) -> float:
    seconds = _stated_seconds(stated)
    return UNSTATED_SECONDS if seconds is None else min(seconds, LONGEST_SECONDS)


def _stated_seconds(stated: object) -> float | None:
    """3600, 3600.0 and "3600" all occur."""
    if isinstance(stated, bool) or not isinstance(stated, (int, Decimal, str)):
        return None
    try:
        seconds = float(stated)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def _scope(stated: object) -> str | None:
    if stated is None or isinstance(stated, str):
        return stated
    if isinstance(stated, list) and all(isinstance(part, str) for part in stated):
        return " ".join(stated)
    raise TokenMalformed("scope")
