"""Asking for a refill: questions, a check, one send, and the request that comes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from flask import Blueprint, g, request

from smartapp.errors import NotFound, NotOffered
from smartapp.fhir.people import Patient
from smartapp.launch import Role
from smartapp.pages.refill import refill_check_page, refill_form_page
from smartapp.pages.shell import Link
from smartapp.sessions.drafts import Draft
from smartapp.sessions.submission import Submission, SubmissionState
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.patient import Medicines, load_medicines
from smartapp.views.show import patient_shell, related_person, see_other, show
from smartapp.words import in_locale
from smartapp.workflow.forms import FieldFault, Fields, fill
from smartapp.workflow.medicines import Offer
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.refill_request import RefillRequest, free_text
from smartapp.workflow.submission import Named, steps_for

bp = Blueprint("refill", __name__, url_prefix="/l/<lid>/medicines/<handle>/refill")

NOT_ANSWERS = {"csrf_token", "submission", "then"}


@bp.get("")
@requires_launch(Role.PATIENT)
def ask(here: Here, handle: str) -> View:
    order, loaded, offer = _offer(here, handle)
    elsewhere = _not_now(here, loaded, offer)
    if elsewhere:
        return see_other(elsewhere)
    draft = _draft(here, order) or _new_draft(here, order)
    return _form(here, loaded.patient, offer, draft)


@bp.post("")
@requires_launch(Role.PATIENT)
def answer(here: Here, handle: str) -> View:
    order = here.named(handle, "MedicationRequest")
    draft = _draft(here, order) or _new_draft(here, order)
    fields = {name: request.form.getlist(name) for name in request.form if name not in NOT_ANSWERS}
    draft = _keep(here, order, draft.fields["submission"][0], fields)
    if request.form.get("then") == "save":
        return see_other(f"{here.paths.medicines}?said=saved")
    filled = fill(_topic(here).questionnaire, fields)
    if filled.faults:
        _, loaded, offer = _offer(here, handle)
        return _form(here, loaded.patient, offer, draft, filled.faults, 422)
    return see_other(f"{here.paths.refill(order)}/check")


@bp.get("/check")
@requires_launch(Role.PATIENT)
def check(here: Here, handle: str) -> View:
    order, loaded, offer = _offer(here, handle)
    elsewhere = _not_now(here, loaded, offer)
    draft = _draft(here, order)
    if elsewhere or draft is None or fill(_topic(here).questionnaire, draft.fields).faults:
        return see_other(elsewhere or here.paths.refill(order))
    asked = _request(here, loaded, offer, draft.fields)
    decision = asked.decision()
    team = here.services.policy.queue(decision.queue).team
    record.viewed(here, loaded.patient.id, MedicationRequest=1)
    page = refill_check_page(
        here.words,
        patient_shell(here, here.words("Check your answers"), loaded.patient),
        topic=asked.topic,
        order=offer.order,
        answers=asked.answers,
        red_flags=decision.red_flags,
        words_sent=_words_sent(here, asked),
        team=in_locale(team, here.words.locale),
        due=here.words.day_and_time(decision.due),
        action=f"{here.paths.refill(order)}/send",
        submission=draft.fields["submission"][0],
        change=here.paths.refill(order),
    )
    return show("refill_check", page)


@bp.post("/send")
@requires_launch(Role.PATIENT)
def send(here: Here, handle: str) -> View:
    """Sends once: the same submission again only shows what became of the first."""
    sid = request.form.get("submission", "")
    order = here.named(handle, "MedicationRequest")
    known = here.services.outbox.find(sid, here.active.person)
    if known is None:
        draft = _draft(here, order)
        g.kept_unsent = draft is not None
        order, loaded, offer = _offer(here, handle)
        elsewhere = _not_now(here, loaded, offer)
        if elsewhere:
            return see_other(elsewhere)
        if draft is None or draft.fields["submission"] != [sid]:
            return see_other(f"{here.paths.refill(order)}?said=start-again")
        if fill(_topic(here).questionnaire, draft.fields).faults:
            return see_other(here.paths.refill(order))
        known = _hand_in(here, sid, _request(here, loaded, offer, draft.fields))
    finish(here, known)
    return see_other(here.paths.request(sid))


def finish(here: Here, submission: Submission, *, patiently: bool = True) -> Submission:
    """Goes on with a submission as far as the EHR lets it, with its author's fresh token."""
    outbox, person, sid = here.services.outbox, here.active.person, submission.sid
    if not submission.is_finished:
        outbox.give_token(sid, person, here.active.launched.token)
        here.services.courier(record.delivery(here)).carry(sid, patiently=patiently)
    after = outbox.find(sid, person) or submission
    if after.state is SubmissionState.CONFIRMED:
        _discard_draft(here, after)
    return after


def _discard_draft(here: Here, submission: Submission) -> None:
    """Only that of this submission: there may be a newer one for the same medicine."""
    draft = _draft(here, submission.about)
    if draft is not None and draft.fields["submission"] == [submission.sid]:
        here.services.drafts.discard(here.active.person, _form_name(submission.about))


def _hand_in(here: Here, sid: str, asked: RefillRequest) -> Submission:
    """In the outbox first: from here on nothing can be lost."""
    gate = here.gate
    words = _words_sent(here, asked)
    steps = steps_for(
        asked.asked(sid, _author(here, asked.patient), words, ()),
        here.services.vocabulary,
        with_response=gate.may("QuestionnaireResponse", "create"),
        with_task=gate.may("Task", "create"),
    )
    submission = Submission(
        sid=sid,
        person=here.active.person,
        ehr_key=here.active.launched.ehr_key,
        iss=here.active.launched.iss,
        created_at=here.services.clock(),
        title=asked.offer.order.name,
        about=asked.offer.order.reference,
        steps=steps,
    )
    g.kept_unsent = False
    received = here.services.outbox.receive(submission, here.active.launched.token)
    record.handed_in(here, received)
    return received


def _author(here: Here, patient: Patient) -> Named:
    """Who really writes."""
    if here.fhir_user == f"Patient/{patient.id}":
        return here.fhir_user, patient.name or ""
    acting = related_person(here)
    return here.fhir_user, (acting.name if acting else "") or ""


def _offer(here: Here, handle: str) -> tuple[str, Medicines, Offer]:
    """What can be asked for. What keeps it from being sent is said before anything is typed."""
    order = here.named(handle, "MedicationRequest")
    if not here.can_ask:
        raise NotOffered("refill", "cannot arrive")
    loaded = load_medicines(here)
    for failure in (loaded.offers.failure, loaded.requests.failure):
        if failure is not None:
            raise failure
    offer = next((each for each in loaded.offers.items if each.order.reference == order), None)
    if offer is None or offer.order.not_understood:
        raise NotFound("MedicationRequest: not one that can be shown")
    return order, loaded, offer


def _not_now(here: Here, loaded: Medicines, offer: Offer) -> str | None:
    """Where to go instead, where this cannot be asked for: to the request, or to the reason."""
    if offer.is_asked_for and offer.request and offer.request.submission:
        return f"{here.paths.request(offer.request.submission)}?said=already-asked"
    waiting = _waiting(here, offer.order.reference)
    if waiting:
        return f"{here.paths.request(waiting.sid)}?said=already-asked"
    can_ask = offer.check.askable and loaded.exclusion is None
    return None if can_ask else f"{here.paths.medicines}?said=not-now"


def _waiting(here: Here, order: str) -> Submission | None:
    """Handed in, and not yet known to be in the EHR: asking again would file it twice."""
    mine = here.services.outbox.of(here.active.person)
    return next((each for each in mine if each.about == order and not each.is_finished), None)


def _request(here: Here, loaded: Medicines, offer: Offer, fields: Fields) -> RefillRequest:
    topic = _topic(here)
    return RefillRequest(
        policy=here.services.policy,
        topic=topic,
        offer=offer,
        patient=loaded.patient,
        person=loaded.person,
        answers=fill(topic.questionnaire, fields).answers,
        language=here.words.locale,
        now=here.now,
    )


def _words_sent(here: Here, asked: RefillRequest) -> str:
    """The patient's own words, or else the plain sentence that the check page has shown."""
    return asked.own_words() or _plain_words(here, asked.offer.order.name)


def _plain_words(here: Here, medicine: str) -> str:
    return here.words("I would like a refill of {medicine}.", medicine=medicine)


def words_of(here: Here, refused: Submission) -> str:
    """What did not arrive, as the draft still holds it."""
    draft = _draft(here, refused.about)
    questionnaire = _topic(here).questionnaire
    answers = fill(questionnaire, draft.fields).answers if draft else {}
    return free_text(questionnaire, answers) or _plain_words(here, refused.title)


def _topic(here: Here) -> Topic:
    return here.services.policy.topic("refill")


def _form_name(order: str) -> str:
    return f"refill:{order}"


def _draft(here: Here, order: str) -> Draft | None:
    """What was refused can be sent again, as a submission of its own: the old one is over."""
    draft = here.services.drafts.find(here.active.person, _form_name(order))
    if draft is None:
        return None
    sent = here.services.outbox.find(draft.fields["submission"][0], here.active.person)
    if sent is None or sent.state is not SubmissionState.REFUSED:
        return draft
    return _keep(here, order, str(uuid4()), draft.fields)


def _new_draft(here: Here, order: str) -> Draft:
    """The submission's id is made with the form: every copy of this form sends the same one."""
    return _keep(here, order, str(uuid4()), {})


def _keep(here: Here, order: str, sid: str, fields: Fields) -> Draft:
    kept = {**{name: list(values) for name, values in fields.items()}, "submission": [sid]}
    now = here.services.clock()
    ends = here.services.drafts.save(here.active.person, here.role, _form_name(order), kept)
    g.kept_unsent = True
    return Draft(kept, now, ends)


def _form(
    here: Here,
    patient: Patient,
    offer: Offer,
    draft: Draft,
    faults: tuple[FieldFault, ...] = (),
    status: int = 200,
) -> View:
    record.viewed(here, patient.id, MedicationRequest=1)
    title = here.words("Ask for a refill")
    back = Link(here.words("Back to your medicines"), here.paths.medicines)
    typed = any(name not in NOT_ANSWERS for name in draft.fields)
    page = refill_form_page(
        here.words,
        patient_shell(here, title, patient, failing=bool(faults), back=back),
        topic=_topic(here),
        order=offer.order,
        posted=draft.fields,
        faults=faults,
        action=here.paths.refill(offer.order.reference),
        submission=draft.fields["submission"][0],
        saved_until=here.words.date_time(datetime.fromtimestamp(draft.ends_at, UTC))
        if typed
        else "",
    )
    return show("refill_form", page, status)
