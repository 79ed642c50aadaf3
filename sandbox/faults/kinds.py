"""What can go wrong, one class for each kind of fault.

A fault stands between the server and the program: it may change the request, let it proceed or
not, and change the answer. What it needs is said in its fields, which are also its JSON. A new
fault is a new class with a line in KINDS: one that ignores If-Match drops HTTP_IF_MATCH from the
environ and proceeds; a cookie or a redirect to another host is a header of the answer; a fault
deeper in the program leaves a note in the environ for the place that is to misbehave.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from werkzeug.wrappers import Response

from sandbox.faults.wire import HangUp, hang_up

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_LOGIN_PAGE = "<!doctype html><title>Welcome</title><p>Please log in to the network</p>"


@dataclass(frozen=True)
class Exchange:
    environ: WSGIEnvironment  # the request, which may be changed before it proceeds
    proceed: Callable[[], Response]


class Fault(Protocol):
    def answer(self, exchange: Exchange) -> Response: ...


@dataclass(frozen=True)
class Delay:
    """The answer comes late. `after_commit`: the work is done at once, only the answer waits."""

    seconds: float
    after_commit: bool = False

    def answer(self, exchange: Exchange) -> Response:
        if not self.after_commit:
            time.sleep(self.seconds)
            return exchange.proceed()
        response = exchange.proceed()
        time.sleep(self.seconds)
        return response


@dataclass(frozen=True)
class Status:
    """Another status, by default without doing anything first."""

    status: int
    retry_after: int | None = None
    after_commit: bool = False

    def answer(self, exchange: Exchange) -> Response:
        if self.after_commit:
            exchange.proceed()
        issue = {"severity": "error", "code": "transient", "diagnostics": "A fault, as ordered"}
        body = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
        response = Response(body, self.status, content_type="application/fhir+json")
        if self.retry_after is not None:
            response.headers["Retry-After"] = str(self.retry_after)
        return response


@dataclass(frozen=True)
class Truncated:
    """A complete HTTP answer whose JSON stops half-way."""

    def answer(self, exchange: Exchange) -> Response:
        response = exchange.proceed()
        body = response.get_data()
        response.set_data(body[: len(body) // 2])
        return response


@dataclass(frozen=True)
class Wrong:
    """The work is done; the answer is a login page with status 200, or another resource type."""

    what: Literal["html", "type"]

    def answer(self, exchange: Exchange) -> Response:
        response = exchange.proceed()
        if self.what == "html":
            return Response(_LOGIN_PAGE, 200, content_type="text/html")
        resource = json.loads(response.get_data() or b"{}")
        response.set_data(json.dumps({**resource, "resourceType": "Basic"}))
        return response


@dataclass(frozen=True)
class Lost:
    """The work is done, and the client never learns it."""

    how: HangUp = "close"

    def answer(self, exchange: Exchange) -> Response:
        return hang_up(exchange.environ, self.how, exchange.proceed())


@dataclass(frozen=True)
class Refused:
    """The connection ends before anything is done."""

    how: Literal["close", "reset"] = "close"

    def answer(self, exchange: Exchange) -> Response:
        return hang_up(exchange.environ, self.how)


KINDS: Mapping[str, type[Fault]] = {
    "delay": Delay,
    "status": Status,
    "truncated": Truncated,
    "wrong": Wrong,
    "lost": Lost,
    "refused": Refused,
}
