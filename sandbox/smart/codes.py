"""Authorization codes: good for one exchange, for one minute."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from sandbox.smart.approvals import Approval

CODE_SECONDS = 60


@dataclass(frozen=True)
class Code:
    """What a code stands for, with the questions that Authlib asks of it."""

    approval: Approval
    redirect_uri: str | None  # None where the request left it to the registration
    nonce: str | None
    code_challenge: str = field(repr=False)
    family: str  # every token that follows from this code
    code_challenge_method: str = "S256"

    def get_redirect_uri(self) -> str | None:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.approval.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.approval.given_at

    def get_acr(self) -> None:
        """The sandbox asks for no password, so it claims no level of assurance."""

    def get_amr(self) -> None:
        """As `get_acr`."""


def family_of(code: str) -> str:
    """Known from the code alone, so that one used twice still names the tokens to withdraw."""
    return hashlib.sha256(code.encode()).hexdigest()
