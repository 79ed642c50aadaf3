"""One form that was sent: read as it was answered, and answered anew."""

from __future__ import annotations

from flask import Blueprint

from smartapp.errors import NotFound, SmartappError
from smartapp.fhir.element import Json
from smartapp.launch import Role
from smartapp.pages.form_sent import Since, sent_form_page, title_of_sent
from smartapp.pages.shell import Link
from smartapp.views import record
from smartapp.views.form_opening import refused_form
from smartapp.views.form_sheets import new_desk, open_desk
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import sure_of_patient
from smartapp.views.show import patient_shell, see_other, show
from smartapp.workflow.forms.answered import AnsweredForm
from smartapp.workflow.forms.beginning import read_back
from smartapp.workflow.forms.finding import find_form
from smartapp.workflow.forms.plan import FormRefused
from smartapp.workflow.forms.sheet import CHANGED, REPLACES
from smartapp.workflow.request_forms import went_with_a_request

bp = Blueprint("sent_forms", __name__, url_prefix="/l/<lid>/forms/sent/<handle>")


@bp.get("")
@requires_launch(Role.PATIENT)
def sent_form(here: Here, handle: str) -> View:
    reference = here.named(handle, "QuestionnaireResponse")
    loader = here.loader()
    got = loader.all_of(patient=loader.patient, response=lambda: loader.client.read(reference))
    patient = sure_of_patient(got["patient"])
    if isinstance(got["response"], SmartappError):
        raise got["response"]
    sent = readable(here, got["response"])  # type: ignore[arg-type]  # read as a resource
    record.viewed(here, patient.id, QuestionnaireResponse=1)
    title = title_of_sent(here.words, here.services.policy, sent)
    page = sent_form_page(
        here.words,
        patient_shell(here, title, patient, back=Link(here.words("All forms"), here.paths.forms)),
        title=title,
        sent=sent,
        amend_action=f"{here.paths.sent_form(reference)}/again" if here.can_ask else "",
        since=_since(here, sent) if here.can_ask else Since.SAME,
        phone=here.services.policy.phones.clinic,
        requests=here.paths.requests,
        files_at=f"{here.paths.sent_form(reference)}/files",
    )
    return show("form_sent", page)


def readable(here: Here, response: Json) -> AnsweredForm:
    sent = AnsweredForm.from_fhir(response)
    if sent is None:
        raise NotFound("entered in error")
    if here.teen_rule is not None and not sent.is_by(here.fhir_user):
        raise NotFound("not for who reads")
    return sent


def _since(here: Here, sent: AnsweredForm) -> Since:
    """An EHR that does not answer just now has not taken the form away."""
    url, _, version = sent.questionnaire.partition("|")
    clinic = here.services.policy.forms
    if went_with_a_request(url, here.services.policy, here.services.vocabulary):
        return Since.REQUEST
    try:
        found = find_form(url, clinic, here.client(), here.gate, here.now)
    except FormRefused:
        return Since.GONE
    except SmartappError:
        return Since.SAME
    return Since.SAME if version in {"", found.plan.form.version} else Since.CHANGED


@bp.post("/again")
@requires_launch(Role.PATIENT)
def again(here: Here, handle: str) -> View:
    """Its answers in a new copy of the form, which says what it takes the place of."""
    reference = here.named(handle, "QuestionnaireResponse")
    response = here.client().read(reference)
    url, _, version = str(response.get("questionnaire") or "").partition("|")
    try:
        desk = open_desk(here, url)
    except FormRefused as refused:
        return refused_form(here, refused)
    readable(here, response)
    form = desk.sheet.found.plan.form
    before = read_back(desk.sheet.found.plan, response, here.services.policy.calendar.zone)
    changed = {CHANGED: "1"} if version not in {"", form.version} else {}
    new_desk(desk, before, **{REPLACES: reference, **changed})
    return see_other(f"{here.paths.form(form.canonical)}?part=0")
