"""The end of a launch: its tokens are given back, and nothing that an EHR does can hold it up."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug import Response

from smartapp.auth import revocation
from smartapp.auth.keys import KeyRing, generate
from smartapp.auth.revocation import Revoked
from smartapp.config import ClientAuth, Ehr
from smartapp.launch import Launched, give_back
from smartapp.transport import Transport
from tests.auth.fake_ehr import NOW, FakeEhr
from tests.launch.steps import return_

REVOKE = "/revoke"


def launched_at(fake: FakeEhr, transport: Transport, **changes: Any) -> Launched:
    fake.publishes(revocation_endpoint=f"{fake.origin}{REVOKE}")
    fake.answers(REVOKE)
    return return_(fake, transport, **{"refresh_token": "refresh-1", **changes})


def left(
    fake: FakeEhr,
    transport: Transport,
    launched: Launched,
    ehr: Ehr | None = None,
    keys: KeyRing | None = None,
) -> Revoked:
    ehr = ehr or fake.registration()
    return give_back(launched, ehr, keys=keys, transport=transport, now=NOW)


@pytest.mark.smart(132)
def test_the_refresh_token_goes_first_and_then_the_access_token(
    fake: FakeEhr, transport: Transport
) -> None:
    launched = launched_at(fake, transport)

    assert left(fake, transport, launched) is Revoked.DONE
    assert fake.forms(REVOKE) == [
        {"token": "refresh-1", "token_type_hint": "refresh_token", "client_id": "smartapp-test"},
        {"token": "access-1", "token_type_hint": "access_token", "client_id": "smartapp-test"},
    ]


@pytest.mark.smart(119, 132)
def test_who_signs_with_a_key_does_so_here_too_each_time_anew(
    fake: FakeEhr, transport: Transport, tmp_path: Path
) -> None:
    generate(tmp_path)
    keys = KeyRing.load(tmp_path)
    published = KeySet.import_key_set(keys.public_jwks())
    launched = launched_at(fake, transport)
    signing = fake.registration(client_auth=ClientAuth.PRIVATE_KEY_JWT)

    assert left(fake, transport, launched, signing, keys) is Revoked.DONE
    proofs = [
        jwt.decode(form["client_assertion"], published, algorithms=["RS384"]).claims
        for form in fake.forms(REVOKE)
    ]
    assert len({proof["jti"] for proof in proofs}) == 2
    assert {proof["sub"] for proof in proofs} == {"smartapp-test"}


def test_without_a_refresh_token_only_the_access_token_is_given_back(
    fake: FakeEhr, transport: Transport
) -> None:
    launched = launched_at(fake, transport, refresh_token=None)

    assert left(fake, transport, launched) is Revoked.DONE
    assert [form["token"] for form in fake.forms(REVOKE)] == ["access-1"]


@pytest.mark.smart(132)
def test_an_ehr_that_offers_no_revocation_or_elsewhere_is_not_asked(
    fake: FakeEhr, transport: Transport
) -> None:
    launched = return_(fake, transport, refresh_token="refresh-1")

    assert left(fake, transport, launched) is Revoked.NOT_OFFERED
    transport.memory.forget(("endpoints", fake.base))
    fake.publishes(revocation_endpoint="https://evil.example/revoke")
    assert left(fake, transport, launched) is Revoked.NOT_OFFERED


@pytest.mark.smart(132)
@pytest.mark.parametrize(
    "trouble",
    [
        Response("down", 503),
        Response("no", 401),
        Response("", 307, {"Location": "https://evil.example/"}),
    ],
)
def test_whatever_the_ehr_answers_nothing_is_raised(
    trouble: Response, fake: FakeEhr, transport: Transport
) -> None:
    launched = launched_at(fake, transport)
    fake.pages[REVOKE] = trouble

    assert left(fake, transport, launched) is Revoked.FAILED


def test_a_registration_that_lost_its_keys_does_not_hold_anyone_up(
    fake: FakeEhr, transport: Transport
) -> None:
    launched = launched_at(fake, transport)
    signing = replace(fake.registration(), client_auth=ClientAuth.PRIVATE_KEY_JWT)

    assert left(fake, transport, launched, signing, None) is Revoked.FAILED


@pytest.mark.smart(132)
def test_an_ehr_that_never_answers_is_left_after_a_while(
    fake: FakeEhr, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched = launched_at(fake, transport)
    monkeypatch.setattr(revocation, "PATIENCE_SECONDS", 0.2)
    fake.is_slow(REVOKE, 3.0)

    began = time.monotonic()
    assert left(fake, transport, launched) is Revoked.FAILED
    assert time.monotonic() - began < 2.5
