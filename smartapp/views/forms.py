"""All forms of a patient, and those for a first visit as one way through them."""

from __future__ import annotations

from flask import Blueprint

from smartapp.launch import Role
from smartapp.pages.first_visit import first_visit_page
from smartapp.pages.forms import forms_page
from smartapp.pages.shell import Link
from smartapp.views.form_list import my_forms
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.show import patient_shell, show
from smartapp.words import in_locale
from smartapp.workflow.forms.first_visit import FirstVisit

bp = Blueprint("forms", __name__, url_prefix="/l/<lid>/forms")


@bp.get("")
@requires_launch(Role.PATIENT)
def all_forms(here: Here) -> View:
    mine = my_forms(here)
    policy = here.services.policy
    page = forms_page(
        here.words,
        patient_shell(here, here.words("Forms"), mine.patient),
        here.paths,
        policy=policy,
        asked=mine.asked,
        asked_known=mine.asked_known,
        begun=mine.begun,
        sent=mine.sent,
        first_visit=mine.first_visit(policy.forms),
        still_open=mine.still_open,
        private=in_locale(mine.rule.explained, here.words.locale) if mine.rule else "",
    )
    return show("forms", page)


@bp.get("/first-visit")
@requires_launch(Role.PATIENT)
def first_visit(here: Here) -> View:
    mine = my_forms(here)
    visit: FirstVisit = mine.first_visit(here.services.policy.forms)
    words = here.words
    page = first_visit_page(
        words,
        patient_shell(
            here,
            words("Before your first visit"),
            mine.patient,
            back=Link(words("All forms"), here.paths.forms),
        ),
        here.paths,
        visit=visit,
        phone=here.services.policy.phones.clinic,
    )
    return show("first_visit", page)
