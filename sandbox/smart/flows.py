"""The two ways to a token, on Authlib's grants, with the checks that Authlib leaves open closed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from sandbox.faults.orders import Unrotated
from sandbox.faults.scopes import Scopes
from sandbox.smart.approvals import Approval
from sandbox.smart.clients import Client
from sandbox.smart.codes import Code, family_of
from sandbox.smart.discovery import AUTH_METHODS
from sandbox.smart.keeper import Keeper
from sandbox.smart.misbehaviour import as_ordered, is_ordered
from sandbox.smart.oauth_request import SmartRequest
from sandbox.smart.tokens import RefreshToken


class CodeFlow(AuthorizationCodeGrant):  # type: ignore[misc]  # authlib publishes no types
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    server: Keeper

    @staticmethod
    def validate_authorization_redirect_uri(request: SmartRequest, client: Client) -> str:
        """Authlib would repeat the address in its error, where only some characters may stand."""
        uri: str = request.payload.redirect_uri or client.get_default_redirect_uri()
        if not client.check_redirect_uri(uri):
            raise InvalidRequestError("redirect_uri is not registered for this client.")
        return uri

    def save_authorization_code(self, code: str, request: SmartRequest) -> None:
        asked = request.payload.data
        self.server.codes.add(
            code,
            Code(
                approval=request.user,
                redirect_uri=asked.get("redirect_uri"),
                nonce=asked.get("nonce"),
                code_challenge=asked["code_challenge"],
                family=family_of(code),
            ),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """The first to show a code spends it, whether or not the rest of the request is right."""
        held = self.server.codes.take(code)
        if held is None:
            self.server.tokens.end_family(family_of(code))
            return None
        if held.approval.client_id != client.client_id:
            return None
        return replace(held, approval=as_ordered(self._as_profiled(held.approval)))

    def _as_profiled(self, approval: Approval) -> Approval:
        """An honest server does not grant what it would refuse."""
        denied = Scopes(deny=list(self.server.settings.manner.denied))
        return replace(approval, scope=denied.granted(approval.scope))

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """It was taken off the shelf when it was looked up."""

    def authenticate_user(self, authorization_code: Code) -> Approval:
        return authorization_code.approval


class RefreshFlow(RefreshTokenGrant):  # type: ignore[misc]  # authlib publishes no types
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    server: Keeper

    def authenticate_refresh_token(self, refresh_token: str) -> RefreshToken | None:
        return self.server.tokens.find_refresh(refresh_token)

    def authenticate_user(self, refresh_token: RefreshToken) -> Approval:
        return as_ordered(refresh_token.approval)

    def issue_token(self, user: Approval, refresh_token: RefreshToken) -> dict[str, Any]:
        """Of two requests with one token that arrive together, one gets an answer."""
        stays = is_ordered(Unrotated)
        value = self.request.form["refresh_token"]
        if not stays and not self.server.tokens.spend(value, refresh_token):
            raise InvalidGrantError
        renewed = replace(refresh_token, approval=user)
        answer: dict[str, Any] = super().issue_token(user, renewed)
        if stays:
            del answer["refresh_token"]
        return answer

    def revoke_old_credential(self, refresh_token: RefreshToken) -> None:
        """It was spent before the new one was issued."""


class S256Only(CodeChallenge):  # type: ignore[misc]  # authlib publishes no types
    """Authlib takes "plain", and asks for PKCE of public clients alone."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: CodeFlow, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE with S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class SmartRules:
    """What SMART asks of an authorization request beyond OAuth."""

    def __init__(self, fhir_base: str) -> None:
        self._fhir_base = fhir_base

    def __call__(self, grant: CodeFlow) -> None:
        grant.register_hook("after_validate_authorization_request_payload", self._check)

    def _check(self, grant: CodeFlow, _redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if asked.getlist("aud") != [self._fhir_base]:
            raise InvalidRequestError("aud must be the FHIR base of this server.")
        if not asked.get("state"):
            raise InvalidRequestError("state is missing.")
        if ("launch" in asked.get("scope", "").split()) != ("launch" in asked):
            raise InvalidRequestError("The scope launch and a launch value go together.")
