"""A POST must come from a page of this app, and from a page of this very session."""

from __future__ import annotations

import hmac

from flask import Request, current_app, g, request

from smartapp.errors import RequestForged

SAFE = {"GET", "HEAD", "OPTIONS"}
FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}


def check_origin() -> None:
    """Before any unsafe request. In an EHR's frame the browser still says `same-origin`."""
    if request.method in SAFE:
        return
    if request.mimetype not in FORM_TYPES or not _is_own(request):
        raise RequestForged
    g.own_form = True


def _is_own(asked: Request) -> bool:
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    own: str = current_app.config["BASE_URL"]
    return asked.headers.get("Origin") == own


def check_token(expected: str) -> None:
    given = request.form.get("csrf_token", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise RequestForged
