"""Home readings: typed in or copied from a meter's file, checked, and sent once."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from smartapp.errors import NotFound, NotOffered
from smartapp.fhir.element import Json
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section, section_of
from smartapp.launch import Role
from smartapp.pages import readings as pages
from smartapp.pages.shell import Link
from smartapp.sessions.submission import Submission
from smartapp.views import record
from smartapp.views.confidential import kept_from_proxies
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import sure_of_patient
from smartapp.views.reading_drafts import Typed, form_name, keep, read_typed, typed_by
from smartapp.views.sending import author, finish, hand_in, once, waiting
from smartapp.views.show import patient_shell, see_other, show
from smartapp.words import in_locale
from smartapp.workflow.loading import as_found
from smartapp.workflow.policy.readings import ReadingKind
from smartapp.workflow.reading_request import reading_steps, routing_of
from smartapp.workflow.readings import (
    Entry,
    Read,
    questionnaire_of,
    raised,
    series_of,
    together,
)

bp = Blueprint("readings", __name__, url_prefix="/l/<lid>/readings")


@bp.get("")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def kinds(here: Here) -> View:
    patient = here.loader().patient()
    record.viewed(here, patient.id)
    shell = patient_shell(here, here.words("Home readings"), patient)
    instead = "" if _possible(here) else _not_here(here)
    policy = here.services.policy
    page = pages.readings_page(here.words, shell, here.paths, policy=policy, instead=instead)
    return show("readings", page)


@bp.get("/<code>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def ask(here: Here, code: str) -> View:
    kind = _kind(here, code)
    return _elsewhere(here, kind) or _form(here, kind, typed_by(here, kind))


@bp.post("/<code>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def answer(here: Here, code: str) -> View:
    kind = _kind(here, code)
    typed = keep(here, typed_by(here, kind), dict(request.form.items()))
    if request.form.get("then") == "keep":
        return Response(status=204)
    if request.form.get("then") == "save":
        return see_other(f"{here.paths.page('readings')}?said=saved")
    read = read_typed(here, typed)
    if read.faults or not read.entries:
        return _form(here, kind, typed, read)
    return see_other(f"{here.paths.reading(code)}/check")


@bp.get("/<code>/check")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def check(here: Here, code: str) -> View:
    kind = _kind(here, code)
    typed = typed_by(here, kind)
    read = read_typed(here, typed)
    if read.faults or not read.entries:
        return see_other(here.paths.reading(code))
    return _elsewhere(here, kind) or _check(here, kind, typed, read)


@bp.post("/<code>/send")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def send(here: Here, code: str) -> View:
    """Sends once: the same submission again only shows what became of the first."""
    kind, sid = _kind(here, code), request.form.get("submission", "")
    known = once(here, sid, lambda: _checked_and_handed_in(here, kind, sid))
    if not isinstance(known, Submission):
        return known
    finish(here, known)
    return see_other(here.paths.request(sid))


def _checked_and_handed_in(here: Here, kind: ReadingKind, sid: str) -> Submission | View:
    typed = typed_by(here, kind)
    g.kept_unsent = bool(typed.fields)
    elsewhere = _elsewhere(here, kind)
    if elsewhere is not None:
        return elsewhere
    read = read_typed(here, typed)
    address = here.paths.reading(kind.code)
    if typed.sid != sid or read.faults or not read.entries:
        return see_other(f"{address}?said=start-again")
    if request.form.get("checked") != typed.fingerprint:
        return see_other(f"{address}/check?said=changed")
    patient, before = _loaded(here, kind)
    return hand_in(
        here,
        sid,
        reading_steps(
            kind,
            sid,
            read.entries,
            together(*before.items, read.entries),
            policy=here.services.policy,
            vocabulary=here.services.vocabulary,
            seal=here.services.seal,
            patient=f"Patient/{patient.id}",
            author=author(here, patient),
            now=here.now,
            words=here.words,
            with_task=here.gate.may("Task", "create"),
        ),
        title=f"{here.words('Home readings')}: {in_locale(kind.name, here.words.locale)}",
        form=form_name(kind),
    )


# --- whether it is possible -------------------------------------------------------------------


def _kind(here: Here, code: str) -> ReadingKind:
    kind = here.services.policy.readings.get(code)
    if kind is None:
        raise NotFound("nothing of the kind is measured")
    if not _possible(here):
        raise NotOffered("readings", "cannot arrive")
    return kind


def _possible(here: Here) -> bool:
    """A series that only the patient's own words carried could not be compared with the next."""
    return here.can_write and here.gate.may("QuestionnaireResponse", "create")


def _not_here(here: Here) -> str:
    words, phone = here.words, here.services.policy.phones.clinic
    reason = words("Your clinic’s system does not take home readings here.")
    return f"{reason} {words('Call the clinic at {phone}.', phone=phone)}"


def _elsewhere(here: Here, kind: ReadingKind) -> View | None:
    handed_in = waiting(here, form_name(kind))
    if handed_in is None:
        return None
    return see_other(f"{here.paths.request(handed_in.sid)}?said=already-asked")


# --- what was sent before ---------------------------------------------------------------------


def _loaded(here: Here, kind: ReadingKind) -> tuple[Patient, Section[tuple[Entry, ...]]]:
    loader = here.loader()
    form = questionnaire_of(kind, here.services.vocabulary)
    if not here.gate.may("QuestionnaireResponse", "search-type"):
        return loader.patient(), Section(whole=False)
    got = loader.all_of(
        patient=loader.patient,
        before=lambda: loader.search("QuestionnaireResponse", ("questionnaire", form), fresh=True),
    )
    before = section_of(as_found(got["before"]), partial(_of_this_kind, kind, form))
    return sure_of_patient(got["patient"]), before


def _of_this_kind(kind: ReadingKind, form: str, json: Json) -> tuple[Entry, ...] | None:
    """Whoever does not understand the question answers with every form there is."""
    is_ours = str(json.get("questionnaire", "")).split("|")[0] == form
    return series_of(kind, json) if is_ours else None


# --- pages ------------------------------------------------------------------------------------


def _form(here: Here, kind: ReadingKind, typed: Typed, read: Read | None = None) -> View:
    patient, before = _loaded(here, kind)
    record.viewed(here, patient.id, QuestionnaireResponse=len(before.items))
    back = Link(here.words("Home readings"), here.paths.page("readings"))
    title = in_locale(kind.name, here.words.locale)
    page = pages.reading_form_page(
        here.words,
        patient_shell(here, title, patient, failing=read is not None, back=back),
        kind=kind,
        posted=dict(typed.fields),
        faults=read.faults if read else (),
        missing=read is not None and not read.faults,
        before=together(*before.items),
        whole=before.whole,
        action=here.paths.reading(kind.code),
        slip=here.services.drafts.slip(here.active.person, here.role, form_name(kind)),
    )
    return show("reading_form", page, 422 if read else 200)


def _check(here: Here, kind: ReadingKind, typed: Typed, read: Read) -> View:
    patient, before = _loaded(here, kind)
    record.viewed(here, patient.id, QuestionnaireResponse=len(before.items))
    series = together(*before.items, read.entries)
    rule = raised(kind, series, here.now)
    routing = routing_of(kind, rule, "", here.services.policy, here.now)
    team = here.services.policy.queue(routing.queue).team
    address = here.paths.reading(kind.code)
    page = pages.reading_check_page(
        here.words,
        patient_shell(here, here.words("Check your readings"), patient),
        kind=kind,
        new=read.entries,
        before=together(*before.items),
        whole=before.whole,
        rule=rule,
        team=in_locale(team, here.words.locale),
        due=here.words.day_and_time(routing.due) if routing.due else "",
        action=f"{address}/send",
        submission=typed.sid,
        slip=here.services.drafts.slip(here.active.person, here.role, form_name(kind)),
        checked=typed.fingerprint,
        change=address,
    )
    return show("reading_check", page)
