"""A patient's health, part by part."""

from __future__ import annotations

from flask import Blueprint

from smartapp.launch import Role
from smartapp.pages.health import BlocksPage, allergies_block
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import read, source
from smartapp.views.show import patient_shell, show
from smartapp.workflow.record.parts import ALLERGIES

bp = Blueprint("health", __name__, url_prefix="/l/<lid>")


@bp.get("/allergies")
@requires_launch(Role.PATIENT)
def allergies(here: Here) -> View:
    got = read(here, ALLERGIES)
    title = here.words("Your allergies")
    where = source(here, here.paths.page("allergies"))
    page = BlocksPage(
        patient_shell(here, title, got.patient),
        title,
        (allergies_block(here.words, got[ALLERGIES], where),),
    )
    return show("blocks", page)
