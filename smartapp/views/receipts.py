"""What the page of a request says about its arrival."""

from __future__ import annotations

from smartapp.pages.receipt import Receipt, Receipts, short_reference
from smartapp.sessions.submission import Submission, SubmissionState
from smartapp.views.drafting import WORDS
from smartapp.views.form_sheets import draft_name
from smartapp.views.here import Here
from smartapp.words import in_locale
from smartapp.workflow.looking import may_insist
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.posting import ALTERED
from smartapp.workflow.requests import Request, Stage


def receipt_of(
    here: Here, sid: str, request: Request | None, submission: Submission | None
) -> Receipt | None:
    """Only what the EHR has shown to us counts as received."""
    phone = here.services.policy.phones.clinic
    receipts = Receipts(here.words, short_reference(sid), phone)
    state = submission.state if submission else SubmissionState.CONFIRMED
    if state is SubmissionState.REFUSED:
        return receipts.refused()
    if state is SubmissionState.WAITING_FOR_AUTHOR:
        return receipts.waiting()
    if submission is not None and may_send_again(here, submission):
        return receipts.unsure(f"{here.paths.request(sid)}/again")
    if state is not SubmissionState.CONFIRMED:
        return receipts.confirming()
    return _received(here, receipts, request) if sid and _is_as_sent(request) else None


def _is_as_sent(request: Request | None) -> bool:
    """Nobody has done anything with it yet: then a receipt says more than the tracker."""
    if request is None:
        return True
    is_untouched = request.reopened_by is None and not request.was_passed_on
    return request.stage is Stage.RECEIVED and is_untouched


def _received(here: Here, receipts: Receipts, request: Request | None) -> Receipt:
    policy, words = here.services.policy, here.words
    routing = request.routing if request else None
    team = policy.queue(routing.queue).team if routing else None
    topic = policy.topics.get(request.topic) if request else None
    who = in_locale(team, words.locale) if team else ""
    due = words.day_and_time(routing.due) if routing and routing.due else ""
    if here.asks_by_form:
        return receipts.in_record(team=who, due=due)
    return receipts.received(
        team=who,
        due=due,
        text=_after_sending(here, request, topic),
    )


def _after_sending(here: Here, request: Request | None, topic: Topic | None) -> str:
    words, phone = here.words, here.services.policy.phones.clinic
    if request is not None and request.is_reading:
        return words(
            "We have your readings. If you feel worse before we answer, call {phone}.", phone=phone
        )
    return in_locale(topic.words.receipt, words.locale) if topic else ""


def lost_files(request: Request | None, submission: Submission | None) -> int:
    """Read back from the EHR: what it does not show has not arrived."""
    if request is None or submission is None:
        return 0
    return submission.files - len(request.root.files)


def answers_altered(submission: Submission | None) -> bool:
    """What was read back of a form is not what was sent."""
    if submission is None or not submission.form.startswith(draft_name("")):
        return False
    answers = (e for e in submission.steps if e.resource_type == "QuestionnaireResponse")
    return any(each.reason_code == ALTERED for each in answers)


def kept_words(here: Here, submission: Submission | None) -> str:
    """What is not known to have arrived is given back, so that it can be copied or read out."""
    if submission is None or submission.state is SubmissionState.CONFIRMED:
        return ""
    draft = here.services.drafts.find(here.active.person, submission.form)
    return next(iter(draft.fields.get(WORDS, ())), "") if draft else ""


def may_send_again(here: Here, submission: Submission) -> bool:
    now = here.services.clock()
    return any(may_insist(each, now) for each in submission.steps)
