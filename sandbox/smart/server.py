"""Authlib's authorization server, held to what SMART App Launch asks of one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

import flask
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc9207 import IssuerParameter
from joserfc.jwk import RSAKey

from sandbox.grants import Grant
from sandbox.smart.approvals import Approval, OfferedLaunch
from sandbox.smart.assertions import ClientAssertion
from sandbox.smart.clients import Client, Clients
from sandbox.smart.codes import CODE_SECONDS, Code
from sandbox.smart.discovery import Addresses
from sandbox.smart.flows import CodeFlow, RefreshFlow, S256Only, SmartRules
from sandbox.smart.identity import Identity
from sandbox.smart.keys import SigningKeys
from sandbox.smart.oauth_request import SmartRequest
from sandbox.smart.scopes import may_refresh
from sandbox.smart.settings import Settings
from sandbox.smart.shelf import Shelf
from sandbox.smart.token_status import Introspection, Revocation
from sandbox.smart.tokens import Tokens

LAUNCH_SECONDS = 300


class SmartServer(AuthorizationServer):  # type: ignore[misc]  # authlib publishes no types
    def __init__(
        self,
        addresses: Addresses,
        clients: Clients,
        *,
        settings: Settings,
        clock: Callable[[], float],
        key: RSAKey | None = None,
    ) -> None:
        super().__init__()
        self.addresses = addresses
        self.clients = clients
        self.settings = settings
        self.clock = clock
        self.keys = SigningKeys(clock, key)
        self.codes: Shelf[Code] = Shelf(CODE_SECONDS, clock)
        self.launches: Shelf[OfferedLaunch] = Shelf(LAUNCH_SECONDS, clock)
        self.tokens = Tokens(clock)
        self._names_itself = Issuer(lambda: self.issuer)
        self._wire()

    def _wire(self) -> None:
        self.register_token_generator("default", self._token_answer)
        self.register_client_auth_method("client_secret_basic", _secret_basic)
        assertion = ClientAssertion(lambda: self.token_endpoint, self.clock)
        self.register_client_auth_method("private_key_jwt", assertion)
        self.register_extension(self._names_itself)
        fhir = self.addresses.fhir
        id_token = Identity(self.keys, issuer=lambda: self.issuer, fhir_base=fhir, clock=self.clock)
        self.register_grant(CodeFlow, [S256Only(), SmartRules(fhir), id_token])
        self.register_grant(RefreshFlow)
        self.register_endpoint(Introspection)
        self.register_endpoint(Revocation)

    @property
    def endpoints(self) -> dict[str, str]:
        """As they are stated, which the settings may change."""
        return self.addresses.endpoints() | self.settings.endpoints

    @property
    def issuer(self) -> str:
        return self.endpoints["issuer"]

    @property
    def token_endpoint(self) -> str:
        """Made absolute as SMART says, where it is stated relative."""
        return urljoin(f"{self.addresses.fhir}/", self.endpoints["token_endpoint"])

    def query_client(self, client_id: str) -> Client | None:
        return self.clients.find(client_id)

    def create_oauth2_request(self, request: SmartRequest | None) -> SmartRequest:
        """Without one it is a call of the token endpoint or its like: parameters in the body."""
        return request or SmartRequest(
            flask.request.form, flask.request.headers, flask.request.method
        )

    def authenticate_client(
        self, request: SmartRequest, methods: list[str], endpoint: str = "token"
    ) -> Client:
        if request.ways_of_authentication() > 1:
            raise InvalidRequestError("A client authenticates in one way at a time.")
        client: Client = super().authenticate_client(request, methods, endpoint)
        if request.payload.client_id not in (None, client.client_id):
            raise InvalidRequestError("client_id is not that of the authenticated client.")
        return client

    def refuse_authorization(self, request: SmartRequest, error: OAuth2Error) -> flask.Response:
        """Back to the app, which is only possible where the error names a registered address."""
        response: flask.Response = self.handle_error_response(request, error)
        self._names_itself.add_issuer_parameter(self, response)
        return response

    def save_token(self, answer: Mapping[str, Any], request: SmartRequest) -> None:
        origin = request.authorization_code or request.refresh_token
        self.tokens.keep(
            answer["access_token"],
            answer.get("refresh_token"),
            approval=request.user,
            scope=answer["scope"],
            family=origin.family,
            seconds=self.settings.access_seconds,
        )

    def grant_of(self, access_token: str) -> Grant | None:
        """What the FHIR side asks about the token of a request."""
        token = self.tokens.find_access(access_token)
        return token.grant() if token else None

    def _token_answer(self, user: Approval, scope: str, **_: object) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "access_token": secrets.token_urlsafe(32),
            "token_type": "Bearer",
            "expires_in": self.settings.access_seconds,
            "scope": scope,
            **user.context.parameters(),
            **self.settings.extras,
        }
        if may_refresh(user.scope):
            answer["refresh_token"] = secrets.token_urlsafe(48)
        return answer


class Issuer(IssuerParameter):  # type: ignore[misc]  # authlib publishes no types
    """RFC 9207: every answer of the authorization endpoint says which server it comes from."""

    def __init__(self, issuer: Callable[[], str]) -> None:
        self._issuer = issuer

    def get_issuer(self) -> str:
        return self._issuer()


def _secret_basic(
    query_client: Callable[[str], Client | None], request: SmartRequest
) -> Client | None:
    client_id, secret = request.basic_credentials() or ("", "")
    client = query_client(client_id)
    return client if client is not None and client.check_client_secret(secret) else None
