"""Home readings: typed in or copied from a meter's file, checked, and sent once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from smartapp.errors import NotFound, NotOffered
from smartapp.fhir.element import Json
from smartapp.fhir.message import new_message
from smartapp.fhir.people import Patient
from smartapp.fhir.routing import Routing
from smartapp.fhir.section import Section, section_of
from smartapp.fhir.task import new_task
from smartapp.launch import Role
from smartapp.pages import readings as pages
from smartapp.pages.shell import Link
from smartapp.sessions.submission import Step, SubmissionState
from smartapp.views import record
from smartapp.views.confidential import kept_from_proxies
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import sure_of_patient
from smartapp.views.sending import author, finish, hand_in, waiting
from smartapp.views.show import patient_shell, see_other, show
from smartapp.words import in_locale
from smartapp.workflow.loading import as_found
from smartapp.workflow.policy.readings import ReadingKind, TrendRule
from smartapp.workflow.readings import (
    Entry,
    Read,
    in_words,
    new_series,
    questionnaire_of,
    raised,
    read_lines,
    series_of,
    summary_of,
    together,
)
from smartapp.workflow.requests import HOME_READINGS
from smartapp.workflow.submission import placeholder, step

bp = Blueprint("readings", __name__, url_prefix="/l/<lid>/readings")

TOPIC = "medical-question"  # whose replies and outcomes staff have for an item of readings
CONTROLS = {"csrf_token", "slip", "then", "checked", "submission"}


@dataclass(frozen=True)
class Typed:
    """What somebody typed on one kind of reading, as it is kept."""

    kind: ReadingKind
    sid: str
    fields: Mapping[str, str]

    @property
    def lines(self) -> str:
        """One reading from the fields is one line more."""
        numbers = [self.fields.get(each.code, "") for each in self.kind.measures]
        day = self.fields.get("date", "")
        one = [day, self.fields.get("time", ""), *numbers] if day or any(numbers) else []
        typed = ";".join(part for part in one if part)
        return "\n".join(part for part in (self.fields.get("lines", ""), typed) if part.strip())

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.lines.encode()).hexdigest()


@bp.get("")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def kinds(here: Here) -> View:
    patient = here.loader().patient()
    record.viewed(here, patient.id)
    shell = patient_shell(here, here.words("Home readings"), patient)
    instead = "" if _possible(here) else _not_here(here)
    policy = here.services.policy
    page = pages.readings_page(here.words, shell, here.paths, policy=policy, instead=instead)
    return show("readings", page)


@bp.get("/<code>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def ask(here: Here, code: str) -> View:
    kind = _kind(here, code)
    return _elsewhere(here, kind) or _form(here, kind, _typed(here, kind))


@bp.post("/<code>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def answer(here: Here, code: str) -> View:
    kind = _kind(here, code)
    typed = _keep(here, _typed(here, kind), dict(request.form.items()))
    if request.form.get("then") == "keep":
        return Response(status=204)
    if request.form.get("then") == "save":
        return see_other(f"{here.paths.page('readings')}?said=saved")
    read = _read(here, typed)
    if read.faults or not read.entries:
        return _form(here, kind, typed, read)
    return see_other(f"{here.paths.reading(code)}/check")


@bp.get("/<code>/check")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def check(here: Here, code: str) -> View:
    kind = _kind(here, code)
    typed = _typed(here, kind)
    read = _read(here, typed)
    if read.faults or not read.entries:
        return see_other(here.paths.reading(code))
    return _elsewhere(here, kind) or _check(here, kind, typed, read)


@bp.post("/<code>/send")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def send(here: Here, code: str) -> View:
    """Sends once: the same submission again only shows what became of the first."""
    kind, sid = _kind(here, code), request.form.get("submission", "")
    known = here.services.outbox.find(sid, here.active.person)
    if known is None:
        typed = _typed(here, kind)
        g.kept_unsent = bool(typed.fields)
        elsewhere = _elsewhere(here, kind)
        if elsewhere is not None:
            return elsewhere
        read = _read(here, typed)
        address = here.paths.reading(code)
        if typed.sid != sid or read.faults or not read.entries:
            return see_other(f"{address}?said=start-again")
        if request.form.get("checked") != typed.fingerprint:
            return see_other(f"{address}/check?said=changed")
        patient, before = _loaded(here, kind)
        known = hand_in(
            here,
            sid,
            _steps(here, kind, sid, patient, before, read.entries),
            title=f"{here.words('Home readings')}: {in_locale(kind.name, here.words.locale)}",
            form=_form_name(kind),
        )
    finish(here, known)
    return see_other(here.paths.request(sid))


# --- what is typed ----------------------------------------------------------------------------


def _kind(here: Here, code: str) -> ReadingKind:
    kind = here.services.policy.readings.get(code)
    if kind is None:
        raise NotFound("nothing of the kind is measured")
    if not _possible(here):
        raise NotOffered("readings", "cannot arrive")
    return kind


def _possible(here: Here) -> bool:
    """A series that only the patient's own words carried could not be compared with the next."""
    return here.can_write and here.gate.may("QuestionnaireResponse", "create")


def _not_here(here: Here) -> str:
    words, phone = here.words, here.services.policy.phones.clinic
    reason = words("Your clinic’s system does not take home readings here.")
    return f"{reason} {words('Call the clinic at {phone}.', phone=phone)}"


def _form_name(kind: ReadingKind) -> str:
    return f"reading:{kind.code}"


def _typed(here: Here, kind: ReadingKind) -> Typed:
    draft = here.services.drafts.find(here.active.person, _form_name(kind))
    fields = {name: got[0] for name, got in draft.fields.items() if got} if draft else {}
    sid = fields.pop("submission", "")
    sent = here.services.outbox.find(sid, here.active.person) if sid else None
    is_over = sent is not None and sent.state is SubmissionState.REFUSED
    if not sid or is_over:
        return _keep(here, Typed(kind, str(uuid4()), fields), fields)
    return Typed(kind, sid, fields)


def _keep(here: Here, typed: Typed, posted: Mapping[str, str]) -> Typed:
    known = {"date", "time", "lines", *(each.code for each in typed.kind.measures)}
    fields = {name: text for name, text in posted.items() if name in known}
    kept = {name: [text] for name, text in {**fields, "submission": typed.sid}.items()}
    here.services.drafts.save(here.active.person, here.role, _form_name(typed.kind), kept)
    g.kept_unsent = True
    return Typed(typed.kind, typed.sid, fields)


def _read(here: Here, typed: Typed) -> Read:
    zone = here.services.policy.calendar.zone
    return read_lines(typed.kind, typed.lines, zone, here.now)


def _elsewhere(here: Here, kind: ReadingKind) -> View | None:
    handed_in = waiting(here, _form_name(kind))
    if handed_in is None:
        return None
    return see_other(f"{here.paths.request(handed_in.sid)}?said=already-asked")


# --- what was sent before ---------------------------------------------------------------------


def _loaded(here: Here, kind: ReadingKind) -> tuple[Patient, Section[tuple[Entry, ...]]]:
    loader = here.loader()
    form = questionnaire_of(kind, here.services.vocabulary)
    if not here.gate.may("QuestionnaireResponse", "search-type"):
        return loader.patient(), Section(whole=False)
    got = loader.all_of(
        patient=loader.patient,
        before=lambda: loader.search("QuestionnaireResponse", ("questionnaire", form), fresh=True),
    )
    before = section_of(as_found(got["before"]), partial(_of_this_kind, kind, form))
    return sure_of_patient(got["patient"]), before


def _of_this_kind(kind: ReadingKind, form: str, json: Json) -> tuple[Entry, ...] | None:
    """Whoever does not understand the question answers with every form there is."""
    is_ours = str(json.get("questionnaire", "")).split("|")[0] == form
    return series_of(kind, json) if is_ours else None


def _steps(
    here: Here,
    kind: ReadingKind,
    sid: str,
    patient: Patient,
    before: Section[tuple[Entry, ...]],
    new: tuple[Entry, ...],
) -> tuple[Step, ...]:
    """The series, the words to it, and the work: as with everything that is asked."""
    vocabulary, policy, gate = here.services.vocabulary, here.services.policy, here.gate
    who, whose = author(here, patient), f"Patient/{patient.id}"
    series = together(*before.items, new)
    decided = _routing(here, kind, raised(kind, series, here.now), summary_of(kind, new, series))
    routing = here.services.seal.sealed(decided, sid, whose)
    topic = policy.topics.get(TOPIC)
    about = (TOPIC if topic else "", _title(kind))
    response = placeholder(sid, "response")
    body = new_series(
        kind,
        new,
        vocabulary=vocabulary,
        version=policy.version,
        identifier=sid,
        patient=whose,
        author=who,
        authored=here.now,
        language=here.words.locale,
    )
    message = new_message(
        vocabulary=vocabulary,
        identifier=sid,
        topic=about,
        subject_line=_title(kind),
        patient=whose,
        sender=who,
        sent=here.now,
        words=here.words(
            "My home readings: {count} new. The newest is {reading}.",
            count=len(new),
            reading=in_words(kind, new[-1], here.words.locale),
        ),
        about=((response, ""),),
        priority=routing.priority,
        language=here.words.locale,
        routing=routing,
    )
    steps = [
        step(body, vocabulary.response, sid, whose),
        step(message, vocabulary.message, sid, whose),
    ]
    if gate.may("Task", "create"):
        work = new_task(
            vocabulary=vocabulary,
            identifier=sid,
            thread=sid,
            topic=about,
            description=_title(kind),
            patient=whose,
            requester=who,
            focus=placeholder(sid, "message"),
            answers=response,
            about=(),
            routing=routing,
            queue_words=in_locale(policy.queue(routing.queue).name, "en"),
            authored=here.now,
        )
        steps.append(step(work, vocabulary.task, sid, whose))
    return tuple(steps)


def _title(kind: ReadingKind) -> str:
    return f"{HOME_READINGS}: {kind.name['en']}"


def _routing(here: Here, kind: ReadingKind, rule: TrendRule | None, summary: str) -> Routing:
    policy = here.services.policy
    route = rule.route if rule else kind.otherwise
    reason = rule.reason if rule else kind.otherwise_reason
    return Routing(
        queue=route.queue.code,
        priority=route.priority,
        due=policy.calendar.with_week(route.queue.week).due_after(here.now, route.respond_within),
        rule=f"reading-{kind.code}-{rule.name if rule else 'otherwise'}",
        reason=in_locale(reason.staff, "en"),
        policy_version=policy.version,
        summary=summary,
        red_flags=(rule.name,) if rule is not None and rule.do_now is not None else (),
    )


# --- pages ------------------------------------------------------------------------------------


def _form(here: Here, kind: ReadingKind, typed: Typed, read: Read | None = None) -> View:
    patient, before = _loaded(here, kind)
    record.viewed(here, patient.id, QuestionnaireResponse=len(before.items))
    back = Link(here.words("Home readings"), here.paths.page("readings"))
    title = in_locale(kind.name, here.words.locale)
    page = pages.reading_form_page(
        here.words,
        patient_shell(here, title, patient, failing=read is not None, back=back),
        kind=kind,
        posted=dict(typed.fields),
        faults=read.faults if read else (),
        missing=read is not None and not read.faults,
        before=together(*before.items),
        whole=before.whole,
        action=here.paths.reading(kind.code),
        slip=here.services.drafts.slip(here.active.person, here.role, _form_name(kind)),
    )
    return show("reading_form", page, 422 if read else 200)


def _check(here: Here, kind: ReadingKind, typed: Typed, read: Read) -> View:
    patient, before = _loaded(here, kind)
    record.viewed(here, patient.id, QuestionnaireResponse=len(before.items))
    series = together(*before.items, read.entries)
    rule = raised(kind, series, here.now)
    routing = _routing(here, kind, rule, "")
    team = here.services.policy.queue(routing.queue).team
    address = here.paths.reading(kind.code)
    page = pages.reading_check_page(
        here.words,
        patient_shell(here, here.words("Check your readings"), patient),
        kind=kind,
        new=read.entries,
        before=together(*before.items),
        whole=before.whole,
        rule=rule,
        team=in_locale(team, here.words.locale),
        due=here.words.day_and_time(routing.due) if routing.due else "",
        action=f"{address}/send",
        submission=typed.sid,
        slip=here.services.drafts.slip(here.active.person, here.role, _form_name(kind)),
        checked=typed.fingerprint,
        change=address,
    )
    return show("reading_check", page)
