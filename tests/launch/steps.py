"""The steps of a launch, as several tests take them."""

from __future__ import annotations

from typing import Any

from smartapp.auth.discovery import discover
from smartapp.config import Ehr, LaunchKind
from smartapp.launch import (
    Launched,
    PendingLaunch,
    begin,
    check_return,
    finish,
    redeem,
)
from smartapp.transport import Transport
from tests.auth.fake_ehr import NOW, TOKEN, FakeEhr

SCOPE = "openid fhirUser launch user/Patient.rs"


def leave(fake: FakeEhr, transport: Transport, ehr: Ehr | None = None) -> PendingLaunch:
    ehr = ehr or fake.registration()
    pending, _ = begin(
        ehr, discover(ehr, transport), LaunchKind.EHR, launch="x", scope=SCOPE, now=NOW, locale="es"
    )
    return pending


def answer_for(fake: FakeEhr, pending: PendingLaunch, **changes: Any) -> None:
    """The token answer of a nurse's launch with a patient open; `who_*` changes the identity."""
    identity = {name[4:]: changes.pop(name) for name in list(changes) if name.startswith("who_")}
    usual = {
        "access_token": "access-1",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": SCOPE,
        "patient": "ada",
        "id_token": fake.id_token(**({"nonce": pending.nonce} | identity)),
    }
    said = usual | changes
    fake.answers(TOKEN, {name: value for name, value in said.items() if value is not None})


def return_(
    fake: FakeEhr, transport: Transport, ehr: Ehr | None = None, **changes: Any
) -> Launched:
    """A whole launch, from leaving to the finished one."""
    ehr = ehr or fake.registration()
    pending = leave(fake, transport, ehr)
    answer_for(fake, pending, **changes)
    code = check_return(pending, {"state": pending.state, "code": "code-1"}, now=NOW + 5)
    endpoints = discover(ehr, transport)
    answer = redeem(pending, ehr, endpoints, code, keys=None, transport=transport, now=NOW)
    return finish(pending, ehr, endpoints, answer, transport=transport, now=NOW)
