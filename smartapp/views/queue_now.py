"""An open queue looks by itself whether anything is new: that keeps nobody signed in."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, render_template

from smartapp.launch import Role
from smartapp.pages.queue import Lines
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.seen import ALL_AGAIN, Seen, answered, digest, seen_before
from smartapp.views.staff import lines_of, load_lines, narrowed, staff_here
from smartapp.workflow.loaded_queue import LoadedQueue
from smartapp.workflow.unchanged import Mark, mark_of

bp = Blueprint("queue_now", __name__, url_prefix="/l/<lid>/queue")


@bp.get("/now")
@requires_launch(Role.STAFF, prolongs=False)
def now(here: Here) -> View:
    """What has not changed is not shown again, so that it need not go on record again either. Where
    the EHR can say that nothing changed, nothing else is asked for.
    """
    staff, narrowing = staff_here(here), narrowed(here)
    queues = sorted(each.code for each in staff.queues)
    of = digest(here, (staff.reference, queues, narrowing.query, here.words.locale))
    before = seen_before(here, of)
    if before is not None and before.is_still_so(here, here.loader()):
        return answered(here, _html(here, None), before)
    mark = mark_of(here.loader())
    loaded = load_lines(here, staff, narrowing)
    lines = lines_of(here, staff, loaded, narrowing)
    seen = Seen(of, digest(here, _told(lines)), _until(here.now, loaded), _sure(mark, loaded))
    if before is not None and before.is_same(seen.shown):
        return answered(here, _html(here, None), seen)
    record.listed(here, loaded.shown)
    return answered(here, _html(here, lines), seen)


def _html(here: Here, lines: Lines | None) -> str:
    read_at = here.words("Read from the EHR at {time}.", time=here.words.date_time(here.now))
    return render_template("queue_now.html", lines=lines, freshness=read_at)


def _told(lines: Lines) -> tuple[object, ...]:
    return lines.rows, lines.count, lines.none, lines.trouble, lines.weekend, lines.turn


def _sure(mark: Mark | None, loaded: LoadedQueue) -> Mark | None:
    """What was not read whole, or for some patients alone, is read again each time."""
    is_whole = loaded.items.whole and not loaded.is_of_some_patients
    return mark if is_whole else None


def _until(now: datetime, loaded: LoadedQueue) -> float:
    """A line that becomes late says so at once."""
    due = (each.routing.due for each in loaded.items.items)
    ahead = [each for each in due if each is not None and each > now]
    return min([*ahead, now + ALL_AGAIN]).timestamp()
