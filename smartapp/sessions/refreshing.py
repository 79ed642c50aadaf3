"""One worker's use of a refresh token: how often it is sent, and what each failure means for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto

from smartapp.auth.token_answer import TokenAnswer
from smartapp.errors import (
    ContextChanged,
    EhrBusy,
    EhrError,
    EhrServerError,
    EhrTooSlow,
    MalformedAnswer,
    SmartappError,
    TokenMalformed,
    TokenRefused,
)
from smartapp.launch import Launched, renewed

Refresh = Callable[[Launched], TokenAnswer]

FATAL = frozenset({"invalid_grant", "invalid_client"})
PAUSES = (0.5, 2.0)  # before the second call and the third: then it has to wait for another time
RETRY_WITHIN_SECONDS = 5.0  # a lost answer is asked for again at once, or never
_BY_A_GATEWAY = frozenset({408, 502, 504})  # it gave up; what stands behind it may not have


class Meaning(Enum):
    """Of a failure, for the refresh token that was sent."""

    OVER = auto()  # it will never work again
    NOT_NOW = auto()  # the server did not take it: it is as good as before
    UNHEARD = auto()  # it may have been used up, and the answer went by us


def meaning(failure: SmartappError) -> Meaning:
    match failure:
        case TokenRefused(error=error):
            return Meaning.OVER if error in FATAL else Meaning.NOT_NOW
        case EhrServerError(status=status):
            return Meaning.UNHEARD if status in _BY_A_GATEWAY else Meaning.NOT_NOW
        case EhrTooSlow() | MalformedAnswer() | TokenMalformed():
            return Meaning.UNHEARD
    return Meaning.NOT_NOW


@dataclass(frozen=True)
class Renewed:
    launched: Launched
    at: float  # when the answer arrived: its life is counted from here
    reusable: bool  # the EHR left us the refresh token that we have


@dataclass(frozen=True)
class Failed:
    failure: SmartappError
    meaning: Meaning  # of all calls together: one unheard answer is not made up for by a later no


def ask(
    refresh: Refresh,
    launched: Launched,
    *,
    last_call_by: float,
    clock: Callable[[], float],
    pause: Callable[[float], None],
) -> Renewed | Failed:
    """At most three calls, and at most one more after an answer that was lost.

    ContextChanged says that the answer was about another patient: nothing of it may be used.
    """
    unheard = False
    for planned in (*PAUSES, None):
        outcome = _asked(refresh, launched, clock)
        if isinstance(outcome, Renewed) or outcome.meaning is Meaning.OVER:
            return outcome
        failed, was_the_retry = outcome, unheard
        unheard = unheard or failed.meaning is Meaning.UNHEARD
        wait = _wait(failed.failure, planned)
        if was_the_retry or wait is None or clock() + wait > last_call_by:
            break
        noticed_at = clock()
        pause(wait)
        if clock() > noticed_at + RETRY_WITHIN_SECONDS:
            break  # this process was held up: what was a retry would be another try
    return replace(failed, meaning=Meaning.UNHEARD) if unheard else failed


def _asked(refresh: Refresh, launched: Launched, clock: Callable[[], float]) -> Renewed | Failed:
    try:
        answer = refresh(launched)
        at = clock()
        reusable = answer.refresh in (None, launched.token.refresh)
        return Renewed(renewed(launched, answer, now=at), at, reusable)
    except ContextChanged:
        raise
    except SmartappError as failure:
        return Failed(failure, meaning(failure))


def _wait(failure: SmartappError, planned: float | None) -> float | None:
    """None where asking again at once is of no use, or the EHR asked not to."""
    if planned is None or not isinstance(failure, EhrError | TokenMalformed):
        return None
    told = failure.retry_after if isinstance(failure, EhrBusy) else None
    wait = max(planned, told or 0.0)
    return wait if wait < RETRY_WITHIN_SECONDS else None
