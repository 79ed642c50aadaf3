"""The launches that one browser holds, and which of them are too many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smartapp.errors import NoSession
from smartapp.sessions.launches import Launches
from smartapp.sessions.session import ActiveLaunch

MOST_LIVE = 10  # far below what makes a server refuse the cookies of a request


@dataclass(frozen=True)
class Held:
    live: tuple[ActiveLaunch, ...]  # the oldest first
    surplus: tuple[ActiveLaunch, ...]  # to be ended, and said so: the oldest of all
    dead: tuple[str, ...]  # names of launches that are over: their cookies can go


def held_by(launches: Launches, secrets: Mapping[str, str], *, most: int = MOST_LIVE) -> Held:
    """`secrets` are what the browser brought, by launch id. Looking prolongs nothing."""
    live, dead = [], []
    for lid, secret in secrets.items():
        try:
            live.append(launches.find(lid, secret, touch=False))
        except NoSession:
            dead.append(lid)
    live.sort(key=lambda active: active.opened_at)
    excess = max(0, len(live) - most)
    return Held(tuple(live[excess:]), tuple(live[:excess]), tuple(dead))
