"""Answers that arrive and are not what they should be."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from werkzeug.wrappers import Response

from sandbox.faults.exchange import Exchange, object_in

_LOGIN_PAGE = "<!doctype html><title>Welcome</title><p>Please log in to the network</p>"
_XML = '<?xml version="1.0"?><CapabilityStatement xmlns="http://hl7.org/fhir"/>'


@dataclass(frozen=True)
class Truncated:
    """A complete HTTP answer whose JSON stops half-way."""

    def answer(self, exchange: Exchange) -> Response:
        response = exchange.proceed()
        body = response.get_data()
        response.set_data(body[: len(body) // 2])
        return response


def _login_page(_: Response) -> Response:
    return Response(_LOGIN_PAGE, 200, content_type="text/html")


def _xml(_: Response) -> Response:
    return Response(_XML, 200, content_type="application/fhir+xml")


def _retyped(response: Response) -> Response:
    resource = json.loads(response.get_data() or b"{}")
    response.set_data(json.dumps({**resource, "resourceType": "Basic"}))
    return response


def _called_text(response: Response) -> Response:
    response.content_type = "text/plain; charset=utf-8"
    return response


def _with_byte_order_mark(response: Response) -> Response:
    response.set_data(b"\xef\xbb\xbf" + response.get_data())
    return response


_WRONG: Mapping[str, Callable[[Response], Response]] = {
    "html": _login_page,
    "xml": _xml,
    "type": _retyped,
    "text": _called_text,
    "bom": _with_byte_order_mark,
}


@dataclass(frozen=True)
class Wrong:
    """The work is done; the answer is a login page or XML with status 200, another type of
    resource, JSON that is called text, or JSON behind a byte order mark."""

    what: Literal["html", "xml", "type", "text", "bom"]

    def answer(self, exchange: Exchange) -> Response:
        return _WRONG[self.what](exchange.proceed())


@dataclass(frozen=True)
class Edited:
    """A JSON object whose members are other than they should be, more, or fewer."""

    set: dict[str, Any] = field(default_factory=dict)
    drop: list[str] = field(default_factory=list)

    def answer(self, exchange: Exchange) -> Response:
        response = exchange.proceed()
        content = object_in(response)
        if content is not None:
            edited = {**content, **self.set}
            left = {name: value for name, value in edited.items() if name not in self.drop}
            response.set_data(json.dumps(left))
        return response


@dataclass(frozen=True)
class Cookie:
    """A cookie that no app should keep; without a `value`, another one each time."""

    name: str = "ehr-session"
    value: str = ""

    def answer(self, exchange: Exchange) -> Response:
        response = exchange.proceed()
        response.set_cookie(self.name, self.value or secrets.token_urlsafe(12), httponly=True)
        return response


@dataclass(frozen=True)
class Redirect:
    """Sends the client elsewhere, by default without doing anything first."""

    to: str
    status: Literal[301, 302, 303, 307, 308] = 307
    after_commit: bool = False

    def answer(self, exchange: Exchange) -> Response:
        if self.after_commit:
            exchange.proceed()
        return Response(status=self.status, headers={"Location": self.to})
