"""Where sessions, drafts and the outbox are kept: in memory for one process, in Redis for many."""

from smartapp.sessions.store.check import check
from smartapp.sessions.store.memory import MemoryStore
from smartapp.sessions.store.protocol import Lease, Store
from smartapp.sessions.store.redis_store import RedisStore

__all__ = ["Lease", "MemoryStore", "RedisStore", "Store", "check", "open_store"]


def open_store(redis_url: str) -> Store:
    return RedisStore.at(redis_url) if redis_url else MemoryStore()
