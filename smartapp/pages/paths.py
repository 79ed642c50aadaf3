"""Addresses of pages. A resource is named by a handle that only this launch can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Paths:
    lid: str
    seal: Callable[[str], str] = field(repr=False)  # "Type/id" to a handle

    @property
    def home(self) -> str:
        return f"/l/{self.lid}/"

    @property
    def start(self) -> str:
        return f"{self.home}start"

    @property
    def medicines(self) -> str:
        return f"{self.home}medicines"

    @property
    def requests(self) -> str:
        return f"{self.home}requests"

    @property
    def queue(self) -> str:
        return f"{self.home}queue"

    @property
    def language(self) -> str:
        return f"{self.home}language"

    @property
    def sign_out(self) -> str:
        return f"{self.home}sign-out"

    def refill(self, order: str) -> str:
        return f"{self.medicines}/{self.seal(order)}/refill"

    def request(self, submission: str) -> str:
        return f"{self.requests}/{self.seal(f'Submission/{submission}')}"

    def item(self, reference: str) -> str:
        return f"{self.queue}/{self.seal(reference)}"
