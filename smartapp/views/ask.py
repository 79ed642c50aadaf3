"""Asking for something: which topic, what about, the questions, the check, one send."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from smartapp.fhir.message import attachment
from smartapp.launch import Role
from smartapp.pages import ask as pages
from smartapp.pages.menu import open_page
from smartapp.sessions.submission import Submission
from smartapp.views import record
from smartapp.views.ask_matter import choose, elsewhere_than, is_chosen, matter_of, named_topic
from smartapp.views.ask_pages import check_shown, form_shown
from smartapp.views.ask_said import asking_of, content_of, fingerprint_of, words_of
from smartapp.views.drafting import (
    Drafting,
    author_here,
    begun,
    draft_of,
    new_draft,
)
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import sure_of_patient
from smartapp.views.rules import can_be_kept, has_read
from smartapp.views.sending import author, finish, hand_in, once
from smartapp.views.show import patient_shell, see_other, show
from smartapp.workflow.asking import (
    Asking,
    subject_line,
)
from smartapp.workflow.first_use import search
from smartapp.workflow.policy.intake import AskedAbout
from smartapp.workflow.submission import steps_for

bp = Blueprint("ask", __name__, url_prefix="/l/<lid>/ask")


@bp.get("")
@requires_launch(Role.PATIENT)
def topics(here: Here) -> View:
    loader, looks = here.loader(), can_be_kept(here)
    got = loader.all_of(
        patient=loader.patient, read=(lambda: search(loader)) if looks else (lambda: None)
    )
    patient = sure_of_patient(got["patient"])
    record.viewed(here, patient.id)
    words, paths = here.words, here.paths
    is_new = looks and not has_read(here, got["read"])
    page = pages.ask_page(
        words,
        patient_shell(here, words("What do you need?"), patient),
        paths,
        policy=here.services.policy,
        rules=f"{paths.page('help')}/read" if is_new else "",
        readings=open_page(words, paths, here.gate, "readings") if here.can_write else "",
        instead="" if here.can_ask else _cannot_arrive(here),
        unfinished=[
            pages.unfinished(
                words, each.title, each.ends_at, paths.asking(each.topic.code, each.reference)
            )
            for each in begun(here)
        ],
    )
    return show("ask", page)


def _cannot_arrive(here: Here) -> str:
    words, phone = here.words, here.services.policy.phones.clinic
    sentences = (
        words("Your clinic’s system does not let you ask for anything here."),
        words("Call the clinic at {phone}.", phone=phone),
    )
    return " ".join(sentences)


@bp.get("/<code>")
@bp.get("/<handle>/<code>")
@requires_launch(Role.PATIENT)
def ask(here: Here, code: str, handle: str = "") -> View:
    topic, reference = named_topic(here, code, handle)
    if topic.about.kind is not AskedAbout.NOTHING and not reference and not is_chosen():
        return choose(here, topic)
    matter = matter_of(here, topic, reference)
    elsewhere = elsewhere_than(here, matter)
    if elsewhere is not None:
        return elsewhere
    draft = draft_of(author_here(here), matter.topic, reference) or new_draft(here, matter)
    return form_shown(here, matter, draft, draft.shown_part())


@bp.post("/<code>")
@bp.post("/<handle>/<code>")
@requires_launch(Role.PATIENT)
def answer(here: Here, code: str, handle: str = "") -> View:
    topic, reference = named_topic(here, code, handle)
    draft = draft_of(author_here(here), topic, reference)
    if draft is None:
        draft = new_draft(here, matter_of(here, topic, reference))
    draft, touched = draft.with_posted()
    if request.form.get("then") == "keep":
        return Response(status=204)
    if request.form.get("then") == "save":
        return see_other(f"{here.paths.ask}?said=saved")
    wrong = next((at for at in touched if draft.faulty(at)), None)
    if wrong is not None:
        matter = matter_of(here, topic, reference)
        draft = draft_of(author_here(here), matter.topic, reference) or draft
        return form_shown(here, matter, draft, wrong, told=True)
    draft = draft.with_seen(touched)
    address = here.paths.asking(code, reference)
    following = draft.next_part
    return see_other(f"{address}/check" if following is None else f"{address}?step={following}")


@bp.get("/<code>/check")
@bp.get("/<handle>/<code>/check")
@requires_launch(Role.PATIENT)
def check(here: Here, code: str, handle: str = "") -> View:
    topic, reference = named_topic(here, code, handle)
    matter = matter_of(here, topic, reference)
    draft = draft_of(author_here(here), matter.topic, reference)
    elsewhere = elsewhere_than(here, matter)
    if elsewhere is not None:
        return elsewhere
    if draft is None or draft.next_part is not None:
        return see_other(here.paths.asking(code, reference))
    return check_shown(here, matter, draft)


@bp.post("/<code>/send")
@bp.post("/<handle>/<code>/send")
@requires_launch(Role.PATIENT)
def send(here: Here, code: str, handle: str = "") -> View:
    """Sends once: the same submission again only shows what became of the first."""
    sid = request.form.get("submission", "")
    known = once(here, sid, lambda: _checked_and_handed_in(here, code, handle, sid))
    if not isinstance(known, Submission):
        return known
    finish(here, known)
    return see_other(here.paths.request(sid))


@bp.post("/<code>/discard")
@bp.post("/<handle>/<code>/discard")
@requires_launch(Role.PATIENT)
def discard(here: Here, code: str, handle: str = "") -> View:
    topic, reference = named_topic(here, code, handle)
    draft = draft_of(author_here(here), topic, reference)
    if draft is not None and here.services.outbox.find(draft.sid, here.active.person) is None:
        draft.discard()
    return see_other(f"{here.paths.ask}?said=discarded")


def _checked_and_handed_in(here: Here, code: str, handle: str, sid: str) -> Submission | View:
    topic, reference = named_topic(here, code, handle)
    g.kept_unsent = draft_of(author_here(here), topic, reference) is not None
    matter = matter_of(here, topic, reference)
    draft = draft_of(author_here(here), matter.topic, reference)
    elsewhere = elsewhere_than(here, matter)
    if elsewhere is not None:
        return elsewhere
    address = here.paths.asking(code, reference)
    if draft is None or draft.sid != sid:
        return see_other(f"{address}?said=start-again")
    if draft.next_part is not None:
        return see_other(address)
    asked = asking_of(here, matter, draft)
    if request.form.get("checked") != fingerprint_of(here, asked, draft):
        return see_other(f"{address}/check?said=changed")
    if topic.fee and request.form.get("fee") != "yes":
        return check_shown(here, matter, draft, fee_missing=True)
    if any(content_of(here, draft, each) is None for each in draft.files):
        return see_other(f"{address}/files?said=files-gone")
    return _hand_in(here, asked, draft)


def _hand_in(here: Here, asked: Asking, draft: Drafting) -> Submission:
    words, gate = words_of(here, asked, draft), here.gate
    made = asked.asked(draft.sid, author(here, asked.patient), words)
    routing = here.services.seal.sealed(made.routing, made.sid, made.patient)
    files = tuple(
        attachment(each.name, each.content_type, content_of(here, draft, each) or b"")
        for each in draft.files
    )
    steps = steps_for(
        replace(made, routing=routing, files=files),
        here.services.vocabulary,
        with_response=gate.may("QuestionnaireResponse", "create"),
        with_task=gate.may("Task", "create"),
        with_message=here.can_write,
    )
    draft.with_words(words)
    return hand_in(
        here,
        draft.sid,
        steps,
        title=subject_line(asked.topic, asked.subject, here.words.locale),
        form=draft.form,
        about=asked.subject.reference if asked.subject else "",
        files=len(files),
    )


# --- what it is about -------------------------------------------------------------------------


# --- what is decided, and said ----------------------------------------------------------------


# --- pages ------------------------------------------------------------------------------------
