"""An authorization request on its way: login, whose record, what is allowed, back to the app."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import flask
from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidRequestError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from sandbox.people import Login
from sandbox.smart import scopes
from sandbox.smart.approvals import Approval, LaunchContext
from sandbox.smart.clients import Client
from sandbox.smart.oauth_request import SmartRequest
from sandbox.smart.scopes import ScopeGroup
from sandbox.smart.server import SmartServer

WAITING_SECONDS = 900


@dataclass(frozen=True)
class Waiting:
    """What is settled so far. The server keeps it; the pages carry its name in their address."""

    parameters: ImmutableMultiDict[str, str]
    client: Client
    from_ehr: bool = False
    login: Login | None = None
    context: LaunchContext = field(default_factory=LaunchContext)

    @property
    def wants_patient(self) -> bool:
        """In an EHR launch the chart has chosen, or there is no chart."""
        asked = self.parameters.get("scope", "").split()
        return "launch/patient" in asked and not self.from_ehr

    @property
    def offered_scopes(self) -> tuple[str, ...]:
        return scopes.usable(
            scopes.supported(self.parameters.get("scope", "")),
            has_patient=self.context.patient is not None,
            from_ehr=self.from_ehr,
        )

    @property
    def groups(self) -> tuple[ScopeGroup, ...]:
        return scopes.groups(self.offered_scopes)

    def logged_in(self, login: Login) -> Waiting:
        """Who has one record only is not asked which."""
        only_one = self.wants_patient and len(login.patients) == 1
        return replace(self, login=login).for_patient(login.patients[0] if only_one else None)

    def for_patient(self, patient: str | None) -> Waiting:
        return replace(self, context=LaunchContext(patient))


def begin(server: SmartServer, asked: SmartRequest) -> Waiting:
    """Every check that needs no person. Raises OAuth2Error."""
    parameters = ImmutableMultiDict(asked.payload.data)
    value = parameters.get("launch")
    offered = server.launches.find(value) if value else None
    grant = server.get_consent_grant(asked, end_user=offered.login if offered else None)
    if value is None:
        return Waiting(parameters, grant.client)
    refusal = {"redirect_uri": grant.redirect_uri, "state": parameters["state"]}
    launch = server.launches.take(value)
    if launch is None:
        raise InvalidRequestError("launch is unknown, too old, or was used before.", **refusal)
    if launch.login.role not in grant.client.roles:
        raise AccessDeniedError(**refusal)
    return Waiting(parameters, grant.client, True, launch.login, launch.context)


def approve(server: SmartServer, waiting: Waiting, login: Login, scope: str) -> flask.Response:
    approval = Approval(
        client_id=waiting.client.client_id,
        login=login,
        scope=scope,
        context=waiting.context,
        given_at=int(server.clock()),
    )
    return _answer(server, waiting, approval)


def deny(server: SmartServer, waiting: Waiting) -> flask.Response:
    return _answer(server, waiting, None)


def _answer(server: SmartServer, waiting: Waiting, approval: Approval | None) -> flask.Response:
    asked = SmartRequest(waiting.parameters, Headers(), "GET")
    grant = server.get_authorization_grant(asked)
    response: flask.Response = server.create_authorization_response(
        asked, grant_user=approval, grant=grant
    )
    return response
