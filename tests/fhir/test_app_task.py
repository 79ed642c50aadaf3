"""Tasks that ask somebody to open an app, and which of them are about this one."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.errors import MalformedAnswer
from smartapp.fhir.app_task import CODES, AppTask, Opens

BASE = "https://portal.example"


def coded(code: str, system: str = CODES) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def task(code: str = "launch-app-standalone", **changes: Any) -> dict[str, Any]:
    usual = {
        "resourceType": "Task",
        "id": "t1",
        "status": "requested",
        "intent": "proposal",
        "code": coded(code),
        "for": {"reference": "Patient/ada"},
        "encounter": {"reference": "Encounter/7"},
        "input": [
            {"type": coded("smartonfhir-application"), "valueUrl": f"{BASE}/launch"},
            {"type": coded("smartonfhir-appcontext"), "valueString": '{"open": "forms"}'},
        ],
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def read(**changes: Any) -> AppTask:
    found = AppTask.from_fhir(task(**changes))
    assert found is not None
    return found


@pytest.mark.smart(145)
@pytest.mark.parametrize("opens", list(Opens))
def test_a_task_says_which_app_to_open_for_whom_and_why(opens: Opens) -> None:
    found = AppTask.from_fhir(task(opens))

    assert found == AppTask(
        id="t1",
        status="requested",
        opens=opens,
        address=f"{BASE}/launch",
        app_context='{"open": "forms"}',
        patient="Patient/ada",
        encounter="Encounter/7",
    )
    assert found.is_for(BASE)


@pytest.mark.parametrize(
    "code", [None, coded("fulfill"), coded("launch-app-ehr", "http://elsewhere.example"), {}]
)
def test_another_task_is_not_one_of_these(code: Any) -> None:
    assert AppTask.from_fhir(task() | {"code": code}) is None


@pytest.mark.smart(145)
@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/launch",
        "https://portal.example.evil.example/launch",
        "https://portal.example@evil.example/launch",
        "https://user@portal.example/launch",
        "http://portal.example/launch",
        "https://portal.example:8443/launch",
        "//portal.example/launch",
        "/launch",
        "javascript:alert(1)",
        "https://portal.example\\@evil.example/",
        "https://portal.example/launch?iss=https://evil.example",
        "https://portal.example/launch#x",
        "https://portal.example/l/somebodys-session/",
        "https://[portal.example/launch",
        "",
    ],
)
def test_what_leads_elsewhere_is_not_for_this_app(address: str) -> None:
    inputs = [{"type": coded("smartonfhir-application"), "valueUrl": address or None}]

    assert not read(input=inputs).is_for(BASE)


@pytest.mark.smart(145)
def test_two_addresses_are_none_and_a_missing_context_is_none() -> None:
    one = {"type": coded("smartonfhir-application"), "valueUrl": BASE}

    assert not read(input=[one, one]).is_for(BASE)
    assert read(input=[one]).is_for(BASE)
    assert read(input=[one]).app_context is None
    assert read(input=None).address == ""
    long = {"type": coded("smartonfhir-appcontext"), "valueString": "x" * 5000}
    assert read(input=[one, long]).app_context is None


def test_whom_it_is_for_may_be_missing() -> None:
    found = read(**{"for": None, "encounter": None})

    assert (found.patient, found.encounter) == (None, None)


def test_what_is_no_task_is_refused() -> None:
    with pytest.raises(MalformedAnswer):
        AppTask.from_fhir({"resourceType": "Patient", "id": "x"})
