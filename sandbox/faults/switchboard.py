"""Where faults are switched on and off: around the whole program, and at /faults and /ledger."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.wrappers import Response as WireResponse
from werkzeug.wsgi import get_input_stream

from sandbox.faults.exchange import Exchange
from sandbox.faults.ledger import Call, Ledger
from sandbox.faults.notes import begun, notes_of
from sandbox.faults.rules import Asked, Rule
from sandbox.loopback import from_this_machine_only
from sandbox.reading import Unclear

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# For testers: no rule strikes here, and the ledger does not count it.
_OWN_PATHS = ("/faults", "/ledger", "/settings", "/tokens", "/keys", "/canary")
_FORM = "application/x-www-form-urlencoded"


class Faults:
    """The rules that are on. `install` puts them around an app, the token endpoint included."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self.ledger = Ledger()
        self._rules: list[Rule] = []
        self._added = 0
        self._lock = threading.Lock()
        self._clock = clock

    def install(self, app: Flask) -> None:
        app.register_blueprint(_blueprint(self))
        app.wsgi_app = self.around(app.wsgi_app)  # type: ignore[method-assign, assignment]  # Flask's way

    def name_caller(self, environ: WSGIEnvironment, user: str) -> None:
        """For the ledger: whose token this request carries."""
        notes_of(environ).user = user

    # --- the rules -----------------------------------------------------------------------

    def rules(self) -> list[Any]:
        with self._lock:
            return [rule.as_json() for rule in self._rules]

    def replace(self, rules: Iterable[Any]) -> None:
        """All of these and no others, or none of them if one cannot be followed."""
        with self._lock:
            self._rules = [self._read(json) for json in rules]

    def add(self, json: Any) -> Any:
        with self._lock:
            rule = self._read(json)
            self._rules.append(rule)
            return rule.as_json()

    def remove(self, id_: str) -> bool:
        with self._lock:
            left = [rule for rule in self._rules if rule.id != id_]
            found = len(left) < len(self._rules)
            self._rules = left
            return found

    def _read(self, json: Any) -> Rule:
        self._added += 1
        return Rule.from_json(json, f"fault-{self._added}")

    # --- at work -------------------------------------------------------------------------

    def around(self, app: WSGIApplication) -> WSGIApplication:
        """The rules that strike work from the outside in, in the order of the list."""

        def faulty(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ.get("PATH_INFO", "").startswith(_OWN_PATHS):
                return app(environ, start_response)
            asked = _asked(environ)
            struck = self._striking(asked)
            begun(environ)
            status = None
            try:
                response = _through(struck, app, environ)
                status = response.status_code
                return response(environ, start_response)
            finally:
                self._enter(asked, environ, status, struck)

        return faulty

    def _striking(self, asked: Asked) -> list[Rule]:
        with self._lock:
            return [rule for rule in self._rules if rule.strikes(asked)]

    def _enter(
        self, asked: Asked, environ: WSGIEnvironment, status: int | None, struck: list[Rule]
    ) -> None:
        self.ledger.add(
            Call(
                at=self._clock(),
                method=asked.method,
                path=asked.path,
                status=status,
                user=notes_of(environ).user,
                authorization="HTTP_AUTHORIZATION" in environ,
                cookie="HTTP_COOKIE" in environ,
                grant=asked.grant,
                faults=tuple(rule.id for rule in struck),
            )
        )


def _asked(environ: WSGIEnvironment) -> Asked:
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
    return Asked(method, path, _grant_in(environ), _types_in(environ, method, path))


def _grant_in(environ: WSGIEnvironment) -> str | None:
    if not environ.get("CONTENT_TYPE", "").startswith(_FORM):
        return None
    body = _read_ahead(environ)
    return next(iter(parse_qs(body.decode("latin-1")).get("grant_type", ())), None)


def _types_in(environ: WSGIEnvironment, method: str, path: str) -> frozenset[str]:
    """Of what a Bundle that is sent to the base holds: a fault of one of them is a fault of all."""
    if method != "POST" or path.rstrip("/") != "/fhir":
        return frozenset()
    try:
        bundle = json.loads(_read_ahead(environ))
        return frozenset(each["resource"]["resourceType"] for each in bundle["entry"])
    except (ValueError, KeyError, TypeError):
        return frozenset()


def _read_ahead(environ: WSGIEnvironment) -> bytes:
    """Of the program, which then reads a copy."""
    body = get_input_stream(environ).read()
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
    return body


def _through(struck: list[Rule], app: WSGIApplication, environ: WSGIEnvironment) -> WireResponse:
    if not struck:
        return WireResponse.from_app(app, environ, buffered=True)
    outermost, *others = struck
    return outermost.fault.answer(Exchange(environ, lambda: _through(others, app, environ)))


def _blueprint(faults: Faults) -> Blueprint:
    switchboard = Blueprint("faults", __name__)

    switchboard.before_request(from_this_machine_only)

    @switchboard.get("/faults")
    def listed() -> Response:
        return jsonify(rules=faults.rules())

    @switchboard.put("/faults")
    def replaced() -> Response:
        faults.replace(_rules_in(request.get_json()))
        return listed()

    @switchboard.post("/faults")
    def added() -> tuple[Response, int]:
        return jsonify(faults.add(request.get_json())), 201

    @switchboard.delete("/faults")
    def cleared() -> tuple[str, int]:
        faults.replace(())
        return "", 204

    @switchboard.delete("/faults/<id_>")
    def removed(id_: str) -> tuple[str, int]:
        return "", 204 if faults.remove(id_) else 404

    @switchboard.get("/ledger")
    def asked() -> Response:
        return jsonify(calls=faults.ledger.as_json())

    @switchboard.delete("/ledger")
    def forgotten() -> tuple[str, int]:
        faults.ledger.clear()
        return "", 204

    @switchboard.errorhandler(Unclear)
    def unclear(wrong: Unclear) -> tuple[Response, int]:
        return jsonify(error=str(wrong)), 400

    return switchboard


def _rules_in(json: Any) -> list[Any]:
    rules = json.get("rules") if isinstance(json, dict) else json
    if not isinstance(rules, list):
        raise Unclear("Send a list of rules, or {rules: [...]}")
    return rules
