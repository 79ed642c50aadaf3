"""What the SMART server gets wrong: refusals on order, and the way back to the app."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from werkzeug.wrappers import Response

from sandbox.faults.exchange import Exchange

_STATUSES: Mapping[str, int] = {
    "invalid_client": 401,
    "server_error": 500,
    "temporarily_unavailable": 503,
}


@dataclass(frozen=True)
class OAuthError:
    """The token endpoint refuses, and does nothing. `error_uri` is what Oracle sends in place of
    a description."""

    error: str
    error_description: str = ""
    error_uri: str = ""
    status: int | None = None

    def answer(self, exchange: Exchange) -> Response:  # noqa: ARG002  (a fault's signature)
        said = {
            "error": self.error,
            "error_description": self.error_description,
            "error_uri": self.error_uri,
        }
        body = json.dumps({name: value for name, value in said.items() if value})
        status = self.status or _STATUSES.get(self.error, 400)
        headers = {"Cache-Control": "no-store"}
        return Response(body, status, headers, content_type="application/json")


@dataclass(frozen=True)
class Callback:
    """The way back to the app carries other parameters, or fewer. With `error` the app gets that
    in place of a code, which was made all the same."""

    error: str = ""
    set: dict[str, str] = field(default_factory=dict)
    drop: list[str] = field(default_factory=list)

    def answer(self, exchange: Exchange) -> Response:
        response = exchange.proceed()
        address = urlsplit(response.headers.get("Location", ""))
        told = dict(parse_qsl(address.query))
        if "code" in told or "error" in told:
            query = urlencode(self._changed(told))
            response.headers["Location"] = address._replace(query=query).geturl()
        return response

    def _changed(self, told: Mapping[str, str]) -> dict[str, str]:
        refusal = {"error": self.error} if self.error else {}
        dropped = {*self.drop, *(["code"] if self.error else [])}
        changed = {**told, **refusal, **self.set}
        return {name: value for name, value in changed.items() if name not in dropped}
