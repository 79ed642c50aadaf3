"""The one place that decides how each failure looks: its status, its page, its support code."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import Flask, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response

from smartapp import errors
from smartapp.auth.discovery import ours
from smartapp.config import Ehr, LaunchKind
from smartapp.logs import REQUEST_ID
from smartapp.pages.problem import OF_THE_EHR, ProblemPage, explain, problem_page
from smartapp.pages.shell import Link
from smartapp.sessions.launches import ActiveLaunch
from smartapp.views import record
from smartapp.views.drafting import keep_after_the_end
from smartapp.views.framing import is_framed
from smartapp.views.headers import forget_pages
from smartapp.views.here import services
from smartapp.views.language import locale_of_browser
from smartapp.views.show import outside, show, within
from smartapp.words import Words, words_for

log = logging.getLogger("smartapp.views")

STATUSES: tuple[tuple[type[errors.SmartappError], int], ...] = (
    (errors.UnknownIssuer, 400),
    (errors.DiscoveryFailed, 502),
    (errors.TokenRefused, 502),
    (errors.TokenMalformed, 502),
    (errors.AccessDenied, 403),
    (errors.ActingEnded, 403),
    (errors.LaunchFailed, 400),
    (errors.StoreUnavailable, 503),
    (errors.DraftTooLarge, 413),
    (errors.SessionError, 401),
    (errors.TokenNotAccepted, 401),
    (errors.RequestForged, 403),
    (errors.WrongRole, 403),
    (errors.LinkExpired, 410),
    (errors.DocumentChanged, 410),
    (errors.DocumentKeptBack, 403),
    (errors.DocumentElsewhere, 404),
    (errors.NotFound, 404),
    (errors.NotOffered, 403),
    (errors.NotAllowed, 403),
    (errors.EhrBusy, 503),
    (errors.EhrTooSlow, 504),
    (errors.EhrError, 502),
    (errors.ClaimLost, 409),
    (errors.AuditUnavailable, 503),
)
UNAVAILABLE = 503
A_MOMENT = 5.0  # seconds, where nobody said after how many to try again
OVER = (errors.NoSession, errors.TicketUsed, errors.ContextChanged, errors.TokenNotAccepted)
DENIALS = (errors.RequestForged, errors.WrongRole)
HTTP_CODES = {404: "missing-page", 405: "missing-page", 413: "too-many"}
TEXT = {"text", "string"}  # the types of questions that are answered in a person's own words
ANSWER = "text"  # what staff write
LONGEST_KEPT = 5000
LAST_RESORT = (
    "Something went wrong. Try again in a minute. If it is urgent, call the clinic.\n"
    "Algo salió mal. Intente otra vez en un minuto. Si es urgente, llame a la clínica.\n"
)


def register(app: Flask) -> None:
    app.register_error_handler(errors.SmartappError, named)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, unexpected)


def named(error: errors.SmartappError) -> Response:
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
    log.warning("failed", extra={"code": error.code, "status": status})
    if isinstance(error, DENIALS):
        record.denied(services(), error.code)
    if isinstance(error, OVER) and g.get("own_form") and keep_after_the_end(services()):
        g.kept_unsent = True
    way_in = _way_in(error)
    response = _page(error.code, status, way_in)
    if way_in is not None:
        forget_pages(response)
    if status == UNAVAILABLE:
        told = error.retry_after if isinstance(error, errors.EhrBusy) else None
        response.headers["Retry-After"] = str(int(told or A_MOMENT) + 1)
    return response


def of_http(error: HTTPException) -> Response:
    status = error.code or 500
    return _page(HTTP_CODES.get(status, "unexpected"), status)


def unexpected(error: Exception) -> Response:
    log.error("unexpected", exc_info=error)
    try:
        return _page("unexpected", 500)
    except Exception:
        # The page for this is broken too. Better a bare sentence than a bare connection.
        log.exception("the error page failed")
        return Response(LAST_RESORT, 500, content_type="text/plain; charset=utf-8")


@dataclass(frozen=True)
class WayIn:
    """How somebody whose session is over gets in again."""

    href: str  # empty where only a launch from the EHR leads in


def _way_in(error: errors.SmartappError) -> WayIn | None:
    """None where there is a session still, or never was a question of one."""
    if not isinstance(error, OVER):
        return None
    active: ActiveLaunch | None = g.get("active")
    key = active.launched.ehr_key if active else getattr(error, "ehr_key", "")
    ehr = services().settings.ehr(key)
    if (
        is_framed()
        or isinstance(error, errors.TicketUsed)
        or (ehr is not None and LaunchKind.STANDALONE not in ehr.launches)
    ):
        return WayIn("")
    return WayIn(f"/launch/{ehr.key}" if ehr else "/")


def _page(code: str, status: int, way_in: WayIn | None = None) -> Response:
    g.data_free = True
    return show("problem", problem(code, way_in), status)


def problem_of(error: errors.SmartappError) -> ProblemPage:
    return problem(error.code, _way_in(error))


def problem(code: str, way_in: WayIn | None = None) -> ProblemPage:
    """The page for a failure, inside the session where there is one."""
    words: Words = g.get("words") or words_for(locale_of_browser(), services().policy.calendar.zone)
    by_ehr, phone = way_in is not None and not way_in.href, services().policy.phones.clinic
    explanation = explain(words, code, by_ehr=by_ehr, phone=phone)
    once_more = _same_page(words, code)
    if g.get("kept_unsent"):
        kept = words("Your answers are kept. Nothing is sent yet.")
        if way_in:
            kept = words("Nothing was sent. Your answers are kept: sign in, check and send.")
        explanation = replace(explanation, nothing_lost=kept)
    page = problem_page(
        words,
        explanation,
        app_name=services().settings.app_name,
        support_code=f"{code}-{REQUEST_ID.get()[:8]}",
        again=_sign_in(words, way_in) if way_in else once_more or _again(words),
        others=(*((_again(words),) if once_more else ()), *_others(words, code)),
        kept=_kept(words),
    )
    active: ActiveLaunch | None = g.get("active")
    return within(page, active) if active and not way_in else outside(page)


def _sign_in(words: Words, way_in: WayIn) -> Link | None:
    return Link(words("Sign in again"), way_in.href) if way_in.href else None


def _same_page(words: Words, code: str) -> Link | None:
    """Where the EHR did not answer, what somebody wanted to see is one tap away."""
    if code not in OF_THE_EHR or request.method != "GET" or g.get("active") is None:
        return None
    return Link(words("Load the page again"), request.full_path.rstrip("?"))


def _again(words: Words) -> Link:
    """Inside a session back to its start, outside to the front page: never a dead end."""
    active = g.get("active")
    if active is not None and request.blueprint == "documents":
        return Link(words("Go to your documents"), f"/l/{active.lid}/documents")
    if active is not None:
        return Link(words("Go to the start page"), f"/l/{active.lid}/")
    return Link(words("Go to the front page"), "/")


def _others(words: Words, code: str) -> tuple[Link, ...]:
    """A launch that failed can be tried again, and an EHR may have more to say about it."""
    ehr: Ehr | None = g.get("ehr")
    if ehr is None or is_framed() or not code.startswith("launch"):
        return ()
    links = []
    if LaunchKind.STANDALONE in ehr.launches:
        links.append(Link(words("Start again"), f"/launch/{ehr.key}"))
    more = ours(request.args.get("error_uri"), ehr, services().transport)
    if more and "error" in request.args:
        links.append(Link(words("Read what your clinic’s system says about this"), more))
    return tuple(links)


def _kept(words: Words) -> tuple[tuple[str, str], ...]:
    """What was typed comes back with the failure, so that it can be copied: also where the
    session could not be found, but never what another site made this browser send.
    """
    if not g.get("own_form"):
        return ()
    try:
        typed = [text for name in _text_fields() for text in request.form.getlist(name)]
    except RequestEntityTooLarge:
        return ()
    return tuple((words("Your text"), text[:LONGEST_KEPT]) for text in typed if text.strip())


def _text_fields() -> Iterator[str]:
    yield ANSWER
    for topic in services().policy.topics.values():
        questions = topic.questionnaire.all_items()
        yield from (question.link_id for question in questions if question.type in TEXT)
