"""An OAuth request as Authlib reads one, apart from the HTTP request that brought it.

An authorization request waits for a login and a consent, so it outlives its HTTP request.
"""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request
from werkzeug.datastructures import Headers, MultiDict

# Authlib reads the address only to refuse plain HTTP anywhere but on the loopback. The sandbox
# never speaks TLS, and in a container it is called by other names.
_ADDRESS = "http://127.0.0.1/"


class Parameters(OAuth2Payload):  # type: ignore[misc]  # authlib publishes no types
    def __init__(self, values: MultiDict[str, str]) -> None:
        self._values = values

    @property
    def data(self) -> MultiDict[str, str]:
        return self._values

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return defaultdict(list, self._values.to_dict(flat=False))

    @property
    def response_type(self) -> str:
        """Authlib repeats it in its refusal, where only some characters may stand."""
        return "code" if self._values.get("response_type") == "code" else "other"


class SmartRequest(OAuth2Request):  # type: ignore[misc]  # authlib publishes no types
    def __init__(self, values: MultiDict[str, str], headers: Headers, method: str) -> None:
        super().__init__(method, _ADDRESS, headers=headers)
        self.payload = Parameters(values)

    @property
    def form(self) -> MultiDict[str, str]:
        values: MultiDict[str, str] = self.payload.data
        return values

    def basic_credentials(self) -> tuple[str, str] | None:
        """The id and the secret as they were joined: SMART does not form-encode them first."""
        scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            joined = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        client_id, _, secret = joined.partition(":")
        return client_id, secret

    def ways_of_authentication(self) -> int:
        shown = (
            self.headers.get("Authorization"),
            self.form.get("client_secret"),
            self.form.get("client_assertion"),
        )
        return sum(1 for way in shown if way)
