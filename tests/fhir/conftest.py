"""An EHR at the wire, and Maria's own access to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from pytest_httpserver import HTTPServer

from smartapp.fhir.client import FhirClient
from smartapp.fhir.codes import Vocabulary
from smartapp.transport import Bearer, Limits, Transport

# How long an example takes says more about the machine than about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

Resource = dict[str, Any]


@pytest.fixture(scope="session")
def _servers() -> Iterator[tuple[HTTPServer, HTTPServer]]:
    """Stopping such a server takes half a second: two serve all tests, and are cleared between."""
    with HTTPServer(threaded=True) as one, HTTPServer(threaded=True) as other:
        yield one, other


@pytest.fixture
def ehr(_servers: tuple[HTTPServer, HTTPServer]) -> Iterator[HTTPServer]:
    yield _servers[0]
    _servers[0].clear()


@pytest.fixture
def canary(_servers: tuple[HTTPServer, HTTPServer]) -> Iterator[HTTPServer]:
    """A host that must never hear from us."""
    yield _servers[1]
    heard = _servers[1].log
    _servers[1].clear()
    assert heard == []


@pytest.fixture(scope="session")
def transport() -> Iterator[Transport]:
    opened = Transport(Limits(retries=0, failures=10_000), allow_http=True)
    yield opened
    opened.close()


@pytest.fixture
def base(ehr: HTTPServer) -> str:
    return ehr.url_for("/fhir")


@dataclass
class Alarms:
    """What was withheld, as the audit would hear of it."""

    kinds: list[str] = field(default_factory=list)


@pytest.fixture
def alarms() -> Alarms:
    return Alarms()


@pytest.fixture
def maria(transport: Transport, base: str, alarms: Alarms) -> FhirClient:
    """Bound to the patient "maria"."""
    return FhirClient(
        transport, Bearer("token", base), patient_id="maria", on_withheld=alarms.kinds.append
    )


@pytest.fixture
def nurse(transport: Transport, base: str) -> FhirClient:
    """Bound to nobody, as in the queue."""
    return FhirClient(transport, Bearer("token", base))


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary("https://clinic.example/fhir")


def searchset(*resources: Resource, following: str | None = None, **more: Any) -> Resource:
    links = [{"relation": "next", "url": following}] if following else []
    entries = [{"resource": each, "search": {"mode": "match"}} for each in resources]
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries} | more


def order(identity: str, of: str = "maria", **more: Any) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "id": identity,
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{of}"},
        "medicationCodeableConcept": {"text": "lisinopril 10 mg"},
    } | more


def included(resource: Resource) -> Resource:
    return {"resource": resource, "search": {"mode": "include"}}
