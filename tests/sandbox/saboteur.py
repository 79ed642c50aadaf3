"""Somebody who tries an app out: switches faults on, changes settings, reads the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

REFRESH = {"path": "/oauth/token", "grant": "refresh_token"}
REDEEM = {"path": "/oauth/token", "grant": "authorization_code"}


@dataclass(frozen=True)
class Saboteur:
    base: str

    def switches_on(self, kind: str, match: dict[str, Any] | None = None, **fault: Any) -> None:
        rule = {"match": match or {}, "fault": {"kind": kind, **fault}}
        assert self("POST", "/faults", rule).status_code == 201

    def sets(self, **settings: Any) -> Any:
        answer = self("PATCH", "/settings", settings)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def asked(self, path: str) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = self("GET", "/ledger").json()["calls"]
        return [call for call in calls if path in call["path"]]

    def goes_home(self) -> None:
        for path in ("/faults", "/settings", "/ledger"):
            assert self("DELETE", path).status_code == 204

    def __call__(self, method: str, path: str, body: Any = None) -> requests.Response:
        return requests.request(method, self.base + path, json=body, timeout=5)
