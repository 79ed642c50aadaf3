"""How the app shows who it is, in each of the three ways, and what it makes of the answer."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from pytest_httpserver import HTTPServer

from smartapp.auth.client import ASSERTION_TYPE, token_request
from smartapp.auth.discovery import Endpoints, discover
from smartapp.auth.keys import KeyRing
from smartapp.auth.token_answer import TokenAnswer
from smartapp.config import ClientAuth, Ehr
from smartapp.errors import (
    ConfigurationError,
    EhrBusy,
    EhrError,
    EhrServerError,
    RedirectRefused,
    TokenMalformed,
    TokenRefused,
)
from smartapp.transport import Answer, Transport
from tests.auth.fake_ehr import NOW, TOKEN, FakeEhr, key

SECRETS = ["plain", "a+b:c%d/e=f&g", "with space", "ü"]


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    for name, kind in (("rs", "RSA"), ("es", "P-384")):
        path = tmp_path / f"{'12'[name == 'es']}-{name}.json"
        path.write_text(json.dumps(key(name, kind).as_dict(private=True)))
        path.chmod(0o600)
    return KeyRing.load(tmp_path)


def ask(
    ehr: Ehr,
    endpoints: Endpoints,
    transport: Transport,
    keys: KeyRing | None = None,
    **parameters: str,
) -> Answer:
    return token_request(
        ehr,
        endpoints,
        "authorization_code",
        keys=keys,
        transport=transport,
        now=NOW,
        **({"code": "c", "redirect_uri": ehr.redirect_uri, "code_verifier": "v"} | parameters),
    )


def basic(request: Any) -> str:
    scheme, _, encoded = request.headers["Authorization"].partition(" ")
    assert scheme == "Basic"
    return base64.b64decode(encoded, validate=True).decode("latin-1")


@pytest.mark.smart(55, 56)
def test_a_public_client_gives_its_name_and_nothing_else(
    fake: FakeEhr, transport: Transport
) -> None:
    ehr = fake.registration(client_id="name@with+odd/signs")
    ask(ehr, discover(ehr, transport), transport, code="code+with/odd=signs&more")

    assert fake.forms() == [
        {
            "grant_type": "authorization_code",
            "code": "code+with/odd=signs&more",
            "redirect_uri": ehr.redirect_uri,
            "code_verifier": "v",
            "client_id": "name@with+odd/signs",
        }
    ]
    sent = fake.requests(TOKEN)[0]
    assert sent.method == "POST"
    assert sent.content_type == "application/x-www-form-urlencoded"
    assert "Authorization" not in sent.headers


@pytest.mark.smart(57, 104)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_sent_raw_and_then_the_name_is_not_repeated(
    secret: str, fake: FakeEhr, transport: Transport
) -> None:
    ehr = fake.registration(client_auth=ClientAuth.SECRET, client_secret=secret)
    ask(ehr, discover(ehr, transport), transport)

    assert basic(fake.requests(TOKEN)[0]) == f"smartapp-test:{secret}"
    assert not {"client_id", "client_secret"} & fake.forms()[0].keys()


@pytest.mark.smart(104)
def test_an_ehr_may_want_its_secret_encoded_or_in_the_form(
    fake: FakeEhr, transport: Transport
) -> None:
    for style in ("urlencoded", "post"):
        ehr = fake.registration(
            client_auth=ClientAuth.SECRET, client_secret="a+b c", vendor={"secret_style": style}
        )
        ask(ehr, discover(ehr, transport), transport)

    encoded, in_form = fake.requests(TOKEN)
    assert basic(encoded) == "smartapp-test:a%2Bb+c"
    assert "Authorization" not in in_form.headers
    assert fake.forms()[1]["client_id"] == "smartapp-test"
    assert fake.forms()[1]["client_secret"] == "a+b c"


@pytest.mark.smart(57, 58, 112, 113, 115, 116, 117, 118, 119)
def test_trap_a1_each_assertion_is_new_short_lived_and_for_this_endpoint_only(
    fake: FakeEhr, transport: Transport, ring: KeyRing
) -> None:
    fake.publishes(token_endpoint=f"{fake.origin}{TOKEN}?tenant=1")
    ehr = fake.registration(client_auth=ClientAuth.PRIVATE_KEY_JWT)
    for _ in range(10):
        ask(ehr, discover(ehr, transport), transport, ring)

    published = KeySet.import_key_set(ring.public_jwks())  # type: ignore[arg-type]  # plain JSON
    seen = set()
    for form in fake.forms():
        assert form["client_assertion_type"] == ASSERTION_TYPE
        assert not {"client_id", "client_secret"} & form.keys()
        claims = jwt.decode(form["client_assertion"], published, algorithms=["RS384"]).claims
        assert claims["iss"] == claims["sub"] == "smartapp-test"
        assert claims["aud"] == f"{fake.origin}{TOKEN}?tenant=1"
        assert claims["exp"] == int(NOW) + 240
        seen.add(claims["jti"])
    assert len(seen) == 10
    assert min(len(jti) for jti in seen) >= 22  # 128 bits


@pytest.mark.smart(110)
@pytest.mark.parametrize(
    ("listed", "alg"), [(None, "RS384"), (["RS384"], "RS384"), (["RS256", "ES384"], "ES384")]
)
def test_the_assertion_is_signed_as_the_ehr_lists(
    listed: list[str] | None, alg: str, fake: FakeEhr, transport: Transport, ring: KeyRing
) -> None:
    fake.publishes(token_endpoint_auth_signing_alg_values_supported=listed)
    ehr = fake.registration(client_auth=ClientAuth.PRIVATE_KEY_JWT)
    ask(ehr, discover(ehr, transport), transport, ring)

    header = fake.forms()[0]["client_assertion"].partition(".")[0]
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == alg


@pytest.mark.smart(10)
@pytest.mark.parametrize("method", [ClientAuth.SECRET, ClientAuth.PRIVATE_KEY_JWT])
def test_without_its_secret_or_key_a_confidential_client_sends_nothing(
    method: ClientAuth, fake: FakeEhr, transport: Transport
) -> None:
    ehr = fake.registration(client_auth=method)

    with pytest.raises(ConfigurationError, match="clinic has no"):
        ask(ehr, discover(ehr, transport), transport)

    assert fake.forms() == []


@pytest.mark.smart(60)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_endpoint_cannot_send_the_code_elsewhere(
    status: int, fake: FakeEhr, transport: Transport, ring: KeyRing, canary: HTTPServer
) -> None:
    fake.answers(TOKEN, "", status, Location=canary.url_for("/token"))
    ehr = fake.registration(client_auth=ClientAuth.PRIVATE_KEY_JWT)
    answer = ask(ehr, discover(ehr, transport), transport, ring)

    with pytest.raises(RedirectRefused):
        TokenAnswer.parse(answer)


# --- the answer -------------------------------------------------------------------------------


def answered(content: Any, status: int = 200, **headers: str) -> TokenAnswer:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return TokenAnswer.parse(Answer(status, headers, body, ""))


def said(**changes: Any) -> dict[str, Any]:
    return {"access_token": "access-1", "token_type": "Bearer", "expires_in": 300} | changes


@pytest.mark.smart(59, 70, 103)
def test_everything_an_ehr_says_is_kept() -> None:
    answer = answered(said(scope="openid", refresh_token="r", id_token="i", patient="ada", __x=1))

    assert (answer.access, answer.scope, answer.refresh, answer.id_token) == (
        "access-1",
        "openid",
        "r",
        "i",
    )
    assert answer.context["patient"] == "ada"
    assert answer.context["__x"] == 1


@pytest.mark.smart(59)
@pytest.mark.parametrize("token_type", ["bearer", "BEARER", "Bearer", None])
def test_the_type_of_the_token_may_be_written_in_any_case(token_type: str | None) -> None:
    assert answered(said(token_type=token_type)).access == "access-1"


@pytest.mark.smart(59, 100)
@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        (300, 300),
        ("300", 300),
        (300.5, 300.5),
        ("300.0", 300),
        (10**12, 86_400),
        (None, 3600),
        ("", 3600),
        ("soon", 3600),
        ("nan", 3600),
        ("inf", 3600),
        (0, 3600),
        (-5, 3600),
        (True, 3600),
        ([300], 3600),
    ],
)
def test_how_long_the_token_lives_is_read_in_every_form(stated: Any, seconds: float) -> None:
    assert answered(said(expires_in=stated)).expires_in == seconds


def test_a_lifetime_with_decimals_is_a_plain_number() -> None:
    assert not isinstance(answered(said(expires_in=3600.0)).expires_in, Decimal)


@pytest.mark.smart(59, 85)
@pytest.mark.parametrize(
    ("stated", "scope"),
    [("a b", "a b"), ("", ""), (None, None), (["a", "b"], "a b"), ([], "")],
)
def test_a_scope_that_is_left_out_differs_from_one_that_is_empty(
    stated: Any, scope: str | None
) -> None:
    assert answered(said(scope=stated)).scope == scope


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><title>Log in</title>",
        b"",
        b"access_token=x&token_type=bearer",
        [],
        {},
        said(access_token=None),
        said(access_token=""),
        said(access_token=7),
        said(access_token="line\r\nbreak: injected"),
        said(access_token="späce"),
        said(access_token="two words"),
        said(token_type="mac"),
        said(token_type=["bearer"]),
        said(refresh_token=7),
        said(id_token={"a": 1}),
        said(scope=7),
        said(scope=[7]),
    ],
)
@pytest.mark.smart(59)
def test_what_is_no_token_answer_is_refused(content: Any) -> None:
    with pytest.raises(TokenMalformed) as refused:
        answered(content)

    assert "access-1" not in str(refused.value)


@pytest.mark.smart(62, 121)
@pytest.mark.parametrize("status", [400, 401, 403, 200])
@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("invalid_grant", "invalid_grant"),
        ("invalid_client", "invalid_client"),
        ("403", "403"),
        ("urn:cerner:error:token:empty-scopes", "urn:cerner:error:token:empty-scopes"),
        ("<script>alert(1)</script>", "unrecognised"),
        ("Ada Lovelace", "unrecognised"),
        (403, "unrecognised"),
        ({"code": 1}, "unrecognised"),
        ("x" * 200, "unrecognised"),
        ("", "unrecognised"),
    ],
)
def test_a_refusal_is_known_by_its_code_only(status: int, error: Any, code: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        answered({"error": error, "error_description": "Ada Lovelace"}, status)

    assert refused.value.error == code
    assert str(refused.value) == code


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"message": "no"}'])
def test_a_refusal_without_a_code_is_known_by_its_status(body: bytes) -> None:
    with pytest.raises(TokenRefused) as refused:
        answered(body, 401)

    assert refused.value.error == "http_401"


@pytest.mark.parametrize(
    ("status", "failure"),
    [(500, EhrServerError), (502, EhrServerError), (429, EhrBusy), (408, EhrServerError)],
)
def test_trouble_at_the_ehr_is_no_refusal(status: int, failure: type[EhrError]) -> None:
    with pytest.raises(failure):
        answered({"error": "invalid_grant"}, status)


def test_a_token_answer_shows_none_of_its_secrets() -> None:
    shown = repr(answered(said(refresh_token="refresh-1", id_token="id-1", patient="ada")))

    assert not [secret for secret in ("access-1", "refresh-1", "id-1", "ada") if secret in shown]
