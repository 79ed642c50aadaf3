"""What an EHR says of its own tokens, and that no other server is ever asked about them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from smartapp.auth.discovery import discover
from smartapp.auth.introspection import TokenStatus, introspect
from smartapp.config import ClientAuth
from smartapp.transport import Transport
from tests.auth.fake_ehr import NOW, FakeEhr
from tests.launch.steps import return_

INTROSPECT = "/introspect"


def asked(fake: FakeEhr, transport: Transport, **changes: Any) -> TokenStatus | None:
    ehr = fake.registration(**changes)
    endpoints = discover(ehr, transport)
    return introspect(ehr, endpoints, "access-1", keys=None, transport=transport, now=NOW)


def offers(fake: FakeEhr, said: Any, status: int = 200) -> None:
    fake.publishes(introspection_endpoint=f"{fake.origin}{INTROSPECT}")
    fake.answers(INTROSPECT, said, status)


@pytest.mark.smart(129)
def test_a_token_is_sent_as_a_form_by_a_client_that_shows_who_it_is(
    fake: FakeEhr, transport: Transport
) -> None:
    offers(fake, {"active": True, "scope": "openid", "exp": 7, "client_id": "smartapp-test"})
    secret = {"client_auth": ClientAuth.SECRET, "client_secret": "s"}

    status = asked(fake, transport, **secret)

    assert status == TokenStatus(True, "openid", 7.0, "smartapp-test")
    assert fake.forms(INTROSPECT) == [{"token": "access-1", "token_type_hint": "access_token"}]
    assert fake.requests(INTROSPECT)[0].headers["Authorization"].startswith("Basic ")


@pytest.mark.smart(130)
@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"active": False}, TokenStatus(False)),
        ({}, TokenStatus(False)),
        ({"active": "true"}, TokenStatus(False)),
        ({"active": 1}, TokenStatus(False)),
        ({"active": True}, TokenStatus(True)),
        ({"active": True, "exp": "1800"}, TokenStatus(True, expires_at=1800.0)),
        ({"active": True, "exp": 1800.5}, TokenStatus(True, expires_at=1800.5)),
        ({"active": True, "exp": "soon", "scope": 7}, TokenStatus(True)),
        ({"active": True, "exp": True, "client_id": []}, TokenStatus(True)),
        ([], None),
        ("no JSON", None),
    ],
)
def test_what_is_missing_is_not_known_and_does_no_harm(
    said: Any, status: TokenStatus | None, fake: FakeEhr, transport: Transport
) -> None:
    offers(fake, said)

    assert asked(fake, transport) == status


@pytest.mark.smart(130)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 503])
def test_an_endpoint_that_does_not_answer_says_nothing(
    status: int, fake: FakeEhr, transport: Transport
) -> None:
    offers(fake, {"error": "invalid_client"}, status)

    assert asked(fake, transport) is None


@pytest.mark.smart(131)
def test_no_other_server_is_asked_about_a_token(fake: FakeEhr, transport: Transport) -> None:
    fake.publishes(introspection_endpoint="https://evil.example/introspect")

    assert asked(fake, transport) is None


@pytest.mark.smart(59, 129)
def test_where_the_token_does_not_say_how_long_it_lives_its_introspection_does(
    fake: FakeEhr, transport: Transport
) -> None:
    offers(fake, {"active": True, "exp": int(NOW) + 570})

    short = return_(fake, transport, expires_in=None)
    assert short.token.expires_at == pytest.approx(NOW + 570, abs=2)
    assert len(fake.requests(INTROSPECT)) == 1
    return_(fake, transport, expires_in=300)
    assert len(fake.requests(INTROSPECT)) == 1, "only where there is a question"


@pytest.mark.smart(130)
@pytest.mark.parametrize("said", [{"active": False}, {"active": True, "exp": 1}, {}])
def test_an_introspection_that_makes_no_sense_changes_nothing(
    said: dict[str, Any], fake: FakeEhr, transport: Transport
) -> None:
    offers(fake, said)

    assert return_(fake, transport, expires_in=None).token.expires_at == NOW + 3600


def test_numbers_are_read_as_the_wire_brings_them() -> None:
    assert TokenStatus.parse({"active": True, "exp": Decimal("1.5")}).expires_at == 1.5
