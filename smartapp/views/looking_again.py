"""An open item looks by itself whether somebody has written: that keeps nobody signed in."""

from __future__ import annotations

from flask import Blueprint, render_template

from smartapp.launch import Role
from smartapp.pages.thread import MessageBubble, bubbles
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item_opened import open_item
from smartapp.views.seen import ALL_AGAIN, Seen, answered, digest, seen_before
from smartapp.views.staff import staff_here
from smartapp.workflow.unchanged import mark_of

bp = Blueprint("looking_again", __name__, url_prefix="/l/<lid>/queue/<handle>")


@bp.get("/now")
@requires_launch(Role.STAFF, prolongs=False)
def now(here: Here, handle: str) -> View:
    """The messages alone. What stands in the page already is not shown again, nor on record. An
    item that nothing was changed of is still one that this person works.
    """
    staff = staff_here(here)
    queues = sorted(each.code for each in staff.queues)
    of = digest(here, (staff.reference, queues, handle, here.words.locale))
    before = seen_before(here, of)
    if before is not None and before.is_still_so(here, here.loader(before.patient_id)):
        return answered(here, _html(here, None), before)
    # Whose it is, an open page has told since it looked first: the mark comes before the reading.
    mark = mark_of(here.loader(before.patient_id)) if before is not None else None
    opened = open_item(here, handle)
    address = here.paths.item(opened.reference)
    thread = bubbles(
        here.words,
        opened.request,
        opened.staff.reference,
        lambda message, at: f"{address}/files/{here.paths.seal(message)}/{at}",
    )
    until = (here.now + ALL_AGAIN).timestamp()
    is_sure = before is not None and before.patient_id == opened.patient.id
    seen = Seen(of, digest(here, thread), until, mark if is_sure else None, opened.patient.id)
    if before is not None and before.is_same(seen.shown):
        return answered(here, _html(here, None), seen)
    record.viewed(here, opened.patient.id, **record.in_requests([opened.request]))
    return answered(here, _html(here, thread), seen)


def _html(here: Here, thread: tuple[MessageBubble, ...] | None) -> str:
    return render_template(
        "thread_now.html",
        heading=here.words("Messages"),
        thread=thread,
        freshness=here.words("Read from the EHR at {time}.", time=here.words.date_time(here.now)),
    )
