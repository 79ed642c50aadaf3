"""All forms of a patient, and those that were sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from flask import Blueprint

from smartapp.errors import NotFound, SmartappError
from smartapp.fhir.client import Found
from smartapp.fhir.element import Json
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section, section_of
from smartapp.launch import Role
from smartapp.pages.forms import Begun, forms_page, refusal_page, sent_form_page, title_of_sent
from smartapp.pages.shell import Link
from smartapp.views import record
from smartapp.views.confidential import teen_rule
from smartapp.views.form_drafts import DRAFT
from smartapp.views.form_sheets import draft_name, new_desk, open_desk
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import sure_of_patient
from smartapp.views.show import patient_shell, see_other, show
from smartapp.words import in_locale
from smartapp.workflow.forms.answered import AnsweredForm
from smartapp.workflow.forms.beginning import read_back
from smartapp.workflow.forms.finding import AskedFor, asked_in_plans, asked_in_tasks
from smartapp.workflow.forms.plan import FormRefused
from smartapp.workflow.forms.sheet import CANONICAL, REPLACES, is_typed
from smartapp.workflow.loading import Loader, as_found
from smartapp.workflow.policy.disclosure import TeenRule

bp = Blueprint("forms", __name__, url_prefix="/l/<lid>/forms")


@bp.get("")
@requires_launch(Role.PATIENT)
def all_forms(here: Here) -> View:
    loader = here.loader()
    got = loader.all_of(
        patient=loader.patient,
        tasks=loader.tasks,
        plans=lambda: _plans(loader),
        responses=lambda: _responses(loader),
    )
    patient = sure_of_patient(got["patient"])
    tasks, plans = as_found(got["tasks"]), as_found(got["plans"])
    answered = _newest_first(section_of(as_found(got["responses"]), AnsweredForm.from_fhir))
    rule = teen_rule(here, patient)
    sent = _for_reader(here, answered, rule)
    listed = [*asked_in_tasks(tasks, f"Patient/{patient.id}"), *asked_in_plans(plans)]
    asked = _open(listed, here, answered)
    record.viewed(here, patient.id, QuestionnaireResponse=len(sent.items), Task=len(asked))
    page = forms_page(
        here.words,
        patient_shell(here, here.words("Forms"), patient),
        here.paths,
        clinic=here.services.policy.forms,
        asked=asked,
        asked_known=not isinstance(tasks, SmartappError) and not isinstance(plans, SmartappError),
        begun=_begun(here, sent),
        sent=sent,
        private=in_locale(rule.explained, here.words.locale) if rule else "",
    )
    return show("forms", page)


def _plans(loader: Loader) -> Found:
    """Some EHRs list forms that are due in a CarePlan; where there are none, none are missing."""
    if not loader.gate.may("CarePlan", "search-type"):
        return Found(())
    return loader.search("CarePlan", ("status", "active"))


def _responses(loader: Loader) -> Found:
    if not loader.gate.may("QuestionnaireResponse", "search-type"):
        return Found(())
    return loader.search("QuestionnaireResponse", fresh=True)


def _for_reader(
    here: Here, answered: Section[AnsweredForm], rule: TeenRule | None
) -> Section[AnsweredForm]:
    """Who acts for a teenager sees the forms that they filled in themselves, and no others."""
    if rule is None:
        return answered
    mine = tuple(each for each in answered.items if each.is_by(here.fhir_user))
    return replace(answered, items=mine)


def _newest_first(sent: Section[AnsweredForm]) -> Section[AnsweredForm]:
    def when(each: AnsweredForm) -> float:
        return each.authored.earliest.timestamp() if each.authored else 0.0

    ordered = tuple(sorted(sent.items, key=when, reverse=True))
    return Section(ordered, sent.whole, sent.failure)


def _open(asked: list[AskedFor], here: Here, sent: Section[AnsweredForm]) -> list[AskedFor]:
    """Each form once, however often it is asked for; without those that are on their way, or were
    sent since they were asked for: not every EHR lets a patient close a Task.
    """
    on_the_way = {each.form for each in here.services.outbox.of(here.active.person)}
    known: dict[str, AskedFor] = {}
    for each in asked:
        if draft_name(each.url) not in on_the_way and not each.is_answered_by(sent.items):
            known.setdefault(each.url, each)
    return list(known.values())


def _begun(here: Here, sent: Section[AnsweredForm]) -> list[Begun]:
    found: dict[str, Begun] = {}
    drafts, person = here.services.drafts, here.active.person
    for form in drafts.forms(person):
        draft = drafts.find(person, form) if form.startswith("form:") else None
        if draft is None:
            continue
        sid = draft.fields.get("submission", [""])[0]
        if here.services.outbox.find(sid, person) is None and is_typed(draft.fields):
            end = here.words.date_time(datetime.fromtimestamp(draft.ends_at, UTC))
            url = form.removeprefix("form:")
            found[url] = Begun(draft.fields.get(CANONICAL, [url])[0], end)
    finished = {value for each in sent.items if not each.is_draft for value in each.identifiers}
    for each in sent.items:
        if not each.is_by(here.fhir_user):
            continue
        ours = [v.removeprefix(DRAFT) for v in each.identifiers if v.startswith(DRAFT)]
        if each.is_draft and ours and not finished.intersection(ours):
            url = each.questionnaire.partition("|")[0]
            found.setdefault(url, Begun(each.questionnaire, ""))
    return list(found.values())


# --- one that was sent ----------------------------------------------------------------------------


@bp.get("/sent/<handle>")
@requires_launch(Role.PATIENT)
def sent_form(here: Here, handle: str) -> View:
    reference = here.named(handle, "QuestionnaireResponse")
    loader = here.loader()
    got = loader.all_of(patient=loader.patient, response=lambda: loader.client.read(reference))
    patient = sure_of_patient(got["patient"])
    if isinstance(got["response"], SmartappError):
        raise got["response"]
    sent = readable(here, patient, got["response"])  # type: ignore[arg-type]  # read as a resource
    record.viewed(here, patient.id, QuestionnaireResponse=1)
    title = title_of_sent(here.words, here.services.policy.forms, sent)
    page = sent_form_page(
        here.words,
        patient_shell(here, title, patient, back=Link(here.words("All forms"), here.paths.forms)),
        title=title,
        sent=sent,
        amend_action=f"{here.paths.sent_form(reference)}/again" if here.can_ask else "",
        files_at=f"{here.paths.sent_form(reference)}/files",
    )
    return show("form_sent", page)


def readable(here: Here, patient: Patient, response: Json) -> AnsweredForm:
    sent = AnsweredForm.from_fhir(response)
    if sent is None:
        raise NotFound("entered in error")
    if teen_rule(here, patient) is not None and not sent.is_by(here.fhir_user):
        raise NotFound("not for who reads")
    return sent


@bp.post("/sent/<handle>/again")
@requires_launch(Role.PATIENT)
def again(here: Here, handle: str) -> View:
    """Its answers in a new copy of the form, which says what it takes the place of."""
    reference = here.named(handle, "QuestionnaireResponse")
    response = here.client().read(reference)
    canonical = str(response.get("questionnaire") or "").partition("|")[0]
    try:
        desk = open_desk(here, canonical)
    except FormRefused as refused:
        shell = patient_shell(here, here.words("A form"), None)
        page = refusal_page(here.words, shell, here.paths, refused.reason, here.services.policy)
        return show("form_refused", page, 422)
    readable(here, desk.patient, response)
    zone = here.services.policy.calendar.zone
    before = read_back(desk.sheet.found.plan, response, zone)
    new_desk(desk, before, **{REPLACES: reference})
    return see_other(f"{here.paths.form(desk.sheet.found.plan.form.canonical)}?part=0")
