"""What staff answer: kept first, then to the patient, and only then the end of the work."""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, request

from smartapp.errors import ClaimLost, EhrError, NotFound
from smartapp.fhir.change import Kind
from smartapp.fhir.task import WorkTask
from smartapp.launch import Role
from smartapp.pages.answering import answer_faults
from smartapp.pages.said import not_confirmed
from smartapp.sessions.submission import Submission, SubmissionState
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item import lost_item, opened_to_change, undoable
from smartapp.views.item_opened import OpenItem, desk_for
from smartapp.views.item_shown import Typed, show_item
from smartapp.views.show import see_other
from smartapp.views.summary import Ended, document
from smartapp.views.to_patient import id_of, send_message
from smartapp.words import in_locale
from smartapp.workflow.answering import LOOKS_AGAIN, Answering, Message, read_answering
from smartapp.workflow.desk import Desk
from smartapp.workflow.undoing import Left

bp = Blueprint("answer", __name__, url_prefix="/l/<lid>/queue/<handle>/answer")

KEPT = ("submission", "text", "outcome", "language", "reminder", "minutes")


@bp.post("")
@requires_launch(Role.STAFF)
def answer(here: Here, handle: str) -> View:
    opened = opened_to_change(here, handle, request.form.get("text", ""))
    if not isinstance(opened, OpenItem):
        return opened
    posted = _keep(here, opened)
    if posted["then"] == LOOKS_AGAIN:
        return see_other(here.paths.item(opened.reference))
    if opened.topic is None:
        raise NotFound("the topic is not in the policy")
    if posted["template"]:
        return show_item(here, opened, typed=Typed(posted, template=posted["template"]))
    language = _language(here, opened, posted)
    reminder = here.services.policy.desk.reminder if posted["reminder"] else None
    said = read_answering(
        opened.topic, posted, language, in_locale(reminder, language) if reminder else ""
    )
    if said.missing:
        faults = answer_faults(here.words, said.missing)
        return show_item(here, opened, typed=Typed(posted, faults), status=422)
    if said.previews:
        return show_item(here, opened, typed=Typed(posted, preview=said.text))
    try:
        return _carry_out(here, opened, said)
    except ClaimLost as lost:
        unsent = "" if _was_handed_in(here, opened, said) else said.text
        return lost_item(here, opened, handle, lost, kept=unsent)


def _language(here: Here, opened: OpenItem, posted: dict[str, str]) -> str:
    known = posted["language"] in here.services.policy.languages
    return posted["language"] if known else opened.patient_language


def _carry_out(here: Here, opened: OpenItem, said: Answering) -> View:
    """First the words to the patient, then the end of the work: never the other way round."""
    desk, task = desk_for(here, opened), opened.request.task
    etag = request.form.get("etag", "")
    if task is None:
        raise ClaimLost(None)
    desk.must_own(task, etag)
    reply = None
    if said.text:
        sent = send_message(here, opened, _message(said))
        if sent.state is not SubmissionState.CONFIRMED:
            return _not_sent(here, opened, sent)
        reply = sent.steps[0].reference
    here.services.drafts.discard(opened.person, opened.form)
    if said.outcome is None:
        return _kept_open(here, opened, desk, task, said, reply or "")
    record.about_to_change(here, opened.patient.id, opened.reference, "completed")
    try:
        closed = desk.close(task, etag, said.outcome, reply, said.minutes)
    except (ClaimLost, EhrError):
        if reply is None:
            raise
        # The patient has the words: whoever hears that it failed would send them again.
        record.claim_lost(here, opened.patient.id, opened.reference)
        return see_other(f"{here.paths.item(opened.reference)}?said=answered")
    record.changed(here, opened.patient.id, closed, task.status)
    is_there = document(here, Ended(opened, closed, said.text))
    copied = f"{here.paths.item(closed.reference)}?said=closed-copy"
    address = here.paths.back_to_queue("closed") if is_there else copied
    left = Left(answer=reply is not None, summary=is_there)
    return see_other(undoable(here, address, task, closed, Kind.CLOSED, left))


def _kept_open(
    here: Here, opened: OpenItem, desk: Desk, task: WorkTask, said: Answering, reply: str
) -> View:
    """The answer is out: where the work cannot say so, the thread does."""
    kind = Kind.ASKED_PATIENT if said.waits else Kind.REPLIED
    record.about_to_change(here, opened.patient.id, opened.reference, kind)
    try:
        does = desk.wait_for_patient if said.waits else desk.replied
        after = does(task, reply)
    except (ClaimLost, EhrError):
        record.claim_lost(here, opened.patient.id, opened.reference)
        return see_other(f"{here.paths.item(opened.reference)}?said=answered")
    record.changed(here, opened.patient.id, after, task.status, how=kind)
    code = "asked-patient" if said.waits else "answered"
    return see_other(f"{here.paths.item(opened.reference)}?said={code}")


def _not_sent(here: Here, opened: OpenItem, sent: Submission) -> View:
    refused = sent.state is SubmissionState.REFUSED
    again = Typed({"submission": str(uuid4())}) if refused else None
    notice = not_confirmed(here.words, refused=refused)
    return show_item(here, opened, typed=again, said=notice, status=502)


def _message(said: Answering) -> Message:
    return Message(id_of(said.sid, said.text), said.text, said.language)


def _was_handed_in(here: Here, opened: OpenItem, said: Answering) -> bool:
    """By an earlier click on the same page: nobody may read then that it was not sent."""
    return here.services.outbox.find(id_of(said.sid, said.text), opened.person) is not None


def _keep(here: Here, opened: OpenItem) -> dict[str, str]:
    """What staff typed is kept before anything is done with it."""
    posted = {name: request.form.get(name, "") for name in (*KEPT, "then", "template")}
    kept = {name: [posted[name]] for name in KEPT}
    here.services.drafts.save(opened.person, here.role, opened.form, kept)
    return posted
