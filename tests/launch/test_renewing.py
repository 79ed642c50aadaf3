"""A new token for the same launch: never another patient."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from smartapp.auth.discovery import discover
from smartapp.errors import (
    ContextChanged,
    TokenRefused,
)
from smartapp.launch import (
    Launched,
    refresh,
    renewed,
)
from smartapp.transport import Transport
from tests.auth.fake_ehr import NOW, TOKEN, FakeEhr
from tests.launch.steps import SCOPE, return_


def refreshed(fake: FakeEhr, transport: Transport, launched: Launched, **answer: Any) -> Launched:
    ehr = fake.registration()
    fake.answers(TOKEN, {"access_token": "access-2", "token_type": "bearer", **answer})
    said = refresh(launched, ehr, discover(ehr, transport), keys=None, transport=transport, now=NOW)
    return renewed(launched, said, now=NOW + 300)


@pytest.mark.smart(96, 97)
def test_a_refresh_sends_the_refresh_token_and_no_scope(
    fake: FakeEhr, transport: Transport
) -> None:
    launched = return_(fake, transport, refresh_token="refresh-1")
    refreshed(fake, transport, launched)

    assert fake.forms()[-1] == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-1",
        "client_id": "smartapp-test",
    }


@pytest.mark.smart(71, 98, 100)
def test_trap_a9_what_a_refresh_leaves_out_stays_as_it_was(
    fake: FakeEhr, transport: Transport
) -> None:
    launched = return_(fake, transport, refresh_token="refresh-1", encounter="visit-7")

    again = refreshed(fake, transport, launched, expires_in=60)

    assert replace(again, token=launched.token) == launched
    assert (again.token.access, again.token.refresh) == ("access-2", "refresh-1")
    assert (again.token.scope, again.token.expires_at) == (SCOPE, NOW + 360)
    rotated = refreshed(fake, transport, again, refresh_token="refresh-2", scope="openid")
    assert (rotated.token.refresh, rotated.token.scope) == ("refresh-2", "openid")


@pytest.mark.smart(71)
@pytest.mark.parametrize("changed", [{"patient": "bob"}, {"encounter": "visit-8"}])
def test_a_refresh_never_brings_another_patient(
    changed: dict[str, str], fake: FakeEhr, transport: Transport
) -> None:
    launched = return_(fake, transport, refresh_token="refresh-1", encounter="visit-7")

    with pytest.raises(ContextChanged):
        refreshed(fake, transport, launched, **changed)
    same = {"patient": "ada", "encounter": "visit-7"}
    assert refreshed(fake, transport, launched, **same).patient_id == "ada"


def test_without_a_refresh_token_nothing_is_asked(fake: FakeEhr, transport: Transport) -> None:
    launched = return_(fake, transport)

    with pytest.raises(TokenRefused):
        refreshed(fake, transport, launched)
    assert len(fake.forms()) == 1
