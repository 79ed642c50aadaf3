"""Tokens that end early, refreshes that go wrong, and a token endpoint that is slow or refuses."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.sandbox.example_app import NURSE, PARENT, PATIENT, Ehr, ExampleApp, came_back
from tests.sandbox.saboteur import REDEEM, REFRESH, Saboteur


def takes(ehr: Ehr, answer: dict[str, Any], patient: str = PATIENT.patients[0]) -> bool:
    """Whether the FHIR side takes the token, for this record."""
    read = requests.get(
        f"{ehr.at.fhir}/Patient/{patient}",
        headers={"Authorization": f"Bearer {answer['access_token']}"},
        timeout=5,
    )
    return read.status_code == 200


# --- access tokens ------------------------------------------------------------------------------


def test_all_access_tokens_end_at_once_and_refresh_tokens_stay(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    first, second = app.launched(), ExampleApp(app.ehr).launched()

    assert saboteur("POST", "/tokens/expire").json()["ended"] >= 2
    assert not takes(app.ehr, first)
    assert not takes(app.ehr, second)
    assert takes(app.ehr, app.refresh(first["refresh_token"]).json())


@pytest.mark.parametrize("user", [PATIENT.username, PATIENT.fhir_user])
def test_the_access_tokens_of_one_person_end(ehr: Ehr, saboteur: Saboteur, user: str) -> None:
    patient = ExampleApp(ehr).launched()
    chart = ExampleApp(ehr, client_id="chart-test", scope="openid launch patient/Patient.rs")
    launch = ehr.launch_value(PATIENT.patients[0], NURSE)
    nurse = chart.redeem(came_back(chart.ask(launch=launch))["code"]).json()

    saboteur("POST", "/tokens/expire", {"user": user})

    assert not takes(ehr, patient)
    assert takes(ehr, nurse)


def test_from_now_on_access_tokens_live_as_long_as_set(app: ExampleApp, saboteur: Saboteur) -> None:
    long = app.launched()
    saboteur.sets(access_seconds=30)
    short = app.refresh(long["refresh_token"]).json()
    app.ehr.clock.passes(31)

    assert (long["expires_in"], short["expires_in"]) == (3600, 30)
    assert not takes(app.ehr, short)
    assert takes(app.ehr, long)


# --- settings -----------------------------------------------------------------------------------


def test_settings_are_shown_changed_one_by_one_and_put_back(ehr: Ehr, saboteur: Saboteur) -> None:
    at_start = saboteur("GET", "/settings").json()
    saboteur.sets(access_seconds=30)
    changed = saboteur.sets(extras={"tenant": "riverside"})

    assert at_start == {
        "access_seconds": 3600,
        "extras": {},
        "endpoints": {},
        "profile": "open",
        "truthful": True,
        "index_seconds": 0.0,
        "conditional_create": None,
        "locking": None,
        "transaction": None,
        "one_patient": False,
    }
    assert changed == {**at_start, "access_seconds": 30, "extras": {"tenant": "riverside"}}
    assert ExampleApp(ehr).launched()["tenant"] == "riverside"
    assert saboteur("DELETE", "/settings").status_code == 204
    assert saboteur("GET", "/settings").json() == at_start


@pytest.mark.parametrize(
    ("method", "path", "sent", "complaint"),
    [
        ("PATCH", "/settings", {"colour": "blue"}, "settings has no colour"),
        ("PATCH", "/settings", {"access_seconds": "30"}, "settings.access_seconds cannot be '30'"),
        ("PATCH", "/settings", {"endpoints": {"issuer": 1}}, "settings.endpoints"),
        ("PATCH", "/settings", {"profile": "acme"}, "settings.profile cannot be 'acme'"),
        ("PATCH", "/settings", {"locking": "428"}, "settings.locking cannot be '428'"),
        ("PATCH", "/settings", [], "settings is an object"),
        ("POST", "/tokens/expire", {"username": "maria"}, "expiry has no username"),
        ("POST", "/keys/rotate", {"published_after": "soon"}, "rotation.published_after"),
        ("POST", "/canary", {"patient": "maria-lopez"}, "canary.address is missing"),
    ],
)
def test_what_cannot_be_done_is_explained(
    saboteur: Saboteur, method: str, path: str, sent: Any, complaint: str
) -> None:
    refused = saboteur(method, path, sent)

    assert refused.status_code == 400
    assert complaint in refused.json()["error"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/settings"),
        ("PATCH", "/settings"),
        ("POST", "/tokens/expire"),
        ("POST", "/keys/rotate"),
        ("POST", "/canary"),
    ],
)
def test_the_switches_are_for_this_machine_and_never_for_a_form(
    ehr: Ehr, method: str, path: str
) -> None:
    http = ehr.running.app.test_client()
    elsewhere = http.open(path, method=method, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    form = http.open(path, method=method, data={"user": PATIENT.username})

    assert elsewhere.status_code == 403
    assert form.status_code == (200 if method == "GET" else 415)


# --- refresh ------------------------------------------------------------------------------------


def test_a_fault_strikes_at_refreshes_alone(app: ExampleApp, saboteur: Saboteur) -> None:
    saboteur.switches_on("status", REFRESH, status=503)
    answer = app.launched()

    assert app.refresh(answer["refresh_token"]).status_code == 503
    assert [call["grant"] for call in saboteur.asked("/oauth/token")] == [
        "authorization_code",
        "refresh_token",
    ]
    saboteur("DELETE", "/faults")
    assert app.refresh(answer["refresh_token"]).status_code == 200


def test_a_slow_token_endpoint_before_and_after_the_token_is_spent(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    token = app.launched()["refresh_token"]
    for after_commit in (False, True):
        saboteur.switches_on("delay", REFRESH, seconds=0.1, after_commit=after_commit)
    before = time.monotonic()
    token = app.refresh(token).json()["refresh_token"]

    assert time.monotonic() - before >= 0.2
    assert token


def test_the_answer_to_a_refresh_is_lost_and_the_token_is_spent(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    token = app.launched()["refresh_token"]
    saboteur.switches_on("lost", {**REFRESH, "times": 1})
    with pytest.raises(requests.ConnectionError):
        app.refresh(token)

    assert app.refresh(token).json()["error"] == "invalid_grant"


def test_without_rotation_the_old_refresh_token_stays_good(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    token = app.launched()["refresh_token"]
    saboteur.switches_on("unrotated", REFRESH)
    answers = [app.refresh(token) for _ in range(2)]
    saboteur("DELETE", "/faults")

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not any("refresh_token" in answer.json() for answer in answers)
    assert takes(app.ehr, answers[0].json())
    assert "refresh_token" in app.refresh(token).json()


@pytest.mark.parametrize(
    ("fault", "name", "told"),
    [
        ({"drop": ["expires_in"]}, "expires_in", None),
        ({"set": {"expires_in": "3600"}}, "expires_in", "3600"),
        ({"drop": ["scope"]}, "scope", None),
        ({"drop": ["refresh_token"]}, "refresh_token", None),
        ({"set": {"token_type": "mac"}}, "token_type", "mac"),
    ],
)
def test_members_of_the_answer_are_missing_or_odd(
    app: ExampleApp, saboteur: Saboteur, fault: dict[str, Any], name: str, told: object
) -> None:
    token = app.launched()["refresh_token"]
    saboteur.switches_on("edited", REFRESH, **fault)
    answer = app.refresh(token).json()

    assert answer.get(name) == told
    assert takes(app.ehr, answer)


def test_a_refresh_gives_less_than_was_granted(app: ExampleApp, saboteur: Saboteur) -> None:
    first = app.launched()
    saboteur.switches_on("scopes", REFRESH, deny=["patient/Patient"])
    second = app.refresh(first["refresh_token"]).json()

    assert second["scope"] == "openid fhirUser launch/patient offline_access"
    assert takes(app.ehr, first)
    assert not takes(app.ehr, second)


def test_a_refresh_leads_to_another_patients_record(ehr: Ehr, saboteur: Saboteur) -> None:
    app = ExampleApp(ehr, scope="launch/patient offline_access patient/Patient.rs")
    stranger = PARENT.patients[0]
    first = app.launched()
    saboteur.switches_on("another-patient", {**REFRESH, "times": 1}, patient=stranger)
    second = app.refresh(first["refresh_token"]).json()
    third = app.refresh(second["refresh_token"]).json()

    assert [answer["patient"] for answer in (second, third)] == [stranger, stranger]
    assert takes(ehr, second, stranger)
    assert not takes(ehr, second)


@pytest.mark.parametrize(
    ("error", "status"),
    [("invalid_grant", 400), ("invalid_client", 401), ("temporarily_unavailable", 503)],
)
def test_the_token_endpoint_refuses_by_name_and_spends_nothing(
    app: ExampleApp, saboteur: Saboteur, error: str, status: int
) -> None:
    token = app.launched()["refresh_token"]
    saboteur.switches_on("oauth-error", {**REFRESH, "times": 1}, error=error)
    refused = app.refresh(token)

    assert (refused.status_code, refused.json()) == (status, {"error": error})
    assert app.refresh(token).status_code == 200


def test_a_refusal_says_where_to_read_on_as_oracle_does(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    place = "https://ehr.example/errors/token-suspended?id=7"
    token = app.launched()["refresh_token"]
    saboteur.switches_on("oauth-error", REFRESH, error="invalid_grant", error_uri=place, status=403)
    refused = app.refresh(token)

    assert refused.status_code == 403
    assert refused.json() == {"error": "invalid_grant", "error_uri": place}


@pytest.mark.parametrize("status", [302, 307])
def test_the_token_endpoint_sends_the_app_to_another_host(
    app: ExampleApp, saboteur: Saboteur, status: int
) -> None:
    code = app.code()
    saboteur.switches_on("redirect", REDEEM, to="http://canary.example/token", status=status)
    answer = requests.post(
        app.ehr.at.token, {"grant_type": "authorization_code"}, timeout=5, allow_redirects=False
    )
    saboteur("DELETE", "/faults")

    assert answer.status_code == status
    assert answer.headers["Location"] == "http://canary.example/token"
    assert app.redeem(code).status_code == 200


def test_a_cookie_comes_with_the_token_and_the_ledger_tells_whether_it_went_back(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    saboteur.switches_on("cookie", {"path": "/oauth/token"}, name="lb")
    with requests.Session() as keeps_cookies:
        for _ in range(2):
            answer = keeps_cookies.post(app.ehr.at.token, {}, timeout=5)

    assert "lb=" in answer.headers["Set-Cookie"]
    assert [call["cookie"] for call in saboteur.asked("/oauth/token")] == [False, True]
