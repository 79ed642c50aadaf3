"""An open queue looks by itself whether anything is new: that keeps nobody signed in."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from smartapp.launch import Role
from smartapp.pages.queue import Lines
from smartapp.sessions.handles import open_handle, seal_handle
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.staff import lines_of, load_lines, narrowed, staff_here
from smartapp.workflow.loaded_queue import LoadedQueue
from smartapp.workflow.narrowing import Narrowing
from smartapp.workflow.staff import StaffMember
from smartapp.workflow.unchanged import Mark, is_unchanged, mark_of

bp = Blueprint("queue_now", __name__, url_prefix="/l/<lid>/queue")

STATE = "Queue/"  # before what was seen, sealed
ALL_AGAIN = timedelta(minutes=5)  # after so long all is read, whatever the EHR says of changes


@dataclass(frozen=True)
class Seen:
    """What a page shows of the queue, with nothing about a patient: the page itself keeps it."""

    of: str  # whose queues, and which part of them
    lines: str
    until: float  # then a line may say something else by time alone
    mark: Mark | None

    def written(self) -> str:
        mark = (dict(self.mark.since), self.mark.seen) if self.mark else None
        return STATE + json.dumps([self.of, self.lines, self.until, mark])

    @classmethod
    def read(cls, told: str) -> Seen:
        of, lines, until, mark = json.loads(told.removeprefix(STATE))
        return cls(of, lines, until, Mark(*mark) if mark else None)


@bp.get("/now")
@requires_launch(Role.STAFF, prolongs=False)
def now(here: Here) -> View:
    """What has not changed is not shown again, so that it need not go on record again either. Where
    the EHR can say that nothing changed, nothing else is asked for.
    """
    staff, narrowing = staff_here(here), narrowed(here)
    before, of = _seen(here), _of(here, staff, narrowing)
    if before is not None and before.of == of and _is_still_so(here, before):
        return _answer(here, before, None)
    mark = mark_of(here.loader())
    loaded = load_lines(here, staff, narrowing)
    lines = lines_of(here, staff, loaded, narrowing)
    seen = Seen(of, _digest(here, _told(lines)), _until(here.now, loaded), _sure(mark, loaded))
    if before is not None and hmac.compare_digest(before.lines, seen.lines):
        return _answer(here, seen, None)
    record.listed(here, loaded.shown)
    return _answer(here, seen, lines)


def _answer(here: Here, seen: Seen, lines: Lines | None) -> Response:
    read_at = here.words("Read from the EHR at {time}.", time=here.words.date_time(here.now))
    html = render_template("queue_now.html", lines=lines, freshness=read_at)
    state = seal_handle(here.active.handle_key, here.active.lid, seen.written())
    return Response(html, headers={"X-State": state}, content_type="text/html; charset=utf-8")


def _seen(here: Here) -> Seen | None:
    sealed = request.headers.get("X-Seen", "")
    told = open_handle(here.active.handle_key, here.active.lid, sealed) if sealed else None
    return Seen.read(told) if told is not None and told.startswith(STATE) else None


def _is_still_so(here: Here, seen: Seen) -> bool:
    if seen.mark is None or here.now.timestamp() >= seen.until:
        return False
    return is_unchanged(here.loader(), seen.mark)


def _sure(mark: Mark | None, loaded: LoadedQueue) -> Mark | None:
    """What was not read whole, or for some patients alone, is read again each time."""
    is_whole = loaded.items.whole and not loaded.is_of_some_patients
    return mark if is_whole else None


def _until(now: datetime, loaded: LoadedQueue) -> float:
    """A line that becomes late says so at once."""
    due = (each.routing.due for each in loaded.items.items)
    ahead = [each for each in due if each is not None and each > now]
    return min([*ahead, now + ALL_AGAIN]).timestamp()


def _of(here: Here, staff: StaffMember, narrowing: Narrowing) -> str:
    queues = sorted(each.code for each in staff.queues)
    told = (staff.reference, queues, narrowing.query, here.words.locale)
    return _digest(here, repr(told))


def _told(lines: Lines) -> str:
    return repr((lines.rows, lines.count, lines.none, lines.trouble, lines.weekend, lines.turn))


def _digest(here: Here, told: str) -> str:
    """Of no use to anybody else: it says only whether it is the same."""
    return hmac.new(here.active.handle_key, told.encode(), "sha256").hexdigest()[:32]
