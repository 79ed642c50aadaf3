"""An answer of an EHR: its status in the app's own names, its JSON read with care."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn, TypeGuard

from smartapp.errors import (
    Conflict,
    EhrBusy,
    EhrError,
    EhrServerError,
    MalformedAnswer,
    NotAllowed,
    NotDone,
    NotFound,
    RedirectRefused,
    Rejected,
    TokenNotAccepted,
)

DEEPEST = 64
LONGEST_NUMBER = 50
LONGEST_RETRY_AFTER = 86_400.0
_HOLDERS = frozenset({dict, list})  # what JSON makes, and no kind of them


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str] = field(repr=False)  # names in any case
    body: bytes = field(repr=False)
    url: str = field(repr=False)

    def json(self) -> Any:
        try:
            value = json.loads(
                self.body.decode("utf-8-sig"),
                object_pairs_hook=_without_twins,
                parse_constant=_refuse,
                parse_float=_decimal,
                parse_int=_integer,
            )
        except (ValueError, RecursionError):
            raise MalformedAnswer("not JSON") from None
        if _is_deeper(value, DEEPEST):
            raise MalformedAnswer("too deep")
        return value

    def raise_for_status(self) -> Answer:
        if 200 <= self.status < 300:
            return self
        raise self._failure()

    @property
    def retry_after(self) -> float | None:
        return retry_after(self.headers)

    def _failure(self) -> EhrError:
        match self.status:
            case 401:
                return TokenNotAccepted()
            case 403:
                return NotAllowed()
            case 405:
                return NotDone()
            case 404 | 410:
                return NotFound()
            case 409 | 412:
                return Conflict()
            case 429:
                return EhrBusy(self.retry_after)
            case 503 if self.retry_after is not None:
                return EhrBusy(self.retry_after)
            case 408 | 425:
                return EhrServerError(self.status)
            case status if 400 <= status < 500:
                return Rejected(status, self._issue_codes())
            case status if 300 <= status < 400:
                return RedirectRefused()
        return EhrServerError(self.status)

    def _issue_codes(self) -> tuple[str, ...]:
        """The coded half of an OperationOutcome: its words may name a patient."""
        try:
            outcome = self.json()
        except MalformedAnswer:
            return ()
        issues = outcome.get("issue") if isinstance(outcome, dict) else None
        codes = (issue.get("code") for issue in _list(issues) if isinstance(issue, dict))
        return tuple(code for code in codes if _is_code(code))[:10]


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from either form of the header; None where it is absent or makes no sense."""
    stated = headers.get("Retry-After", "").strip()
    if not stated:
        return None
    if re.fullmatch(r"[0-9]{1,9}", stated):
        return min(float(stated), LONGEST_RETRY_AFTER)
    try:
        wait = parsedate_to_datetime(stated).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(wait, 0.0), LONGEST_RETRY_AFTER)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_code(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and re.fullmatch(r"[a-z][a-z-]{1,40}", value) is not None


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice means two different things to two readers."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("too many digits")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    """A short text may still stand for a number with a milliard digits."""
    try:
        number = Decimal(digits)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if len(digits) > LONGEST_NUMBER or abs(number.adjusted()) > LONGEST_NUMBER:
        raise ValueError("too many digits")
    return number


def _is_deeper(value: object, limit: int) -> bool:
    """Level by level, so that reading a deep answer needs no deep stack."""
    level: list[Any] = [value] if type(value) in _HOLDERS else []
    for _ in range(limit):
        if not level:
            return False
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) in _HOLDERS
        ]
    return bool(level)
