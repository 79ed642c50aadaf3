"""One form: filled in part by part, looked at as a whole, and sent once."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from smartapp.errors import NotFound
from smartapp.launch import Role
from smartapp.pages.filling import form_page, review_page, title_of
from smartapp.pages.forms import other_version, refusal_page
from smartapp.pages.shell import Link
from smartapp.sessions.submission import SubmissionState
from smartapp.views import record
from smartapp.views.form_drafts import close_in_ehr, gone_on_with, keep_in_ehr
from smartapp.views.form_sheets import Desk, new_desk, open_desk
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.sending import author, finish, hand_in, waiting
from smartapp.views.show import patient_shell, see_other, show
from smartapp.words import in_locale
from smartapp.workflow.forms.parts import Part, parts_of
from smartapp.workflow.forms.plan import FormRefused
from smartapp.workflow.forms.sheet import asked
from smartapp.workflow.forms.steps import taken, with_row, without_row
from smartapp.workflow.forms.tree import FilledForm
from smartapp.workflow.policy.model import RedFlag
from smartapp.workflow.routing import raised_flags
from smartapp.workflow.submission import steps_for

bp = Blueprint("form", __name__, url_prefix="/l/<lid>/forms/<handle>")


@bp.get("")
@requires_launch(Role.PATIENT)
def fill_in(here: Here, handle: str) -> View:
    desk = _desk(here, handle)
    if not isinstance(desk, Desk):
        return desk
    filled = desk.sheet.filled()
    part = _wanted(desk, filled, request.args.get("part", ""))
    return _page(desk, filled, part, complain=request.args.get("check") == "1")


@bp.post("")
@requires_launch(Role.PATIENT)
def step(here: Here, handle: str) -> View:
    desk = _desk(here, handle)
    if not isinstance(desk, Desk):
        return desk
    before = desk.sheet.filled()
    part = _wanted(desk, before, request.form.get("part", ""))
    posted = {name: request.form.getlist(name) for name in request.form}
    kept = taken(before, part.slots(before), desk.sheet.kept, posted)
    then, _, name = request.form.get("then", "").partition(":")
    address = here.paths.form(_canonical(here, handle))
    if then == "add":
        desk = desk.keep(with_row(before, kept, name))
    elif then == "remove":
        number, _, name = name.partition(":")
        desk = desk.keep(without_row(before, kept, name, int(number) if number.isdigit() else -1))
    else:
        desk = desk.keep(kept)
    if then in {"add", "remove"}:
        return see_other(f"{address}?part={part.number}")
    if then == "keep":
        return Response(status=204)
    if then == "save":
        keep_in_ehr(desk)
        return see_other(f"{here.paths.forms}?said=saved")
    return _onward(desk, before, part, address, back=then == "back")


def _onward(desk: Desk, before: FilledForm, part: Part, address: str, *, back: bool) -> View:
    filled = desk.sheet.filled()
    asked_for = [each for each in parts_of(filled.plan) if each.is_asked(filled)]
    if back:
        earlier = [each.number for each in asked_for if each.number < part.number]
        return see_other(f"{address}?part={max(earlier, default=part.number)}")
    wrong = [slot.key for slot in part.slots(filled) if slot.key in filled.faults]
    brings_up_more = _has_new_questions(before, filled, part)
    if any(key in before.asked for key in wrong) or (wrong and not brings_up_more):
        return _page(desk, filled, part, complain=True, status=422)
    if brings_up_more:
        return _page(desk, filled, part, more=True)
    later = [each.number for each in asked_for if each.number > part.number]
    return see_other(f"{address}?part={min(later)}" if later else f"{address}/review")


def _has_new_questions(before: FilledForm, after: FilledForm, part: Part) -> bool:
    """What the answers have brought up, and nobody has seen yet: without a script the page could
    not show it.
    """
    if request.form.get("script"):
        return False
    return any(
        slot.key in after.asked
        and slot.key not in before.asked
        and slot.item.is_question
        and not slot.item.hidden
        and not after.values.get(slot.key)
        for slot in part.slots(after)
    )


@bp.get("/review")
@requires_launch(Role.PATIENT)
def review(here: Here, handle: str) -> View:
    desk = _desk(here, handle)
    if not isinstance(desk, Desk):
        return desk
    filled = desk.sheet.filled()
    decision = desk.sheet.decision(filled, here.services.policy)
    address = here.paths.form(_canonical(here, handle))
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
        dangers=_dangers(desk, filled),
        team=in_locale(team, here.words.locale),
        due=here.words.day_and_time(decision.due),
        notes=_notes(desk, filled),
        action=f"{address}/send" if filled.complete else "",
        submission=desk.sheet.sid,
    )
    return show("form_review", page)


@bp.post("/send")
@requires_launch(Role.PATIENT)
def send(here: Here, handle: str) -> View:
    """Sends once: the same submission again only shows what became of the first."""
    sid = request.form.get("submission", "")
    known = here.services.outbox.find(sid, here.active.person)
    if known is None:
        desk = _desk(here, handle)
        if not isinstance(desk, Desk):
            return desk
        address = here.paths.form(_canonical(here, handle))
        filled = desk.sheet.filled()
        if desk.sheet.sid != sid:
            return see_other(f"{address}?said=start-again")
        if not filled.complete:
            return see_other(f"{address}/review")
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
        steps = steps_for(
            replace(ready, routing=sealed),
            here.services.vocabulary,
            with_response=here.gate.may("QuestionnaireResponse", "create"),
            with_task=here.gate.may("Task", "create"),
        )
        known = hand_in(here, sid, steps, title=title, form=desk.form)
    if finish(here, known).state is SubmissionState.CONFIRMED:
        close_in_ehr(here, sid)
    return see_other(here.paths.request(sid))


# --- what all of them need ------------------------------------------------------------------------


def _canonical(here: Here, handle: str) -> str:
    return here.named(handle, "Form").removeprefix("Form/")


def _desk(here: Here, handle: str) -> Desk | View:
    """The form with what was typed so far; or the page that says why it cannot be filled in, or
    what became of it.
    """
    try:
        desk = open_desk(here, _canonical(here, handle))
    except FormRefused as refused:
        shell = patient_shell(here, here.words("A form"), None)
        page = refusal_page(here.words, shell, here.paths, refused.reason, here.services.policy)
        return show("form_refused", page, 422)
    sent = waiting(here, desk.form)
    if sent is not None:
        return see_other(f"{here.paths.request(sent.sid)}?said=already-asked")
    return desk if desk.is_begun else (gone_on_with(desk) or new_desk(desk))


def _wanted(desk: Desk, filled: FilledForm, number: str) -> Part:
    """The part that is asked for, else the first that still has something to answer."""
    parts = [each for each in parts_of(desk.sheet.found.plan) if each.is_asked(filled)]
    if not parts:
        raise NotFound("the form asks nothing")
    if number.isascii() and number.isdigit():
        return min(parts, key=lambda each: abs(each.number - int(number[:6])))
    unfinished = (
        each for each in parts if any(slot.key in filled.faults for slot in each.slots(filled))
    )
    return next(unfinished, parts[-1]) if desk.sheet.is_typed else parts[0]


def _dangers(desk: Desk, filled: FilledForm) -> tuple[RedFlag, ...]:
    return raised_flags(desk.sheet.found.topic, filled.answers())


def _notes(desk: Desk, filled: FilledForm) -> list[str]:
    words = desk.here.words
    notes = []
    if desk.sheet.is_of_another_version:
        notes.append(other_version(words))
    if words.locale not in desk.sheet.found.plan.form.title:
        notes.append(
            words(
                "This form is not in your language. If you need help with it, call {phone}.",
                phone=desk.here.services.policy.phones.clinic,
            )
        )
    if filled.broken:
        notes.append(
            words(
                "A part of this form does not work here, so it cannot be sent. Your answers are "
                "kept. Please call {phone}.",
                phone=desk.here.services.policy.phones.clinic,
            )
        )
    return notes


def _page(
    desk: Desk,
    filled: FilledForm,
    part: Part,
    *,
    complain: bool = False,
    more: bool = False,
    status: int = 200,
) -> View:
    here = desk.here
    notes = _notes(desk, filled)
    if more:
        notes.append(here.words("Your answers bring up more questions. Please answer them, too."))
    record.viewed(here, desk.patient.id, QuestionnaireResponse=1)
    page = form_page(
        here.words,
        patient_shell(
            here,
            title_of(here.words, filled),
            desk.patient,
            failing=complain,
            back=Link(here.words("All forms"), here.paths.forms),
        ),
        filled=filled,
        fields=desk.sheet.fields,
        zone=here.services.policy.calendar.zone,
        parts=parts_of(filled.plan),
        part=part,
        dangers=_dangers(desk, filled),
        notes=notes,
        saved_until=desk.saved_until,
        action=request.path.removesuffix("/review"),
        complain=complain,
    )
    return show("form", page, status)
