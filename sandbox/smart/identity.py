"""The id_token: who logged in, signed; or a forgery, where a fault has ordered one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from authlib.oidc.core.grants import OpenIDCode
from flask import request as http
from joserfc.jwk import KeySet

from sandbox.faults.notes import notes_of
from sandbox.faults.orders import Claims, Forged
from sandbox.smart.approvals import Approval
from sandbox.smart.clients import Client
from sandbox.smart.forgery import IdToken, forged
from sandbox.smart.keys import ID_TOKEN_SECONDS, SigningKeys
from sandbox.smart.oauth_request import SmartRequest


class Identity(OpenIDCode):  # type: ignore[misc]  # authlib publishes no types
    def __init__(
        self,
        keys: SigningKeys,
        *,
        issuer: Callable[[], str],
        fhir_base: str,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(require_nonce=False)
        self._keys = keys
        self._issuer = issuer
        self._fhir_base = fhir_base
        self._clock = clock

    def exists_nonce(self, nonce: str, request: SmartRequest) -> bool:  # noqa: ARG002  (Authlib's signature)
        """It is for the app to tell a replay: the same request is checked again after consent."""
        return False

    def encode_id_token(self, token: Mapping[str, Any], request: SmartRequest) -> str:
        genuine: str = super().encode_id_token(token, request)
        notes = notes_of(http.environ)
        for order in notes.ordered(Claims):
            genuine = IdToken.read(genuine, self._keys).changed(order.set, order.drop)
        for forgery in notes.ordered(Forged):
            return forged(forgery.how, IdToken.read(genuine, self._keys), forgery.canary)
        return genuine

    def resolve_client_private_key(self, client: Client) -> KeySet:  # noqa: ARG002  (Authlib's signature)
        return self._keys.signing()

    def get_encode_header(self, client: Client) -> dict[str, str]:  # noqa: ARG002  (Authlib's signature)
        return {"alg": "RS256", "kid": self._keys.current_kid}

    def get_client_claims(self, client: Client) -> dict[str, Any]:  # noqa: ARG002  (Authlib's signature)
        now = int(self._clock())
        return {"iss": self._issuer(), "iat": now, "exp": now + ID_TOKEN_SECONDS}

    def generate_user_info(self, user: Approval, scope: str) -> dict[str, str]:
        claims = {"sub": user.login.username}
        if "fhirUser" in scope.split():
            claims["fhirUser"] = f"{self._fhir_base}/{user.fhir_user}"
        return claims
