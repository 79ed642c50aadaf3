"""What the clinic says about bills, and where they are paid."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from smartapp.words import LocalText
from smartapp.workflow.policy.reading import Reading


@dataclass(frozen=True)
class Costs:
    about: LocalText
    payment_page: str  # an https address, or "" where the clinic has none

    @property
    def payment_host(self) -> str:
        return urlsplit(self.payment_page).netloc


def read_costs(reading: Reading) -> Costs:
    file = reading.toml("costs.toml")
    address = file.text("payment_page") if "payment_page" in file else ""
    parts = urlsplit(address)
    if address and (parts.scheme != "https" or not parts.hostname or "@" in parts.netloc):
        file.wrong("payment_page", f"{address!r} is not an https address")
    costs = Costs(about=file.local("about"), payment_page=address)
    file.check_nothing_else()
    return costs
