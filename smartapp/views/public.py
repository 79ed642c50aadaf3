"""What is open to everybody: the front page, the language, the public keys, health."""

from __future__ import annotations

from flask import Blueprint, g, jsonify, request, url_for
from werkzeug.wrappers import Response

from smartapp.auth.keys import CACHE_SECONDS
from smartapp.config import Audience, Ehr, LaunchKind
from smartapp.errors import NotFound, StoreUnavailable
from smartapp.pages.welcome import ClinicCard, clinic_card, welcome_page
from smartapp.views import cookies
from smartapp.views.files import SANDBOX
from smartapp.views.here import View, services
from smartapp.views.language import locale_of_browser
from smartapp.views.show import see_other, show
from smartapp.words import LOCALES, Words, in_locale, words_for
from smartapp.workflow.brands import Clinic, clinics, logo_of

bp = Blueprint("public", __name__)


@bp.get("/")
def welcome() -> View:
    settings, policy = services().settings, services().policy
    words = words_for(locale_of_browser(), policy.calendar.zone)
    found = clinics(_for_patients(), services().transport)
    page = welcome_page(
        words,
        app_name=settings.app_name,
        clinics=tuple(_card(words, clinic) for clinic in found.open),
        not_connected=found.not_connected,
        urgent=in_locale(policy.urgent, words.locale),
    )
    return show("welcome", page)


def _for_patients() -> list[Ehr]:
    return [
        ehr
        for ehr in services().settings.ehrs
        if ehr.audience is not Audience.CLINICIAN and LaunchKind.STANDALONE in ehr.launches
    ]


def _card(words: Words, clinic: Clinic) -> ClinicCard:
    key = clinic.ehr.key
    return clinic_card(
        words,
        name=clinic.ehr.name,
        href=url_for("launch.standalone", key=key),
        also=clinic.also,
        city=clinic.city,
        logo=url_for("public.logo", key=key) if clinic.logo else "",
    )


@bp.get("/clinic/<key>/logo")
def logo(key: str) -> Response:
    found = clinics([ehr for ehr in _for_patients() if ehr.key == key], services().transport)
    picture = logo_of(found.open[0], services().transport) if found.open else None
    if picture is None:
        raise NotFound
    content, kind = picture
    g.own_policy = SANDBOX  # a picture may be a whole document: opened by itself it can do nothing
    return Response(content, content_type=kind)


@bp.post("/language")
def language() -> View:
    """Kept in a cookie that says nothing about anybody."""
    chosen = request.form.get("language", "")
    response = see_other(url_for("public.welcome"))
    if chosen in LOCALES:
        cookies.keep(
            response, cookies.LANGUAGE, chosen, LaunchKind.STANDALONE, cookies.LANGUAGE_SECONDS
        )
    return response


@bp.get("/keys/jwks.json")
def jwks() -> Response:
    ring = services().keys
    response = jsonify(ring.public_jwks() if ring else {"keys": []})
    response.headers["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    return response


@bp.get("/healthz")
def healthz() -> Response:
    """The process is alive."""
    return Response("ok\n", content_type="text/plain")


@bp.get("/readyz")
def readyz() -> Response:
    """It can keep sessions, so people may be sent to it."""
    try:
        services().store.ping()
    except StoreUnavailable:
        return Response("the session store does not answer\n", 503, content_type="text/plain")
    return Response("ok\n", content_type="text/plain")
