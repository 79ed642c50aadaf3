"""One request: its receipt, where it is, what was said, and what the patient adds to it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from flask import Blueprint, g
from flask import request as asked

from smartapp.errors import NotFound, NotOffered
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.launch import Role
from smartapp.pages import request as pages
from smartapp.pages.shell import Link
from smartapp.sessions.submission import Submission, SubmissionState
from smartapp.views import record
from smartapp.views.confidential import teen_rule
from smartapp.views.drafting import WORDS
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.patient import load_requests
from smartapp.views.sending import author, finish, hand_in
from smartapp.views.show import patient_shell, see_other, show
from smartapp.views.unread import opened
from smartapp.words import in_locale
from smartapp.workflow.forms import Fields, fill
from smartapp.workflow.looking import may_insist
from smartapp.workflow.policy.model import RedFlag, Topic
from smartapp.workflow.rating import Rating, rated, rating_form, rating_id
from smartapp.workflow.replying import Replying, longest_reply
from smartapp.workflow.requests import Request, Stage

bp = Blueprint("request", __name__, url_prefix="/l/<lid>/requests/<handle>")


@dataclass(frozen=True)
class Followed:
    """A request as it is in the EHR now, or as it is on its way there."""

    address: str
    sid: str  # of the submission; "" for a thread that was begun elsewhere
    patient: Patient
    requests: Section[Request]
    request: Request | None
    submission: Submission | None

    @property
    def name(self) -> str:
        """What its drafts go by."""
        return self.sid or (self.request.root.reference if self.request else "")


@bp.get("")
@requires_launch(Role.PATIENT)
def follow(here: Here, handle: str) -> View:
    return _show(here, _followed(here, handle))


@bp.post("/again")
@requires_launch(Role.PATIENT)
def again(here: Here, handle: str) -> View:
    """Where no search can settle it, its author decides: once more, and perhaps there twice."""
    followed = _followed(here, handle)
    submission = followed.submission
    if submission is None or not _may_send_again(here, submission):
        return see_other(followed.address)
    after = finish(here, submission, insist=True)
    return see_other(f"{followed.address}?said={_said(after)}")


def _may_send_again(here: Here, submission: Submission) -> bool:
    now = here.services.clock()
    return any(may_insist(each, now) for each in submission.steps)


@bp.post("/reply")
@requires_launch(Role.PATIENT)
def reply(here: Here, handle: str) -> View:
    """The same words from the same page are one message, however often they are sent."""
    followed = _followed(here, handle)
    request, form = followed.request, f"reply:{followed.name}"
    if request is None or not here.can_ask:
        raise NotOffered("messages", "cannot arrive")
    posted = {pages.REPLY: asked.form.getlist(pages.REPLY)}
    base = asked.form.get("submission", "")
    kept = {**posted, "submission": [base]}
    here.services.drafts.save(here.active.person, here.role, form, kept)
    g.kept_unsent = True
    questions = pages.reply_questions(here.words, longest_reply(here.services.policy, request))
    filled = fill(questions, posted)
    if filled.faults:
        return _show(here, followed, reply_posted=posted, status=422)
    words = str(filled.answers[pages.REPLY][0])
    try:
        sid = str(uuid5(UUID(base), words))
    except ValueError:
        raise NotFound("not a form of this page") from None
    replying = Replying(
        sid=sid,
        policy=here.services.policy,
        request=request,
        patient=f"Patient/{followed.patient.id}",
        author=author(here, followed.patient),
        words=words,
        language=here.words.locale,
        now=here.now,
        seal=here.services.seal,
    )
    known = here.services.outbox.find(sid, here.active.person) or hand_in(
        here,
        sid,
        replying.steps(here.services.vocabulary, with_task=here.gate.may("Task", "create")),
        title=_title(here, request, None),
        form=form,
    )
    after = finish(here, known)
    if after.state is SubmissionState.CONFIRMED:
        here.services.drafts.discard(here.active.person, form)
    return see_other(f"{followed.address}?said={_said(after)}")


@bp.post("/rate")
@requires_launch(Role.PATIENT)
def rate(here: Here, handle: str) -> View:
    followed = _followed(here, handle)
    request, vocabulary = followed.request, here.services.vocabulary
    if request is None or not _can_rate(here, followed):
        raise NotOffered("rating", "cannot arrive")
    posted = {name: asked.form.getlist(name) for name in asked.form}
    filled = fill(rating_form(vocabulary), posted)
    if filled.faults:
        return _show(here, followed, rating_posted=posted, status=422)
    rating = Rating(
        request=followed.sid,
        answers=filled.answers,
        patient=f"Patient/{followed.patient.id}",
        author=author(here, followed.patient),
        language=here.words.locale,
        now=here.now,
    )
    sid = rating_id(followed.sid)
    known = here.services.outbox.find(sid, here.active.person) or hand_in(
        here,
        sid,
        rating.steps(vocabulary),
        title=_title(here, request, None),
        form=f"rating:{followed.sid}",
    )
    return see_other(f"{followed.address}?said={_said(finish(here, known), rating=True)}")


def _said(after: Submission, *, rating: bool = False) -> str:
    if after.state is SubmissionState.CONFIRMED:
        return "rated" if rating else "message-received"
    return "message-refused" if after.state is SubmissionState.REFUSED else "message-confirming"


def _followed(here: Here, handle: str) -> Followed:
    reference = here.named(handle, "Submission", "Communication")
    kind, _, name = reference.partition("/")
    sid = name if kind == "Submission" else ""
    submission = here.services.outbox.find(sid, here.active.person) if sid else None
    if submission is not None:
        submission = finish(here, submission, patiently=False)
    patient, requests = load_requests(here)
    found = (
        each
        for each in requests.items
        if (each.submission == sid if sid else each.root.reference == reference)
    )
    request = next(found, None)
    if request is None and submission is None:
        raise requests.failure or NotFound("no such request")
    address = here.paths.thread(reference)
    return Followed(address, sid, patient, requests, request, submission)


def _show(
    here: Here,
    followed: Followed,
    *,
    reply_posted: Fields | None = None,
    rating_posted: Fields | None = None,
    status: int = 200,
) -> View:
    request, submission = followed.request, followed.submission
    words = here.words
    questions = rating_form(here.services.vocabulary)
    can_rate = _can_rate(here, followed)
    opinion = rated(here.client(), here.services.vocabulary, followed.sid) if can_rate else {}
    record.viewed(
        here,
        followed.patient.id,
        QuestionnaireResponse=int(bool(opinion)),
        **record.in_requests([request] if request else []),
    )
    if request is not None:
        opened(here, request)
    title = _title(here, request, submission)
    page = pages.request_page(
        words,
        patient_shell(
            here,
            title,
            followed.patient,
            failing=status != 200,
            back=Link(words("All your requests"), here.paths.requests),
        ),
        policy=here.services.policy,
        request=request,
        receipt=_receipt(here, followed.sid, request, submission),
        red_flags=_urgent(here, followed.patient, request),
        opens=lambda message, at: f"{here.paths.thread(message)}/files/{at}",
        lost_files=_lost_files(request, submission),
        title=title,
        reader=here.fhir_user,
        now=here.now,
        whole=followed.requests.whole,
        kept=_kept(here, submission),
        reply=_reply_form(here, followed, request, reply_posted) if request else None,
        cannot_reply=_cannot_reply(here) if request and not here.can_ask else "",
        rating=pages.rating_page(
            words,
            questions,
            action=f"{followed.address}/rate",
            posted=rating_posted or {},
            faults=fill(questions, rating_posted).faults if rating_posted is not None else (),
        )
        if can_rate and not opinion
        else None,
        rated=pages.rated_lines(words, questions, opinion or {}),
    )
    return show("request", page, status)


def _can_rate(here: Here, followed: Followed) -> bool:
    """Once it is over, and only where the EHR keeps an opinion, and shows that it has it."""
    needs = (("QuestionnaireResponse", "create"), ("QuestionnaireResponse", "search-type"))
    is_over = followed.request is not None and followed.request.is_closed and bool(followed.sid)
    return is_over and all(here.gate.may(*need) for need in needs)


def _reply_form(
    here: Here, followed: Followed, request: Request, posted: Fields | None
) -> pages.ReplyForm | None:
    if not here.can_ask:
        return None
    policy, form = here.services.policy, f"reply:{followed.name}"
    draft = here.services.drafts.find(here.active.person, form)
    fields = draft.fields if draft else {}
    longest = longest_reply(policy, request)
    base = next(iter(fields.get("submission", ())), "") or str(uuid4())
    questions = pages.reply_questions(here.words, longest)
    return pages.reply_form(
        here.words,
        request=request,
        urgent=in_locale(policy.urgent, here.words.locale),
        longest=longest,
        action=f"{followed.address}/reply",
        submission=_unused(here, base, fields),
        slip=here.services.drafts.slip(here.active.person, here.role, form),
        posted=posted if posted is not None else fields,
        faults=fill(questions, posted).faults if posted is not None else (),
    )


def _unused(here: Here, base: str, fields: Fields) -> str:
    """After a refusal the same words are a message of their own: the old one is over."""
    words = next(iter(fields.get(pages.REPLY, ())), "")
    try:
        sent = here.services.outbox.find(str(uuid5(UUID(base), words)), here.active.person)
    except ValueError:
        return str(uuid4())
    refused = sent is not None and sent.state is SubmissionState.REFUSED
    return str(uuid4()) if refused else base


def _cannot_reply(here: Here) -> str:
    words, phone = here.words, here.services.policy.phones.clinic
    reason = words("Your clinic’s system does not let you write here.")
    return f"{reason} {words('Call the clinic at {phone}.', phone=phone)}"


def _title(here: Here, request: Request | None, submission: Submission | None) -> str:
    if request is not None:
        topic = here.services.policy.topics.get(request.topic)
        return pages.title_of(here.words, request, topic)
    return (submission.title if submission else "") or here.words("Your request")


def _receipt(
    here: Here, sid: str, request: Request | None, submission: Submission | None
) -> pages.Receipt | None:
    """Only what the EHR has shown to us counts as received."""
    reference = pages.short_reference(sid)
    phone = here.services.policy.phones.clinic
    state = submission.state if submission else SubmissionState.CONFIRMED
    if state is SubmissionState.REFUSED:
        return pages.receipt_refused(here.words, reference=reference, clinic_phone=phone)
    if state is SubmissionState.WAITING_FOR_AUTHOR:
        return pages.receipt_waiting(here.words, reference=reference, clinic_phone=phone)
    if submission is not None and _may_send_again(here, submission):
        address = f"{here.paths.request(sid)}/again"
        return pages.receipt_unsure(
            here.words, reference=reference, clinic_phone=phone, action=address
        )
    if state is not SubmissionState.CONFIRMED:
        return pages.receipt_confirming(here.words, reference=reference, clinic_phone=phone)
    is_new = request is None or (request.stage is Stage.RECEIVED and request.reopened_by is None)
    return _received(here, reference, request) if is_new and sid else None


def _received(here: Here, reference: str, request: Request | None) -> pages.Receipt:
    policy, words = here.services.policy, here.words
    routing = request.routing if request else None
    team = policy.queue(routing.queue).team if routing else None
    topic = policy.topics.get(request.topic) if request else None
    return pages.receipt_received(
        words,
        reference=reference,
        team=in_locale(team, words.locale) if team else "",
        due=words.day_and_time(routing.due) if routing and routing.due else "",
        receipt=_after_sending(here, request, topic),
    )


def _after_sending(here: Here, request: Request | None, topic: Topic | None) -> str:
    words, phone = here.words, here.services.policy.phones.clinic
    if request is not None and request.is_reading:
        return words(
            "We have your readings. If you feel worse before we answer, call {phone}.", phone=phone
        )
    return in_locale(topic.words.receipt, words.locale) if topic else ""


def _urgent(here: Here, patient: Patient, request: Request | None) -> tuple[RedFlag, ...]:
    """What to do now is said again as long as nobody at the clinic has answered."""
    if request is None or request.stage in {Stage.ANSWERED, Stage.CLOSED}:
        return ()
    sender = request.root.sender
    is_mine = sender is not None and sender.target == here.fhir_user
    if teen_rule(here, patient) is not None and not is_mine:
        return ()  # it would tell a parent what a teenager has answered
    topic = here.services.policy.topics.get(request.topic)
    named = request.routing.red_flags if request.routing else ()
    return tuple(each for each in topic.red_flags if each.name in named) if topic else ()


def _lost_files(request: Request | None, submission: Submission | None) -> int:
    """Read back from the EHR: what it does not show has not arrived."""
    if request is None or submission is None:
        return 0
    return submission.files - len(request.root.files)


def _kept(here: Here, submission: Submission | None) -> str:
    """What was refused is given back, so that it can be copied."""
    if submission is None or submission.state is not SubmissionState.REFUSED:
        return ""
    draft = here.services.drafts.find(here.active.person, submission.form)
    return next(iter(draft.fields.get(WORDS, ())), "") if draft else ""
