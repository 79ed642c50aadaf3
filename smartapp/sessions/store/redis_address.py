"""From REDIS_URL to a client: one Redis, or the one that Sentinels say is the master."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.retry import Retry
from redis.sentinel import Sentinel

# Connecting and answering together stay under a second: a page can say that it is unavailable
# long before the person gives up, and a worker's threads are not eaten by a dead Redis.
CONNECT_SECONDS = 0.3
ANSWER_SECONDS = 0.5
SENTINEL_PORT = 26379


def client_at(url: str) -> Redis:
    """ValueError for an address that is none. Nothing is contacted yet."""
    parts = urlsplit(url)
    if parts.scheme in ("redis+sentinel", "rediss+sentinel"):
        return _master_by_sentinels(parts)
    return Redis.from_url(url, **_manners())


def _manners() -> dict[str, Any]:
    """A command that may have been carried out is never quietly sent again.

    The older protocol and no driver name: connecting sends nothing that a strict ACL refuses.
    """
    return {
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": ANSWER_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "driver_info": None,
    }


def _master_by_sentinels(parts: SplitResult) -> Redis:
    """redis+sentinel://user:password@host:port,host:port/service/db

    Name and password are Redis's; Sentinels that ask for one get it from `sentinel_username`
    and `sentinel_password` in the query.
    """
    account, _, hosts = parts.netloc.rpartition("@")
    service, _, db = parts.path.strip("/").partition("/")
    if not service or (db and not db.isdecimal()):
        raise ValueError("the address of a Redis behind Sentinels ends in /service/db")
    of_redis = _options(parts, account, db)
    of_sentinels = _manners() | {
        name: of_redis.pop(f"sentinel_{name}")
        for name in ("username", "password")
        if f"sentinel_{name}" in of_redis
    }
    if parts.scheme == "rediss+sentinel":
        of_redis["ssl"] = of_sentinels["ssl"] = True
    places = [_place(host) for host in hosts.split(",")]
    sentinel = Sentinel(places, sentinel_kwargs=of_sentinels)  # type: ignore[no-untyped-call]  # redis types it half
    client: Redis = sentinel.master_for(service, **(_manners() | of_redis))  # type: ignore[no-untyped-call]  # as above
    return client


def _options(parts: SplitResult, account: str, db: str) -> dict[str, Any]:
    """The query is read as in any other address of a Redis."""
    at = f"{account}@" if account else ""
    options: dict[str, Any] = parse_url(f"redis://{at}sentinels/{db or 0}?{parts.query}")  # type: ignore[no-untyped-call]  # as above
    del options["host"]
    return options


def _place(host: str) -> tuple[str, int]:
    place = urlsplit(f"//{host}")
    if not place.hostname:
        raise ValueError("the address of a Redis behind Sentinels names no host")
    return place.hostname, place.port or SENTINEL_PORT
