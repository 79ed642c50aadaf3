"""Settings, kept in a cookie that says how and nothing of whom. They work without JavaScript."""

from __future__ import annotations

from flask import Blueprint, request

from smartapp.launch import Role
from smartapp.pages.settings import Look, settings_page
from smartapp.views.cookies import keep
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.look import LOOK, look_of_browser
from smartapp.views.show import patient_shell, see_other, show

bp = Blueprint("settings", __name__, url_prefix="/l/<lid>/settings")

YEAR = 31_536_000


@bp.get("")
@requires_launch(Role.PATIENT)
def settings(here: Here) -> View:
    """Nothing of the record is shown, and so no record is read."""
    shell = patient_shell(here, here.words("Settings"), None)
    return show("settings", settings_page(here.words, shell, look_of_browser()))


@bp.post("")
@requires_launch(Role.PATIENT)
def save(here: Here) -> View:
    response = see_other(f"{here.paths.page('settings')}?said=settings-saved")
    kept = Look.chosen(request.form.to_dict()).kept
    keep(response, LOOK, kept, here.active.launched.kind, YEAR)
    return response
