"""Access and refresh tokens: a refresh token works once, and its reuse ends the whole family."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.grants import Grant
from sandbox.smart.approvals import Approval
from sandbox.smart.clients import Client
from sandbox.smart.shelf import Shelf

REFRESH_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class AccessToken:
    id: str  # a name for logs and history, no secret
    approval: Approval
    scope: str  # a refresh may ask for less than was approved
    family: str
    issued_at: int
    expires_at: int

    def check_client(self, client: Client) -> bool:
        return self.approval.client_id == client.client_id

    def grant(self) -> Grant:
        return Grant(
            token_id=self.id,
            user=self.approval.fhir_user,
            patient=self.approval.context.patient,
            scopes=tuple(self.scope.split()),
            role=self.approval.login.role,
        )


@dataclass(frozen=True)
class RefreshToken:
    approval: Approval
    family: str
    spent: bool = False

    def check_client(self, client: Client) -> bool:
        return self.approval.client_id == client.client_id

    def get_scope(self) -> str:
        return self.approval.scope


class Tokens:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._access: Shelf[AccessToken] = Shelf(REFRESH_SECONDS, clock)
        self._refresh: Shelf[RefreshToken] = Shelf(REFRESH_SECONDS, clock)
        self._ended: set[str] = set()
        self._lock = threading.Lock()
        self._clock = clock

    def keep(
        self,
        access: str,
        refresh: str | None,
        *,
        approval: Approval,
        scope: str,
        family: str,
        seconds: int,
    ) -> None:
        now = int(self._clock())
        token = AccessToken(
            id=secrets.token_hex(8),
            approval=approval,
            scope=scope,
            family=family,
            issued_at=now,
            expires_at=now + seconds,
        )
        with self._lock:
            if family in self._ended:  # withdrawn while this one was being made
                return
            self._access.add(access, token)
            if refresh:
                self._refresh.add(refresh, RefreshToken(approval, family))

    def find_access(self, value: str) -> AccessToken | None:
        """How long each lives was settled when it was made."""
        token = self._access.find(value)
        return token if token is not None and self._clock() < token.expires_at else None

    def find_refresh(self, value: str) -> RefreshToken | None:
        """A spent one in somebody's hand means that two hold it: nobody keeps what came of it."""
        token = self._refresh.find(value)
        if token is not None and token.spent:
            self.end_family(token.family)
            return None
        return token

    def spend(self, value: str, token: RefreshToken) -> bool:
        return self._refresh.swap(value, token, replace(token, spent=True))

    def end_access(self, value: str) -> None:
        self._access.take(value)

    def end_all_access(self, user: str | None) -> int:
        """Of one person, by username or as in `fhirUser`, or of everyone; says how many ended."""
        return self._access.remove(lambda token: user is None or token.approval.is_of(user))

    def end_all(self, user: str) -> None:
        """What one person allowed, refresh tokens too."""
        with self._lock:
            self._access.remove(lambda token: token.approval.is_of(user))
            self._refresh.remove(lambda token: token.approval.is_of(user))

    def end_family(self, family: str) -> None:
        with self._lock:
            self._ended.add(family)
            self._access.remove(lambda token: token.family == family)
            self._refresh.remove(lambda token: token.family == family)
