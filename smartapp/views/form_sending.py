"""One form looked at as a whole, and sent once."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, request

from smartapp.launch import Role
from smartapp.pages.filling import review_page, title_of
from smartapp.pages.shell import Link
from smartapp.sessions.submission import Submission, SubmissionState
from smartapp.views import record
from smartapp.views.form_drafts import close_in_ehr
from smartapp.views.form_opening import address_of, dangers_on, desk_here, notes_on
from smartapp.views.form_sheets import Desk
from smartapp.views.form_tasks import tell_tasks
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.sending import author, finish, hand_in, once
from smartapp.views.show import patient_shell, see_other, show
from smartapp.words import in_locale
from smartapp.workflow.asking import fingerprint
from smartapp.workflow.forms.parts import parts_of
from smartapp.workflow.forms.sheet import asked
from smartapp.workflow.submission import steps_for

bp = Blueprint("form_sending", __name__, url_prefix="/l/<lid>/forms/<handle>")


@bp.get("/review")
@requires_launch(Role.PATIENT)
def review(here: Here, handle: str) -> View:
    desk = desk_here(here, handle)
    if not isinstance(desk, Desk):
        return desk
    filled = desk.sheet.filled()
    decision = desk.sheet.decision(filled, here.services.policy)
    address = address_of(here, handle)
    team = here.services.policy.queue(decision.queue).team
    record.viewed(here, desk.patient.id, QuestionnaireResponse=1)
    page = review_page(
        here.words,
        patient_shell(
            here,
            here.words("Check your answers"),
            desk.patient,
            failing=not filled.complete,
            back=Link(here.words("Back to the form"), address),
        ),
        filled=filled,
        parts=parts_of(filled.plan),
        fill_address=address,
        dangers=dangers_on(desk, filled),
        team=in_locale(team, here.words.locale),
        due=here.words.day_and_time(decision.due),
        notes=notes_on(desk, filled),
        action=f"{address}/send" if filled.complete else "",
        submission=desk.sheet.sid,
        checked=_looked_at(desk),
        fields=desk.sheet.fields,
        shelf=desk.shelf,
    )
    return show("form_review", page)


@bp.post("/send")
@requires_launch(Role.PATIENT)
def send(here: Here, handle: str) -> View:
    """Sends once: the same submission again only shows what became of the first."""
    sid = request.form.get("submission", "")
    used: Desk | None = None

    def make() -> Submission | View:
        nonlocal used
        desk = desk_here(here, handle)
        if not isinstance(desk, Desk):
            return desk
        made = _checked_and_handed_in(here, desk, address_of(here, handle), sid)
        used = desk if isinstance(made, Submission) else None
        return made

    known = once(here, sid, make)
    if not isinstance(known, Submission):
        return known
    after = finish(here, known)
    if after.state is SubmissionState.CONFIRMED and used is not None:
        used.forget_files()
        close_in_ehr(here, sid)
        tell_tasks(here, used.patient.id, used.url, _response_of(after), finished=True)
    return see_other(here.paths.request(sid))


def _checked_and_handed_in(here: Here, desk: Desk, address: str, sid: str) -> Submission | View:
    filled = desk.sheet.filled(with_files=True)
    if desk.sheet.sid != sid:
        return see_other(f"{address}?said=start-again")
    if not filled.complete:
        return see_other(f"{address}/review")
    if request.form.get("checked") != _looked_at(desk):
        return see_other(f"{address}/review?said=changed")
    title = title_of(here.words, filled)
    words = here.words("I filled in the form “{title}”.", title=title)
    if desk.sheet.replaces:
        words += " " + here.words("It takes the place of what I sent before.")
    ready = asked(
        desk.sheet,
        filled,
        policy=here.services.policy,
        patient=desk.patient,
        author=author(here, desk.patient),
        words=words,
        language=here.words.locale,
    )
    sealed = here.services.seal.sealed(ready.routing, ready.sid, ready.patient)
    may_store = here.gate.may("QuestionnaireResponse", "create")
    steps = steps_for(
        replace(ready, routing=sealed),
        here.services.vocabulary,
        with_response=may_store,
        with_task=here.gate.may("Task", "create"),
        with_message=here.can_write,
    )
    in_message = 0 if may_store else len(desk.sheet.files)
    return hand_in(here, sid, steps, title=title, form=desk.form, files=in_message)


def _response_of(submission: Submission) -> str:
    found = (e.reference for e in submission.steps if e.resource_type == "QuestionnaireResponse")
    return next(found, None) or ""


def _looked_at(desk: Desk) -> str:
    """What another window changes meanwhile is looked at again before it is sent."""
    return fingerprint(desk.sheet.fields, desk.sheet.found.plan.form.canonical)
