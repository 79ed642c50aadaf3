"""One session per launch: who has the cookie of a launch has that launch, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis import Redis

from smartapp.errors import NoSession
from smartapp.launch import Role
from smartapp.sessions import Launches, RedisStore, Store, Vault
from tests.sessions.conftest import Clock
from tests.sessions.people import ANA, launched, token

MINUTE = 60.0


def test_who_has_the_cookie_has_the_session(launches: Launches) -> None:
    active, secret = launches.open(launched())

    found = launches.find(active.lid, secret)

    assert found == active
    assert found.launched == replace(launched(), lid=active.lid)
    assert found.person == ANA
    assert found.locale == "es"


def test_name_and_secret_are_new_each_time_and_too_long_to_guess(launches: Launches) -> None:
    opened = [launches.open(launched()) for _ in range(20)]

    lids = {active.lid for active, _ in opened} | {launched().lid}
    secrets = {secret for _, secret in opened}
    assert len(lids) == 21
    assert len(secrets) == 20
    assert all(len(lid) * 6 >= 96 for lid in lids)
    assert all(len(secret) * 6 >= 256 for secret in secrets)


def test_one_secret_opens_one_launch_only(launches: Launches) -> None:
    chart_a, secret_a = launches.open(launched(patient="a"))
    chart_b, secret_b = launches.open(launched(patient="b"))

    assert launches.find(chart_a.lid, secret_a).launched.patient_id == "a"
    assert launches.find(chart_b.lid, secret_b).launched.patient_id == "b"
    for lid, secret in ((chart_a.lid, secret_b), (chart_b.lid, secret_a)):
        with pytest.raises(NoSession):
            launches.find(lid, secret)


@pytest.mark.parametrize("secret", [None, "", "made-up", "\ud800", "x" * 100_000])
def test_a_wrong_secret_is_no_session(launches: Launches, secret: str | None) -> None:
    active, right = launches.open(launched())

    with pytest.raises(NoSession):
        launches.find(active.lid, secret)
    launches.find(active.lid, right)


@pytest.mark.parametrize(
    "lid", ["", "x", "a" * 22, "../../x", "a b" * 8, "\ud800" * 20, "a" * 9999]
)
def test_an_unknown_name_is_no_session(launches: Launches, lid: str) -> None:
    _, secret = launches.open(launched())

    with pytest.raises(NoSession):
        launches.find(lid, secret)


def test_one_persons_record_under_anothers_name_opens_for_nobody(
    launches: Launches, store: Store
) -> None:
    chart_a, secret_a = launches.open(launched(patient="a"))
    chart_b, secret_b = launches.open(launched(patient="b"))
    store.put(f"session:{chart_b.lid}", store.get(f"session:{chart_a.lid}") or b"", 60)

    for secret in (secret_a, secret_b):
        with pytest.raises(NoSession):
            launches.find(chart_b.lid, secret)


@pytest.mark.parametrize("value", [b"", b"\n", b"junk", b"\xff\xfe\n\x01" + b"x" * 60])
def test_a_record_that_somebody_tampered_with_is_no_session(
    launches: Launches, store: Store, value: bytes
) -> None:
    active, secret = launches.open(launched())
    store.put(f"session:{active.lid}", value, 60)

    with pytest.raises(NoSession):
        launches.find(active.lid, secret)


def test_the_issuer_of_a_record_cannot_be_exchanged(launches: Launches, store: Store) -> None:
    active, secret = launches.open(launched())
    key = f"session:{active.lid}"
    stored = store.get(key) or b""
    store.put(key, stored.replace(b"ehr.example", b"ehr.example.net"), 60)

    with pytest.raises(NoSession):
        launches.find(active.lid, secret)


@pytest.mark.parametrize(("role", "idle"), [(Role.STAFF, 15), (Role.PATIENT, 20)])
def test_a_session_ends_when_nobody_does_anything(
    launches: Launches, clock: Clock, role: Role, idle: int
) -> None:
    active, secret = launches.open(launched(role=role))

    clock.passes(idle * MINUTE - 1)
    launches.find(active.lid, secret, touch=False)
    clock.passes(1)
    with pytest.raises(NoSession):
        launches.find(active.lid, secret)


def test_what_a_person_does_keeps_the_session_open_and_polling_does_not(
    launches: Launches, clock: Clock
) -> None:
    active, secret = launches.open(launched(role=Role.STAFF))
    for _ in range(4):  # 40 minutes of work
        clock.passes(10 * MINUTE)
        assert launches.find(active.lid, secret).last_seen == clock.now

    for _ in range(14):
        clock.passes(MINUTE)
        launches.find(active.lid, secret, touch=False)
    clock.passes(MINUTE)
    with pytest.raises(NoSession):
        launches.find(active.lid, secret, touch=False)


def test_after_twelve_hours_even_a_busy_session_ends(launches: Launches, clock: Clock) -> None:
    active, secret = launches.open(launched())
    for _ in range(12 * 6 - 1):
        clock.passes(10 * MINUTE)
        assert launches.find(active.lid, secret).opened_at == active.opened_at

    clock.passes(10 * MINUTE)
    with pytest.raises(NoSession):
        launches.find(active.lid, secret)


def test_a_clinic_can_choose_shorter_times(store: Store, vault: Vault, clock: Clock) -> None:
    launches = Launches(store, vault, clock, staff_idle=60, patient_idle=120, longest=150)
    nurse, nurses = launches.open(launched(role=Role.STAFF))
    ana, anas = launches.open(launched())

    clock.passes(100)
    with pytest.raises(NoSession):
        launches.find(nurse.lid, nurses)
    launches.find(ana.lid, anas)
    clock.passes(60)
    with pytest.raises(NoSession):
        launches.find(ana.lid, anas)


def test_redis_itself_forgets_a_session_that_idles(
    redis_store: RedisStore, redis_client: Redis, vault: Vault, clock: Clock
) -> None:
    launches = Launches(redis_store, vault, clock)
    active, secret = launches.open(launched(role=Role.STAFF))
    key = f"smartapp:session:{active.lid}"

    assert 14 * MINUTE < redis_client.pttl(key) / 1000 <= 15 * MINUTE
    redis_store.touch(f"session:{active.lid}", 5)
    clock.passes(60)
    launches.find(active.lid, secret, touch=False)
    assert redis_client.pttl(key) / 1000 <= 5
    launches.find(active.lid, secret)
    assert redis_client.pttl(key) / 1000 > 14 * MINUTE


def test_an_ended_session_is_gone_and_its_siblings_are_not(
    launches: Launches, store: Store
) -> None:
    ended, ended_secret = launches.open(launched())
    other, other_secret = launches.open(launched())

    launches.end(ended.lid, ended_secret)

    assert store.get(f"session:{ended.lid}") is None
    with pytest.raises(NoSession):
        launches.find(ended.lid, ended_secret)
    launches.find(other.lid, other_secret)


def test_only_who_has_the_cookie_can_end_a_session(launches: Launches) -> None:
    active, secret = launches.open(launched())

    for wrong in (None, "made-up"):
        with pytest.raises(NoSession):
            launches.end(active.lid, wrong)
    launches.find(active.lid, secret)


def test_handles_and_form_tokens_belong_to_one_session(launches: Launches) -> None:
    (one, secret), (other, _) = launches.open(launched()), launches.open(launched())

    found = launches.find(one.lid, secret)
    assert (found.handle_key, found.csrf_token) == (one.handle_key, one.csrf_token)
    assert len(one.handle_key) == 64
    assert one.handle_key != other.handle_key
    assert one.csrf_token != other.csrf_token


def test_no_secret_shows_when_a_session_is_printed(launches: Launches) -> None:
    active, secret = launches.open(launched())

    for hidden in (secret, active.csrf_token, str(active.handle_key), token().access):
        assert hidden not in repr(active)
