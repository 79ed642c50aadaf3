"""Introspection (RFC 7662) and revocation (RFC 7009) of the sandbox's tokens."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from sandbox.smart.clients import Client
from sandbox.smart.discovery import AUTH_METHODS
from sandbox.smart.keeper import Keeper
from sandbox.smart.oauth_request import SmartRequest
from sandbox.smart.tokens import AccessToken, RefreshToken

Held = AccessToken | RefreshToken


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]  # authlib publishes no types
    CLIENT_AUTH_METHODS = AUTH_METHODS
    server: Keeper

    def query_token(self, value: str, hint: str | None) -> AccessToken | None:  # noqa: ARG002  (Authlib's signature)
        return self.server.tokens.find_access(value)

    def check_permission(
        self,
        token: AccessToken,
        client: Client,
        request: SmartRequest,  # noqa: ARG002  (Authlib's signature)
    ) -> bool:
        return token.check_client(client)

    def create_introspection_payload(self, token: AccessToken | None) -> dict[str, Any]:
        """A token that has ended is not found at all."""
        if token is None:
            return {"active": False}
        approval = token.approval
        return {
            "active": True,
            "scope": token.scope,
            "client_id": approval.client_id,
            "exp": token.expires_at,
            "iat": token.issued_at,
            "iss": self.server.issuer,
            "sub": approval.login.username,
            "fhirUser": f"{self.server.addresses.fhir}/{approval.fhir_user}",
            **approval.context.parameters(),
        }


class Revocation(RevocationEndpoint):  # type: ignore[misc]  # authlib publishes no types
    CLIENT_AUTH_METHODS = AUTH_METHODS
    server: Keeper

    def query_token(self, value: str, hint: str | None) -> Held | None:  # noqa: ARG002  (Authlib's signature)
        tokens = self.server.tokens
        return tokens.find_access(value) or tokens.find_refresh(value)

    def revoke_token(self, token: Held, request: SmartRequest) -> None:
        if isinstance(token, RefreshToken):
            self.server.tokens.end_family(token.family)
        else:
            self.server.tokens.end_access(request.form["token"])
