"""The work for which the EHR opened the app, where it names any."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint

from smartapp.errors import NotFound, WrongRole
from smartapp.launch import Role
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item_opened import open_item
from smartapp.views.show import see_other

bp = Blueprint("meant", __name__, url_prefix="/l/<lid>/meant")
WORK = ("Task/", "Communication/")


@bp.get("")
@requires_launch(Role.STAFF)
def meant(here: Here) -> View:
    """Where the EHR opened the app for certain work, that work; if it is not there, or not this
    person's, the queue.
    """
    for reference in here.active.launched.fhir_context:
        if reference.startswith(WORK):
            with suppress(NotFound, WrongRole):
                open_item(here, here.paths.handle(reference))
                return see_other(here.paths.item(reference))
    return see_other(here.paths.queue)
