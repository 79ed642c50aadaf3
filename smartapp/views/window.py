"""A window of its own: the way there from a frame, and the entrance by a ticket."""

from __future__ import annotations

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from smartapp import audit
from smartapp.config import LaunchKind
from smartapp.launch import Role, registration_for
from smartapp.pages.own_window import move_page, on_the_way_page
from smartapp.sessions import ActiveLaunch, BegunLaunch
from smartapp.views import cookies, record
from smartapp.views.frame import ENTRANCE
from smartapp.views.here import Here, View, requires_launch, services
from smartapp.views.language import locale_of_browser
from smartapp.views.launch import leave, on_record
from smartapp.views.show import see_other, show, staff_shell
from smartapp.views.staff import staff_here
from smartapp.words import words_for

bp = Blueprint("window", __name__)


@bp.get("/l/<lid>/window")
@requires_launch(Role.STAFF)
def offer(here: Here) -> View:
    """From a frame that works, for more room."""
    title = here.words("Go on in a window of its own")
    page = move_page(
        here.words,
        staff_shell(here, title, person=staff_here(here).name),
        action=ENTRANCE,
        ticket=here.services.tickets.issue(here.active, here.secret),
    )
    return show("own_window", page)


@bp.post(ENTRANCE)
@on_record
def enter() -> View:
    """As a launch does, it may come from another site: a sandboxed frame has no origin. What counts
    is the ticket, in the body, once.
    """
    redeemed = services().tickets.redeem(request.form.get("ticket", ""))
    if isinstance(redeemed, BegunLaunch):
        return _go_on(redeemed)
    return _moved(*redeemed)


def _go_on(begun: BegunLaunch) -> Response:
    g.ehr = ehr = registration_for(services().settings, begun.iss, LaunchKind.EHR)
    response = leave(ehr, LaunchKind.EHR, begun.launch)
    address = response.headers.get("Location")
    if address is None:
        return response
    page = on_the_way_page(
        words_for(locale_of_browser(), services().policy.calendar.zone),
        app_name=services().settings.app_name,
        clinic=ehr.name,
        address=address,
    )
    shown = show("on_the_way", page)
    shown.headers["Refresh"] = f"0; url={address}"
    for cookie in response.headers.getlist("Set-Cookie"):
        shown.headers.add("Set-Cookie", cookie)
    return shown


def _moved(active: ActiveLaunch, secret: str) -> Response:
    ehr = services().ehr_of(active)
    services().audit.record(audit.session_moved(record.context_of(active, ehr.client_id)))
    response = see_other(f"/l/{active.lid}/")
    cookies.keep(
        response, cookies.session_cookie(active.lid), secret, cookies.kind_of(active), None
    )
    return response
