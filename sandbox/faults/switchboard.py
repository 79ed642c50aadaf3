"""Where faults are switched on and off: around the whole program, and at /faults and /ledger."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, abort, jsonify, request
from werkzeug.wrappers import Response as WireResponse

from sandbox.faults.kinds import Exchange
from sandbox.faults.ledger import Call, Ledger
from sandbox.faults.rules import BadRule, Rule

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_NOTES = "sandbox.notes"  # a dictionary, since the environ itself is copied on its way in
_OWN_PATHS = ("/faults", "/ledger")


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
        environ.get(_NOTES, {})["user"] = user

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
            path = environ.get("PATH_INFO", "")
            if path.startswith(_OWN_PATHS):
                return app(environ, start_response)
            struck = self._striking(environ["REQUEST_METHOD"], path)
            environ[_NOTES] = {}
            status = None
            try:
                response = _through(struck, app, environ)
                status = response.status_code
                return response(environ, start_response)
            finally:
                self._enter(environ, status, struck)

        return faulty

    def _striking(self, method: str, path: str) -> list[Rule]:
        with self._lock:
            return [rule for rule in self._rules if rule.strikes(method, path)]

    def _enter(self, environ: WSGIEnvironment, status: int | None, struck: list[Rule]) -> None:
        self.ledger.add(
            Call(
                at=self._clock(),
                method=environ["REQUEST_METHOD"],
                path=environ.get("PATH_INFO", ""),
                status=status,
                user=environ[_NOTES].get("user"),
                authorization="HTTP_AUTHORIZATION" in environ,
                faults=tuple(rule.id for rule in struck),
            )
        )


def _through(struck: list[Rule], app: WSGIApplication, environ: WSGIEnvironment) -> WireResponse:
    if not struck:
        return WireResponse.from_app(app, environ, buffered=True)
    outermost, *others = struck
    return outermost.fault.answer(Exchange(environ, lambda: _through(others, app, environ)))


def _blueprint(faults: Faults) -> Blueprint:
    switchboard = Blueprint("faults", __name__)

    @switchboard.before_request
    def from_this_machine_only() -> None:
        if not _is_loopback(request.remote_addr):
            abort(403)

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

    @switchboard.errorhandler(BadRule)
    def bad_rule(wrong: BadRule) -> tuple[Response, int]:
        return jsonify(error=str(wrong)), 400

    return switchboard


def _rules_in(json: Any) -> list[Any]:
    rules = json.get("rules") if isinstance(json, dict) else json
    if not isinstance(rules, list):
        raise BadRule("Send a list of rules, or {rules: [...]}")
    return rules


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
