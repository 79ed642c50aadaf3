"""An open item looks by itself whether somebody has written: that keeps nobody signed in."""

from __future__ import annotations

import hmac

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from smartapp.launch import Role
from smartapp.pages.thread import bubbles
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item_opened import open_item

bp = Blueprint("looking_again", __name__, url_prefix="/l/<lid>/queue/<handle>")


@bp.get("/now")
@requires_launch(Role.STAFF, prolongs=False)
def now(here: Here, handle: str) -> View:
    """The messages alone. What stands in the page already is not shown again, nor on record."""
    opened = open_item(here, handle)
    address = here.paths.item(opened.reference)
    thread = bubbles(
        here.words,
        opened.request,
        opened.staff.reference,
        lambda message, at: f"{address}/files/{here.paths.seal(message)}/{at}",
    )
    state = hmac.new(here.active.handle_key, repr(thread).encode(), "sha256").hexdigest()[:32]
    same = hmac.compare_digest(request.headers.get("X-Seen", "").encode(), state.encode())
    if not same:
        record.viewed(here, opened.patient.id, **record.in_requests([opened.request]))
    html = render_template(
        "thread_now.html",
        heading=here.words("Messages"),
        thread=thread,
        same=same,
        freshness=here.words("Read from the EHR at {time}.", time=here.words.date_time(here.now)),
    )
    return Response(html, headers={"X-State": state}, content_type="text/html; charset=utf-8")
