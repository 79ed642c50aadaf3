"""The thin skin over the launch: cookies and redirects around the functions of launch.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from smartapp import audit
from smartapp.auth.discovery import Endpoints, discover
from smartapp.auth.scopes import ask
from smartapp.config import Audience, Ehr, LaunchKind
from smartapp.errors import (
    EhrError,
    LaunchExpired,
    MixedUp,
    RequestForged,
    SmartappError,
    UnknownIssuer,
)
from smartapp.fhir.people import Patient
from smartapp.launch import (
    AuthorizationRequest,
    Launched,
    PendingLaunch,
    Role,
    begin,
    check_return,
    finish,
    redeem,
    registration_for,
)
from smartapp.pages import menu
from smartapp.pages.leaving import leaving_page
from smartapp.pages.opening import opening
from smartapp.sessions.launches import PENDING_SECONDS, ActiveLaunch
from smartapp.transport import origin
from smartapp.views import cookies, record
from smartapp.views.ending import CLOSED, make_room
from smartapp.views.frame import instead_of_frame
from smartapp.views.here import View, services
from smartapp.views.language import locale_of_browser
from smartapp.views.show import see_other, show
from smartapp.words import LOCALES, words_for

bp = Blueprint("launch", __name__)


DESTINATIONS = frozenset({"document", "iframe", "frame"})

P = ParamSpec("P")


def on_record(view: Callable[P, View]) -> Callable[P, View]:
    """A launch that fails is put on record, whatever it failed at."""

    @wraps(view)
    def recorded(*args: P.args, **values: P.kwargs) -> View:
        g.data_free = True
        try:
            _check_destination()
            return view(*args, **values)
        except SmartappError as error:
            context = record.bare_context(g.get("ehr"))
            services().audit.record(audit.launch_denied(context, error.code))
            raise

    return recorded


def _check_destination() -> None:
    """A launch is for a window or a frame. A picture or a script on somebody's page that has this
    address would start one without anybody seeing it.
    """
    if request.headers.get("Sec-Fetch-Dest", "document") not in DESTINATIONS:
        raise RequestForged


@bp.get("/launch")
@on_record
def from_ehr() -> View:
    """The EHR opens the app. Nobody is contacted before `iss` is known."""
    settings = services().settings
    g.ehr = ehr = registration_for(settings, request.args.get("iss"), LaunchKind.EHR)
    launch = request.args.get("launch")
    return instead_of_frame(ehr, launch) or leave(ehr, LaunchKind.EHR, launch)


@bp.get("/launch/<key>")
@on_record
def standalone(key: str) -> View:
    """A patient starts from the front page."""
    g.ehr = ehr = services().settings.ehr(key)
    if ehr is None or LaunchKind.STANDALONE not in ehr.launches:
        raise UnknownIssuer
    return leave(ehr, LaunchKind.STANDALONE, None)


@bp.get("/callback/<key>")
@on_record
def back(key: str) -> View:
    """The `state` is used up before anything else happens, whatever comes of it."""
    g.ehr = ehr = services().settings.ehr(key)
    if ehr is None:
        raise UnknownIssuer
    pending = _pending(ehr)
    launched = _arrive(pending, ehr)
    room = make_room(services())
    active, secret = services().launches.open(_in_their_language(launched))
    patient = f"Patient/{launched.patient_id}" if launched.patient_id else ""
    context = record.context_of(active, ehr.client_id)
    services().audit.record(audit.session_opened(context, patient))
    _resume_outbox(active)
    said = f"?said={CLOSED}" if room.closed else ""
    response = see_other(f"/l/{active.lid}/{_first_page(active)}{said}")
    room.tidy(response, pending.kind)
    cookies.keep(response, cookies.session_cookie(active.lid), secret, pending.kind, None)
    cookies.drop(response, cookies.pending_cookie(pending.lid), pending.kind)
    return response


def leave(ehr: Ehr, kind: LaunchKind, launch: str | None) -> Response:
    own = services()
    endpoints = discover(ehr, own.transport)
    pending, asking = begin(
        ehr,
        endpoints,
        kind,
        launch=launch,
        scope=_scope(ehr, kind, endpoints),
        now=own.clock(),
        locale=_chosen_language(),
    )
    secret = own.launches.hold(pending)
    own.audit.record(audit.launch_started(record.bare_context(ehr), kind))
    response = _form_to(ehr, asking) if asking.by_post else see_other(asking.url)
    cookies.keep(response, cookies.pending_cookie(pending.lid), secret, kind, int(PENDING_SECONDS))
    return response


def _form_to(ehr: Ehr, asking: AuthorizationRequest) -> Response:
    """A form leads off this origin on this page alone. Browsers hold the rule against redirects
    too, and an EHR's login may pass through any number of hosts.
    """
    g.form_leads_to = f"{origin(asking.endpoint)} https:"
    words = words_for(locale_of_browser(), services().policy.calendar.zone)
    page = leaving_page(
        words,
        app_name=services().settings.app_name,
        clinic=ehr.name,
        action=asking.endpoint,
        fields=asking.parameters,
    )
    return show("leaving", page)


def _scope(ehr: Ehr, kind: LaunchKind, endpoints: Endpoints) -> str:
    """The set for this kind of person, and of it only what the EHR can grant."""
    for_patients = ehr.audience is Audience.PATIENT or (
        ehr.audience is Audience.BOTH and kind is LaunchKind.STANDALONE
    )
    configured = ehr.scopes["patient" if for_patients else "clinician"]
    try:
        declared = services().capability(ehr).creatable
    except EhrError:
        declared = frozenset()
    return ask(
        configured,
        capabilities=endpoints.capabilities,
        declared_create=declared,
        version=ehr.vendor.get("scopes"),
    )


def _chosen_language() -> str | None:
    chosen = cookies.remembered_language()
    return chosen if chosen in LOCALES else None


def _pending(ehr: Ehr) -> PendingLaunch:
    state = request.args.get("state", "")
    lid = services().launches.lid_of(state)
    if lid is None:
        raise LaunchExpired
    secret = request.cookies.get(cookies.pending_cookie(lid))
    pending = services().launches.take_pending(state, secret)
    if pending.ehr_key != ehr.key:
        raise MixedUp("the answer came to the callback of another registration")
    return pending


def _arrive(pending: PendingLaunch, ehr: Ehr) -> Launched:
    own = services()
    code = check_return(pending, request.args, now=own.clock())
    ehr = ehr.at(pending.iss)
    endpoints = discover(ehr, own.transport)
    answer = redeem(
        pending, ehr, endpoints, code, keys=own.keys, transport=own.transport, now=own.clock()
    )
    return finish(pending, ehr, endpoints, answer, transport=own.transport, now=own.clock())


def _in_their_language(launched: Launched) -> Launched:
    """The first read of every session: is this the record that we were told to open?

    It also says which language the patient prefers, where they have not chosen one.
    """
    if launched.patient_id is None:
        return launched
    client = services().first_read(launched)
    patient = Patient.from_fhir(client.read(f"Patient/{launched.patient_id}"))
    if launched.user.role is Role.STAFF or launched.locale or patient.language not in LOCALES:
        return launched
    return replace(launched, locale=patient.language)


def _first_page(active: ActiveLaunch) -> str:
    """Staff start with the queue, or with the work that the EHR names; for patients the EHR may
    mean a certain page.
    """
    launched = active.launched
    if launched.user.role is Role.STAFF:
        named = launched.fhir_context or launched.app_context or launched.intent
        return "meant" if named else ""
    if not (launched.intent or launched.app_context):
        return ""
    try:
        pages = menu.offered(words_for(launched.locale or LOCALES[0]), services().gate(active))
    except EhrError:
        return ""
    return opening(launched.intent, launched.app_context, pages) or ""


def _resume_outbox(active: ActiveLaunch) -> None:
    """What waited for its author goes on with the fresh token; the sweep does the rest."""
    outbox = services().outbox
    for submission in outbox.of(active.person):
        if not submission.is_finished:
            outbox.give_token(submission.sid, active.person, active.launched.token)
