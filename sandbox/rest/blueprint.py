"""The FHIR base on Flask: headers, bodies and statuses around the interactions."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import Blueprint, Response, current_app, g, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import HTTPException

from sandbox.capability import capability_statement
from sandbox.faults import Faults
from sandbox.grants import Grant, Rights
from sandbox.profiles import OPEN, Manner
from sandbox.references import Resource, key_of
from sandbox.rest import bundles
from sandbox.rest.interactions import Caller, Reply
from sandbox.rest.outcome import ALL_OK, Issue, Problem, outcome, problem
from sandbox.rest.paging import Pages
from sandbox.rest.searchset import PAGE_PARAMETER
from sandbox.rest.validation import parsed
from sandbox.store import Store

FHIR_JSON = "application/fhir+json"
_JSON_TYPES = (FHIR_JSON, "application/json")
_WHOLE = "return=representation"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def fhir_blueprint(
    store: Store,
    *,
    grant_of: Callable[[str], Grant | None],
    base_url: Callable[[], str],
    faults: Faults,
    oauth_uris: Callable[[], Mapping[str, str]] = dict,
    manner: Callable[[], Manner] = lambda: OPEN,
    clock: Callable[[], float] = time.time,
) -> Blueprint:
    """`grant_of` knows what a bearer token stands for; `base_url` is the FHIR base's address;
    `manner` is how the server behaves at this moment.
    """
    fhir = Blueprint("fhir", __name__, url_prefix="/fhir")
    pages = Pages()

    @fhir.before_request
    def authorize() -> None:
        _refuse_other_formats()
        if request.endpoint == "fhir.metadata" or request.method == "OPTIONS":
            return
        grant = _grant(grant_of)
        faults.name_caller(request.environ, grant.user)
        g.fhir_caller = Caller(
            store, pages, grant, Rights(store, grant), base_url().rstrip("/"), manner(), clock
        )

    @fhir.get("/metadata")
    def metadata() -> Response:
        return _json_response(
            capability_statement(base_url().rstrip("/"), oauth_uris(), manner().stated)
        )

    _add_interactions(fhir)
    _add_errors(fhir)
    return fhir


def _add_interactions(fhir: Blueprint) -> None:
    @fhir.get("/<type_>")
    def search(type_: str) -> Response:
        page = request.args.get(PAGE_PARAMETER)
        if page is not None:
            return _answer(_caller().turn(type_, page))
        asked = request.args.items(multi=True)
        return _answer(_caller().search(type_, asked, strict=_prefers("handling=strict")))

    @fhir.post("/<type_>/_search")
    def search_by_form(type_: str) -> Response:
        if request.mimetype not in ("application/x-www-form-urlencoded", ""):
            raise problem(415, "not-supported", "A search is posted as a form")
        asked = (*request.args.items(multi=True), *request.form.items(multi=True))
        return _answer(_caller().search(type_, asked, strict=_prefers("handling=strict")))

    @fhir.get("/<type_>/<id_>")
    def read(type_: str, id_: str) -> Response:
        reply = _caller().read(type_, id_)
        return _raw(reply) if type_ == "Binary" and _wants_raw(reply.resource) else _answer(reply)

    @fhir.get("/<type_>/<id_>/_history/<version>")
    def vread(type_: str, id_: str, version: str) -> Response:
        return _answer(_caller().vread(type_, id_, version))

    @fhir.get("/<type_>/<id_>/_history")
    def history(type_: str, id_: str) -> Response:
        return _answer(_caller().history(type_, id_))

    @fhir.post("/<type_>")
    def create(type_: str) -> Response:
        condition = request.headers.get("If-None-Exist")
        return _written(_caller().create(_body(), type_, if_none_exist=condition))

    @fhir.put("/<type_>/<id_>")
    def update(type_: str, id_: str) -> Response:
        if_match = request.headers.get("If-Match")
        return _written(_caller().update(_body(), type_, id_, if_match=if_match))

    @fhir.post("")
    @fhir.post("/")
    def bundle() -> Response:
        if not _caller().manner.transaction and _body().get("type") == "transaction":
            raise problem(400, "not-supported", "This server does no transactions")
        return _answer(bundles.answer(_caller(), _body()))

    @fhir.route("", methods=_METHODS)
    @fhir.route("/<path:path>", methods=_METHODS)
    def anything_else(path: str = "") -> Response:
        if request.method in ("PATCH", "DELETE"):
            raise problem(405, "not-supported", f"This server does no {request.method}")
        raise problem(404, "not-supported", f"This server has no {request.method} {path}")


def _add_errors(fhir: Blueprint) -> None:
    @fhir.errorhandler(Problem)
    def refused(wrong: Problem) -> Response:
        return _json_response(outcome(wrong.issues), wrong.status, wrong.headers)

    @fhir.errorhandler(HTTPException)
    def refused_by_flask(wrong: HTTPException) -> Response:
        status = wrong.code or 500
        return _json_response(outcome((Issue("processing", wrong.name),)), status)

    @fhir.errorhandler(RecursionError)
    def too_deep(_: RecursionError) -> Response:
        return _json_response(outcome((Issue("too-long", "Nested too deeply"),)), 400)

    @fhir.errorhandler(Exception)
    def broken(wrong: Exception) -> Response:
        current_app.logger.exception("A FHIR request failed", exc_info=wrong)
        return _json_response(outcome((Issue("exception", "The sandbox failed"),)), 500)


# --- what the request says ------------------------------------------------------------------


def _caller() -> Caller:
    return cast("Caller", g.fhir_caller)


def _grant(grant_of: Callable[[str], Grant | None]) -> Grant:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthorized("A bearer token is needed", "Bearer")
    grant = grant_of(token.strip())
    if grant is None:
        raise _unauthorized("The token is not valid, or no longer", 'Bearer error="invalid_token"')
    return grant


def _unauthorized(why: str, challenge: str) -> Problem:
    refused = problem(401, "login", why)
    refused.headers = {"WWW-Authenticate": challenge}
    return refused


def _body() -> Any:
    if request.mimetype not in _JSON_TYPES:
        raise problem(415, "not-supported", f"Send {FHIR_JSON}")
    return parsed(request.get_data())


def _prefers(what: str) -> bool:
    said = ",".join(request.headers.getlist("Prefer")).replace(";", ",")
    return what in {part.strip() for part in said.split(",")}


def _refuse_other_formats() -> None:
    """JSON is all there is; a Binary is as it was stored, which `_wants_raw` decides."""
    asked = request.args.get("_format", "json")
    if asked not in ("json", *_JSON_TYPES):
        raise problem(406, "not-supported", f"This server speaks {FHIR_JSON}")
    is_binary = (request.view_args or {}).get("type_") == "Binary"
    accepted = _accepted()
    if accepted and not is_binary and accepted.best_match(_JSON_TYPES) is None:
        raise problem(406, "not-supported", f"This server speaks {FHIR_JSON}")


def _accepted() -> MIMEAccept:
    """Without parameters: neither a charset nor a fhirVersion changes what is sent."""
    return MIMEAccept(
        [(kind.partition(";")[0].strip(), quality) for kind, quality in request.accept_mimetypes]
    )


def _wants_raw(binary: Resource) -> bool:
    """R4: the content itself, unless the client asks for the resource."""
    if "_format" in request.args:
        return False
    accepted = _accepted()
    content_type = binary.get("contentType", "application/octet-stream")
    best = accepted.best_match((content_type, *_JSON_TYPES))
    if accepted and best is None:
        raise problem(406, "not-supported", f"This is {content_type}")
    return best not in _JSON_TYPES or best == content_type


# --- what the answer says -------------------------------------------------------------------


def _answer(reply: Reply) -> Response:
    return _json_response(reply.resource, reply.status, reply.headers(_caller().base))


def _written(reply: Reply) -> Response:
    headers = reply.headers(_caller().base)
    if _caller().manner.bare_create and reply.status == 201 and not _prefers(_WHOLE):
        return Response(status=201, headers={"Location": key_of(reply.resource)})
    if _prefers("return=minimal"):
        return Response(status=reply.status, headers={**headers, "Cache-Control": "no-store"})
    resource = outcome(ALL_OK) if _prefers("return=OperationOutcome") else reply.resource
    return _json_response(resource, reply.status, headers)


def _raw(reply: Reply) -> Response:
    """Somebody else's document, from the EHR's own origin: nothing in it may run here."""
    content = base64.b64decode(reply.resource.get("data", ""))
    headers = {
        **reply.headers(_caller().base),
        "Content-Type": reply.resource.get("contentType", "application/octet-stream"),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, headers=headers)


def _json_response(
    resource: Resource, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    text = json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
    response = Response(text, status, headers={"Cache-Control": "no-store", **(headers or {})})
    response.headers["Content-Type"] = FHIR_JSON
    return response
