"""Back from the EHR's login: the way back is checked, the code becomes a token."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.auth.discovery import discover
from smartapp.errors import (
    AccessDenied,
    AuthorizationRefused,
    EhrServerError,
    LaunchExpired,
    LaunchParameterMissing,
    MixedUp,
    TokenMalformed,
    TokenRefused,
)
from smartapp.launch import (
    PendingLaunch,
    check_return,
    redeem,
)
from smartapp.transport import Transport
from tests.auth.fake_ehr import NOW, TOKEN, FakeEhr
from tests.launch.steps import answer_for, leave


@pytest.fixture
def pending(fake: FakeEhr, transport: Transport) -> PendingLaunch:
    return leave(fake, transport)


def test_the_code_comes_back_with_the_state(pending: PendingLaunch) -> None:
    params = {"code": "code+/=1", "state": pending.state, "session_state": "unknown"}

    assert check_return(pending, params, now=NOW + 599) == "code+/=1"


@pytest.mark.smart(5, 50)
@pytest.mark.parametrize(
    "state", [None, "", "wrong", "ü", "\udcff", "{state}x", "{cut}", "{upper}"]
)
@pytest.mark.parametrize("rest", [{"code": "code-1"}, {"error": "access_denied"}, {}])
def test_without_the_exact_state_nothing_else_is_looked_at(
    state: str | None, rest: dict[str, str], pending: PendingLaunch
) -> None:
    params = dict(rest)
    if state is not None:
        params["state"] = state.format(
            state=pending.state, cut=pending.state[:-1], upper=pending.state.swapcase()
        )

    with pytest.raises(LaunchExpired):
        check_return(pending, params, now=NOW)


@pytest.mark.smart(51)
def test_after_ten_minutes_the_way_back_is_closed(pending: PendingLaunch) -> None:
    with pytest.raises(LaunchExpired):
        check_return(pending, {"state": pending.state, "code": "c"}, now=NOW + 601)


@pytest.mark.smart(53)
def test_somebody_said_no(pending: PendingLaunch) -> None:
    params = {"state": pending.state, "error": "access_denied", "error_description": "Ada said no"}

    with pytest.raises(AccessDenied) as denied:
        check_return(pending, params, now=NOW)

    assert str(denied.value) == ""


@pytest.mark.smart(6, 53)
@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("invalid_scope", "invalid_scope"),
        ("server_error", "server_error"),
        ("<script>alert(1)</script>", "unrecognised"),
        ("", "unrecognised"),
    ],
)
def test_an_error_is_known_by_its_code_only(error: str, code: str, pending: PendingLaunch) -> None:
    params = {"state": pending.state, "error": error, "code": "code-1"}

    with pytest.raises(AuthorizationRefused) as refused:
        check_return(pending, params, now=NOW)

    assert refused.value.error == code


@pytest.mark.parametrize("params", [{}, {"code": ""}])
def test_a_way_back_without_a_code_is_incomplete(
    params: dict[str, str], pending: PendingLaunch
) -> None:
    with pytest.raises(LaunchParameterMissing):
        check_return(pending, {"state": pending.state, **params}, now=NOW)


@pytest.mark.smart(54)
@pytest.mark.parametrize("promised", [True, False])
@pytest.mark.parametrize(
    ("iss", "fits"),
    [
        ("{origin}", True),
        ("{origin}/", True),
        ("https://evil.example", False),
        ("{origin}/fhir", False),
        ("", False),
    ],
)
def test_trap_a6_a_server_that_names_itself_must_be_the_one_we_left_for(
    iss: str, fits: bool, promised: bool, fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(authorization_response_iss_parameter_supported=promised)
    pending = leave(fake, transport)
    params = {"state": pending.state, "code": "c", "iss": iss.format(origin=fake.origin)}

    if fits:
        assert check_return(pending, params, now=NOW) == "c"
    else:
        with pytest.raises(MixedUp):
            check_return(pending, params, now=NOW)


@pytest.mark.smart(54)
def test_trap_a6_a_server_that_promised_to_name_itself_must_do_so(
    fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(authorization_response_iss_parameter_supported=True)
    pending = leave(fake, transport)

    with pytest.raises(MixedUp):
        check_return(pending, {"state": pending.state, "code": "c"}, now=NOW)


@pytest.mark.smart(54)
def test_a_server_without_a_known_name_can_only_be_called_by_the_fhir_base(
    fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(issuer=None)
    pending = leave(fake, transport)
    params = {"state": pending.state, "code": "c"}

    assert check_return(pending, params | {"iss": fake.base}, now=NOW) == "c"
    with pytest.raises(MixedUp):
        check_return(pending, params | {"iss": "https://evil.example"}, now=NOW)


# --- the code for a token ---------------------------------------------------------------------


@pytest.mark.smart(42, 55)
def test_the_code_is_redeemed_with_the_verifier_and_the_same_callback(
    fake: FakeEhr, transport: Transport
) -> None:
    ehr = fake.registration()
    pending = leave(fake, transport, ehr)
    answer_for(fake, pending)
    redeem(pending, ehr, discover(ehr, transport), "c+/=", keys=None, transport=transport, now=NOW)

    assert fake.forms() == [
        {
            "grant_type": "authorization_code",
            "code": "c+/=",
            "redirect_uri": "http://localhost:8000/callback/clinic",
            "code_verifier": pending.verifier,
            "client_id": "smartapp-test",
        }
    ]


@pytest.mark.smart(54)
def test_an_answer_to_the_callback_of_another_registration_redeems_nothing(
    fake: FakeEhr, transport: Transport
) -> None:
    pending = leave(fake, transport)
    other = fake.registration(key="other")

    with pytest.raises(MixedUp):
        redeem(
            pending, other, discover(other, transport), "c", keys=None, transport=transport, now=NOW
        )

    assert fake.forms() == []


@pytest.mark.smart(33)
@pytest.mark.parametrize(
    ("content", "status", "failure"),
    [
        ({"error": "invalid_grant"}, 400, TokenRefused),
        ("<html>", 200, TokenMalformed),
        ("", 500, EhrServerError),
        ("", 404, TokenRefused),
    ],
)
def test_after_a_failure_the_ehr_is_asked_anew_where_its_endpoints_are(
    content: Any, status: int, failure: type[Exception], fake: FakeEhr, transport: Transport
) -> None:
    ehr = fake.registration()
    pending = leave(fake, transport, ehr)
    endpoints = discover(ehr, transport)
    fake.answers(TOKEN, content, status)
    with pytest.raises(failure):
        redeem(pending, ehr, endpoints, "c", keys=None, transport=transport, now=NOW)
    fake.publishes(token_endpoint=f"{fake.origin}/moved")

    assert len(fake.forms()) == 1
    assert discover(ehr, transport).token == f"{fake.origin}/moved"
