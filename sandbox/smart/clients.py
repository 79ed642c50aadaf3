"""The apps that are registered with the sandbox, read from clients.json."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from sandbox.smart import scopes


class ClientAuth(StrEnum):
    PUBLIC = "public"
    SECRET = "secret"  # noqa: S105  (the name of a method, not a secret)
    PRIVATE_KEY_JWT = "private_key_jwt"


_METHODS: Mapping[ClientAuth, tuple[str, ...]] = {
    ClientAuth.PRIVATE_KEY_JWT: ("private_key_jwt",),
    ClientAuth.SECRET: ("client_secret_basic", "client_secret_post"),
    ClientAuth.PUBLIC: ("none",),
}


@dataclass(frozen=True)
class Client:
    """One registered app, with the questions that Authlib asks of it."""

    client_id: str
    name: str
    auth: ClientAuth
    redirect_uris: tuple[str, ...]
    secret: str = field(default="", repr=False)
    jwks_uri: str = ""
    jwks: Mapping[str, Any] | None = None
    roles: frozenset[str] = frozenset({"patient", "staff"})  # who may log in with it
    part_of_chart: bool = False  # an EHR launch from the chart asks for no consent

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uris[0]

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def get_allowed_scope(self, scope: str | None) -> str | None:
        return " ".join(scopes.supported(scope or "")) or None

    def check_client_secret(self, secret: str) -> bool:
        return bool(self.secret) and hmac.compare_digest(self.secret.encode(), secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        if endpoint == "introspection" and method == "none":
            return False  # anyone can name a public client, so its name alone opens nothing
        return method in _METHODS[self.auth]

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


class Clients:
    """The register. `{app}` in an address stands for where the app runs."""

    def __init__(self, registered: Iterator[Client]) -> None:
        self._by_id = {client.client_id: client for client in registered}

    @classmethod
    def load(cls, path: Path, app_url: str) -> Clients:
        text = path.read_text(encoding="utf-8").replace("{app}", app_url)
        return cls(_client(entry) for entry in json.loads(text)["clients"])

    def find(self, client_id: str) -> Client | None:
        return self._by_id.get(client_id)


def _client(entry: Mapping[str, Any]) -> Client:
    known = dict(entry)
    return Client(
        client_id=known.pop("client_id"),
        name=known.pop("name"),
        auth=ClientAuth(known.pop("auth")),
        redirect_uris=tuple(known.pop("redirect_uris")),
        roles=frozenset(known.pop("roles", ("patient", "staff"))),
        **known,
    )
