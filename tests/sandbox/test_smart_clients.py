"""How apps prove who they are, and what a code is good for."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from pytest_httpserver import HTTPServer

from sandbox.app import Config
from sandbox.serving import started
from tests.sandbox.conftest import clients_file
from tests.sandbox.example_app import (
    CALLBACK,
    EC_KEY,
    RSA_KEY,
    Clock,
    Ehr,
    ExampleApp,
    assertion,
)

# --- each kind of client ----------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["a+b:c%41", "wrong", ""])
@pytest.mark.parametrize("way", ["basic", "post"])
def test_a_client_with_a_secret_must_know_it(ehr: Ehr, way: str, secret: str) -> None:
    app = ExampleApp(ehr, client_id="secret-test")
    code = app.code()
    if way == "basic":
        app.basic, app.proof = ("secret-test", secret), {}
    else:
        app.proof = {"client_id": "secret-test", "client_secret": secret}
    answer = app.redeem(code)

    if secret == "a+b:c%41":
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("header", ["Basic /////w==", "Basic nonsense", "Basic", "Bearer x"])
def test_a_broken_header_is_refused_and_not_an_error(ehr: Ehr, header: str) -> None:
    answer = requests.post(
        ehr.at.token,
        data={"grant_type": "authorization_code", "code": "x"},
        headers={"Authorization": header},
        timeout=5,
    )

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_client_with_a_key_signs_with_it(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="key-test", proof=assertion(ehr, "key-test"))

    assert app.launched()["access_token"]


def test_the_keys_of_a_client_are_read_from_its_address_and_read_again_when_they_change(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    old, new = RSA_KEY.as_dict(private=False), EC_KEY.as_dict(private=False)
    httpserver.expect_oneshot_request("/jwks.json").respond_with_json({"keys": [old]})
    httpserver.expect_request("/jwks.json").respond_with_json({"keys": [old, new]})
    client = {
        "client_id": "url-test",
        "auth": "private_key_jwt",
        "jwks_uri": httpserver.url_for("/jwks.json"),
    }
    clock = Clock()
    with started(Config(clients=clients_file(tmp_path, client)), clock) as running:
        ehr = Ehr(running, clock)
        app = ExampleApp(ehr, client_id="url-test")
        for key, alg in ((RSA_KEY, "RS384"), (RSA_KEY, "RS384"), (EC_KEY, "ES384")):
            app.proof = assertion(ehr, "url-test", key=key, alg=alg)
            assert app.launched()["access_token"]

    assert len(httpserver.log) == 2


def test_keys_that_cannot_be_read_are_a_refusal(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/jwks.json").respond_with_data("not yet", status=503)
    client = {
        "client_id": "url-test",
        "auth": "private_key_jwt",
        "jwks_uri": httpserver.url_for("/jwks.json"),
    }
    clock = Clock()
    with started(Config(clients=clients_file(tmp_path, client)), clock) as running:
        ehr = Ehr(running, clock)
        app = ExampleApp(ehr, client_id="url-test", proof=assertion(ehr, "url-test"))
        answer = app.redeem("any")

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 0},
        {"exp": "soon"},
        {"exp": None},
        {"exp": 9999999999},
        {"aud": "http://elsewhere.example/token"},
        {"aud": ["http://elsewhere.example/token"]},
        {"iss": "somebody-else"},
        {"sub": "nobody"},
        {"sub": "public-test"},
        {"jti": None},
    ],
    ids=str,
)
def test_a_wrong_assertion_is_refused(ehr: Ehr, change: dict[str, object]) -> None:
    app = ExampleApp(ehr, client_id="key-test")
    app.proof = assertion(ehr, "key-test", **change)
    answer = app.redeem(app.code())

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_an_assertion_may_live_five_minutes_and_not_six(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="key-test")
    now = int(ehr.clock())
    app.proof = assertion(ehr, "key-test", exp=now + 300)
    assert app.redeem(app.code()).status_code == 200

    app.proof = assertion(ehr, "key-test", exp=now + 360)
    assert app.redeem(app.code()).json()["error"] == "invalid_client"


def test_an_assertion_works_once(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="key-test", proof=assertion(ehr, "key-test"))
    app.launched()

    assert app.redeem(app.code()).json()["error"] == "invalid_client"


def test_an_assertion_signed_by_another_key_is_refused(ehr: Ehr) -> None:
    stranger = type(EC_KEY).generate_key("P-384", auto_kid=True)
    app = ExampleApp(ehr, client_id="key-test")
    app.proof = assertion(ehr, "key-test", key=stranger, alg="ES384")

    assert app.redeem(app.code()).json()["error"] == "invalid_client"


@pytest.mark.parametrize("garbage", ["x", "a.b.c", "e30.e30.e30", "e30.W10.x", "é.é.é"])
def test_an_assertion_that_is_no_jwt_is_refused(ehr: Ehr, garbage: str) -> None:
    app = ExampleApp(ehr, client_id="key-test")
    app.proof = assertion(ehr, "key-test") | {"client_assertion": garbage}

    assert app.redeem("any").json()["error"] == "invalid_client"


def test_two_ways_of_authentication_at_once_are_refused(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="key-test", proof=assertion(ehr, "key-test"))
    app.basic = ("secret-test", "a+b:c%41")

    assert app.redeem("any").json()["error"] == "invalid_request"


def test_the_client_id_must_be_that_of_who_authenticates(ehr: Ehr) -> None:
    proof = assertion(ehr, "key-test")
    app = ExampleApp(ehr, client_id="key-test", proof={**proof, "client_id": "public-test"})

    assert app.redeem("any").json()["error"] == "invalid_request"


def test_a_confidential_client_cannot_pass_for_a_public_one(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="key-test")

    assert app.redeem(app.code()).json()["error"] == "invalid_client"


# --- codes ------------------------------------------------------------------------------------


def test_a_code_used_twice_ends_what_came_of_it(app: ExampleApp) -> None:
    code = app.code()
    answer = app.redeem(code).json()
    assert app.redeem(code).json()["error"] == "invalid_grant"

    assert app.refresh(answer["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "change",
    [
        {"code_verifier": "x" * 64},
        {"code_verifier": None},
        {"redirect_uri": CALLBACK + "?other"},
        {"redirect_uri": None},
        {"code": "unknown"},
        {"code": None},
    ],
    ids=str,
)
def test_a_code_needs_its_verifier_and_its_address(
    app: ExampleApp, change: dict[str, str | None]
) -> None:
    answer = app.redeem(app.code(), **change)

    assert answer.status_code == 400
    assert answer.json()["error"] in ("invalid_grant", "invalid_request")


def test_a_confidential_client_needs_the_verifier_too(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="key-test", proof=assertion(ehr, "key-test"))

    assert app.redeem(app.code(), code_verifier=None).json()["error"] == "invalid_request"


def test_a_code_is_for_the_app_that_asked(ehr: Ehr) -> None:
    asking, other = ExampleApp(ehr), ExampleApp(ehr, client_id="chart-test")
    other.verifier = asking.verifier

    assert other.redeem(asking.code()).json()["error"] == "invalid_grant"


def test_a_code_grows_old(app: ExampleApp) -> None:
    code = app.code()
    app.ehr.clock.passes(61)

    assert app.redeem(code).json()["error"] == "invalid_grant"


def test_addresses_do_not_follow_the_host_header(app: ExampleApp) -> None:
    told = requests.get(
        app.ehr.at.fhir + "/.well-known/smart-configuration",
        headers={"Host": "evil.example"},
        timeout=5,
    ).json()
    refused = requests.post(
        app.ehr.at.token, data={"grant_type": "x"}, headers={"Host": "evil.example"}, timeout=5
    )

    assert told["token_endpoint"] == app.ehr.at.token
    assert refused.json()["error"] == "unsupported_grant_type"
