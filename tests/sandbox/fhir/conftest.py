"""The FHIR server of the sandbox with a clinic of its own, and clients that hold tokens."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sandbox.fhir.clinic import Client, Clinic, json_of


@pytest.fixture
def clinic() -> Clinic:
    return Clinic.opened()


@pytest.fixture
def ana(clinic: Clinic) -> Client:
    return clinic.client("ana")


@pytest.fixture
def ben(clinic: Clinic) -> Client:
    return clinic.client("ben")


@pytest.fixture
def nora(clinic: Clinic) -> Client:
    """A nurse, who may do everything."""
    return clinic.client("nora")


@pytest.fixture
def switch(clinic: Clinic) -> Any:
    """Switches one fault on over HTTP and gives its id."""
    http = clinic.app.test_client()

    def on(fault: dict[str, Any], **match: Any) -> str:
        response = http.post("/faults", json={"match": match, "fault": fault})
        assert response.status_code == 201, response.text
        return str(json_of(response)["id"])

    return on


@pytest.fixture
def at_once() -> Any:
    """Runs calls together, each in a thread of its own."""

    def run(*calls: Callable[[], Any]) -> list[Any]:
        with ThreadPoolExecutor(len(calls)) as pool:
            return [each.result() for each in [pool.submit(call) for call in calls]]

    return run
