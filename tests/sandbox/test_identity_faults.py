"""Forged id_tokens, claims that are odd and yet signed, and keys that change or come late."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any, get_args

import pytest
import requests
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from sandbox.faults.orders import Forgery
from tests.sandbox.example_app import PATIENT, Ehr, ExampleApp, claims_of
from tests.sandbox.saboteur import REDEEM, Saboteur

# Each kind of forgery, with the one check that finds it.
FOUND_BY = {
    "none": "alg",
    "hs256": "alg",
    "wrong_aud": "aud",
    "several_aud": "azp",
    "wrong_iss": "iss",
    "old": "exp",
    "future": "iat",
    "no_nonce": "nonce",
    "wrong_nonce": "nonce",
    "unknown_kid": "kid",
    "jku": "kid",
    "swapped_user": "signature",
    "bad_signature": "signature",
    "truncated": "form",
}


def published(ehr: Ehr) -> KeySet:
    return KeySet.import_key_set(requests.get(ehr.at.jwks, timeout=5).json())


def part(encoded: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(encoded + "==="))
    return found


def wrong_with(ehr: Ehr, id_token: str) -> set[str]:
    """What a careful app finds."""
    if id_token.count(".") != 2:
        return {"form"}
    header, claims = (part(each) for each in id_token.split(".")[:2])
    audience, now = claims["aud"], ehr.clock()
    checks = {
        "alg": header["alg"] == "RS256",
        "aud": "public-test" in audience,
        "azp": len(audience) == 1 or claims.get("azp") == "public-test",
        "iss": claims["iss"] == ehr.at.issuer,
        "exp": now < claims["exp"],
        "iat": claims["iat"] <= now + 60,
        "nonce": claims.get("nonce") == "some-nonce",
    }
    if checks["alg"]:
        keys = published(ehr)
        known = header["kid"] in {key.kid for key in keys}
        checks |= {"kid": known, "signature": not known or is_signed(id_token, keys)}
    return {name for name, holds in checks.items() if not holds}


def is_signed(id_token: str, keys: KeySet) -> bool:
    try:
        jws.deserialize_compact(id_token, keys, algorithms=["RS256"])
    except JoseError:
        return False
    return True


# --- forgeries ----------------------------------------------------------------------------------


def test_nothing_is_wrong_with_what_is_genuine(app: ExampleApp) -> None:
    assert wrong_with(app.ehr, app.launched()["id_token"]) == set()


def test_there_are_fourteen_kinds() -> None:
    assert set(FOUND_BY) == set(get_args(Forgery))
    assert len(FOUND_BY) == 14


@pytest.mark.parametrize(("how", "found_by"), FOUND_BY.items())
def test_each_forgery_is_wrong_in_one_way(
    app: ExampleApp, saboteur: Saboteur, how: str, found_by: str
) -> None:
    saboteur.switches_on("forged", REDEEM, how=how)

    assert wrong_with(app.ehr, app.launched()["id_token"]) == {found_by}


def test_the_public_key_as_a_shared_secret_would_verify(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    saboteur.switches_on("forged", REDEEM, how="hs256")
    signed, _, signature = app.launched()["id_token"].rpartition(".")
    header = part(signed.partition(".")[0])
    key = next(key for key in published(app.ehr) if key.kid == header["kid"])
    assert isinstance(key, RSAKey)

    digest = hmac.new(key.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    assert header["alg"] == "HS256"
    assert signature == base64.urlsafe_b64encode(digest).decode().rstrip("=")


def test_the_key_of_a_stranger_is_said_to_lie_at_the_canary(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    saboteur.switches_on("forged", REDEEM, how="jku", canary="http://127.0.0.1:9/keys.json")

    header = part(app.launched()["id_token"].partition(".")[0])
    assert header["jku"] == "http://127.0.0.1:9/keys.json"


def test_the_swapped_user_is_somebody_else(app: ExampleApp, saboteur: Saboteur) -> None:
    saboteur.switches_on("forged", REDEEM, how="swapped_user")

    claims = part(app.launched()["id_token"].split(".")[1])
    assert claims["sub"] != PATIENT.username
    assert claims["fhirUser"] != f"{app.ehr.at.fhir}/{PATIENT.fhir_user}"


# --- claims -------------------------------------------------------------------------------------


def test_claims_are_as_ordered_under_the_right_signature(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    saboteur.switches_on(
        "claims",
        REDEEM,
        set={"fhirUser": "https://evil.example/Practitioner/1", "amr": ["pwd", "otp"]},
        drop=["auth_time"],
    )

    claims = claims_of(app.ehr, app.launched()["id_token"])
    assert claims["fhirUser"] == "https://evil.example/Practitioner/1"
    assert claims["amr"] == ["pwd", "otp"]
    assert claims["sub"] == PATIENT.username
    assert "auth_time" not in claims


def test_the_sandbox_signs_by_its_own_clock(app: ExampleApp) -> None:
    app.ehr.clock.passes(24 * 3600)

    claims = claims_of(app.ehr, app.launched()["id_token"])
    assert 0 <= app.ehr.clock() - claims["iat"] < 5
    assert claims["exp"] - claims["iat"] == 3600


# --- keys ---------------------------------------------------------------------------------------


def kids(ehr: Ehr) -> set[str]:
    return {str(key.kid) for key in published(ehr)}


def test_a_new_key_signs_before_it_is_published(app: ExampleApp, saboteur: Saboteur) -> None:
    kid = saboteur("POST", "/keys/rotate", {"published_after": 5}).json()["kid"]
    id_token = app.launched()["id_token"]

    assert part(id_token.partition(".")[0])["kid"] == kid
    assert kid not in kids(app.ehr)
    assert wrong_with(app.ehr, id_token) == {"kid"}
    app.ehr.clock.passes(5)
    assert wrong_with(app.ehr, id_token) == set()


def test_what_is_signed_verifies_after_any_number_of_rotations(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    id_token = app.launched()["id_token"]
    for _ in range(2):
        saboteur("POST", "/keys/rotate")

    assert wrong_with(app.ehr, id_token) == set()


def test_a_key_that_is_not_published_yet_stays_so_when_the_next_one_comes(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    late = saboteur("POST", "/keys/rotate", {"published_after": 60}).json()["kid"]
    prompt = saboteur("POST", "/keys/rotate", {}).json()["kid"]

    assert prompt in kids(app.ehr)
    assert late not in kids(app.ehr)
