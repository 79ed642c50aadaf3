"""An EHR at the wire: a test says what it answers, and looks at what it was asked."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from smartapp.config import Audience, ClientAuth, Ehr, LaunchKind

NOW = time.time()
CONFIGURATION = "/fhir/.well-known/smart-configuration"
OPENID = "/.well-known/openid-configuration"
JWKS = "/jwks"
TOKEN = "/token"
Key = RSAKey | ECKey


@cache
def key(name: str, kind: str = "RSA") -> Key:
    """Made once, for keys are slow to make. The name is its `kid`."""
    parameters: Any = {"kid": name}
    if kind == "RSA":
        return RSAKey.generate_key(2048, parameters)
    return ECKey.generate_key(kind, parameters)


def signed(claims: Mapping[str, Any], signer: Key, alg: str = "RS256", **header: Any) -> str:
    fields = {"alg": alg, "kid": signer.kid} | header
    present = {name: value for name, value in fields.items() if value is not None}
    return jwt.encode(present, dict(claims), signer, algorithms=[alg])


def present(content: Mapping[str, Any]) -> dict[str, Any]:
    """A test leaves a field out by setting it to None."""
    return {name: value for name, value in content.items() if value is not None}


class FakeEhr:
    def __init__(self, server: HTTPServer) -> None:
        self.origin = server.url_for("").rstrip("/")
        self.base = f"{self.origin}/fhir"
        self.pages: dict[str, Response] = {}
        self.waits: dict[str, float] = {}
        self._server = server
        server.expect_request(re.compile(".*")).respond_with_handler(self._serve)
        self.publishes()
        self.publishes_keys()

    # --- what it publishes and answers --------------------------------------------------------

    def publishes(self, **changes: Any) -> None:
        usual = {
            "issuer": self.origin,
            "jwks_uri": f"{self.origin}{JWKS}",
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}{TOKEN}",
            "capabilities": ["launch-ehr", "launch-standalone", "permission-v2"],
            "an-extension": {"that": "nobody knows"},
        }
        self.answers(CONFIGURATION, present(usual | changes))

    def publishes_keys(self, *keys: Key | dict[str, Any]) -> None:
        published = [
            each if isinstance(each, dict) else each.as_dict(private=False)
            for each in keys or (key("one"),)
        ]
        self.answers(JWKS, {"keys": published})

    def answers(
        self,
        path: str,
        content: Any = "",
        status: int = 200,
        content_type: str = "application/json",
        **headers: str,
    ) -> None:
        body = content if isinstance(content, (str, bytes)) else json.dumps(content)
        self.pages[path] = Response(body, status, headers, content_type=content_type)

    def is_slow(self, path: str, seconds: float) -> None:
        self.waits[path] = seconds

    def id_token_claims(self, **changes: Any) -> dict[str, Any]:
        usual = {
            "iss": self.origin,
            "sub": "user-1",
            "aud": "smartapp-test",
            "exp": int(NOW) + 300,
            "iat": int(NOW),
            "nonce": "nonce-1",
            "fhirUser": "Practitioner/nina",
        }
        return present(usual | changes)

    def id_token(self, **changes: Any) -> str:
        return signed(self.id_token_claims(**changes), key("one"))

    # --- what it was asked --------------------------------------------------------------------

    @property
    def asked(self) -> list[str]:
        return [request.path for request, _ in self._server.log]

    def requests(self, path: str) -> list[Request]:
        return [request for request, _ in self._server.log if request.path == path]

    def forms(self, path: str = TOKEN) -> list[dict[str, str]]:
        return [
            dict(parse_qsl(request.get_data(as_text=True), keep_blank_values=True))
            for request in self.requests(path)
        ]

    def _serve(self, request: Request) -> Response:
        time.sleep(self.waits.get(request.path, 0.0))
        return self.pages.get(request.path) or Response("no such page", 404)

    # --- how this app is registered with it ---------------------------------------------------

    def registration(self, **changes: Any) -> Ehr:
        usual: dict[str, Any] = {
            "key": "clinic",
            "name": "Riverside Clinic",
            "iss": self.base,
            "audience": Audience.BOTH,
            "client_id": "smartapp-test",
            "client_auth": ClientAuth.PUBLIC,
            "scopes": {"clinician": "openid fhirUser launch user/Patient.rs"},
            "launches": frozenset(LaunchKind),
            "redirect_uri": "http://localhost:8000/callback/clinic",
            "authorization_origin": self.origin,
            "token_origin": self.origin,
        }
        return Ehr(**(usual | changes))
