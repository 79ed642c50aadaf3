"""A POST must come from a page of this app, and from a page of this very session."""

from __future__ import annotations

import hmac
import secrets

from flask import Request, current_app, g, request

from smartapp.errors import FrameWithoutOrigin, RequestForged
from smartapp.views.framing import is_framed

SAFE = {"GET", "HEAD", "OPTIONS"}
ENTRANCES = {"window.enter"}  # a ticket stands for whoever comes in, as `launch` does
FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}


def check_origin() -> None:
    """Before any unsafe request. In an EHR's frame the browser still says `same-origin`."""
    if request.method in SAFE or request.endpoint in ENTRANCES:
        return
    if request.mimetype not in FORM_TYPES or not _is_own(request):
        raise FrameWithoutOrigin if _has_no_origin(request) else RequestForged
    g.own_form = True


def _has_no_origin(asked: Request) -> bool:
    """A frame whose sandbox takes the page's origin away. It cannot be told from any other such."""
    return asked.headers.get("Origin") == "null" and is_framed()


def _is_own(asked: Request) -> bool:
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    own: str = current_app.config["BASE_URL"]
    return asked.headers.get("Origin") == own


def check_token(expected: str) -> None:
    given = _unmasked(request.form.get("csrf_token", ""))
    if not hmac.compare_digest(given, expected.encode()):
        raise RequestForged


def masked(token: str) -> str:
    """Another one in each page: the length of a compressed page must not give the token away."""
    mask = secrets.token_bytes(len(token))
    return (mask + _mixed(mask, token.encode())).hex()


def _unmasked(given: str) -> bytes:
    try:
        both = bytes.fromhex(given)
    except ValueError:
        return b""
    middle = len(both) // 2
    return _mixed(both[:middle], both[middle : 2 * middle])


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
