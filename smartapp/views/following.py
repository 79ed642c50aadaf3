"""One request, as it is in the EHR now: found, and shown."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from smartapp.errors import NotFound
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.pages.adding import (
    REPLY,
    ReplyForm,
    rated_lines,
    rating_page,
    reply_form,
    reply_questions,
)
from smartapp.pages.request import request_page
from smartapp.pages.shell import Link
from smartapp.pages.tracker import title_of
from smartapp.sessions.submission import Submission, SubmissionState
from smartapp.views import record
from smartapp.views.here import Here, View
from smartapp.views.patient import load_requests
from smartapp.views.receipts import answers_altered, kept_words, lost_files, receipt_of
from smartapp.views.sending import finish
from smartapp.views.show import patient_shell, show
from smartapp.views.unread import opened
from smartapp.words import in_locale
from smartapp.workflow.forms import Fields, fill
from smartapp.workflow.policy.clinic_forms import TOPIC
from smartapp.workflow.policy.model import RedFlag
from smartapp.workflow.rating import rated, rating_form
from smartapp.workflow.replying import longest_reply
from smartapp.workflow.requests import Request


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


def followed_by(here: Here, handle: str) -> Followed:
    reference = here.named(handle, "Submission", "Communication", "QuestionnaireResponse")
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


def show_followed(
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
    may_rate = can_rate(here, followed)
    opinion = rated(here.client(), here.services.vocabulary, followed.sid) if may_rate else {}
    record.viewed(
        here,
        followed.patient.id,
        QuestionnaireResponse=int(bool(opinion)),
        **record.in_requests([request] if request else []),
    )
    if request is not None:
        opened(here, request)
    title = title_in(here, request, submission)
    page = request_page(
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
        receipt=receipt_of(here, followed.sid, request, submission),
        red_flags=_urgent(here, request),
        opens=lambda message, at: f"{here.paths.thread(message)}/files/{at}",
        lost_files=lost_files(request, submission),
        answers_altered=answers_altered(submission),
        onward=_onward(here, request),
        title=title,
        reader=here.fhir_user,
        now=here.now,
        whole=followed.requests.whole,
        kept="" if request else kept_words(here, submission),
        reply=_reply_form(here, followed, request, reply_posted) if request else None,
        cannot_reply=_cannot_reply(here) if request and not here.can_write else "",
        rating=rating_page(
            words,
            questions,
            action=f"{followed.address}/rate",
            posted=rating_posted or {},
            faults=fill(questions, rating_posted).faults if rating_posted is not None else (),
        )
        if may_rate and not opinion
        else None,
        rated=rated_lines(words, questions, opinion or {}),
    )
    return show("request", page, status)


def _onward(here: Here, request: Request | None) -> Link | None:
    """From one paper of a first visit to the others; and from a free time that was asked for to
    the form that goes with it.
    """
    code = request.topic.removeprefix(TOPIC) if request else ""
    form = here.services.policy.forms.forms.get(code)
    if form is not None and form.first_visit:
        return Link(
            here.words("Go on with the papers for your first visit"), here.paths.first_visit
        )
    address = _visit_form(here, request)
    return Link(here.words("Fill in the form for this visit now"), address) if address else None


def _visit_form(here: Here, request: Request | None) -> str:
    if request is None or request.is_closed:
        return ""
    topic = here.services.policy.topics.get(request.topic)
    asks_for_time = any(each.kind == "Slot" for each in request.root.about)
    wish = topic.free_times if topic and asks_for_time else None
    form = here.services.policy.forms.forms.get(wish.form) if wish else None
    return here.paths.form(form.canonical) if form else ""


def can_rate(here: Here, followed: Followed) -> bool:
    """Once it is over, and only where the EHR keeps an opinion, and shows that it has it."""
    needs = (("QuestionnaireResponse", "create"), ("QuestionnaireResponse", "search-type"))
    is_over = followed.request is not None and followed.request.is_closed and bool(followed.sid)
    return is_over and all(here.gate.may(*need) for need in needs)


def _reply_form(
    here: Here, followed: Followed, request: Request, posted: Fields | None
) -> ReplyForm | None:
    if not here.can_write:
        return None
    policy, form = here.services.policy, f"reply:{followed.name}"
    draft = here.services.drafts.find(here.active.person, form)
    fields = draft.fields if draft else {}
    longest = longest_reply(policy, request)
    base = next(iter(fields.get("submission", ())), "") or str(uuid4())
    questions = reply_questions(here.words, longest)
    return reply_form(
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
    words = next(iter(fields.get(REPLY, ())), "")
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


def title_in(here: Here, request: Request | None, submission: Submission | None) -> str:
    if request is not None:
        topic = here.services.policy.topics.get(request.topic)
        return title_of(here.words, request, topic)
    return (submission.title if submission else "") or here.words("Your request")


def _urgent(here: Here, request: Request | None) -> tuple[RedFlag, ...]:
    """What to do now is said again as long as nobody at the clinic has answered."""
    if request is None or not (request.is_promised or request.is_bare_form):
        return ()
    sender = request.root.sender
    is_mine = sender is not None and sender.target == here.fhir_user
    if here.teen_rule is not None and not is_mine:
        return ()  # it would tell a parent what a teenager has answered
    topic = here.services.policy.topics.get(request.topic)
    named = request.routing.red_flags if request.routing else ()
    return tuple(each for each in topic.red_flags if each.name in named) if topic else ()
