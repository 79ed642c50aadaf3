"""The app with a record that a test makes up whole: every search answers from a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from werkzeug.test import Client, TestResponse

from smartapp.app import create_app, make_services
from smartapp.config import LaunchKind, load_settings
from smartapp.launch import Launched, Role, Token, User
from smartapp.services import Services
from smartapp.transport import Answer, Transport

ROOT = Path(__file__).parents[2]
APP = "http://localhost:8000"
EHR = "http://127.0.0.1:9/fhir"  # nothing listens there: answers come from the table

Json = dict[str, Any]
KINDS = (
    "Patient", "AllergyIntolerance", "Condition", "Observation", "DiagnosticReport", "Immunization",
    "Procedure", "MedicationRequest", "MedicationStatement", "MedicationDispense", "Medication",
    "Appointment", "Encounter", "DocumentReference", "CarePlan", "Goal", "CareTeam", "Coverage",
    "Account", "Invoice", "ExplanationOfBenefit", "ServiceRequest", "Consent", "RelatedPerson",
    "Communication", "Task", "QuestionnaireResponse", "Practitioner", "PractitionerRole",
    "Organization", "Location", "Provenance",
)  # fmt: skip


@dataclass(repr=False)
class FromTable(Transport):
    """Answers without a network, so that thousands of cases take seconds. What is asked and how an
    answer is read is the real code.
    """

    held: dict[str, list[Json]] = field(default_factory=dict)
    changes: Callable[[str, Json], Json] = lambda _kind, bundle: bundle

    def __post_init__(self) -> None:
        super().__init__(allow_http=True)

    __hash__ = object.__hash__

    def send(self, _method: str, url: str, **_: Any) -> Answer:  # type: ignore[override]
        parts = urlsplit(url)
        kind, _, identity = parts.path.removeprefix("/fhir/").partition("/")
        if kind == "metadata":
            return self._answer(url, capability())
        if identity:
            found = [each for each in self.held.get(kind, []) if each.get("id") == identity]
            if not found:
                return Answer(404, {}, b"", url)
            return self._answer(url, self.changes(kind, found[0]))
        matches = self.held.get(kind, [])
        asked = dict(parse_qsl(parts.query))
        if "category" in asked and kind == "Observation":
            wanted = set(asked["category"].split(","))
            matches = [each for each in matches if wanted & _categories(each)]
        entries = [{"resource": each, "search": {"mode": "match"}} for each in matches]
        bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
        return self._answer(url, self.changes(kind, bundle))

    def _answer(self, url: str, body: Json) -> Answer:
        return Answer(200, {}, json.dumps(body).encode("utf-8", "surrogatepass"), url)


def _categories(observation: Json) -> set[str]:
    found: set[str] = set()
    concepts = observation.get("category")
    for concept in concepts if isinstance(concepts, list) else []:
        codings = concept.get("coding") if isinstance(concept, dict) else None
        for coding in codings if isinstance(codings, list) else []:
            if isinstance(coding, dict) and isinstance(coding.get("code"), str):
                found.add(coding["code"])
    return found or {"laboratory"}


def capability() -> Json:
    codes = [{"code": code} for code in ("read", "search-type", "create")]
    declared = [{"type": kind, "interaction": codes} for kind in KINDS]
    return {
        "resourceType": "CapabilityStatement",
        "rest": [{"mode": "server", "resource": declared}],
    }


@dataclass(repr=False)
class Reader:
    """One patient with a session, and pages to open."""

    app: Flask
    services: Services
    table: FromTable
    lid: str
    secret: str

    def holds(self, resources: Sequence[Mapping[str, Any]]) -> None:
        self.table.held.clear()
        for each in resources:
            self.answers(each["resourceType"], each)

    def answers(self, kind: str, resource: Mapping[str, Any]) -> None:
        """To a search for this type, whatever the resource says that it is."""
        self.table.held.setdefault(kind, []).append(dict(resource))

    def opens(self, path: str) -> TestResponse:
        return Client(self.app, use_cookies=False).get(
            f"/l/{self.lid}/{path}",
            base_url=APP,
            headers={"Cookie": f"__Host-L-{self.lid}={self.secret}", "Accept-Language": "en"},
            buffered=True,
        )


@contextmanager
def reader(
    patient: str, resources: Sequence[Mapping[str, Any]] = (), *, staff: bool = False
) -> Iterator[Reader]:
    """A session of the patient, or of a nurse in the patient's chart."""
    with TemporaryDirectory(prefix="record-") as name:
        folder = Path(name)
        config = json.loads((ROOT / "launch-config.json").read_text())
        config["ehrs"] = config["ehrs"][1:] if staff else config["ehrs"][:1]
        config["ehrs"][0] |= {"iss": EHR, "client_auth": "public"}
        (folder / "launch-config.json").write_text(json.dumps(config))
        settings = load_settings(
            {
                "SMARTAPP_ENV": "development",
                "SMARTAPP_CONFIG": str(folder / "launch-config.json"),
                "SMARTAPP_BASE_URL": APP,
                "SMARTAPP_SECRET_KEY": "only-for-this-test-" + "x7Kq" * 12,
                "SMARTAPP_POLICY": str(ROOT / "policy"),
                "SMARTAPP_AUDIT": str(folder / "audit"),
            }
        )
        made = make_services(settings)
        made.transport.close()
        table = FromTable()
        services = replace(made, transport=table, first_word=5.0)
        active, secret = services.launches.open(_nurse(patient) if staff else _launched(patient))
        app = create_app(settings, services)
        found = Reader(app, services, table, active.lid, secret)
        found.holds(resources)
        try:
            yield found
        finally:
            table.close()
            services.audit.close()


def _launched(patient: str) -> Launched:
    return Launched(
        lid="made-up",
        ehr_key="sandbox-patients",
        iss=EHR,
        kind=LaunchKind.STANDALONE,
        user=User(EHR, "made-up", f"Patient/{patient}", Role.PATIENT),
        token=Token("token", 4_000_000_000.0, "patient/*.cruds"),
        patient_id=patient,
        locale="en",
    )


def _nurse(patient: str) -> Launched:
    return replace(
        _launched(patient),
        ehr_key="sandbox-clinicians",
        kind=LaunchKind.EHR,
        user=User(EHR, "a-nurse", "Practitioner/n", Role.STAFF),
        token=Token("token", 4_000_000_000.0, "user/*.cruds"),
    )
