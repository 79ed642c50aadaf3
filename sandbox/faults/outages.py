"""Trouble on the way: late, refused, lost, or a status that says so."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Literal

from werkzeug.wrappers import Response

from sandbox.faults.exchange import Exchange
from sandbox.faults.wire import HangUp, hang_up


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
