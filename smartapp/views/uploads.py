"""Files: chosen before a request is sent, and opened from the messages that carry them."""

from __future__ import annotations

import re

from flask import Blueprint, request
from werkzeug.wrappers import Response

from smartapp.errors import NotFound
from smartapp.fhir.client import FhirClient
from smartapp.fhir.message import file_in
from smartapp.launch import Role
from smartapp.pages.files import files_page
from smartapp.views import record
from smartapp.views.ask_matter import matter_of, named_topic
from smartapp.views.ask_said import content_of
from smartapp.views.drafting import Drafting, author_here, draft_of
from smartapp.views.files import lock
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item_opened import open_item
from smartapp.views.show import patient_shell, see_other, show
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.uploads import LARGEST_TOGETHER, Chosen, Refused, Upload, kind_of, taken_in

bp = Blueprint("uploads", __name__, url_prefix="/l/<lid>")


@bp.get("/ask/<code>/files")
@bp.get("/ask/<handle>/<code>/files")
@requires_launch(Role.PATIENT)
def choose(here: Here, code: str, handle: str = "") -> View:
    topic, reference, draft = _draft(here, code, handle)
    return _page(here, topic, reference, draft)


@bp.post("/ask/<code>/files")
@bp.post("/ask/<handle>/<code>/files")
@requires_launch(Role.PATIENT)
def add(here: Here, code: str, handle: str = "") -> View:
    """One at a time: a worker never holds more than one of them."""
    topic, reference, draft = _draft(here, code, handle)
    posted = request.files.get("file")
    taken = taken_in(posted.filename or "", posted.read()) if posted else Refused.EMPTY
    if not isinstance(taken, Refused):
        with here.services.uploads.one_at_a_time(here.active.person, draft.form) as alone:
            _, _, draft = _draft(here, code, handle)  # another window may have added one just now
            refused = _no_room(topic, draft, taken) if alone else Refused.BUSY
            if refused is None:
                _keep(here, draft, taken)
                return see_other(f"{here.paths.asking(code, reference)}/files?said=file-added")
            taken = refused
    return _page(here, topic, reference, draft, taken)


def _no_room(topic: Topic, draft: Drafting, taken: Upload) -> Refused | None:
    if len(draft.files) >= topic.attachments:
        return Refused.TOO_MANY
    if len(taken.data) > LARGEST_TOGETHER:
        return Refused.TOO_LARGE_ALONE
    together = sum(each.size for each in draft.files) + len(taken.data)
    return Refused.TOO_LARGE_TOGETHER if together > LARGEST_TOGETHER else None


def _keep(here: Here, draft: Drafting, taken: Upload) -> None:
    name = here.services.uploads.keep(here.active.person, draft.form, taken.data)
    chosen = Chosen(name, taken.name, taken.content_type, len(taken.data))
    draft.with_files([*draft.files, chosen])


@bp.post("/ask/<code>/files/<name>/remove")
@bp.post("/ask/<handle>/<code>/files/<name>/remove")
@requires_launch(Role.PATIENT)
def remove(here: Here, code: str, name: str, handle: str = "") -> View:
    _, reference, draft = _draft(here, code, handle)
    here.services.uploads.discard(here.active.person, draft.form, name)
    draft.with_files([each for each in draft.files if each.id != name])
    return see_other(f"{here.paths.asking(code, reference)}/files")


def _draft(here: Here, code: str, handle: str) -> tuple[Topic, str, Drafting]:
    topic, reference = named_topic(here, code, handle)
    draft = draft_of(author_here(here), topic, reference)
    if draft is None or not topic.attachments or not here.can_write:
        raise NotFound("nothing that files could go with")
    return topic, reference, draft


def _page(
    here: Here, topic: Topic, reference: str, draft: Drafting, refused: Refused | None = None
) -> View:
    """A file whose time is over is no longer listed: it must be chosen again."""
    there = [each for each in draft.files if content_of(here, draft, each) is not None]
    if len(there) < len(draft.files):
        draft = draft.with_files(there)
    patient = matter_of(here, topic, reference).patient
    record.viewed(here, patient.id)
    address = here.paths.asking(topic.code, reference)
    page = files_page(
        here.words,
        patient_shell(here, here.words("Photos and papers"), patient, failing=bool(refused)),
        files=[(each, f"{address}/files/{each.id}/remove") for each in draft.files],
        most=topic.attachments,
        refused=refused,
        action=f"{address}/files",
        done=f"{address}/check",
    )
    return show("files", page, 422 if refused else 200)


# --- from a message ---------------------------------------------------------------------------


@bp.get("/requests/<handle>/files/<int:at>")
@requires_launch(Role.PATIENT)
def of_patient(here: Here, handle: str, at: int) -> View:
    reference = here.named(handle, "Communication")
    record.viewed(here, here.active.launched.patient_id or "", Communication=1)
    return _content(here.client(), reference, at)


@bp.get("/queue/<handle>/files/<message>/<int:at>")
@requires_launch(Role.STAFF)
def of_item(here: Here, handle: str, message: str, at: int) -> View:
    """Only from an item that this person works, and only of its own messages."""
    opened = open_item(here, handle)
    reference = here.named(message, "Communication")
    if reference not in {each.reference for each in opened.request.messages}:
        raise NotFound("not a message of this item")
    record.viewed(here, opened.patient.id, Communication=1)
    return _content(opened.loader.client, reference, at)


def _content(client: FhirClient, reference: str, at: int) -> Response:
    """To be kept as a file, never to be shown in the app's own place, and only as what it is."""
    found = file_in(client.read(reference), at)
    kind = kind_of(found[1]) if found else None
    if found is None or kind is None:
        raise NotFound("no file that can be opened here")
    name = re.sub(r"[^A-Za-z0-9._-]", "_", found[0]) or "file"
    lock()
    response = Response(found[1], content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
