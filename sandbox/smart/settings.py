"""What can be changed about the SMART server while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Settings:
    access_seconds: int = 3600  # life of the access tokens that are made from now on
    extras: dict[str, Any] = field(default_factory=dict)  # into every token answer
    # By their names in smart-configuration, in place of the true ones wherever they are stated.
    endpoints: dict[str, str] = field(default_factory=dict)
