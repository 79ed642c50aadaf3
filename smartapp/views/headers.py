"""Headers of every answer: who may frame it, what it may load, that nothing is kept."""

from __future__ import annotations

from flask import Flask, g, request
from flask_talisman import Talisman
from werkzeug.wrappers import Response

from smartapp.config import Settings

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
FORMS = f"form-action {POLICY['form-action']}"
YEAR = 31_536_000
SWITCHED_OFF = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"


def register(app: Flask, settings: Settings) -> None:
    """Hooks run in reverse: this one stands before Talisman's, so that it has the last word."""
    everyone = tuple(dict.fromkeys(o for ehr in settings.ehrs for o in ehr.frame_ancestors))

    @app.after_request
    def finish(response: Response) -> Response:
        allowed = " ".join(_ancestors(everyone)) or "'none'"
        policy = g.get("own_policy") or response.headers.get("Content-Security-Policy", "")
        if "form_leads_to" in g:
            policy = policy.replace(FORMS, f"{FORMS} {g.form_leads_to}")
        if g.get("frames_us"):
            policy = f"{policy}; frame-src 'self'"
        response.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors {allowed}"
        response.headers.pop("X-Frame-Options", None)
        response.headers["Permissions-Policy"] = SWITCHED_OFF
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if settings.production:
            response.headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
        if request.endpoint == "static" and response.status_code < 400:
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        else:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    Talisman(
        app,
        force_https=False,  # TLS ends in front of the app, and Talisman would trust any header
        frame_options=None,
        content_security_policy=POLICY,
        content_security_policy_nonce_in=["script-src"],
        referrer_policy="same-origin",
        strict_transport_security=False,  # said above: Talisman asks a header of the request
        session_cookie_secure=True,
        session_cookie_samesite="None",
        permissions_policy={},
    )


def forget_pages(response: Response) -> None:
    """What the browser keeps for its Back button goes. Cookies stay: they are other sessions'."""
    response.headers["Clear-Site-Data"] = '"cache"'


def _ancestors(everyone: tuple[str, ...]) -> tuple[str, ...]:
    """A session's pages: its own EHR. Pages without data: any EHR of the configuration. A document
    also stands in a frame of our own page, which may stand in one of the EHR.
    """
    mine = g.get("frame_ancestors")
    if mine is not None:
        return (*mine, "'self'") if g.get("framed_by_us") else tuple(mine)
    if g.get("data_free") or request.blueprint == "launch":
        return everyone
    return ()
