"""The addresses of the SMART server, and the pages on the way to a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from sandbox import brands
from sandbox.directory import Directory
from sandbox.people import Login
from sandbox.smart import authorization, discovery, scopes
from sandbox.smart.authorization import Waiting
from sandbox.smart.oauth_request import SmartRequest
from sandbox.smart.server import SmartServer
from sandbox.smart.shelf import Shelf

bp = Blueprint("smart", __name__)


@dataclass(frozen=True)
class FrontDesk:
    """What the pages of this module work with."""

    server: SmartServer
    directory: Directory
    waiting: Shelf[Waiting]

    @classmethod
    def of(cls, server: SmartServer, directory: Directory) -> FrontDesk:
        return cls(server, directory, Shelf(authorization.WAITING_SECONDS, server.clock))


def desk() -> FrontDesk:
    return cast(FrontDesk, current_app.extensions["smart"])


# --- what the server says about itself --------------------------------------------------------


@bp.get("/fhir/.well-known/smart-configuration")
def smart_configuration() -> Response:
    server = desk().server
    styled = "smart_style_url" in server.settings.extras
    said = discovery.smart_configuration(server.endpoints, style=styled)
    return jsonify(said | brands.stated(server.addresses))


@bp.get(brands.PATH)
def user_access_brands() -> Response:
    """For apps in browsers too, and again only where it has changed, as SMART asks."""
    answer = jsonify(brands.bundle(desk().server.addresses))
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.content_type = "application/fhir+json"
    answer.add_etag(weak=True)
    return cast(Response, answer.make_conditional(request))


@bp.get("/.well-known/openid-configuration")
@bp.get("/fhir/.well-known/openid-configuration")
def openid_configuration() -> Response:
    """At the FHIR base too, for when the settings make that the issuer."""
    return jsonify(discovery.openid_configuration(desk().server.endpoints))


@bp.get("/oauth/jwks.json")
def jwks() -> Response:
    answer = jsonify(desk().server.keys.published())
    answer.cache_control.max_age = 60
    return answer


# --- for programs -----------------------------------------------------------------------------


@bp.post("/oauth/token")
def token() -> Response:
    return cast(Response, desk().server.create_token_response())


@bp.post("/oauth/introspect")
def introspect() -> Response:
    return cast(Response, desk().server.create_endpoint_response("introspection"))


@bp.post("/oauth/revoke")
def revoke() -> Response:
    return cast(Response, desk().server.create_endpoint_response("revocation"))


# --- for people -------------------------------------------------------------------------------


@bp.route("/oauth/authorize", methods=["GET", "POST"])
def authorize() -> AnyResponse | tuple[str, int]:
    server = desk().server
    parameters = request.form if request.method == "POST" else request.args
    asked = SmartRequest(parameters, request.headers, request.method)
    try:
        waiting = authorization.begin(server, asked)
    except OAuth2Error as error:
        if error.redirect_uri:
            return server.refuse_authorization(asked, error)
        return render_template("smart/refused.html", error=error), 400
    if waiting.login and waiting.client.part_of_chart:
        everything = " ".join(waiting.offered_scopes)
        return authorization.approve(server, waiting, waiting.login, everything)
    return _on_to(desk().waiting.put(waiting), waiting)


@bp.get("/oauth/login/<name>")
def login_page(name: str) -> str:
    waiting = _waiting(name)
    people = desk().directory.with_role(waiting.client.roles)
    return render_template("smart/login.html", name=name, waiting=waiting, people=people)


@bp.post("/oauth/login/<name>")
def log_in(name: str) -> AnyResponse:
    waiting = _waiting(name)
    login = desk().directory.login(request.form.get("username", ""))
    if login is None or login.role not in waiting.client.roles or waiting.from_ehr:
        abort(400)
    return _settle(name, waiting, waiting.logged_in(login))


@bp.get("/oauth/patient/<name>")
def patient_page(name: str) -> str:
    waiting, login = _logged_in(name)
    cards = desk().directory.cards_for(login)
    return render_template("smart/patient.html", name=name, waiting=waiting, cards=cards)


@bp.post("/oauth/patient/<name>")
def choose_patient(name: str) -> AnyResponse:
    waiting, login = _logged_in(name)
    card = desk().directory.card_for(login, request.form.get("patient", ""))
    if card is None or not waiting.wants_patient:
        abort(400)
    return _settle(name, waiting, waiting.for_patient(card.id))


@bp.get("/oauth/consent/<name>")
def consent_page(name: str) -> str:
    waiting, login = _logged_in(name)
    card = desk().directory.card_for(login, waiting.context.patient or "")
    return render_template("smart/consent.html", name=name, waiting=waiting, card=card)


@bp.post("/oauth/consent/<name>")
def consent(name: str) -> AnyResponse:
    waiting, login = _logged_in(name)
    if _next_step(waiting) != "consent_page":
        abort(400)
    desk().waiting.take(name)
    kept = scopes.narrowed(waiting.offered_scopes, request.form.getlist("allow"))
    return authorization.approve(desk().server, waiting, login, kept)


@bp.post("/oauth/cancel/<name>")
def cancel(name: str) -> AnyResponse:
    waiting = _waiting(name)
    desk().waiting.take(name)
    return authorization.deny(desk().server, waiting)


@bp.get("/oauth/manage")
def manage() -> str:
    """Where people see and end what they allowed."""
    people = desk().directory.with_role({"patient"})
    return render_template("smart/manage.html", people=people, ended="")


@bp.post("/oauth/manage")
def end_access() -> str:
    login = desk().directory.login(request.form.get("username", "")) or abort(400)
    desk().server.tokens.end_all(login.username)
    people = desk().directory.with_role({"patient"})
    return render_template("smart/manage.html", people=people, ended=login.name)


@bp.errorhandler(410)
def over(_: Exception) -> tuple[str, int]:
    return render_template("smart/over.html"), 410


def _waiting(name: str) -> Waiting:
    return desk().waiting.find(name) or abort(410)


def _logged_in(name: str) -> tuple[Waiting, Login]:
    waiting = _waiting(name)
    return waiting, waiting.login or abort(400)


def _settle(name: str, before: Waiting, after: Waiting) -> AnyResponse:
    if not desk().waiting.swap(name, before, after):
        abort(410)
    return _on_to(name, after)


def _on_to(name: str, waiting: Waiting) -> AnyResponse:
    return redirect(url_for(f"smart.{_next_step(waiting)}", name=name), code=303)


def _next_step(waiting: Waiting) -> str:
    if waiting.login is None:
        return "login_page"
    if waiting.wants_patient and waiting.context.patient is None:
        return "patient_page"
    return "consent_page"
