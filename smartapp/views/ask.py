"""Asking for something: which topic, what about, the questions, the check, one send."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from smartapp.errors import NotFound, NotOffered
from smartapp.fhir.message import attachment
from smartapp.launch import Role
from smartapp.pages import ask as pages
from smartapp.pages.files import files_shown
from smartapp.pages.menu import open_page
from smartapp.pages.shell import Link, Shell
from smartapp.sessions.submission import Submission
from smartapp.views import record
from smartapp.views.confidential import hidden_from_reader
from smartapp.views.documents import gate_of
from smartapp.views.drafting import (
    Drafting,
    author_here,
    begun,
    draft_of,
    form_name,
    new_draft,
)
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import sure_of_patient
from smartapp.views.rules import can_be_kept, has_read
from smartapp.views.sending import author, finish, hand_in, waiting
from smartapp.views.show import patient_shell, see_other, show
from smartapp.words import in_locale
from smartapp.workflow.asking import (
    LONGEST_NAME,
    WRITER,
    WRITER_NAME,
    WRITER_RELATION,
    Asking,
    fingerprint,
    subject_line,
)
from smartapp.workflow.first_use import search
from smartapp.workflow.forms import typed
from smartapp.workflow.matter import KINDS, Matter, Reader
from smartapp.workflow.policy.facts import Facts
from smartapp.workflow.policy.intake import AskedAbout, SelfService
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.refills import RefillCheck
from smartapp.workflow.submission import steps_for
from smartapp.workflow.uploads import Chosen

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
        readings=open_page(words, paths, here.gate, "readings") if here.can_ask else "",
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
    if topic.about.kind is not AskedAbout.NOTHING and not reference and not _is_chosen():
        return _choose(here, topic)
    matter = matter_of(here, topic, reference)
    elsewhere = _elsewhere(here, matter)
    if elsewhere is not None:
        return elsewhere
    draft = draft_of(author_here(here), topic, reference) or new_draft(here, matter)
    return _form(here, matter, draft, draft.shown_part())


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
        return _form(here, matter_of(here, topic, reference), draft, wrong, told=True)
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
    draft = draft_of(author_here(here), topic, reference)
    elsewhere = _elsewhere(here, matter)
    if elsewhere is not None:
        return elsewhere
    if draft is None or draft.next_part is not None:
        return see_other(here.paths.asking(code, reference))
    return _check(here, matter, draft)


@bp.post("/<code>/send")
@bp.post("/<handle>/<code>/send")
@requires_launch(Role.PATIENT)
def send(here: Here, code: str, handle: str = "") -> View:
    """Sends once: the same submission again only shows what became of the first."""
    sid = request.form.get("submission", "")
    topic, reference = named_topic(here, code, handle)
    known = here.services.outbox.find(sid, here.active.person)
    if known is None:
        draft = draft_of(author_here(here), topic, reference)
        g.kept_unsent = draft is not None
        matter = matter_of(here, topic, reference)
        elsewhere = _elsewhere(here, matter)
        if elsewhere is not None:
            return elsewhere
        address = here.paths.asking(code, reference)
        if draft is None or draft.sid != sid:
            return see_other(f"{address}?said=start-again")
        if draft.next_part is not None:
            return see_other(address)
        asked = _asking(here, matter, draft)
        if request.form.get("checked") != _fingerprint(here, asked, draft):
            return see_other(f"{address}/check?said=changed")
        if topic.fee and request.form.get("fee") != "yes":
            return _check(here, matter, draft, fee_missing=True)
        if any(content_of(here, draft, each) is None for each in draft.files):
            return see_other(f"{address}/files?said=files-gone")
        known = _hand_in(here, asked, draft)
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


def _hand_in(here: Here, asked: Asking, draft: Drafting) -> Submission:
    words, gate = _words(here, asked, draft), here.gate
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


def content_of(here: Here, draft: Drafting, file: Chosen) -> bytes | None:
    """None once the time is over for which it is kept."""
    return here.services.uploads.find(here.active.person, draft.form, file.id)


def named_topic(here: Here, code: str, handle: str) -> tuple[Topic, str]:
    topic = here.services.policy.topics.get(code)
    if topic is None or code in here.services.policy.forms.topics:
        raise NotFound("no such topic")
    if not handle:
        return topic, ""
    return topic, here.named(handle, *KINDS[topic.about.kind])


def _is_chosen() -> bool:
    return "about" in request.args or "step" in request.args


def _choose(here: Here, topic: Topic) -> View:
    """What is it about? Where nothing can be chosen and nothing has to be, nobody is asked."""
    if not here.can_ask:
        raise NotOffered(topic.code, "cannot arrive")
    words, paths = here.words, here.paths
    reader = _reader(here)
    patient, subjects = reader.loader.patient(), reader.choices(topic.about.kind)
    none = f"{paths.asking(topic.code)}?about=none"
    if subjects.is_known_empty and not topic.about.required:
        return see_other(none)
    kinds = Counter(each.reference.split("/", 1)[0] for each in subjects.items)
    record.viewed(here, patient.id, **kinds)
    page = pages.choose_page(
        words,
        patient_shell(
            here,
            in_locale(topic.words.title, words.locale),
            patient,
            back=Link(words("All that you can ask for"), paths.ask),
        ),
        topic=topic,
        subjects=[(each, paths.asking(topic.code, each.reference)) for each in subjects.items],
        whole=subjects.whole,
        other=paths.ask if topic.about.required else none,
    )
    return show("ask_choose", page)


def _reader(here: Here) -> Reader:
    return Reader(
        here.loader(),
        here.services.policy,
        here.words.locale,
        here.now,
        here.fhir_user,
        documents=gate_of(here),
        hidden=hidden_from_reader(here),
    )


def matter_of(here: Here, topic: Topic, reference: str) -> Matter:
    """What can be asked for. What keeps it from being sent is said before anything is typed."""
    if not here.can_ask:
        raise NotOffered(topic.code, "cannot arrive")
    return _reader(here).matter(topic, reference)


def _elsewhere(here: Here, matter: Matter) -> View | None:
    """Where to go instead, where this cannot be asked for: to the request, or to the reason."""
    asked = matter.blocking
    if asked is not None and asked.submission:
        return see_other(f"{here.paths.request(asked.submission)}?said=already-asked")
    handed_in = waiting(here, form_name(matter.topic, matter.reference))
    if handed_in:
        return see_other(f"{here.paths.request(handed_in.sid)}?said=already-asked")
    texts = _why_not(here, matter)
    if not texts:
        return None
    record.viewed(here, matter.patient.id, **_shown(matter))
    words, paths = here.words, here.paths
    links = {words("Ask for something else"): paths.ask}
    if matter.topic.refills:
        links = {words("Back to your medicines"): paths.medicines, **links}
    page = pages.instead_page(
        words,
        _shell(here, matter),
        topic=matter.topic,
        subject=matter.subject,
        texts=texts,
        links=links,
    )
    return show("ask_instead", page)


def _why_not(here: Here, matter: Matter) -> list[str]:
    words, phone = here.words, here.services.policy.phones.clinic
    if matter.exclusion is not None:
        return [in_locale(matter.exclusion.instead, words.locale)]
    private = matter.topic.confidentiality
    is_patient = _is_the_patient(here, matter.patient.id)
    if private and private.covers(matter.age) and not is_patient and not private.proxy_may_ask:
        return [in_locale(private.proxy, words.locale), words("Call us at {phone}.", phone=phone)]
    if matter.topic.about.required and matter.subject is None:
        return [words("Choose first what it is about.")]
    check = matter.offer.check if matter.offer else None
    if check is None or check.askable:
        return []
    return [*_refill_words(here, matter.topic, check), words("Call us at {phone}.", phone=phone)]


def _refill_words(here: Here, topic: Topic, check: RefillCheck) -> list[str]:
    words = here.words
    reason = topic.limits.words.get(check.reason)
    texts = [words("A refill of this medicine cannot be asked for now.")]
    if reason:
        texts.append(in_locale(reason, words.locale))
    if check.from_when is not None:
        texts.append(words("You can ask from {date}.", date=words.date(check.from_when)))
    return texts


def _shown(matter: Matter) -> dict[str, int]:
    return {matter.reference.split("/", 1)[0]: 1} if matter.reference else {}


# --- what is decided, and said ----------------------------------------------------------------


def _asking(here: Here, matter: Matter, draft: Drafting) -> Asking:
    return Asking(
        policy=here.services.policy,
        topic=matter.topic,
        subject=matter.subject,
        patient=matter.patient,
        person={**matter.person, **_another_writes(here, matter, draft)},
        answers=draft.filled.answers,
        language=here.words.locale,
        now=here.now,
    )


def _fingerprint(here: Here, asked: Asking, draft: Drafting) -> str:
    files = "\n".join(f"{each.id} {each.name}" for each in draft.files)
    return fingerprint(draft.answers, f"{_words(here, asked, draft)}\n{files}")


def _another_writes(here: Here, matter: Matter, draft: Drafting) -> Facts:
    """With the patient's own sign-in: the rules hear of it, too."""
    another = "other" in draft.answers.get(WRITER, ())
    is_meant = another and _is_the_patient(here, matter.patient.id)
    return {"someone-else-writes": True} if is_meant else {}


def _words(here: Here, asked: Asking, draft: Drafting) -> str:
    """The patient's own words, or else a plain sentence; and who really wrote them."""
    about = pages.subject_words(here.words, asked.subject)
    plain = in_locale(asked.topic.words.plain, here.words.locale).replace("{about}", about)
    said = asked.own_words() or plain
    writer = _writer(here, asked, draft)
    return f"{said}\n\n{writer}" if writer else said


def _writer(here: Here, asked: Asking, draft: Drafting) -> str:
    fields, words = draft.answers, here.words
    if "other" not in fields.get(WRITER, ()) or not _is_the_patient(here, asked.patient.id):
        return ""
    name, relation = (
        " ".join(typed(next(iter(fields.get(each, ())), "")).split())[:LONGEST_NAME]
        for each in (WRITER_NAME, WRITER_RELATION)
    )
    if relation:
        return words(
            "Written by {name} ({relation}), with the patient’s sign-in.",
            name=name,
            relation=relation,
        )
    return words("Written by {name}, with the patient’s sign-in.", name=name)


def _is_the_patient(here: Here, patient_id: str) -> bool:
    return here.fhir_user == f"Patient/{patient_id}"


# --- pages ------------------------------------------------------------------------------------


def _shell(here: Here, matter: Matter, *, failing: bool = False, back: Link | None = None) -> Shell:
    title = in_locale(matter.topic.words.title, here.words.locale)
    return patient_shell(here, title, matter.patient, failing=failing, back=back)


def _form(here: Here, matter: Matter, draft: Drafting, at: int, *, told: bool = False) -> View:
    """`told`: what is wrong is said once the person has gone on, not while they answer."""
    record.viewed(here, matter.patient.id, **_shown(matter))
    words, paths, policy = here.words, here.paths, here.services.policy
    address = paths.asking(matter.topic.code, matter.reference)
    back = (
        Link(words("Back"), f"{address}?step={at - 1}")
        if at
        else Link(words("All that you can ask for"), paths.ask)
    )
    before = matter.asked_before
    usual = matter.topic.rules[-1].route
    due = policy.calendar.with_week(usual.queue.week).due_after(here.now, usual.respond_within)
    is_patient = _is_the_patient(here, matter.patient.id)
    page = pages.ask_form_page(
        words,
        _shell(here, matter, failing=told, back=back),
        topic=matter.topic,
        subject=matter.subject,
        parts=draft.parts,
        at=at,
        posted=draft.answers,
        faults=draft.filled.faults if told else (),
        prefilled=frozenset(
            link for link, value in matter.known.items() if draft.answers.get(link) == [value]
        ),
        red_flags=_asking(here, matter, draft).decision().red_flags if at else (),
        notes=_notes(here, matter),
        before=Link(words("See that request"), paths.request(before.submission))
        if before and before.submission
        else None,
        who=in_locale(usual.queue.team, words.locale),
        by=words.day_and_time(due),
        writer=pages.writer_of(
            words, draft.answers, matter.patient.name or "", nameless=told and draft.is_nameless
        )
        if is_patient
        else None,
        action=address,
        submission=draft.sid,
        saved_until=draft.saved_until(words),
        slip=draft.slip(),
    )
    return show("ask_form", page, 422 if told else 200)


def _notes(here: Here, matter: Matter) -> list[str]:
    words = here.words
    notes = []
    private = matter.topic.confidentiality
    if private and private.covers(matter.age):
        is_patient = _is_the_patient(here, matter.patient.id)
        text = private.patient if is_patient else private.proxy
        notes.append(in_locale(text, words.locale))
    if matter.requests.failed or not matter.requests.whole:
        notes.append(
            words(
                "We could not check if you have asked for this before. You can ask all the same: "
                "the clinic sees if it is the same request twice."
            )
        )
    return notes


def _check(here: Here, matter: Matter, draft: Drafting, *, fee_missing: bool = False) -> View:
    asked = _asking(here, matter, draft)
    decision = asked.decision()
    words, policy = here.words, here.services.policy
    record.viewed(here, matter.patient.id, **_shown(matter))
    address = here.paths.asking(matter.topic.code, matter.reference)
    sent = _words(here, asked, draft)
    page = pages.ask_check_page(
        words,
        patient_shell(here, words("Check your answers"), matter.patient, failing=fee_missing),
        topic=matter.topic,
        subject=matter.subject,
        answers=asked.answers,
        red_flags=decision.red_flags,
        hints=[(each, _page_of(here, each)) for each in asked.self_service()]
        if not decision.red_flags
        else (),
        words_sent=sent,
        reason=in_locale(decision.reason.patient, words.locale),
        team=in_locale(policy.queue(decision.queue).team, words.locale),
        due=words.day_and_time(decision.due),
        fee_missing=fee_missing,
        action=f"{address}/send",
        submission=draft.sid,
        checked=_fingerprint(here, asked, draft),
        files=files_shown(words, draft.files),
        files_page=f"{address}/files" if matter.topic.attachments else "",
        slip=draft.slip(),
        change=f"{address}?step={len(draft.parts) - 1}",
    )
    return show("ask_check", page, 422 if fee_missing else 200)


def _page_of(here: Here, each: SelfService) -> str:
    """A page that this app has, by the name that the policy gives it."""
    return open_page(here.words, here.paths, here.gate, each.page.value) if each.page else ""
