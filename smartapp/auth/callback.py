"""The way back from the EHR's login: is it ours, is it in time, and is there a code?"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from smartapp.auth.launched import PendingLaunch
from smartapp.auth.token_answer import error_code
from smartapp.errors import (
    AccessDenied,
    AuthorizationRefused,
    EhrNotReady,
    LaunchExpired,
    LaunchFailed,
    LaunchParameterMissing,
    MixedUp,
    NotSetUp,
    SignInUnfinished,
)

PENDING_SECONDS = 600.0


def check_return(pending: PendingLaunch, params: Mapping[str, str], *, now: float) -> str:
    """The code. `state` is looked at first, also when the EHR reports an error."""
    stated = params.get("state", "")
    if not hmac.compare_digest(stated.encode("utf-8", "replace"), pending.state.encode()):
        raise LaunchExpired("state")
    if now - pending.started_at > PENDING_SECONDS:
        raise LaunchExpired("age")
    if "error" in params:
        raise _refusal(params["error"])
    _check_issuer(pending, params.get("iss"))
    code = params.get("code")
    if not code:
        raise LaunchParameterMissing("code")
    return code


_REFUSALS: Mapping[str, type[AuthorizationRefused]] = {
    "server_error": EhrNotReady,
    "temporarily_unavailable": EhrNotReady,
    "invalid_client": NotSetUp,
    "invalid_scope": NotSetUp,
    "unauthorized_client": NotSetUp,
    "unsupported_response_type": NotSetUp,
    "login_required": SignInUnfinished,
    "interaction_required": SignInUnfinished,
    "consent_required": SignInUnfinished,
    "account_selection_required": SignInUnfinished,
}


def _refusal(error: str) -> LaunchFailed:
    if error == "access_denied":
        return AccessDenied()
    kind = _REFUSALS.get(error, AuthorizationRefused)
    return kind(error_code(error))


def _check_issuer(pending: PendingLaunch, iss: str | None) -> None:
    """RFC 9207: a server that says who it is must be the one that we left for."""
    if iss is None:
        if pending.names_itself:
            raise MixedUp("the server did not name itself")
        return
    expected = pending.issuer or pending.iss
    if iss.rstrip("/") != expected.rstrip("/"):
        raise MixedUp("the answer comes from another server")
