"""What every session has: its start page, its language, its end."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from flask import Blueprint, current_app, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from smartapp.auth.style import read_style
from smartapp.errors import ClaimLost
from smartapp.launch import Role
from smartapp.pages.signed_out import signed_out_page
from smartapp.pages.style import style_sheet
from smartapp.sessions import EndReason
from smartapp.views import cookies
from smartapp.views.ending import CLOSED, end_session, others_open
from smartapp.views.headers import forget_pages
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.show import outside, see_other, show, time_left
from smartapp.words import LOCALES

bp = Blueprint("session", __name__, url_prefix="/l/<lid>")


@bp.get("/")
@requires_launch(Role.PATIENT, Role.STAFF, asks_ehr=False)
def start(here: Here) -> View:
    first = here.paths.queue if here.role is Role.STAFF else here.paths.start
    return see_other(f"{first}?said={CLOSED}" if request.args.get("said") == CLOSED else first)


@bp.get("/style.css")
@requires_launch(Role.PATIENT, Role.STAFF, asks_ehr=False, prolongs=False)
def style(here: Here) -> View:
    """The EHR's colours, from our own origin: no page loads anything from elsewhere."""
    url = here.active.launched.style_url
    stated = read_style(url, here.services.transport) if url else {}
    return Response(style_sheet(stated), content_type="text/css; charset=utf-8")


@bp.post("/language")
@requires_launch(Role.PATIENT, Role.STAFF, asks_ehr=False)
def language(here: Here) -> View:
    chosen = request.form.get("language", "")
    if chosen in LOCALES:
        _keep_language(here, chosen)
    return see_other(_back(here))


def _keep_language(here: Here, chosen: str) -> None:
    launches = here.services.launches
    try:
        launches.save(replace(here.active, locale=chosen), here.secret)
    except ClaimLost:  # another request saved its token first
        fresh = launches.find(here.active.lid, here.secret)
        launches.save(replace(fresh, locale=chosen), here.secret)


def _back(here: Here) -> str:
    """The page the person came from, or the one above it where that was made by a POST."""
    path = urlsplit(request.referrer or "").path
    pages = (path, path.rpartition("/")[0])
    return next((page for page in pages if _is_page_of(here, page)), here.paths.home)


def _is_page_of(here: Here, path: str) -> bool:
    try:
        _, values = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return values.get("lid") == here.active.lid


@bp.get("/session")
@requires_launch(Role.PATIENT, Role.STAFF, asks_ehr=False, prolongs=False)
def how_long(here: Here) -> View:
    """A script asks. That keeps nobody signed in."""
    return _time_left(here)


@bp.post("/session")
@requires_launch(Role.PATIENT, Role.STAFF, asks_ehr=False)
def stay(here: Here) -> View:
    """Somebody types, or said that they are still there."""
    return _time_left(here)


def _time_left(here: Here) -> View:
    time = time_left(here)
    return jsonify(
        ends_in=time.ends_in, warns_in=time.warns_in, can_stay=time.can_stay, text=time.text
    )


@bp.post("/sign-out")
@requires_launch(Role.PATIENT, Role.STAFF, asks_ehr=False)
def sign_out(here: Here) -> View:
    """Shown at once rather than by a redirect: inside a frame that would lead nowhere."""
    is_all_sent = end_session(here.services, here.active, here.secret, EndReason.LOGOUT)
    page = signed_out_page(
        here.words,
        app_name=here.services.settings.app_name,
        staff=here.role is Role.STAFF,
        is_all_sent=is_all_sent,
        others_open=others_open(here.services, here.active.lid),
    )
    response = show("signed_out", outside(page))
    forget_pages(response)
    cookies.drop(response, cookies.session_cookie(here.active.lid), cookies.kind_of(here.active))
    return response
