"""Launch context in every form that real servers give it, and the way back to the app."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.example_app import PATIENT, Ehr, ExampleApp, came_back, ticked
from tests.sandbox.saboteur import REDEEM, Saboteur

FORMS = [
    {"need_patient_banner": False},
    {"need_patient_banner": "true"},
    {"fhirContext": [{"reference": "ImagingStudy/1", "role": "launch"}]},
    {"fhirContext": ["ImagingStudy/1"]},
    {"intent": "reconcile-medications"},
    {"tenant": "riverside"},
    {"smart_style_url": "http://127.0.0.1:9/style.json"},
    {"encounter": "some-encounter"},
    {"__ehr_feature": {"on": True}},
    {"token_type": "BEARER"},
    {"appContext": '{"form": "intake"}'},
]


@pytest.mark.parametrize("told", FORMS, ids=lambda told: "-".join(told))
def test_context_is_told_as_ordered(
    app: ExampleApp, saboteur: Saboteur, told: dict[str, Any]
) -> None:
    saboteur.switches_on("edited", REDEEM, set=told)
    answer = app.launched()

    assert {name: answer[name] for name in told} == told
    assert answer["patient"] == PATIENT.patients[0]


@pytest.mark.parametrize("name", ["patient", "need_patient_banner", "token_type"])
def test_context_is_missing(app: ExampleApp, saboteur: Saboteur, name: str) -> None:
    saboteur.switches_on("edited", REDEEM, drop=[name])

    assert name not in app.launched()


def test_a_refusal_is_not_edited(app: ExampleApp, saboteur: Saboteur) -> None:
    saboteur.switches_on("edited", {"path": "/oauth/token"}, set={"patient": "somebody"})

    refused = app.redeem("no-code")
    assert refused.status_code == 400
    assert "patient" not in refused.json()


# --- the way back -------------------------------------------------------------------------------


def told(app: ExampleApp) -> dict[str, str]:
    page = app.consent_page()
    return came_back(app.send(page, allow=ticked(page)))


@pytest.mark.parametrize(
    "error",
    [
        *("access_denied", "invalid_request", "unauthorized_client", "unsupported_response_type"),
        *("invalid_scope", "server_error", "temporarily_unavailable", "login_required"),
    ],
)
def test_the_app_is_told_of_an_error_by_name(
    app: ExampleApp, saboteur: Saboteur, error: str
) -> None:
    described = {"error_description": "As ordered <b>", "error_uri": "https://ehr.example/e"}
    saboteur.switches_on("callback", error=error, set=described)

    usual = {"state": "some-state", "iss": app.ehr.at.issuer}
    assert told(app) == {**usual, "error": error, **described}


@pytest.mark.parametrize("name", ["iss", "state", "code"])
def test_the_way_back_lacks_something(app: ExampleApp, saboteur: Saboteur, name: str) -> None:
    saboteur.switches_on("callback", drop=[name])

    assert set(told(app)) == {"code", "state", "iss"} - {name}


def test_the_way_back_names_another_server(app: ExampleApp, saboteur: Saboteur) -> None:
    saboteur.switches_on("callback", set={"iss": "https://another.example"})

    assert told(app)["iss"] == "https://another.example"


def test_the_way_back_from_a_chart_is_changed_as_well(ehr: Ehr, saboteur: Saboteur) -> None:
    app = ExampleApp(ehr, client_id="chart-test", scope="openid launch")
    saboteur.switches_on("callback", error="server_error")

    back = came_back(app.ask(launch=ehr.launch_value(PATIENT.patients[0])))
    assert back["error"] == "server_error"
    assert "code" not in back
