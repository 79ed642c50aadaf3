"""Photos and papers in the answers of a form: added one at a time, looked at, and opened later."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug.wrappers import Response

from smartapp.errors import NotFound
from smartapp.fhir.client import FhirClient
from smartapp.fhir.element import Json
from smartapp.launch import Role
from smartapp.pages.files import form_file_page
from smartapp.pages.form.shelf import accept_of, kinds_taken
from smartapp.pages.shell import Link
from smartapp.views import record
from smartapp.views.files import lock
from smartapp.views.form_opening import address_of, canonical_in, desk_here
from smartapp.views.form_sheets import Desk, draft_name
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item_beside import response_behind
from smartapp.views.item_opened import open_item
from smartapp.views.sent_forms import readable
from smartapp.views.show import patient_shell, see_other, show
from smartapp.words import in_locale
from smartapp.workflow.answer_files import file_marked
from smartapp.workflow.forms.files import largest, most_files, wrong_with
from smartapp.workflow.forms.parts import parts_of
from smartapp.workflow.forms.tree import Slot
from smartapp.workflow.uploads import Refused, Upload, kind_of, taken_in

bp = Blueprint("form_files", __name__, url_prefix="/l/<lid>")


@bp.get("/forms/<handle>/files")
@requires_launch(Role.PATIENT)
def choose(here: Here, handle: str) -> View:
    desk = desk_here(here, handle)
    return _page(desk, _question(desk), handle) if isinstance(desk, Desk) else desk


@bp.post("/forms/<handle>/files")
@requires_launch(Role.PATIENT)
def add(here: Here, handle: str) -> View:
    """One at a time: a worker never holds more than one of them."""
    desk = desk_here(here, handle)
    if not isinstance(desk, Desk):
        return desk
    slot = _question(desk)
    posted = request.files.get("file")
    taken = taken_in(posted.filename or "", posted.read()) if posted else Refused.EMPTY
    if not isinstance(taken, Refused):
        with here.services.uploads.one_at_a_time(here.active.person, desk.form) as alone:
            desk = desk.as_kept_now()  # another window may have added one just now
            refused = _no_room(desk, slot, taken) if alone else Refused.BUSY
            if refused is None:
                desk.with_file(slot.name, taken)
                return see_other(f"{_back(desk, slot, handle)}&said=file-added")
            taken = refused
    return _page(desk, slot, handle, taken)


def _no_room(desk: Desk, slot: Slot, taken: Upload) -> Refused | None:
    there = desk.sheet.kept.get(slot.name, ())
    return wrong_with(slot.item, taken, there, desk.sheet.files)


@bp.get("/forms/<handle>/files/<name>")
@requires_launch(Role.PATIENT)
def look(here: Here, handle: str, name: str) -> View:
    """What somebody has chosen and not sent: only they can look at it."""
    form = draft_name(canonical_in(here, handle).partition("|")[0])
    data = here.services.uploads.find(here.active.person, form, name)
    if data is None:
        raise NotFound("no such file, or not any more")
    return _file("file", data)


def _question(desk: Desk) -> Slot:
    slot = desk.slot(request.values.get("question", ""))
    if slot is None or slot.item.type != "attachment":
        raise NotFound("no question that takes files")
    return slot


def _back(desk: Desk, slot: Slot, handle: str) -> str:
    """To the part of the form in which the question stands."""
    filled = desk.sheet.filled()
    number = next(
        (
            each.number
            for each in parts_of(filled.plan)
            if any(one.key == slot.key for one in each.slots(filled))
        ),
        0,
    )
    return f"{address_of(desk.here, handle)}?part={number}"


def _page(desk: Desk, slot: Slot, handle: str, refused: Refused | None = None) -> View:
    here, item = desk.here, slot.item
    words = here.words
    title = in_locale(item.text, words.locale) or words("Photos and papers")
    record.viewed(here, desk.patient.id)
    back = _back(desk, slot, handle)
    page = form_file_page(
        words,
        patient_shell(
            here,
            title,
            desk.patient,
            failing=bool(refused),
            back=Link(words("Back to the form"), back),
        ),
        heading=title,
        lead=kinds_taken(words, item),
        accept=accept_of(item),
        most=most_files(item),
        largest=largest(item),
        refused=refused,
        action=f"{address_of(here, handle)}/files?question={quote(slot.name, safe='')}",
        done=back,
    )
    return show("files", page, 422 if refused else 200)


# --- of what was sent -----------------------------------------------------------------------------


@bp.get("/forms/sent/<handle>/files/<mark>")
@requires_launch(Role.PATIENT)
def of_patient(here: Here, handle: str, mark: str) -> View:
    client, loader = here.client(), here.loader()
    response = client.read(here.named(handle, "QuestionnaireResponse"))
    patient = loader.patient()
    readable(here, response)
    record.viewed(here, patient.id, QuestionnaireResponse=1)
    return _sent(client, response, mark)


@bp.get("/queue/<handle>/answers/<mark>")
@requires_launch(Role.STAFF)
def of_item(here: Here, handle: str, mark: str) -> View:
    """Only from an item that this person works, and only of its own answers."""
    opened = open_item(here, handle)
    reference = response_behind(opened.request)
    if reference is None:
        raise NotFound("an item without answers")
    client = opened.loader.client
    response = client.read(reference)
    record.viewed(here, opened.patient.id, QuestionnaireResponse=1)
    return _sent(client, response, mark)


def _sent(client: FhirClient, response: Json, mark: str) -> Response:
    file, data = file_marked(client, response, mark)
    return _file(file.title, data)


def _file(title: str, data: bytes) -> Response:
    """Only as what it is, and to be kept as a file. A picture is also shown in the app's pages."""
    kind = kind_of(data)
    if kind is None:
        raise NotFound("no file that can be opened here")
    name = re.sub(r"[^A-Za-z0-9._-]", "_", title) or "file"
    lock()
    response = Response(data, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
