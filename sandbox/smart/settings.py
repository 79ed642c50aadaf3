"""What can be changed about the sandbox while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.profiles import PROFILES, ConditionalCreate, Locking, Manner, Name


@dataclass(frozen=True)
class Settings:
    access_seconds: int = 3600  # life of the access tokens that are made from now on
    extras: dict[str, Any] = field(default_factory=dict)  # into every token answer
    # By their names in smart-configuration, in place of the true ones wherever they are stated.
    endpoints: dict[str, str] = field(default_factory=dict)
    profile: Name = "open"
    truthful: bool = True  # what it states and grants is what it does
    index_seconds: float = 0.0  # for so long a search does not find what is new
    conditional_create: ConditionalCreate | None = None  # None: as the profile has it
    locking: Locking | None = None
    one_patient: bool = False  # no search about patients without one of them
    transaction: bool | None = None  # takes several resources at once

    @property
    def manner(self) -> Manner:
        own = PROFILES[self.profile]
        return replace(
            own,
            index_seconds=self.index_seconds,
            truthful=self.truthful,
            one_patient=self.one_patient,
            conditional_create=self.conditional_create or own.conditional_create,
            locking=self.locking or own.locking,
            transaction=own.transaction if self.transaction is None else self.transaction,
        )
