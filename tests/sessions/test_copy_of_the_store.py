"""Whoever gets hold of a copy of Redis learns nothing about anybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis

from smartapp.launch import Role
from smartapp.sessions import Drafts, Launches, Outbox, RedisStore, Tickets, Vault
from tests.sessions.conftest import Clock
from tests.sessions.people import ANA, CANARIES, CANARY_WORDS, launched, pending, refill, token
from tests.sessions.servers import RedisServer
from tests.sessions.work import DONE, UNKNOWN, WAITING, finish, worked


@pytest.fixture
def secrets_in_use(redis_store: RedisStore, vault: Vault, clock: Clock) -> list[str]:
    """Everything the app ever stores, in every state; the answer is what browsers hold."""
    launches = Launches(redis_store, vault, clock)
    outbox = Outbox(redis_store, vault, clock)
    Drafts(redis_store, vault, clock).save(ANA, Role.PATIENT, "refill", {"a": [CANARY_WORDS]})
    binding = launches.hold(pending(state="canary-state"))
    active, secret = launches.open(launched())
    clock.passes(60)
    launches.save(launches.find(active.lid, secret), secret)
    outbox.receive(refill(), token())
    under_way, done = outbox.receive(refill(), token()), outbox.receive(refill(), token())
    worked(outbox, under_way.sid, DONE, UNKNOWN, WAITING)
    finish(outbox, done)
    outbox.work(under_way.sid, 30)
    over, over_secret = launches.open(launched())
    launches.end(over.lid, over_secret)
    launches.revoke_user(ANA.user_key)
    launches.revoke_ehr(ANA.ehr_key)
    clock.passes(1)
    other, other_secret = launches.open(launched())
    ticket = Tickets(redis_store, vault, launches, clock).issue(other, other_secret)
    return [binding, secret, active.csrf_token, over_secret, other_secret, ticket]


@pytest.mark.smart(9, 102)
def test_nothing_in_it_can_be_read(secrets_in_use: list[str], redis_client: Redis) -> None:
    dump = everything_in(redis_client)

    assert len(dump) > 1000
    for canary in (*CANARIES, *secrets_in_use, "Task", "Communication", "Patient/", "north"):
        assert canary.encode() not in dump, canary


@pytest.mark.smart(102)
def test_nothing_in_its_file_can_be_read(
    secrets_in_use: list[str], redis_client: Redis, redis_server: RedisServer
) -> None:
    redis_client.config_set("rdbcompression", "no")
    redis_client.save()
    file = (Path(redis_server.folder) / "dump.rdb").read_bytes()

    assert b"smartapp:session:" in file
    for canary in (*CANARIES, *secrets_in_use):
        assert canary.encode() not in file, canary


def test_everything_but_unfinished_submissions_ends_by_itself(
    secrets_in_use: list[str], redis_client: Redis
) -> None:
    endless = [key for key in redis_client.scan_iter() if redis_client.ttl(key) == -1]

    kinds = {key.split(b":")[1] for key in endless}
    assert kinds == {b"outbox", b"outbox-open", b"outbox-unfinished", b"fence"}


def everything_in(client: Redis) -> bytes:
    found = b""
    for key in client.scan_iter():
        is_set = client.type(key) == b"set"
        values = client.smembers(key) if is_set else {client.get(key)}
        found += b" ".join([key, *values])
    return found
