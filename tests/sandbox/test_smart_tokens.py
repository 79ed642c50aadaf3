"""What tokens do once they are there: refresh, identity, introspection, revocation, end of life."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from joserfc import jws

from sandbox.app import Config
from sandbox.serving import started
from sandbox.smart.approvals import Approval, LaunchContext
from sandbox.smart.tokens import Tokens
from tests.sandbox.conftest import clients_file
from tests.sandbox.example_app import (
    NURSE,
    PATIENT,
    Clock,
    Ehr,
    ExampleApp,
    assertion,
    came_back,
    claims_of,
)

# --- refresh ----------------------------------------------------------------------------------


def test_a_refresh_token_is_replaced_and_the_context_repeated(app: ExampleApp) -> None:
    first = app.launched()
    second = app.refresh(first["refresh_token"]).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert second["patient"] == first["patient"]
    assert second["scope"] == first["scope"]
    assert app.refresh(second["refresh_token"]).status_code == 200


def test_a_refresh_token_used_twice_ends_the_whole_family(app: ExampleApp) -> None:
    first = app.launched()
    second = app.refresh(first["refresh_token"]).json()

    assert app.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert app.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert not is_live(app.ehr, second["access_token"])


def test_of_refreshes_that_arrive_together_one_wins(app: ExampleApp) -> None:
    token = app.launched()["refresh_token"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: app.refresh(token).status_code, range(8)))

    assert answers.count(200) <= 1
    assert set(answers) <= {200, 400}


def test_a_token_made_while_its_family_is_withdrawn_never_lives() -> None:
    login = Approval("app", PATIENT, "openid", LaunchContext(), 0)
    tokens = Tokens(Clock())
    tokens.end_family("family")
    tokens.keep("access", "refresh", approval=login, scope="openid", family="family", seconds=60)

    assert tokens.find_access("access") is None
    assert tokens.find_refresh("refresh") is None


def test_without_offline_or_online_access_there_is_no_refresh_token(ehr: Ehr) -> None:
    app = ExampleApp(ehr, scope="launch/patient patient/Patient.rs")

    assert "refresh_token" not in app.launched()


def test_a_refresh_may_ask_for_less_and_never_for_more(app: ExampleApp) -> None:
    token = app.launched()["refresh_token"]
    more = app.refresh(token, scope="patient/Patient.rs patient/Task.rs")
    less = app.refresh(token, scope="patient/Patient.rs").json()

    assert more.json()["error"] == "invalid_scope"
    assert less["scope"] == "patient/Patient.rs"
    assert "offline_access" in app.refresh(less["refresh_token"]).json()["scope"]


def test_a_refresh_token_is_for_the_app_that_got_it(ehr: Ehr) -> None:
    token = ExampleApp(ehr).launched()["refresh_token"]

    assert ExampleApp(ehr, client_id="chart-test").refresh(token).status_code == 400
    assert ExampleApp(ehr).refresh(token).status_code == 200


# --- scopes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scope",
    [
        "launch/patient patient/Patient.read patient/Task.write patient/*.*",
        "launch/patient patient/Patient.rs patient/Task.cu patient/Observation.r patient/*.cruds",
        "launch/patient patient/Observation.rs?category=laboratory",
    ],
    ids=["version 1", "version 2", "granular"],
)
def test_scopes_are_granted_in_the_syntax_in_which_they_were_asked(ehr: Ehr, scope: str) -> None:
    assert ExampleApp(ehr, scope=scope).launched()["scope"] == scope


def test_what_the_sandbox_does_not_know_is_left_out(ehr: Ehr) -> None:
    app = ExampleApp(ehr, scope="launch/patient patient/Patient.sr system/*.rs patient/Patient.rs")

    assert app.launched()["scope"] == "launch/patient patient/Patient.rs"


# --- identity ---------------------------------------------------------------------------------


def kid_of(id_token: str) -> object:
    return jws.extract_compact(id_token.encode()).headers()["kid"]


def test_the_id_token_says_who_logged_in(app: ExampleApp) -> None:
    claims = claims_of(app.ehr, app.launched(PATIENT)["id_token"])

    assert claims["iss"] == app.ehr.at.issuer
    assert claims["aud"] == ["public-test"]
    assert claims["nonce"] == "some-nonce"
    assert claims["sub"] == PATIENT.username
    assert claims["fhirUser"] == f"{app.ehr.at.fhir}/{PATIENT.fhir_user}"


def test_an_id_token_verifies_before_and_after_the_keys_are_rotated(app: ExampleApp) -> None:
    old = app.launched()["id_token"]
    before = claims_of(app.ehr, old)
    assert requests.post(app.ehr.at.base + "/keys/rotate", timeout=5).status_code == 200
    new = app.launched()["id_token"]

    assert claims_of(app.ehr, old) == before
    assert claims_of(app.ehr, new)["sub"] == PATIENT.username
    assert kid_of(old) != kid_of(new)


def test_a_retired_key_is_withdrawn_when_what_it_signed_has_expired(app: ExampleApp) -> None:
    kid = kid_of(app.launched()["id_token"])
    requests.post(app.ehr.at.base + "/keys/rotate", timeout=5)
    app.ehr.clock.passes(3601)

    published = requests.get(app.ehr.at.jwks, timeout=5).json()["keys"]
    assert kid not in {key["kid"] for key in published}


# --- introspection, revocation, end of life ---------------------------------------------------


def is_live(ehr: Ehr, access_token: str) -> bool:
    """Whether the FHIR side takes it."""
    return patient_read(ehr, access_token).status_code == 200


def patient_read(ehr: Ehr, access_token: str) -> requests.Response:
    return requests.get(
        f"{ehr.at.fhir}/Patient/{PATIENT.patients[0]}",
        headers={"Authorization": f"Bearer {access_token}"},
        timeout=5,
    )


def secret_app(ehr: Ehr) -> ExampleApp:
    return ExampleApp(ehr, client_id="secret-test", proof={}, basic=("secret-test", "a+b:c%41"))


def test_an_app_may_ask_about_its_own_token(ehr: Ehr) -> None:
    app = secret_app(ehr)
    token = app.launched()["access_token"]
    said = app.post(ehr.at.introspect, {"token": token}).json()

    assert said["active"] is True
    assert said["client_id"] == "secret-test"
    assert said["patient"] == PATIENT.patients[0]
    assert said["fhirUser"] == f"{ehr.at.fhir}/{PATIENT.fhir_user}"
    assert said["exp"] - said["iat"] == 3600


def test_nobody_learns_anything_about_the_token_of_another(ehr: Ehr) -> None:
    token = ExampleApp(ehr).launched()["access_token"]

    assert secret_app(ehr).post(ehr.at.introspect, {"token": token}).json() == {"active": False}
    assert ExampleApp(ehr).post(ehr.at.introspect, {"token": token}).status_code == 401


@pytest.mark.parametrize("client", ["public-test", "secret-test", "key-test"])
def test_each_kind_of_client_may_revoke(ehr: Ehr, client: str) -> None:
    app = secret_app(ehr) if client == "secret-test" else ExampleApp(ehr, client_id=client)
    if client == "key-test":
        app.proof = assertion(ehr, client)
    answer = app.launched()
    if client == "key-test":
        app.proof = assertion(ehr, client)

    assert app.post(ehr.at.revoke, {"token": answer["refresh_token"]}).status_code == 200
    assert not is_live(ehr, answer["access_token"])


def test_revoking_an_access_token_leaves_the_refresh_token(app: ExampleApp) -> None:
    answer = app.launched()
    app.post(app.ehr.at.revoke, {"token": answer["access_token"]})

    assert not is_live(app.ehr, answer["access_token"])
    assert app.refresh(answer["refresh_token"]).status_code == 200


def test_the_token_of_another_app_cannot_be_revoked(ehr: Ehr) -> None:
    answer = ExampleApp(ehr).launched()
    refused = secret_app(ehr).post(ehr.at.revoke, {"token": answer["refresh_token"]})

    assert refused.json()["error"] == "invalid_grant"
    assert is_live(ehr, answer["access_token"])


def test_revoking_what_is_not_known_is_no_error(app: ExampleApp) -> None:
    assert app.post(app.ehr.at.revoke, {"token": "unknown"}).status_code == 200


def test_an_access_token_ends_after_its_time(app: ExampleApp) -> None:
    answer = app.launched()
    assert is_live(app.ehr, answer["access_token"])
    app.ehr.clock.passes(answer["expires_in"])

    assert patient_read(app.ehr, answer["access_token"]).status_code == 401
    assert app.refresh(answer["refresh_token"]).status_code == 200


def test_a_short_life_and_extras_are_told_as_configured(tmp_path: Path) -> None:
    extras = {"tenant": "riverside", "smart_style_url": "http://127.0.0.1/style.json"}
    config = Config(clients=clients_file(tmp_path), access_seconds=5, extras=extras)
    clock = Clock()
    with started(config, clock) as running:
        ehr = Ehr(running, clock)
        answer = ExampleApp(ehr).launched()
        said = requests.get(ehr.at.fhir + "/.well-known/smart-configuration", timeout=5).json()

    assert answer["expires_in"] == 5
    assert answer["tenant"] == "riverside"
    assert answer["smart_style_url"] == "http://127.0.0.1/style.json"
    assert "context-style" in said["capabilities"]


def test_without_configuration_there_are_no_extras(app: ExampleApp) -> None:
    assert {"tenant", "smart_style_url"}.isdisjoint(app.launched())


def test_staff_reach_the_record_by_the_chart(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="chart-test", scope="openid fhirUser launch user/Patient.rs")
    launch = ehr.launch_value(PATIENT.patients[0])
    answer = app.redeem(came_back(app.ask(launch=launch))["code"]).json()

    claims = claims_of(ehr, answer["id_token"])
    assert claims["fhirUser"] == f"{ehr.at.fhir}/{NURSE.fhir_user}"
    assert is_live(ehr, answer["access_token"])
