"""An app as the sandbox meets one: it asks for a code, is sent back, and shows the code."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from sandbox.people import Login, logins
from sandbox.serving import Running

CALLBACK = "http://localhost:8765/callback"
RSA_KEY = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS384"}, auto_kid=True)
EC_KEY = ECKey.generate_key("P-384", {"use": "sig", "alg": "ES384"}, auto_kid=True)

# Who the sandbox's people are is theirs to say: these are found by what the tests need of them.
PATIENT = next(p for p in logins() if p.role == "patient" and len(p.patients) == 1)
PARENT = next(p for p in logins() if p.role == "patient" and len(p.patients) > 1)
PERSON = next(p for p in logins() if p.fhir_user.startswith("Person/"))
NURSE = next(p for p in logins() if p.role == "staff")


@dataclass
class Clock:
    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead

    def passes(self, seconds: float) -> None:
        self.ahead += seconds


@dataclass(frozen=True)
class Ehr:
    """A running sandbox, and the clock that it lives by."""

    running: Running
    clock: Clock

    @property
    def at(self) -> Any:
        return self.running.addresses

    def launch_value(self, patient: str, staff: Login = NURSE, query: str = "") -> str:
        """As the chart's own page hands it to the frame."""
        return self.launch_on(f"/ehr/{staff.username}/chart/{patient}?{query}")

    def launch_on(self, path: str) -> str:
        page = requests.get(self.at.base + path, timeout=5)
        (source,) = re.findall(r'<iframe[^>]* src="([^"]+)"', page.text)
        return parse_qs(urlsplit(html.unescape(source)).query)["launch"][0]


@dataclass
class ExampleApp:
    ehr: Ehr
    client_id: str = "public-test"
    scope: str = "openid fhirUser launch/patient offline_access patient/Patient.rs"
    proof: Mapping[str, str] | None = None  # parameters by which it authenticates
    basic: tuple[str, str] | None = None
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    browser: requests.Session = field(default_factory=requests.Session)

    def request(self, **changes: str | None) -> dict[str, str]:
        """The authorization request; a change to None leaves the parameter out."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        usual: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "scope": self.scope,
            "state": "some-state",
            "aud": self.ehr.at.fhir,
            "nonce": "some-nonce",
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def ask(self, **changes: str | None) -> requests.Response:
        return self.open(self.ehr.at.authorize, params=self.request(**changes))

    def open(self, url: str, **options: Any) -> requests.Response:
        """Follows the sandbox's redirects up to the one that leaves for the app."""
        answer = self.browser.request(
            options.pop("method", "GET"), url, timeout=5, allow_redirects=False, **options
        )
        while answer.is_redirect and not answer.headers["Location"].startswith(CALLBACK):
            address = self.ehr.at.base + answer.headers["Location"]
            answer = self.browser.get(address, timeout=5, allow_redirects=False)
        return answer

    def send(self, page: requests.Response, **fields: Any) -> requests.Response:
        return self.open(page.url, method="POST", data=fields)

    def consent_page(self, who: Login = PATIENT, **changes: str | None) -> requests.Response:
        return self.send(self.ask(**changes), username=who.username)

    def code(self, who: Login = PATIENT, **changes: str | None) -> str:
        page = self.consent_page(who, **changes)
        return came_back(self.send(page, allow=ticked(page)))["code"]

    def redeem(self, code: str, /, **changes: str | None) -> requests.Response:
        usual: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
        }
        return self.token_request(usual | changes)

    def refresh(self, refresh_token: str, /, **changes: str | None) -> requests.Response:
        usual = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.token_request(usual | changes)

    def token_request(self, fields: Mapping[str, str | None]) -> requests.Response:
        return self.post(self.ehr.at.token, fields)

    def post(self, url: str, fields: Mapping[str, str | None]) -> requests.Response:
        proof = {"client_id": self.client_id} if self.proof is None else self.proof
        data = {name: value for name, value in {**proof, **fields}.items() if value is not None}
        return requests.post(url, data=data, auth=self.basic, timeout=5)

    def launched(self, who: Login = PATIENT, **changes: str | None) -> dict[str, Any]:
        """The whole way to a token."""
        answer = self.redeem(self.code(who, **changes))
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said


def came_back(answer: requests.Response) -> dict[str, str]:
    """What the callback of the app was told."""
    assert answer.headers.get("Location", "").startswith(CALLBACK), answer.text
    told = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in told.items()}


def ticked(page: requests.Response) -> list[str]:
    """The boxes of the consent page, as they come."""
    return re.findall(r'<input type="checkbox" name="allow"[^>]* value="([^"]+)"', page.text)


def claims_of(ehr: Ehr, id_token: str) -> dict[str, Any]:
    """As an app checks it: from the published keys."""
    issuer = requests.get(ehr.at.issuer + "/.well-known/openid-configuration", timeout=5).json()
    keys = KeySet.import_key_set(requests.get(issuer["jwks_uri"], timeout=5).json())
    assert not any(key.is_private for key in keys)
    return jwt.decode(id_token, keys, algorithms=["RS256"]).claims


def assertion(
    ehr: Ehr,
    client_id: str,
    *,
    key: RSAKey | ECKey = RSA_KEY,
    alg: str = "RS384",
    **changes: object,
) -> dict[str, str]:
    now = int(ehr.clock())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": ehr.at.token,
        "exp": now + 240,
        "jti": secrets.token_urlsafe(16),
    }
    header = {"alg": alg, "kid": key.kid, "typ": "JWT"}
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(header, claims | changes, key, algorithms=[alg, "RS256"]),
    }
