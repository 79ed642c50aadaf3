"""A small EHR with a memory, which misbehaves when it is told to."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from werkzeug import Request, Response

from smartapp.fhir.capability import Capability

Resource = dict[str, Any]
Fault = Callable[["FakeEhr", Request], Response]

TYPES = ("Communication", "QuestionnaireResponse", "Task")


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class FakeEhr:
    base: str = ""
    resources: dict[str, Resource] = field(default_factory=dict)
    faults: dict[str, deque[Fault]] = field(default_factory=dict)  # by method, one for a request
    always: Fault | None = None  # where no other fault is waiting
    conditional: bool = True  # honours If-None-Exist
    searchable: bool = True  # by identifier
    by_patient: bool = True
    transactions: bool = False
    keeps: Callable[[Resource], bool] = lambda _resource: True  # or refuses it, and all with it
    honours_if_match: bool = True
    ignores: frozenset[str] = frozenset()  # search parameters that it does not understand
    heard: list[tuple[str, str]] = field(default_factory=list)
    on_post: Callable[[Resource], Resource] = dict  # what it makes of what it is sent

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._made = 0
        self.longest_address = 0

    # --- for tests ---------------------------------------------------------------------------

    def holds(self, *resources: Resource) -> None:
        for resource in resources:
            self._store(resource)

    def fails(self, method: str, *faults: Fault) -> None:
        self.faults.setdefault(method, deque()).extend(faults)

    def of(self, kind: str) -> list[Resource]:
        return [each for key, each in self.resources.items() if key.startswith(f"{kind}/")]

    def asked(self, method: str, kind: str) -> int:
        return sum(heard == (method, kind) for heard in self.heard)

    @property
    def capability(self) -> Capability:
        codes = [{"code": code} for code in ("read", "create", "update", "search-type")]
        by = ["focus", "status", *["identifier"] * self.searchable, *["patient"] * self.by_patient]
        resources = [
            {
                "type": kind,
                "interaction": codes,
                "searchParam": [{"name": name} for name in by],
                "conditionalCreate": self.conditional,
            }
            for kind in (*TYPES, "Medication", "MedicationDispense", "Encounter")
        ]
        whole = [{"code": "transaction"}] * self.transactions
        rest = {"resource": resources, "interaction": whole}
        statement = {"resourceType": "CapabilityStatement", "rest": [rest]}
        return Capability.from_fhir(statement)

    # --- the server --------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        kind = request.path.removeprefix("/fhir").strip("/").split("/")[0]
        with self._lock:
            self.heard.append((request.method, kind))
            waiting = self.faults.get(request.method)
            fault = waiting.popleft() if waiting else self.always
            self.longest_address = max(self.longest_address, len(request.url))
        return fault(self, request) if fault else self.carry_out(request)

    def carry_out(self, request: Request) -> Response:
        with self._lock:
            kind, _, identity = request.path.removeprefix("/fhir/").partition("/")
            if request.method == "POST" and kind in {"", "/fhir"}:
                return self._transaction(json.loads(request.get_data()))
            if request.method == "POST":
                made = json.loads(request.get_data())
                return self._create(made, request.headers.get("If-None-Exist"))
            if request.method == "PUT":
                return self._update(request, f"{kind}/{identity}")
            if identity:
                found = self.resources.get(f"{kind}/{identity}")
                return fhir(found) if found else Response(status=404)
            return self._search(kind, request)

    def _transaction(self, bundle: Resource) -> Response:
        """All of it or nothing; what points to another by its stand-in points to its id."""
        before, entries, text = dict(self.resources), bundle["entry"], json.dumps(bundle)
        answers = []
        for each in entries:
            resource = next(
                e["resource"]
                for e in json.loads(text)["entry"]
                if e["request"]["url"] == each["request"]["url"]
            )
            made = self._create(resource, each["request"].get("ifNoneExist"))
            if made.status_code >= 400:
                self.resources = before
                return made
            key = f"{resource['resourceType']}/{json.loads(made.get_data())['id']}"
            text = text.replace(each["fullUrl"], key)
            status = f"{made.status_code} Done"
            answers.append({"response": {"status": status, "location": f"{key}/_history/1"}})
        return fhir({"resourceType": "Bundle", "type": "transaction-response", "entry": answers})

    def _create(self, resource: Resource, condition: str | None) -> Response:
        if not self.keeps(resource):
            return Response(status=422)
        if condition and self.conditional:
            wanted = dict(parse_qsl(condition))
            there = [
                each
                for each in self.of(resource["resourceType"])
                if _matches(each, "identifier", wanted["identifier"])
            ]
            if there:
                return fhir(there[0]) if len(there) == 1 else Response(status=412)
        self._made += 1
        stored = self._store(self.on_post(resource) | {"id": f"n{self._made}"})
        return fhir(stored, 201)

    def _update(self, request: Request, key: str) -> Response:
        stored = self.resources.get(key)
        if stored is None:
            return Response(status=404)
        version = f'W/"{stored["meta"]["versionId"]}"' if "meta" in stored else ""
        if self.honours_if_match and request.headers.get("If-Match") != version:
            return Response(status=412)
        return fhir(self._store(json.loads(request.get_data())))

    def _store(self, resource: Resource) -> Resource:
        key = f"{resource['resourceType']}/{resource['id']}"
        before = self.resources.get(key, {}).get("meta", {}).get("versionId", "0")
        stored = {**resource, "meta": {"versionId": str(int(before) + 1)}}
        self.resources[key] = stored
        return stored

    def _search(self, kind: str, request: Request) -> Response:
        asked = [
            (name, value)
            for name, value in request.args.items(multi=True)
            if not name.startswith("_") or name == "_id"
            if name not in self.ignores
        ]
        matches = [r for r in self.of(kind) if all(_matches(r, *each) for each in asked)]
        entries = [{"resource": each, "search": {"mode": "match"}} for each in matches]
        if request.args.get("_include") == "Task:patient" and "_include" not in self.ignores:
            keys = {each["for"]["reference"] for each in matches}
            patients = [self.resources[key] for key in keys if key in self.resources]
            entries += [{"resource": each, "search": {"mode": "include"}} for each in patients]
        return fhir({"resourceType": "Bundle", "type": "searchset", "entry": entries})


def _matches(resource: Resource, name: str, asked: str) -> bool:
    return any(_matches_one(resource, name, value) for value in asked.split(","))


def _matches_one(resource: Resource, name: str, value: str) -> bool:
    if name == "identifier":
        held = resource.get("identifier", [])
        many = held if isinstance(held, list) else [held]
        return any(f"{each.get('system')}|{each.get('value')}" == value for each in many)
    if name in {"code", "performer"}:
        concepts = (
            resource.get("performerType", []) if name == "performer" else [resource.get("code", {})]
        )
        codings = [coding for concept in concepts for coding in concept.get("coding", [])]
        full = [f"{each.get('system')}|{each.get('code')}" for each in codings]
        return any(
            each.startswith(value) if value.endswith("|") else each == value for each in full
        )
    if name in {"patient", "focus", "practitioner"}:
        names = {"patient": ("subject", "for", "patient"), "focus": ("focus",)}.get(name, (name,))
        pointers = [resource.get(each, {}).get("reference", "") for each in names]
        return any(each == value or each.endswith(f"/{value}") for each in pointers)
    if name == "_id":
        return bool(resource["id"] == value)
    if name == "status":
        return bool(resource.get("status") == value)
    return True


def fhir(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/fhir+json")


# --- what can go wrong ---------------------------------------------------------------------------


def works(ehr: FakeEhr, request: Request) -> Response:
    return ehr.carry_out(request)


def lost_before(_ehr: FakeEhr, request: Request) -> Response:
    return _hang_up(request)


def lost_after(ehr: FakeEhr, request: Request) -> Response:
    ehr.carry_out(request)
    return _hang_up(request)


def truncated_after(ehr: FakeEhr, request: Request) -> Response:
    """Half a body, and no word about where the new resource is."""
    done = ehr.carry_out(request).get_data()
    return Response(done[: len(done) // 2], 201, content_type="application/fhir+json")


def silent_after(ehr: FakeEhr, request: Request) -> Response:
    ehr.carry_out(request)
    return Response(status=201)


def fails_with(
    status: int, headers: Mapping[str, str] | None = None, *, after: bool = False
) -> Fault:
    def fault(ehr: FakeEhr, request: Request) -> Response:
        if after:
            ehr.carry_out(request)
        return Response(status=status, headers=headers)

    return fault


def _hang_up(request: Request) -> Response:
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response()


def forgets(ehr: FakeEhr, _request: Request) -> Response:
    ehr.resources.clear()
    return Response(status=404)
