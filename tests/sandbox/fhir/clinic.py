"""A very small clinic: two patients, who know nothing of each other, and a nurse."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sandbox.faults import Faults
from sandbox.grants import Grant
from sandbox.profiles import OPEN, Manner
from sandbox.rest import fhir_blueprint
from sandbox.store import Store

BASE = "http://ehr.example/fhir"
QUEUE = "https://app.example/CodeSystem/queue"
MESSAGE = "https://app.example/message"
LOINC = "http://loinc.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"

Json = dict[str, Any]


def concept(system: str, code: str, text: str = "") -> Json:
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def task(patient: str = "ana", **more: Any) -> Json:
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "for": {"reference": f"Patient/{patient}"},
        **more,
    }


def message(patient: str = "ana", value: str = "", **more: Any) -> Json:
    identifier = {"identifier": [{"system": MESSAGE, "value": value}]} if value else {}
    return {
        "resourceType": "Communication",
        **identifier,
        "status": "completed",
        "subject": {"reference": f"Patient/{patient}"},
        "sent": "2026-10-12T14:03:22-07:00",
        **more,
    }


def observation(id_: str, patient: str, category: str, code: str, date: str) -> Json:
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "category": [concept(CATEGORY, category)],
        "code": concept(LOINC, code, f"Result {code}"),
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": date,
    }


def record() -> list[Json]:
    return [
        {
            "resourceType": "Patient",
            "id": "ana",
            "identifier": [{"system": "urn:mrn", "value": "100"}],
            "name": [{"family": "Muñoz", "given": ["Ana", "Lucía"]}],
            "gender": "female",
            "birthDate": "1960-04-02",
            "active": True,
        },
        {
            "resourceType": "Patient",
            "id": "ben",
            "identifier": [{"system": "urn:mrn", "value": "200"}],
            "name": [{"family": "Okoro", "given": ["Ben"]}],
            "gender": "male",
            "birthDate": "1988",
        },
        {"resourceType": "Practitioner", "id": "nora", "name": [{"text": "Nora Lind, RN"}]},
        {"resourceType": "Organization", "id": "clinic", "name": "Hillside Clinic"},
        {"resourceType": "Medication", "id": "lisinopril", "code": {"text": "lisinopril 10 mg"}},
        {
            "resourceType": "MedicationRequest",
            "id": "order",
            "status": "active",
            "intent": "order",
            "medicationReference": {"reference": "Medication/lisinopril"},
            "subject": {"reference": "Patient/ana"},
            "requester": {"reference": "Practitioner/nora"},
        },
        observation("potassium", "ana", "laboratory", "2823-3", "2026-03-01"),
        observation("pressure", "ana", "vital-signs", "85354-9", "2026-05-20T09:30:00-07:00"),
        observation("sodium", "ana", "laboratory", "2951-2", "2025-12-31T23:59:00Z"),
        observation("bens", "ben", "laboratory", "2823-3", "2026-03-02"),
        {
            "resourceType": "DocumentReference",
            "id": "letter",
            "status": "current",
            "subject": {"reference": "Patient/ana"},
            "content": [{"attachment": {"contentType": "text/plain", "url": "Binary/letter"}}],
        },
        {
            "resourceType": "Binary",
            "id": "letter",
            "contentType": "text/plain",
            "data": "RGVhciBBbmE=",
        },
        {
            "resourceType": "Provenance",
            "id": "signed",
            "target": [{"reference": "MedicationRequest/order"}],
            "recorded": "2026-01-01T00:00:00Z",
            "agent": [{"who": {"reference": "Practitioner/nora"}}],
        },
    ]


GRANTS = {
    "ana": Grant("t-ana", "Patient/ana", "ana", ("patient/*.cruds",), "patient"),
    "ben": Grant("t-ben", "Patient/ben", "ben", ("patient/*.cruds",), "patient"),
    "nora": Grant("t-nora", "Practitioner/nora", None, ("user/*.cruds",), "staff"),
}


@dataclass
class Clock:
    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Clinic:
    """The FHIR server as its clients reach it, each by the name of the token it holds."""

    store: Store
    faults: Faults
    app: Flask
    grants: dict[str, Grant]
    clock: Clock

    @classmethod
    def opened(cls, manner: Manner = OPEN) -> Clinic:
        clock = Clock()
        store, faults = Store(clock=clock), Faults()
        app, grants = Flask("clinic"), dict(GRANTS)
        store.load(record())
        fhir = fhir_blueprint(
            store,
            grant_of=grants.get,
            base_url=lambda: BASE,
            faults=faults,
            oauth_uris=lambda: {"authorize": f"{BASE}/authorize", "token": f"{BASE}/token"},
            manner=lambda: manner,
            clock=clock,
        )
        app.register_blueprint(fhir)
        faults.install(app)
        return cls(store, faults, app, grants, clock)

    def grant(self, *scopes: str, patient: str | None = "ana", staff: bool = False) -> Client:
        token = f"token-{len(self.grants)}"
        user, role = ("Practitioner/nora", "staff") if staff else (f"Patient/{patient}", "patient")
        self.grants[token] = Grant(token, user, patient, scopes, role)  # type: ignore[arg-type]  # a literal
        return Client(self.app.test_client(), token)

    def client(self, token: str) -> Client:
        return Client(self.app.test_client(), token)


@dataclass
class Client:
    http: FlaskClient
    token: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent.setdefault("Content-Type", "application/fhir+json")
        return self.http.open(
            f"/fhir{path}" if path.startswith("/") or not path else path.replace(BASE, "/fhir"),
            method=method,
            data=None if body is None else body if isinstance(body, bytes) else json.dumps(body),
            headers={"Authorization": f"Bearer {self.token}", **sent},
        )

    def get(self, path: str, **headers: str) -> TestResponse:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self("PUT", path, body, **headers)

    def json(self, path: str) -> Any:
        response = self.get(path)
        assert response.status_code == 200, response.text
        return json_of(response)

    def found(self, path: str) -> list[str]:
        """The ids of all that a search finds, without what was included."""
        entries = self.json(path).get("entry", [])
        return [e["resource"]["id"] for e in entries if e["search"]["mode"] == "match"]


def json_of(response: TestResponse) -> Any:
    return json.loads(response.data)


def said(response: TestResponse) -> str:
    """What an OperationOutcome says; fails if the answer is something else."""
    outcome = json_of(response)
    assert outcome["resourceType"] == "OperationOutcome"
    return "; ".join(issue["diagnostics"] for issue in outcome["issue"])


def gunicorn_app() -> Flask:
    """For a server in a process of its own."""
    return Clinic.opened().app
