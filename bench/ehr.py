"""A stub EHR that answers from memory, each answer late by a given time, and counts what is asked.

It is a program of its own, so that its work does not count as the app's. It holds the searches of
one made-up patient of the sandbox: `python -m bench.ehr PORT`.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.people import resources

PATIENT = "dorothy-hayes"
MOST = 50  # entries of a page, where the app asks for so many
SUBJECTS = ("subject", "patient", "beneficiary")

Json = dict[str, Any]


class Stub(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.base = f"http://127.0.0.1:{self.server_address[1]}/fhir"
        self.held = held()
        self.delay = 0.1
        self.slow: dict[str, float] = {}
        self.connections = 0
        self.asked: list[str] = []  # what the last reads were
        self.lock = threading.Lock()

    def body(self, path: str, asked: dict[str, list[str]]) -> bytes:
        kind, _, identity = path.removeprefix("/fhir/").partition("/")
        if kind == "metadata":
            return json.dumps(capability()).encode()
        if identity:
            found = next(each for each in self.held[kind] if each["id"] == identity)
            return json.dumps(found).encode()
        category = set(asked.get("category", [""])[0].split(","))
        matches = [each for each in self.held[kind] if category == {""} or _of(each) & category]
        most = int(asked.get("_count", [str(MOST)])[0])
        entries = [{"resource": each, "search": {"mode": "match"}} for each in matches[:most]]
        return json.dumps(
            {"resourceType": "Bundle", "type": "searchset", "entry": entries}
        ).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open, as those of any EHR
    disable_nagle_algorithm = True
    server: Stub

    def setup(self) -> None:
        super().setup()
        with self.server.lock:
            self.server.connections += 1

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/control":
            return self._control(parse_qs(parts.query))
        kind = parts.path.removeprefix("/fhir/").partition("/")[0]
        self.server.asked.append(self.path)
        begun = time.monotonic()
        body = self.server.body(parts.path, parse_qs(parts.query))
        delay = self.server.slow.get(kind, self.server.delay)
        time.sleep(max(0.0, delay - (time.monotonic() - begun)))
        return self._answer(body)

    def _control(self, asked: dict[str, list[str]]) -> None:
        self.server.slow = {
            each.split(":")[0]: float(each.split(":")[1]) for each in asked.get("slow", [])
        }
        told = {"connections": self.server.connections, "asked": self.server.asked}
        self.server.asked = []
        self._answer(json.dumps(told).encode())

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """A line for each request would be the slowest part."""


def held() -> dict[str, list[Json]]:
    """The newest first, as the app asks for them."""
    kinds: defaultdict[str, list[Json]] = defaultdict(list)
    for each in resources(datetime.now(UTC).date()):
        mine = each["resourceType"] == "Patient" and each["id"] == PATIENT
        whose = (each.get(name, {}) for name in SUBJECTS)
        pointers = [who.get("reference") for who in whose if isinstance(who, dict)]
        if mine or f"Patient/{PATIENT}" in pointers:
            kinds[each["resourceType"]].append(each)
    for found in kinds.values():
        found.sort(key=lambda each: str(each.get("effectiveDateTime", "")), reverse=True)
    return kinds


def _of(resource: Json) -> set[str]:
    concepts = resource.get("category", [])
    return {coding["code"] for concept in concepts for coding in concept.get("coding", [])}


def capability() -> Json:
    """Everything that the app may ask for can be searched."""
    kinds = [
        "Patient",
        "AllergyIntolerance",
        "Condition",
        "Observation",
        "DiagnosticReport",
        "Immunization",
        "Procedure",
        "MedicationRequest",
        "MedicationStatement",
        "MedicationDispense",
        "Appointment",
        "Encounter",
    ]
    interactions = [{"code": code} for code in ("read", "search-type")]
    declared = [{"type": kind, "interaction": interactions} for kind in kinds]
    return {
        "resourceType": "CapabilityStatement",
        "rest": [{"mode": "server", "resource": declared}],
    }


if __name__ == "__main__":
    stub = Stub(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    sys.stdout.write(f"{stub.base}\n")
    sys.stdout.flush()
    stub.serve_forever()
