"""An EHR's frame that can keep no cookie: found out before anybody is sent to log in."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from flask import request
from werkzeug.wrappers import Response

from smartapp.config import Ehr, LaunchKind
from smartapp.pages.own_window import own_window_page
from smartapp.sessions import BegunLaunch
from smartapp.views import cookies
from smartapp.views.framing import is_framed
from smartapp.views.here import services
from smartapp.views.language import locale_of_browser
from smartapp.views.show import see_other, show
from smartapp.words import words_for

ENTRANCE = "/window"
ASKED = "cookie"  # in the address: the browser was asked to keep one

log = logging.getLogger("smartapp.views")


def instead_of_frame(ehr: Ehr, launch: str | None) -> Response | None:
    """None where the launch can go on. What is asked of the browser once is never asked again: no
    frame is sent in circles, and `state` is never taken without its cookie.
    """
    if not is_framed() or not launch:
        return None
    if ehr.vendor.get("login") == "window":
        return _own_window(ehr, launch, login_refuses=True)
    if cookies.PROBE in request.cookies:
        return None
    if ASKED in request.args:
        log.warning("frame keeps no cookie", extra={"ehr": ehr.key})
        return _own_window(ehr, launch)
    response = see_other(f"{request.path}?{urlencode({**request.args, ASKED: 'asked'})}")
    cookies.keep(response, cookies.PROBE, "kept", LaunchKind.EHR, None)
    return response


def _own_window(ehr: Ehr, launch: str, *, login_refuses: bool = False) -> Response:
    """Nothing has begun here, so there is nothing to carry over: the launch begins there."""
    ticket = services().tickets.issue_launch(BegunLaunch(ehr.iss, launch))
    page = own_window_page(
        words_for(locale_of_browser(), services().policy.calendar.zone),
        app_name=services().settings.app_name,
        login_refuses=login_refuses,
        action=ENTRANCE,
        ticket=ticket,
    )
    return show("own_window", page)
