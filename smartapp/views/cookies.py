"""Cookies: one for each launch on its way, one for each session, one for the language."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from smartapp.config import LaunchKind

LANGUAGE = "__Host-Language"
LANGUAGE_SECONDS = 365 * 24 * 3600


def session_cookie(lid: str) -> str:
    return f"__Host-L-{lid}"


def pending_cookie(lid: str) -> str:
    return f"__Host-P-{lid}"


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
