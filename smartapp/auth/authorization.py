"""The authorization request, as the browser is to bring it to the EHR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from smartapp.auth.discovery import Endpoints
from smartapp.auth.launched import PendingLaunch
from smartapp.config import Ehr, LaunchKind

LONGEST_ADDRESS = 2000  # some servers cut what is longer
_REQUIRED = frozenset({"client_id", "response_type"})


@dataclass(frozen=True)
class AuthorizationRequest:
    """In the address, or as a form where the address would be long."""

    endpoint: str
    parameters: Mapping[str, str]
    by_post: bool

    @property
    def url(self) -> str:
        rest = {name: value for name, value in self.parameters.items() if name not in _REQUIRED}
        return str(
            prepare_grant_uri(
                self.endpoint,
                client_id=self.parameters["client_id"],
                response_type=self.parameters["response_type"],
                **rest,
            )
        )


def scope_for(kind: LaunchKind, scope: str) -> str:
    """In the EHR `launch` says which context; outside it the app has to ask for the patient."""
    parts = scope.split()
    if kind is LaunchKind.EHR:
        return " ".join(parts if "launch" in parts else ["launch", *parts])
    parts = [part for part in parts if part != "launch"]
    if "launch/patient" not in parts and any(part.startswith("patient/") for part in parts):
        parts.insert(0, "launch/patient")
    return " ".join(parts)


def authorization_request(
    ehr: Ehr, endpoints: Endpoints, pending: PendingLaunch, launch: str | None
) -> AuthorizationRequest:
    """PKCE always, by S256, whatever the server lists."""
    parameters = {
        "response_type": "code",
        "client_id": ehr.client_id,
        "redirect_uri": ehr.redirect_uri,
        "scope": pending.scope,
        "state": pending.state,
        "aud": ehr.vendor.get("aud", ehr.iss),
        "nonce": pending.nonce,
        "code_challenge": create_s256_code_challenge(pending.verifier),
        "code_challenge_method": "S256",
    }
    if launch is not None:
        parameters["launch"] = launch
    asking = AuthorizationRequest(endpoints.authorization, parameters, by_post=False)
    return replace(asking, by_post=_goes_by_post(ehr, endpoints, asking))


def _goes_by_post(ehr: Ehr, endpoints: Endpoints, asking: AuthorizationRequest) -> bool:
    """Only where the EHR takes it, and then where the address would be long, or it was agreed."""
    wanted = ehr.vendor.get("authorize")
    if wanted is not None:
        return wanted == "post"
    return "authorize-post" in endpoints.capabilities and len(asking.url) > LONGEST_ADDRESS
