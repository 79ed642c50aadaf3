"""One item of the queue: opened, taken, given back."""

from __future__ import annotations

from flask import Blueprint, request

from smartapp.errors import ClaimLost, NotFound, WrongRole
from smartapp.fhir.change import Kind
from smartapp.fhir.task import WorkTask
from smartapp.launch import Role
from smartapp.pages.answering import QUESTION
from smartapp.pages.history import change_words
from smartapp.pages.item import gone_page
from smartapp.pages.said import lost_claim
from smartapp.pages.shell import Link, Notice
from smartapp.sessions.handles import seal_link
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item_opened import OpenItem, desk_for, open_item
from smartapp.views.item_shown import Typed, show_item
from smartapp.views.show import see_other, show, staff_shell
from smartapp.views.staff import staff_here
from smartapp.words import in_locale
from smartapp.workflow.undoing import NOTHING, SECONDS, Left, before

bp = Blueprint("item", __name__, url_prefix="/l/<lid>/queue/<handle>")


@bp.get("")
@requires_launch(Role.STAFF)
def item(here: Here, handle: str) -> View:
    asks = Typed({}, template=f"{QUESTION}record") if "ask" in request.args else None
    return show_item(here, open_item(here, handle), typed=asks)


@bp.post("/claim")
@requires_launch(Role.STAFF)
def claim(here: Here, handle: str) -> View:
    opened = open_item(here, handle)
    words = queue_words(here, opened.request.routing.queue) if opened.request.routing else ""
    record.about_to_change(here, opened.patient.id, opened.reference, "accepted")
    try:
        task = desk_for(here, opened).claim(opened.request, request.form.get("etag", ""), words)
    except ClaimLost as lost:
        return lost_item(here, opened, handle, lost)
    record.changed(here, opened.patient.id, task, "requested", claimed=True)
    return see_other(f"{here.paths.item(task.reference)}?said=claimed")


@bp.post("/release")
@requires_launch(Role.STAFF)
def release(here: Here, handle: str) -> View:
    opened = open_item(here, handle)
    was = opened.request.work
    if was is None:
        raise NotFound("nothing to give back")
    record.about_to_change(here, opened.patient.id, opened.reference, "requested")
    try:
        task = desk_for(here, opened).release(was, request.form.get("etag", ""))
    except ClaimLost as lost:
        return lost_item(here, opened, handle, lost)
    record.changed(here, opened.patient.id, task, was.status)
    return see_other(undoable(here, here.paths.back_to_queue("released"), was, task, Kind.RELEASED))


def queue_words(here: Here, code: str) -> str:
    """As a queue is called in the record: in English, for all staff."""
    queue = here.services.policy.queues.get(code)
    return in_locale(queue.name, "en") if queue else ""


def undoable(
    here: Here, address: str, was: WorkTask, task: WorkTask, kind: Kind, left: Left = NOTHING
) -> str:
    """Where to go on, with what takes the change back for a moment."""
    ends = here.services.clock() + SECONDS
    told = before(was, task, kind, left).written()
    link = seal_link(here.active.handle_key, here.active.lid, told, ends)
    return f"{address}&undo={link}"


def opened_to_change(here: Here, handle: str, kept: str) -> OpenItem | View:
    """The item, or the page that says that it is with another team now: what was typed for it while
    it was this person's is given back.
    """
    try:
        return open_item(here, handle)
    except WrongRole:
        record.denied(here.services, WrongRole.code)
        return _moved_away(here, kept)


def lost_item(
    here: Here, opened: OpenItem, handle: str, lost: ClaimLost, *, kept: str = ""
) -> View:
    """Somebody was faster: the item as it is now, who changed what, and what was typed in vain."""
    record.claim_lost(here, opened.patient.id, opened.reference)
    now = opened_to_change(here, handle, kept)
    if not isinstance(now, OpenItem):
        return now
    return show_item(here, now, said=_lost(here, now, lost.owner), kept=kept, status=409)


def _lost(here: Here, opened: OpenItem, owner: str | None) -> Notice:
    task = opened.request.task
    last = task.changes[-1] if task and task.changes else None
    if last is None or last.by.target == opened.staff.reference:
        return lost_claim(here.words, owner)
    what = change_words(here.words, here.services.policy, last)
    return lost_claim(here.words, owner, what=what, by=last.by.display)


def _moved_away(here: Here, kept: str) -> View:
    """It is not this person's to see any more; what they typed still is."""
    staff = staff_here(here)
    title = here.words("This item went to another team")
    shell = staff_shell(
        here,
        title,
        person=staff.name,
        failing=True,
        back=Link(here.words("Back to the queue"), here.paths.back_to_queue()),
    )
    return show("item_gone", gone_page(here.words, shell, title=title, kept=kept), 409)
