"""The work for which the EHR opened the app, where it names any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from flask import Blueprint

from smartapp.errors import EhrError, NotFound, WrongRole
from smartapp.fhir.app_task import AppTask, Opens
from smartapp.launch import Role
from smartapp.pages.opening import place_in_queue, work_in
from smartapp.views.here import WORK, Here, View, requires_launch
from smartapp.views.item_opened import open_item
from smartapp.views.show import see_other

bp = Blueprint("meant", __name__, url_prefix="/l/<lid>/meant")


@bp.get("")
@requires_launch(Role.STAFF)
def meant(here: Here) -> View:
    """Where the EHR opened the app for certain work, that work; if it is not there, or not this
    person's, the queue, and that part of it which was meant.
    """
    launched = here.active.launched
    for reference in _named(here):
        with suppress(NotFound, WrongRole):
            open_item(here, here.paths.handle(reference))
            return see_other(here.paths.item(reference))
    place = place_in_queue(launched.intent, launched.app_context) if launched.patient_id else ""
    return see_other(f"{here.paths.queue}{place}")


def _named(here: Here) -> Iterator[str]:
    """The EHR's own word first. What somebody wrote into a Task that asks to open this app only
    points somewhere: whether this person may go there is decided as for any item.
    """
    launched = here.active.launched
    for reference in launched.fhir_context:
        if reference.split("/", 1)[0] in WORK:
            yield from _asked_by(here, reference)
            yield reference
    if (work := work_in(launched.app_context)) is not None:
        yield work


def _asked_by(here: Here, reference: str) -> Iterator[str]:
    """A Task of the EHR's own list may say which work the app is to be opened for."""
    if not reference.startswith("Task/"):
        return
    with suppress(EhrError):
        task = AppTask.from_fhir(here.client().read(reference))
        base = here.services.settings.base_url
        if task is not None and task.opens is Opens.IN_EHR and task.is_for(base):
            work = work_in(task.app_context)
            yield from () if work is None else (work,)
