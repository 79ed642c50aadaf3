"""What staff do with an item beyond answering it: handed on, noted, opened again, taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from flask import Blueprint, request

from smartapp.errors import ClaimLost, EhrError, LinkExpired, NotFound
from smartapp.fhir.change import Kind
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.task import WorkTask
from smartapp.launch import Role
from smartapp.pages import acting as acts
from smartapp.pages.acting import questions_for
from smartapp.pages.said import visit_not_told
from smartapp.sessions.handles import open_link
from smartapp.sessions.submission import SubmissionState
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item import lost_item, opened_to_change, queue_words, undoable
from smartapp.views.item_opened import OpenItem, desk_for
from smartapp.views.item_shown import Acted, acting_for, actions_open, show_item
from smartapp.views.show import see_other
from smartapp.views.staff import staff_here
from smartapp.views.summary import Ended, Fate, document, take_out
from smartapp.views.to_patient import send_message
from smartapp.words import in_locale
from smartapp.workflow.answering import Message
from smartapp.workflow.desk import Desk, Moving
from smartapp.workflow.forms import fill
from smartapp.workflow.policy.model import Outcome
from smartapp.workflow.requests import VISIT_REQUESTED
from smartapp.workflow.undoing import Before, undo

bp = Blueprint("acting", __name__, url_prefix="/l/<lid>")


@dataclass(frozen=True)
class Handed:
    """An action as it was handed in, with nothing missing."""

    here: Here
    opened: OpenItem
    task: WorkTask
    answers: Answers
    etag: str

    @property
    def desk(self) -> Desk:
        return desk_for(self.here, self.opened)

    def said(self, name: str) -> str:
        return next((str(each) for each in self.answers.get(name, ())), "")


@bp.post("/queue/<handle>/do/<key>")
@requires_launch(Role.STAFF)
def act(here: Here, handle: str, key: str) -> View:
    if key not in _DOES and key != acts.VISIT:
        raise NotFound("no such action")
    posted = {name: request.form.getlist(name) for name in request.form if name.startswith(key)}
    words = next(iter(posted.get(f"{key}-words", ())), "")
    opened = opened_to_change(here, handle, words)
    if not isinstance(opened, OpenItem):
        return opened
    here.services.drafts.save(opened.person, here.role, opened.acting_form, posted)
    task = opened.request.work
    if task is None or key not in actions_open(here, opened):
        return lost_item(here, opened, handle, ClaimLost(_owner(task)), kept=words)
    filled = fill(questions_for(here.words, key, acting_for(here, opened)), posted)
    if filled.faults:
        return show_item(here, opened, acted=Acted(key, posted, filled.faults), status=422)
    if key == acts.VISIT:
        return _as_visit(
            Handed(here, opened, task, filled.answers, request.form.get("etag", "")), handle
        )
    kind, does = _DOES[key]
    record.about_to_change(here, opened.patient.id, opened.reference, kind)
    etag = request.form.get("etag", "")
    try:
        after = does(Handed(here, opened, task, filled.answers, etag))
    except ClaimLost as lost:
        return lost_item(here, opened, handle, lost, kept=words)
    record.changed(here, opened.patient.id, after, task.status, how=kind)
    here.services.drafts.discard(opened.person, opened.acting_form)
    return see_other(_after(here, key, kind, task, after))


def _owner(task: WorkTask | None) -> str | None:
    return task.owner.display if task and task.owner else None


def _after(here: Here, key: str, kind: Kind, task: WorkTask, after: WorkTask) -> str:
    """On with the next item, where this one has left the desk."""
    leaves = key in {acts.REROUTE, acts.ESCALATE, acts.REASSIGN}
    said = _SAYS.get(key, str(kind))
    item = f"{here.paths.item(after.reference)}?said={said}"
    address = here.paths.back_to_queue(said) if leaves else item
    return address if kind is Kind.NOTE else undoable(here, address, task, after, kind)


def _reassign(handed: Handed) -> WorkTask:
    to = handed.said("reassign-to")
    people = acting_for(handed.here, handed.opened).people.items
    name = next(name for reference, name in people if reference == to)
    return handed.desk.reassign(
        handed.task,
        handed.etag,
        (to, name),
        handed.said("reassign-reason"),
        handed.said("reassign-words"),
    )


def _reroute(handed: Handed) -> WorkTask:
    queue = handed.said("reroute-to")
    to = Moving(
        queue,
        queue_words(handed.here, queue),
        handed.said("reroute-reason"),
        handed.said("reroute-words"),
    )
    return handed.desk.reroute(handed.task, handed.etag, to)


def _escalate(handed: Handed) -> WorkTask:
    """What is asked comes first: it is what the doctor has to do."""
    desk = handed.here.services.policy.desk
    ask = next(each for each in desk.escalation_asks if each.code == handed.said("escalate-ask"))
    to = Moving(
        desk.escalate_to.code,
        queue_words(handed.here, desk.escalate_to.code),
        handed.said("escalate-reason"),
        f"{in_locale(ask.words, 'en')}.\n{handed.said('escalate-words')}",
    )
    return handed.desk.escalate(handed.task, handed.etag, to)


def _prioritize(handed: Handed) -> WorkTask:
    return handed.desk.prioritize(
        handed.task, handed.etag, handed.said("priority-to"), handed.said("priority-words")
    )


def _note(handed: Handed) -> WorkTask:
    return handed.desk.note(handed.task, handed.said("note-words"))


def _ask_for_form(handed: Handed) -> WorkTask:
    """The patient's own language: they read the title. What was asked for is noted in the item."""
    return _ask_for(handed, acts.FORM)


def _ask_for_paper(handed: Handed) -> WorkTask:
    return _ask_for(handed, acts.PAPER)


def _ask_for(handed: Handed, what: str) -> WorkTask:
    policy = handed.here.services.policy
    form = policy.forms.forms[handed.said(f"{what}-which")]
    title = in_locale(form.plan.form.title, handed.opened.patient_language)
    due = handed.here.now + timedelta(days=int(handed.said(f"{what}-days")))
    handed.desk.new_work.for_form(handed.task, form.canonical, title, due)
    name = in_locale(form.plan.form.title, "en")
    return handed.desk.note(handed.task, f"Asked the patient for a {what}: {name}.", reason=what)


def _reopen(handed: Handed) -> WorkTask:
    return handed.desk.reopen(handed.task, handed.etag, handed.said("reopen-words"))


_SAYS = {acts.NOTE: "noted", acts.FORM: "form-asked", acts.PAPER: "paper-asked"}
_DOES: Mapping[str, tuple[Kind, Callable[[Handed], WorkTask]]] = {
    acts.REASSIGN: (Kind.REASSIGNED, _reassign),
    acts.REROUTE: (Kind.REROUTED, _reroute),
    acts.ESCALATE: (Kind.ESCALATED, _escalate),
    acts.PRIORITY: (Kind.PRIORITY, _prioritize),
    acts.NOTE: (Kind.NOTE, _note),
    acts.FORM: (Kind.NOTE, _ask_for_form),
    acts.PAPER: (Kind.NOTE, _ask_for_paper),
    acts.REOPEN: (Kind.REOPENED, _reopen),
}


def _as_visit(handed: Handed, handle: str) -> View:
    """The request for the visit first, then the patient is told, then this item ends. What stopped
    in between can be done again: each of them is made once.
    """
    here, opened, task, desk = handed.here, handed.opened, handed.task, handed.desk
    policy, words = here.services.policy, handed.said("visit-words")
    kind = policy.desk.visit(handed.said("visit-kind"))
    if kind is None:
        raise NotFound("no such visit")
    record.about_to_change(here, opened.patient.id, opened.reference, Kind.VISIT_REQUESTED)
    minutes = handed.said("visit-minutes")
    language = opened.patient_language
    told = in_locale(kind.patient, language)
    try:
        desk.must_own(task, handed.etag)
        desk.new_work.for_visit(
            opened.request,
            task,
            kind,
            what_for=words,
            queue_words=queue_words(here, kind.queue.code),
            title=in_locale(kind.name, "en"),
            calendar=policy.calendar,
        )
    except ClaimLost as lost:
        return lost_item(here, opened, handle, lost, kept=words)
    sid = _not_refused(handed, uuid5(NAMESPACE_URL, f"{task.reference}/{handed.etag}/{kind.code}"))
    sent = send_message(here, opened, Message(sid, told, language))
    if sent.state is not SubmissionState.CONFIRMED:
        refused = sent.state is SubmissionState.REFUSED
        notice = visit_not_told(here.words, refused=refused)
        return show_item(here, opened, said=notice, status=502)
    try:
        closed = desk.close_for_visit(
            task,
            handed.etag,
            Outcome(VISIT_REQUESTED, kind.name),
            kind=kind.code,
            words=words,
            reply=sent.steps[0].reference,
            minutes=int(minutes) if minutes else None,
        )
    except (ClaimLost, EhrError):
        # The patient has been told: whoever hears that it failed would have them told again.
        record.claim_lost(here, opened.patient.id, opened.reference)
        return see_other(f"{here.paths.item(opened.reference)}?said=visit-open")
    record.changed(here, opened.patient.id, closed, task.status, how=Kind.VISIT_REQUESTED)
    here.services.drafts.discard(opened.person, opened.acting_form)
    is_there = document(here, Ended(opened, closed, told))
    copied = f"{here.paths.item(closed.reference)}?said=visit-requested-copy"
    return see_other(here.paths.back_to_queue("visit-requested") if is_there else copied)


def _not_refused(handed: Handed, sid: UUID) -> str:
    """After a refusal the same words are a message of their own: the old one is over."""
    outbox, person = handed.here.services.outbox, handed.opened.person
    while (sent := outbox.find(str(sid), person)) and sent.state is SubmissionState.REFUSED:
        sid = uuid5(sid, "again")
    return str(sid)


@bp.post("/undo")
@requires_launch(Role.STAFF)
def take_back(here: Here) -> View:
    """Only what this session has just done: the link is sealed for it, and ends in a minute."""
    link, now = request.form.get("undo", ""), here.services.clock()
    try:
        told = open_link(here.active.handle_key, here.active.lid, link, now)
    except LinkExpired:
        return see_other(here.paths.back_to_queue("too-late"))
    if told is None:
        raise NotFound("nothing to take back")
    was = Before.read(told)
    staff_here(here)  # and still somebody of the staff
    task = here.loader().read_task(here.client().read(was.reference, fresh=True))
    if task is None or task.patient is None:
        raise NotFound("the work is no more")
    patient_id = task.patient.removeprefix("Patient/")
    services = here.services
    desk = Desk(
        here.client(patient_id), services.vocabulary, staff_here(here), here.now, services.seal
    )
    record.about_to_change(here, patient_id, was.reference, Kind.UNDONE)
    try:
        after = undo(desk, task, was, queue_words(here, was.queue))
    except ClaimLost:
        record.claim_lost(here, patient_id, was.reference)
        return see_other(here.paths.back_to_queue("too-late"))
    record.changed(here, patient_id, after, task.status, how=Kind.UNDONE)
    fate = take_out(here, task, patient_id) if was.kind == Kind.CLOSED else Fate.NONE
    said = {Fate.NONE: "undone", Fate.WITHDRAWN: "undone-error", Fate.STAYS: "undone-stays"}[fate]
    return see_other(f"{here.paths.item(after.reference)}?said={said}")
