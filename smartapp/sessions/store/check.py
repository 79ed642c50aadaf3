"""Whether Redis is set up to keep what it is given: asked once, at the start."""

from __future__ import annotations

from collections.abc import Iterator

from smartapp.errors import Problem, StoreUnavailable
from smartapp.sessions.store.protocol import Store
from smartapp.sessions.store.redis_store import RedisStore

_PLACE = "REDIS_URL"


def check(store: Store) -> tuple[Problem, ...]:
    """What is wrong, or could not be found out. Never a reason not to start: it may be mended."""
    if not isinstance(store, RedisStore):
        return ()
    try:
        return tuple(_problems(store))
    except StoreUnavailable:
        return (Problem(_PLACE, "does not answer: pages will say that they are unavailable"),)


def _problems(store: RedisStore) -> Iterator[Problem]:
    store.ping()
    if store.setting("appendonly") == "no" and store.setting("save") == "":
        what = "keeps nothing on disk: a restart loses drafts and submissions. Set appendonly yes"
        yield Problem(_PLACE, what)
    policy = store.setting("maxmemory-policy")
    if policy not in (None, "noeviction"):
        what = f"throws away what it was given when it is full ({policy}). Set noeviction"
        yield Problem(_PLACE, f"{what} as maxmemory-policy")
    if policy is None:
        what = "does not let the app read its settings: see that appendonly is yes, and"
        yield Problem(_PLACE, f"{what} maxmemory-policy noeviction")
