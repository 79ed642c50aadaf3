"""What staff answer: kept first, then to the patient, and only then the end of the work."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4, uuid5

from flask import Blueprint, request

from smartapp.errors import ClaimLost, EhrError, NotFound
from smartapp.fhir.change import Kind
from smartapp.launch import Role
from smartapp.pages.answering import answer_faults
from smartapp.pages.said import not_confirmed
from smartapp.sessions.submission import Submission, SubmissionState
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item import desk_for, lost_item, opened_to_change, undoable
from smartapp.views.item_shown import OpenItem, patients_language, show_item
from smartapp.views.show import see_other
from smartapp.workflow.answering import Answering, read_answering

bp = Blueprint("answer", __name__, url_prefix="/l/<lid>/queue/<handle>/answer")


@bp.post("")
@requires_launch(Role.STAFF)
def answer(here: Here, handle: str) -> View:
    opened = opened_to_change(here, handle, request.form.get("text", ""))
    if not isinstance(opened, OpenItem):
        return opened
    posted = _keep(here, opened)
    if opened.topic is None:
        raise NotFound("the topic is not in the policy")
    about = opened.request.about
    said = read_answering(opened.topic, posted, about, patients_language(opened))
    if said.template_chosen:
        return show_item(
            here, opened, posted={**posted, "text": said.text, "outcome": said.outcome_code}
        )
    if said.missing:
        faults = answer_faults(here.words, said.missing)
        return show_item(here, opened, posted=posted, faults=faults, status=422)
    try:
        return _carry_out(here, opened, said)
    except ClaimLost as lost:
        unsent = "" if _was_handed_in(here, opened, said) else said.text
        return lost_item(here, opened, handle, lost, kept=unsent)


def _carry_out(here: Here, opened: OpenItem, said: Answering) -> View:
    """First the words to the patient, then the end of the work: never the other way round."""
    desk, task = desk_for(here, opened), opened.request.task
    etag = request.form.get("etag", "")
    if task is None:
        raise ClaimLost(None)
    desk.must_own(task)
    if etag != (task.etag or ""):
        raise ClaimLost(None)  # not the item that was looked at
    reply = None
    if said.text:
        sent = _send(here, opened, said)
        if sent.state is not SubmissionState.CONFIRMED:
            return _not_sent(here, opened, sent)
        reply = sent.steps[0].reference
    here.services.drafts.discard(opened.person, opened.form)
    if said.outcome is None:
        return see_other(f"{here.paths.item(opened.reference)}?said=answered")
    record.about_to_change(here, opened.patient.id, opened.reference, "completed")
    try:
        closed = desk.close(task, etag, said.outcome, reply)
    except (ClaimLost, EhrError):
        if reply is None:
            raise
        # The patient has the words: whoever hears that it failed would send them again.
        record.claim_lost(here, opened.patient.id, opened.reference)
        return see_other(f"{here.paths.item(opened.reference)}?said=answered")
    record.changed(here, opened.patient.id, closed, task.status)
    return see_other(undoable(here, here.paths.back_to_queue("closed"), task, closed, Kind.CLOSED))


def _not_sent(here: Here, opened: OpenItem, sent: Submission) -> View:
    refused = sent.state is SubmissionState.REFUSED
    again = {"submission": str(uuid4())} if refused else None
    notice = not_confirmed(here.words, refused=refused)
    return show_item(here, opened, posted=again, said=notice, status=502)


def _send(here: Here, opened: OpenItem, said: Answering) -> Submission:
    said = replace(said, sid=_id_of(said))
    step = said.step(
        here.services.vocabulary,
        request=opened.request,
        patient=opened.patient,
        author=(opened.staff.reference, opened.staff.name),
        at=here.now,
    )
    outbox, token = here.services.outbox, here.active.launched.token
    submission = Submission(
        sid=said.sid,
        person=opened.person,
        ehr_key=here.active.launched.ehr_key,
        iss=here.active.launched.iss,
        created_at=here.services.clock(),
        title=opened.request.root.subject_line,
        about=opened.reference,
        steps=(step,),
    )
    record.handed_in(here, outbox.receive(submission, token))
    here.services.courier(*record.delivery(here)).carry(said.sid, patiently=True)
    return outbox.find(said.sid, opened.person) or submission


def _was_handed_in(here: Here, opened: OpenItem, said: Answering) -> bool:
    """By an earlier click on the same page: nobody may read then that it was not sent."""
    return here.services.outbox.find(_id_of(said), opened.person) is not None


def _id_of(said: Answering) -> str:
    """The same words from the same form are one answer; other words are another."""
    try:
        return str(uuid5(UUID(said.sid), said.text))
    except ValueError:
        raise NotFound("not a form of this page") from None


def _keep(here: Here, opened: OpenItem) -> dict[str, str]:
    """What staff typed is kept before anything is done with it."""
    names = ("submission", "text", "outcome", "then", "template")
    posted = {name: request.form.get(name, "") for name in names}
    kept = {name: [posted[name]] for name in ("submission", "text", "outcome")}
    here.services.drafts.save(opened.person, here.role, opened.form, kept)
    return posted
