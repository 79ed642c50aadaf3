"""An identity is believed only when everything about its token is right."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pytest_httpserver import HTTPServer

from smartapp.auth.discovery import Endpoints, discover
from smartapp.auth.id_token import (
    KEEP_KEYS_AT_LEAST_SECONDS,
    KEEP_KEYS_SECONDS,
    Claims,
    verify,
)
from smartapp.config import Ehr
from smartapp.errors import IdentityRefused, MixedUp
from smartapp.transport import Transport
from tests.auth.fake_ehr import JWKS, NOW, OPENID, FakeEhr, Key, key, signed


def check(
    token: str, fake: FakeEhr, transport: Transport, ehr: Ehr | None = None, now: float = NOW
) -> Claims:
    ehr = ehr or fake.registration()
    return verify(token, ehr, discover(ehr, transport), "nonce-1", transport, now)


def unsigned(claims: dict[str, Any], header: dict[str, Any]) -> str:
    def part(content: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    return f"{part(header)}.{part(claims)}."


def with_public_key_as_secret(fake: FakeEhr) -> str:
    public = key("one").as_pem(private=False)
    secret = OctKey.import_key(base64.b64encode(public))
    header = {"alg": "HS256", "kid": "one"}
    return jwt.encode(header, fake.id_token_claims(), secret, algorithms=["HS256"])


def tampered(fake: FakeEhr) -> str:
    head, _, signature = fake.id_token().split(".")
    _, other, _ = fake.id_token(sub="somebody-else").split(".")
    return f"{head}.{other}.{signature}"


FORGED: dict[str, Callable[[FakeEhr], str]] = {
    "alg none": lambda f: unsigned(f.id_token_claims(), {"alg": "none", "kid": "one"}),
    "the public key used as a secret": with_public_key_as_secret,
    "for another app": lambda f: f.id_token(aud="another"),
    "for several without azp": lambda f: f.id_token(aud=["smartapp-test", "another"]),
    "for several, made for another": lambda f: f.id_token(
        aud=["smartapp-test", "another"], azp="another"
    ),
    "for another, azp us": lambda f: f.id_token(aud="another", azp="smartapp-test"),
    "for us, made for another": lambda f: f.id_token(azp="another"),
    "for nobody": lambda f: f.id_token(aud=None),
    "from another issuer": lambda f: f.id_token(iss="https://evil.example"),
    "from an issuer that begins alike": lambda f: f.id_token(iss=f.origin + "/fhir/evil"),
    "without issuer": lambda f: f.id_token(iss=None),
    "too old": lambda f: f.id_token(exp=int(NOW) - 61),
    "without end": lambda f: f.id_token(exp=None),
    "with an end that never comes": lambda f: f.id_token(exp=float("nan")),
    "with an end in words": lambda f: f.id_token(exp="tomorrow"),
    "from the future": lambda f: f.id_token(iat=int(NOW) + 61),
    "without a beginning": lambda f: f.id_token(iat=None),
    "not yet": lambda f: f.id_token(nbf=int(NOW) + 61),
    "without nonce": lambda f: f.id_token(nonce=None),
    "with another nonce": lambda f: f.id_token(nonce="nonce-2"),
    "with a nonce that is no text": lambda f: f.id_token(nonce=["nonce-1"]),
    "for nobody in particular": lambda f: f.id_token(sub=None),
    "for a blank person": lambda f: f.id_token(sub=""),
    "signed by an unknown key": lambda f: signed(f.id_token_claims(), key("two")),
    "signed by another key of the same name": lambda f: signed(
        f.id_token_claims(), key("two"), kid="one"
    ),
    "by an algorithm not on the list": lambda f: signed(f.id_token_claims(), key("one"), "PS256"),
    "with the claims of another token": tampered,
    "cut short": lambda f: f.id_token()[:-8],
    "without a signature": lambda f: f.id_token().rpartition(".")[0] + ".",
    "not a token": lambda _: "not.a.token",
    "encrypted": lambda _: "a.b.c.d.e",
    "empty": lambda _: "",
    "not even letters": lambda _: "ü" * 20,
    "a list": lambda _: signed_text(b"[]"),
    "no JSON": lambda _: signed_text(b"{"),
    "very deep": lambda _: signed_text(b"[" * 50_000),
}


def signed_text(payload: bytes) -> str:
    from joserfc import jws

    header = {"alg": "RS256", "kid": "one"}
    return jws.serialize_compact(header, payload, key("one"), algorithms=["RS256"])


@pytest.mark.smart(72)
@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_forged_token_is_refused(
    forge: Callable[[FakeEhr], str], fake: FakeEhr, transport: Transport
) -> None:
    with pytest.raises(IdentityRefused) as refused:
        check(forge(fake), fake, transport)

    assert "user-1" not in str(refused.value)


@pytest.mark.smart(72)
@pytest.mark.parametrize("field", ["jku", "x5u", "jwk"])
def test_a_key_that_the_token_brings_along_is_not_looked_at(
    field: str, fake: FakeEhr, transport: Transport, canary: HTTPServer
) -> None:
    own = key("mallory", "P-256")
    brought: Any = own.as_dict(private=False) if field == "jwk" else canary.url_for("/keys")
    claims = fake.id_token_claims()

    with pytest.raises(IdentityRefused):
        check(signed(claims, own, "ES256", **{"kid": "one", field: brought}), fake, transport)
    genuine = signed(claims, key("one"), **{field: brought})
    assert check(genuine, fake, transport).sub == "user-1"


@pytest.mark.smart(72, 76, 78)
def test_a_genuine_token_tells_who_is_there(fake: FakeEhr, transport: Transport) -> None:
    claims = check(
        fake.id_token(acr="loa-3", amr=["pwd", "otp", 7], azp="smartapp-test"), fake, transport
    )

    assert claims == Claims(
        iss=fake.origin,
        sub="user-1",
        fhir_user="Practitioner/nina",
        profile=None,
        acr="loa-3",
        amr=frozenset({"pwd", "otp"}),
    )


@pytest.mark.smart(72)
@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(NOW) - 59},
        {"iat": int(NOW) + 59},
        {"nbf": int(NOW) + 59},
        {"aud": ["smartapp-test"]},
        {"aud": ["another", "smartapp-test"], "azp": "smartapp-test"},
        {"exp": NOW + 100.5},
    ],
)
def test_trap_a5_clocks_may_differ_by_a_minute_and_audiences_be_several(
    changes: dict[str, Any], fake: FakeEhr, transport: Transport
) -> None:
    assert check(fake.id_token(**changes), fake, transport).sub == "user-1"


@pytest.mark.smart(74)
@pytest.mark.parametrize(
    ("alg", "kind"),
    [("RS256", "RSA"), ("RS384", "RSA"), ("ES256", "P-256"), ("ES384", "P-384")],
)
def test_trap_a4_four_algorithms_are_known_whatever_the_ehr_lists(
    alg: str, kind: str, fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(id_token_signing_alg_values_supported=["none"])
    signer = key(f"signer-{kind}", kind)
    fake.publishes_keys(signer)

    assert check(signed(fake.id_token_claims(), signer, alg), fake, transport).sub == "user-1"
    with pytest.raises(IdentityRefused):
        check(unsigned(fake.id_token_claims(), {"alg": "none"}), fake, transport)


@pytest.mark.smart(73)
def test_trap_a5_without_a_known_issuer_only_the_fhir_base_can_be_one(
    fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(issuer=None)

    with pytest.raises(IdentityRefused):
        check(fake.id_token(iss="https://evil.example"), fake, transport)
    with pytest.raises(IdentityRefused):
        check(fake.id_token(), fake, transport)
    assert check(fake.id_token(iss=fake.base), fake, transport).sub == "user-1"


@pytest.mark.smart(73)
@pytest.mark.parametrize(("published", "stated"), [("", "/"), ("/", "")])
def test_a_slash_at_the_end_of_the_issuer_makes_no_difference(
    published: str, stated: str, fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(issuer=fake.origin + published)

    assert check(fake.id_token(iss=fake.origin + stated), fake, transport).sub == "user-1"


@pytest.mark.smart(73)
def test_an_issuer_that_names_itself_differently_can_be_configured(
    fake: FakeEhr, transport: Transport
) -> None:
    token = fake.id_token(iss="https://short.example")
    with pytest.raises(IdentityRefused):
        check(token, fake, transport)

    known = fake.registration(
        vendor={"id_token_issuers": "https://a.example https://short.example"}
    )
    assert check(token, fake, transport, known).iss == "https://short.example"


@pytest.mark.smart(49)
def test_an_ehr_that_sends_no_nonce_can_be_configured_but_a_wrong_one_never_passes(
    fake: FakeEhr, transport: Transport
) -> None:
    lenient = fake.registration(vendor={"nonce": "optional"})

    assert check(fake.id_token(nonce=None), fake, transport, lenient).sub == "user-1"
    with pytest.raises(IdentityRefused):
        check(fake.id_token(nonce="nonce-2"), fake, transport, lenient)


# --- where the keys come from -----------------------------------------------------------------


@pytest.mark.smart(73)
@pytest.mark.parametrize("under", ["", "/fhir"])
def test_what_smart_leaves_out_is_read_from_openid(
    under: str, fake: FakeEhr, transport: Transport
) -> None:
    issuer = fake.origin + under
    fake.publishes(jwks_uri=None, issuer=issuer if under == "" else None)
    fake.answers(under + OPENID, {"issuer": issuer, "jwks_uri": f"{fake.origin}{JWKS}"})

    assert check(fake.id_token(iss=issuer), fake, transport).sub == "user-1"


@pytest.mark.parametrize(
    ("document", "failure"),
    [
        ({"issuer": "https://evil.example", "jwks_uri": "{origin}/jwks"}, IdentityRefused),
        ({"jwks_uri": "{origin}/jwks"}, IdentityRefused),
        ({"issuer": "{origin}"}, IdentityRefused),
        ({"issuer": "{origin}", "jwks_uri": "{canary}jwks"}, MixedUp),
        ({"issuer": "{origin}", "jwks_uri": "http://ehr.example.org/jwks"}, MixedUp),
        ([], IdentityRefused),
    ],
)
def test_a_document_that_leads_elsewhere_is_refused(
    document: Any,
    failure: type[Exception],
    fake: FakeEhr,
    transport: Transport,
    canary: HTTPServer,
) -> None:
    fake.publishes(jwks_uri=None)
    text = json.dumps(document).replace("{origin}", fake.origin)
    fake.answers(OPENID, text.replace("{canary}", canary.url_for("/")))

    for iss in (fake.origin, "https://evil.example"):
        with pytest.raises(failure):
            check(fake.id_token(iss=iss), fake, transport)


@pytest.mark.smart(74)
def test_keys_are_read_bare_and_odd_ones_spoil_nothing(fake: FakeEhr, transport: Transport) -> None:
    bare = {name: value for name, value in key("one").as_dict().items() if name != "kid"}
    fake.publishes_keys(
        {"kty": "AKP", "pub": "x"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "one"},
        {"kty": "RSA", "n": "_" * 170 + "8", "e": "AQAB", "kid": "one"},
        {"kty": "EC", "crv": "P-1", "x": "a", "y": "b"},
        {"kty": "EC"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "one"},
        {**key("two").as_dict(), "use": "enc", "kid": "one"},
        bare,
    )

    assert check(fake.id_token(), fake, transport).sub == "user-1"
    nameless = signed(fake.id_token_claims(), key("one"), kid=None)
    assert check(nameless, fake, transport).sub == "user-1"


def test_a_key_for_encryption_does_not_vouch_for_anybody(
    fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes_keys({**key("one").as_dict(), "use": "enc"})

    with pytest.raises(IdentityRefused):
        check(fake.id_token(), fake, transport)


@pytest.mark.smart(75)
def test_a_new_key_is_found_and_unknown_ones_are_looked_for_now_and_then(
    fake: FakeEhr, transport: Transport, clock: Any
) -> None:
    check(fake.id_token(), fake, transport)
    assert len(fake.requests(JWKS)) == 1

    fake.publishes_keys(key("one"), key("two"))
    new: Key = key("two")
    clock.now += 61
    assert check(signed(fake.id_token_claims(), new), fake, transport).sub == "user-1"
    assert len(fake.requests(JWKS)) == 2

    for name in ("three", "four", "five"):
        with pytest.raises(IdentityRefused):
            check(signed(fake.id_token_claims(), new, kid=name), fake, transport)
    assert len(fake.requests(JWKS)) == 2

    clock.now += 61
    with pytest.raises(IdentityRefused):
        check(signed(fake.id_token_claims(), new, kid="three"), fake, transport)
    assert len(fake.requests(JWKS)) == 3


@pytest.mark.smart(75)
def test_keys_are_read_anew_after_an_hour_so_that_a_withdrawn_one_ends(
    fake: FakeEhr, transport: Transport, clock: Any
) -> None:
    check(fake.id_token(), fake, transport)
    fake.publishes_keys(key("two"))
    clock.now += KEEP_KEYS_SECONDS + 1

    with pytest.raises(IdentityRefused):
        check(fake.id_token(), fake, transport)


def test_header_fields_of_an_ehrs_own_are_no_reason_to_refuse(
    fake: FakeEhr, transport: Transport
) -> None:
    from joserfc import jws

    registry = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
    header = {"alg": "RS256", "kid": "one", "pi.atm": "1"}
    payload = json.dumps(fake.id_token_claims())
    token = jws.serialize_compact(header, payload, key("one"), registry=registry)

    assert check(token, fake, transport).sub == "user-1"


def test_endpoints_that_know_everything_are_asked_for_nothing_but_keys(
    fake: FakeEhr, transport: Transport
) -> None:
    endpoints = Endpoints("a", "t", issuer=fake.origin, jwks=f"{fake.origin}{JWKS}")
    verify(fake.id_token(), fake.registration(), endpoints, "nonce-1", transport, NOW)

    assert fake.asked == [JWKS]


@pytest.mark.smart(75)
def test_a_key_that_is_published_after_it_began_to_sign_costs_one_more_try(
    fake: FakeEhr, transport: Transport, clock: Any
) -> None:
    """As Oracle's has been seen to do. Whoever starts again a moment later gets in."""
    check(fake.id_token(), fake, transport)
    token = signed(fake.id_token_claims(), key("late"))
    clock.now += KEEP_KEYS_AT_LEAST_SECONDS + 1
    with pytest.raises(IdentityRefused):
        check(token, fake, transport)
    fake.publishes_keys(key("one"), key("late"))
    with pytest.raises(IdentityRefused):
        check(token, fake, transport)

    clock.now += KEEP_KEYS_AT_LEAST_SECONDS + 1
    assert check(token, fake, transport).sub == "user-1"
    assert len(fake.requests(JWKS)) == 3
