"""One form, filled in part by part."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from flask import Blueprint, Response, request

from smartapp.errors import NotFound
from smartapp.launch import Role
from smartapp.pages.filling import form_page, title_of
from smartapp.pages.form.shelf import ADD, TAKE_OUT
from smartapp.pages.shell import Link
from smartapp.views import record
from smartapp.views.form_drafts import close_in_ehr, keep_in_ehr
from smartapp.views.form_opening import address_of, dangers_on, desk_here, notes_on
from smartapp.views.form_sheets import Desk, new_desk
from smartapp.views.form_tasks import tell_tasks
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.show import patient_shell, see_other, show
from smartapp.workflow.forms.parts import Part, parts_of
from smartapp.workflow.forms.steps import taken, with_row, without_row
from smartapp.workflow.forms.tree import FilledForm

bp = Blueprint("form", __name__, url_prefix="/l/<lid>/forms/<handle>")


@bp.get("")
@requires_launch(Role.PATIENT)
def fill_in(here: Here, handle: str) -> View:
    desk = desk_here(here, handle)
    if not isinstance(desk, Desk):
        return desk
    filled = desk.sheet.filled()
    part = _wanted(desk, filled, request.args.get("part", ""))
    return _page(desk, filled, part, complain=request.args.get("check") == "1")


@bp.post("")
@requires_launch(Role.PATIENT)
def step(here: Here, handle: str) -> View:
    desk = desk_here(here, handle, any_version=True)
    if not isinstance(desk, Desk):
        return desk
    before = desk.sheet.filled()
    part = _wanted(desk, before, request.form.get("part", ""))
    posted = {name: request.form.getlist(name) for name in request.form}
    kept = taken(before, part.slots(before), desk.sheet.kept, posted)
    then, _, name = request.form.get("then", "").partition(":")
    address = address_of(here, handle)
    if then == "add":
        desk = desk.keep(with_row(before, kept, name))
    elif then == "remove":
        number, _, name = name.partition(":")
        desk = desk.keep(without_row(before, kept, name, int(number) if number.isdigit() else -1))
    elif then == TAKE_OUT:
        file, _, name = name.partition(":")
        desk = desk.keep(kept).without_file(name, file)
    else:
        desk = desk.keep(kept)
    if then in {"add", "remove", TAKE_OUT}:
        return see_other(f"{address}?part={part.number}")
    if then == ADD:
        return see_other(f"{address}/files?question={quote(name, safe='')}")
    if then == "keep":
        return Response(status=204)
    if desk.sheet.is_of_another_version:  # what was typed is kept, and said to be for another one
        return see_other(address)
    if then == "save":
        kept_at = keep_in_ehr(desk)
        if kept_at:
            tell_tasks(here, desk.patient.id, desk.url, kept_at, finished=False)
        return see_other(f"{here.paths.forms}?said=saved")
    return _onward(desk, before, part, address, back=then == "back")


@bp.post("/changed")
@requires_launch(Role.PATIENT)
def changed(here: Here, handle: str) -> View:
    """The clinic has changed the form meanwhile, and its author says how to go on."""
    desk = desk_here(here, handle, any_version=True)
    if not isinstance(desk, Desk):
        return desk
    if request.form.get("then") == "anew":
        desk.forget_files()
        close_in_ehr(here, desk.sheet.sid)
        desk = new_desk(replace(desk, sheet=replace(desk.sheet, kept={}, contents={})))
    elif desk.sheet.is_of_another_version:
        desk = desk.taken_over()
    return see_other(f"{here.paths.form(desk.sheet.found.plan.form.canonical)}?part=0")


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
    notes = notes_on(desk, filled)
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
        dangers=dangers_on(desk, filled),
        notes=notes,
        saved_until=desk.saved_until,
        action=request.path.removesuffix("/review"),
        complain=complain,
        shelf=desk.shelf,
    )
    return show("form", page, status)
