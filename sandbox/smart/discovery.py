"""What the SMART server says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.smart.assertions import ALGORITHMS
from sandbox.smart.scopes import SUPPORTED

# In the words of RFC 7591, in the order in which they are tried.
AUTH_METHODS = ("private_key_jwt", "client_secret_basic", "client_secret_post", "none")


@dataclass(frozen=True)
class Addresses:
    """Made from the configured base only, never from what a request says about its host."""

    base: str  # without a trailing slash

    @property
    def issuer(self) -> str:
        return self.base

    @property
    def fhir(self) -> str:
        return f"{self.base}/fhir"

    @property
    def authorize(self) -> str:
        return f"{self.base}/oauth/authorize"

    @property
    def token(self) -> str:
        return f"{self.base}/oauth/token"

    @property
    def introspect(self) -> str:
        return f"{self.base}/oauth/introspect"

    @property
    def revoke(self) -> str:
        return f"{self.base}/oauth/revoke"

    @property
    def manage(self) -> str:
        return f"{self.base}/oauth/manage"

    @property
    def jwks(self) -> str:
        return f"{self.base}/oauth/jwks.json"

    def endpoints(self) -> dict[str, str]:
        """By the names that SMART and OpenID Connect give them."""
        return {
            "issuer": self.issuer,
            "jwks_uri": self.jwks,
            "authorization_endpoint": self.authorize,
            "token_endpoint": self.token,
            "introspection_endpoint": self.introspect,
            "revocation_endpoint": self.revoke,
            "management_endpoint": self.manage,
        }


def oauth_uris(endpoints: Mapping[str, str]) -> dict[str, str]:
    """For the CapabilityStatement, where older clients look."""
    return {
        "authorize": endpoints["authorization_endpoint"],
        "token": endpoints["token_endpoint"],
        "introspect": endpoints["introspection_endpoint"],
        "revoke": endpoints["revocation_endpoint"],
        "manage": endpoints["management_endpoint"],
    }


def smart_configuration(endpoints: Mapping[str, str], *, style: bool) -> dict[str, Any]:
    return {
        **_common(endpoints),
        "capabilities": [
            "launch-ehr",
            "launch-standalone",
            "authorize-post",
            "client-public",
            "client-confidential-symmetric",
            "client-confidential-asymmetric",
            "sso-openid-connect",
            "context-banner",
            *(["context-style"] if style else []),
            "context-ehr-patient",
            "context-ehr-encounter",
            "context-standalone-patient",
            "permission-offline",
            "permission-online",
            "permission-patient",
            "permission-user",
            "permission-v1",
            "permission-v2",
        ],
    }


def openid_configuration(endpoints: Mapping[str, str]) -> dict[str, Any]:
    return {
        **_common(endpoints),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "fhirUser"],
    }


def _common(endpoints: Mapping[str, str]) -> dict[str, Any]:
    return {
        **endpoints,
        "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "scopes_supported": list(SUPPORTED),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }
