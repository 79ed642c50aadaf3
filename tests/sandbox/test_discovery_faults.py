"""What the server says about itself, in every form that apps meet it in."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import requests

from tests.sandbox.example_app import Ehr, ExampleApp, assertion, claims_of
from tests.sandbox.saboteur import Saboteur

HERE = {"path": "smart-configuration"}


def ask(ehr: Ehr) -> requests.Response:
    return requests.get(ehr.at.fhir + "/.well-known/smart-configuration", timeout=5)


def oauth_uris(ehr: Ehr) -> dict[str, str]:
    statement = requests.get(ehr.at.fhir + "/metadata", timeout=5).json()
    extension = statement["rest"][0]["security"]["extension"][0]["extension"]
    return {each["url"]: each["valueUri"] for each in extension}


# --- the document -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "content_type", "begins"),
    [
        ("html", "text/html", b"<!doctype html>"),
        ("xml", "application/fhir+xml", b"<?xml"),
        ("text", "text/plain", b"{"),
        ("bom", "application/json", b"\xef\xbb\xbf{"),
    ],
)
def test_the_document_comes_in_another_form(
    ehr: Ehr, saboteur: Saboteur, what: str, content_type: str, begins: bytes
) -> None:
    saboteur.switches_on("wrong", HERE, what=what)
    answer = ask(ehr)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(content_type)
    assert answer.content.startswith(begins)
    if what in ("text", "bom"):
        assert json.loads(answer.content.decode("utf-8-sig"))["token_endpoint"] == ehr.at.token


def test_there_is_only_the_capability_statement(ehr: Ehr, saboteur: Saboteur) -> None:
    saboteur.switches_on("status", HERE, status=404)

    assert ask(ehr).status_code == 404
    assert oauth_uris(ehr)["token"] == ehr.at.token


def test_the_document_is_slow(ehr: Ehr, saboteur: Saboteur) -> None:
    saboteur.switches_on("delay", HERE, seconds=0.1)
    before = time.monotonic()

    assert ask(ehr).status_code == 200
    assert time.monotonic() - before >= 0.1


def test_the_document_lacks_something(ehr: Ehr, saboteur: Saboteur) -> None:
    saboteur.switches_on("edited", HERE, drop=["jwks_uri", "code_challenge_methods_supported"])

    assert {"jwks_uri", "code_challenge_methods_supported"}.isdisjoint(ask(ehr).json())


# --- the endpoints ------------------------------------------------------------------------------


def test_endpoints_are_stated_as_set_wherever_they_are_stated(ehr: Ehr, saboteur: Saboteur) -> None:
    stated = {"authorization_endpoint": "../oauth/authorize", "token_endpoint": "../oauth/token"}
    saboteur.sets(endpoints=stated)

    said: dict[str, Any] = ask(ehr).json()
    assert {name: said[name] for name in stated} == stated
    assert said["jwks_uri"] == ehr.at.jwks
    assert oauth_uris(ehr)["authorize"] == "../oauth/authorize"
    assert oauth_uris(ehr)["token"] == "../oauth/token"


def test_the_audience_of_an_assertion_is_the_endpoint_made_absolute(
    ehr: Ehr, saboteur: Saboteur
) -> None:
    app = ExampleApp(ehr, client_id="key-test")
    saboteur.sets(endpoints={"token_endpoint": "../oauth/token"})
    app.proof = assertion(ehr, "key-test")

    assert app.redeem(app.code()).status_code == 200


def test_a_token_endpoint_on_another_origin_works_and_is_the_audience_there(
    ehr: Ehr, saboteur: Saboteur
) -> None:
    app = ExampleApp(ehr, client_id="key-test")
    elsewhere = ehr.at.token.replace("127.0.0.1", "localhost")
    saboteur.sets(endpoints={"token_endpoint": elsewhere})

    app.proof = assertion(ehr, "key-test")
    assert app.redeem(app.code()).status_code == 401
    app.proof = assertion(ehr, "key-test", aud=elsewhere)
    assert app.redeem(app.code()).status_code == 200


def test_an_authorization_endpoint_may_have_a_query_of_its_own(
    ehr: Ehr, saboteur: Saboteur
) -> None:
    stated = f"{ehr.at.authorize}?tenant=riverside"
    saboteur.sets(endpoints={"authorization_endpoint": stated})
    app = ExampleApp(ehr)

    assert ask(ehr).json()["authorization_endpoint"] == stated
    assert "/oauth/login/" in app.open(stated, params=app.request()).url


def test_the_issuer_may_be_the_fhir_base_as_it_was_with_older_servers(
    ehr: Ehr, saboteur: Saboteur
) -> None:
    saboteur.sets(endpoints={"issuer": ehr.at.fhir})
    app = ExampleApp(ehr)
    said = requests.get(ehr.at.fhir + "/.well-known/openid-configuration", timeout=5).json()

    assert said["issuer"] == ehr.at.fhir
    assert claims_of(ehr, app.launched()["id_token"])["iss"] == ehr.at.fhir
