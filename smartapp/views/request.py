"""One request: its receipt, where it is, what was said, and what the patient adds to it."""

from __future__ import annotations

from uuid import UUID, uuid5

from flask import Blueprint, g
from flask import request as asked

from smartapp.errors import NotFound, NotOffered
from smartapp.launch import Role
from smartapp.pages.adding import REPLY, reply_questions
from smartapp.sessions.submission import Submission, SubmissionState
from smartapp.views.following import can_rate, followed_by, show_followed, title_in
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.receipts import may_send_again
from smartapp.views.sending import author, finish, hand_in
from smartapp.views.show import see_other
from smartapp.workflow.forms import fill
from smartapp.workflow.rating import Rating, rating_form, rating_id
from smartapp.workflow.replying import Replying, longest_reply

bp = Blueprint("request", __name__, url_prefix="/l/<lid>/requests/<handle>")


@bp.get("")
@requires_launch(Role.PATIENT)
def follow(here: Here, handle: str) -> View:
    return show_followed(here, followed_by(here, handle))


@bp.post("/again")
@requires_launch(Role.PATIENT)
def again(here: Here, handle: str) -> View:
    """Where no search can settle it, its author decides: once more, and perhaps there twice."""
    followed = followed_by(here, handle)
    submission = followed.submission
    if submission is None or not may_send_again(here, submission):
        return see_other(followed.address)
    after = finish(here, submission, insist=True)
    return see_other(f"{followed.address}?said={_said(after)}")


@bp.post("/reply")
@requires_launch(Role.PATIENT)
def reply(here: Here, handle: str) -> View:
    """The same words from the same page are one message, however often they are sent."""
    followed = followed_by(here, handle)
    request, form = followed.request, f"reply:{followed.name}"
    if request is None or not here.can_write:
        raise NotOffered("messages", "cannot arrive")
    posted = {REPLY: asked.form.getlist(REPLY)}
    base = asked.form.get("submission", "")
    kept = {**posted, "submission": [base]}
    here.services.drafts.save(here.active.person, here.role, form, kept)
    g.kept_unsent = True
    questions = reply_questions(here.words, longest_reply(here.services.policy, request))
    filled = fill(questions, posted)
    if filled.faults:
        return show_followed(here, followed, reply_posted=posted, status=422)
    words = str(filled.answers[REPLY][0])
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
        title=title_in(here, request, None),
        form=form,
    )
    after = finish(here, known)
    if after.state is SubmissionState.CONFIRMED:
        here.services.drafts.discard(here.active.person, form)
    return see_other(f"{followed.address}?said={_said(after)}")


@bp.post("/rate")
@requires_launch(Role.PATIENT)
def rate(here: Here, handle: str) -> View:
    followed = followed_by(here, handle)
    request, vocabulary = followed.request, here.services.vocabulary
    if request is None or not can_rate(here, followed):
        raise NotOffered("rating", "cannot arrive")
    posted = {name: asked.form.getlist(name) for name in asked.form}
    filled = fill(rating_form(vocabulary), posted)
    if filled.faults:
        return show_followed(here, followed, rating_posted=posted, status=422)
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
        title=title_in(here, request, None),
        form=f"rating:{followed.sid}",
    )
    return see_other(f"{followed.address}?said={_said(finish(here, known), rating=True)}")


def _said(after: Submission, *, rating: bool = False) -> str:
    if after.state is SubmissionState.CONFIRMED:
        return "rated" if rating else "message-received"
    return "message-refused" if after.state is SubmissionState.REFUSED else "message-confirming"
