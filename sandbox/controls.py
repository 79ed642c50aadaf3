"""Switches for testers beside the faults: what changes the sandbox itself, and not one answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from sandbox.canary import RULES, answers_naming, poisoned
from sandbox.faults import Faults
from sandbox.loopback import from_this_machine_only
from sandbox.reading import Unclear, read
from sandbox.smart.server import SmartServer
from sandbox.smart.settings import Settings
from sandbox.store import Store


@dataclass(frozen=True)
class Expiry:
    user: str | None = None  # a username or a `fhirUser`; without one, everybody


@dataclass(frozen=True)
class Rotation:
    published_after: float = 0.0  # seconds for which the new key signs and is not yet published


@dataclass(frozen=True)
class Canary:
    patient: str
    address: str


def controls(server: SmartServer, store: Store, faults: Faults) -> Blueprint:
    switches = Blueprint("controls", __name__)
    switches.before_request(from_this_machine_only)
    _add_settings(switches, server)

    @switches.post("/tokens/expire")
    def expire_tokens() -> Response:
        wish = read(Expiry, _sent(), "expiry")
        return jsonify(ended=server.tokens.end_all_access(wish.user))

    @switches.post("/keys/rotate")
    def rotate_keys() -> Response:
        wish = read(Rotation, _sent(), "rotation")
        return jsonify(kid=server.keys.rotate(wish.published_after))

    @switches.post("/canary")
    def poison() -> Response:
        wish = read(Canary, _sent(), "canary")
        patient = store.read("Patient", wish.patient) or abort(404)
        resources = poisoned(patient, wish.address, server.clock())
        store.load(resources)
        for rule in answers_naming(wish.address):
            faults.remove(rule["id"])
            faults.add(rule)
        return jsonify(resources=[f"{r['resourceType']}/{r['id']}" for r in resources], rules=RULES)

    @switches.errorhandler(Unclear)
    def unclear(wrong: Unclear) -> tuple[Response, int]:
        return jsonify(error=str(wrong)), 400

    return switches


def _add_settings(switches: Blueprint, server: SmartServer) -> None:
    at_start = server.settings

    @switches.get("/settings")
    def settings() -> Response:
        return jsonify(asdict(server.settings))

    @switches.patch("/settings")
    def changed() -> Response:
        sent = _sent()
        now = asdict(server.settings) | sent if isinstance(sent, dict) else sent
        server.settings = read(Settings, now, "settings")
        return settings()

    @switches.delete("/settings")
    def as_at_start() -> tuple[str, int]:
        server.settings = at_start
        return "", 204


def _sent() -> Any:
    """A form of another site sends no JSON; nothing at all stands for an empty object."""
    return request.get_json() if request.get_data() else {}
