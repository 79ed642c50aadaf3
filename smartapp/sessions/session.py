"""A session: as it is written down, and as a request sees it."""

from __future__ import annotations

from dataclasses import dataclass, field

from smartapp.launch import Launched
from smartapp.sessions.person import Person


@dataclass(frozen=True)
class Upkeep:
    """What is known about a session's token beside what the EHR said of it."""

    since: float = 0.0  # when it came
    tried_at: float | None = None  # when the last try to renew it began or failed
    tried_by: int = 0  # the fence of who tried: what an earlier one brings is too late
    unheard: bool = False  # the refresh token was sent, and what came of it was not heard
    reusable: bool = False  # the EHR renewed without replacing it, so using it again does no harm


@dataclass(frozen=True)
class Session:
    launched: Launched
    opened_at: float
    last_seen: float
    locale: str | None
    version: int
    upkeep: Upkeep = Upkeep()
    own_window: bool = False


@dataclass(frozen=True)
class ActiveLaunch:
    """A session as a request sees it."""

    lid: str
    launched: Launched
    opened_at: float
    last_seen: float
    locale: str | None
    handle_key: bytes = field(repr=False)
    csrf_token: str = field(repr=False)
    version: int = 0  # counts what was saved, so that of two who change it one is told
    upkeep: Upkeep = Upkeep()
    own_window: bool = False  # it left the EHR's frame: its cookie is an ordinary one

    @property
    def person(self) -> Person:
        return Person(self.launched.ehr_key, self.launched.user.key, self.launched.patient_id)
