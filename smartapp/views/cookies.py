"""Cookies: one for each launch on its way, one for each session, one for the language."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from smartapp.config import LaunchKind
from smartapp.sessions import ActiveLaunch

LANGUAGE = "__Host-Language"
PROBE = "__Host-Kept"  # says nothing: it is there, or it is not
LANGUAGE_SECONDS = 365 * 24 * 3600


def session_cookie(lid: str) -> str:
    return f"__Host-L-{lid}"


def secrets_brought() -> dict[str, str]:
    """By launch: what this browser holds of sessions, alive or over."""
    prefix = session_cookie("")
    return {
        name.removeprefix(prefix): value
        for name, value in request.cookies.items()
        if name.startswith(prefix)
    }


def pending_cookie(lid: str) -> str:
    return f"__Host-P-{lid}"


def kind_of(active: ActiveLaunch) -> LaunchKind:
    """Which sort of cookie a session has: in a window of its own, that of any other page."""
    return LaunchKind.STANDALONE if active.own_window else active.launched.kind


def keep(response: Response, name: str, value: str, kind: LaunchKind, seconds: int | None) -> None:
    """An EHR's frame is a foreign site: there only a partitioned cookie comes back."""
    framed = kind is LaunchKind.EHR
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=True,
        httponly=True,
        samesite="None" if framed else "Lax",
        partitioned=framed,
    )


def drop(response: Response, name: str, kind: LaunchKind) -> None:
    framed = kind is LaunchKind.EHR
    response.delete_cookie(
        name,
        path="/",
        secure=True,
        httponly=True,
        samesite="None" if framed else "Lax",
        partitioned=framed,
    )


def remembered_language() -> str | None:
    return request.cookies.get(LANGUAGE)
