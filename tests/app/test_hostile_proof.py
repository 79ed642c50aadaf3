"""The full measure of what tests/app/test_hostile.py and test_launching.py show in short."""

from __future__ import annotations

import math
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from smartapp.auth.client import ASSERTION_SECONDS, token_request
from smartapp.auth.discovery import Endpoints, discover
from smartapp.auth.keys import KeyRing
from smartapp.config import LaunchKind
from smartapp.launch import begin
from tests.app import people
from tests.app.launching import TOKEN, callback
from tests.app.test_launch_trouble import hostile_issuers
from tests.app.wire import connections
from tests.app.world import World, opened

pytestmark = pytest.mark.proof

LAUNCHES, TRIES, ROUNDS, AT_ONCE, STRANGERS = 10_000, 1_000, 100, 20, 100


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    shared.forgets_what_was_asked()
    yield shared
    shared.recovers()


@pytest.mark.smart(3, 38, 42)
def test_ten_thousand_launches_share_no_secret(world: World) -> None:
    ehr = world.services.settings.ehrs[0]
    at = Endpoints("https://login.example/authorize", "https://login.example/token")
    pendings = [
        begin(ehr, at, LaunchKind.STANDALONE, launch=None, scope="openid", now=0.0)[0]
        for _ in range(LAUNCHES)
    ]

    for name in ("state", "nonce", "verifier", "lid"):
        values = [getattr(each, name) for each in pendings]
        letters = Counter("".join(values))
        total = sum(letters.values())
        per_letter = -sum(n / total * math.log2(n / total) for n in letters.values())
        bits = per_letter * min(map(len, values))
        print(f"\n{name}: {len(set(values))} of {LAUNCHES} differ, about {bits:.0f} bits")
        assert len(set(values)) == LAUNCHES
        assert bits >= 122


@pytest.mark.smart(113, 117, 118)
def test_a_thousand_tries_carry_a_thousand_assertions(world: World) -> None:
    """As when every launch of a bad morning has to be tried again."""
    ehr, own = world.services.settings.ehrs[0], world.services
    assert own.keys is not None
    endpoints = discover(ehr, own.transport)
    world.fails({"match": {"path": TOKEN}, "fault": {"kind": "status", "status": 500}})
    seen: set[str] = set()
    published = KeySet.import_key_set(own.keys.public_jwks())  # type: ignore[arg-type]  # plain JSON
    with patched_sign(own.keys) as sent:
        for _ in range(TRIES):
            answer = token_request(
                ehr, endpoints, "authorization_code",
                keys=own.keys, transport=own.transport, now=time.time(), code="c",
            )  # fmt: skip
            assert answer.status == 500
    for assertion in sent:
        claims = jwt.decode(assertion, published, algorithms=["RS384", "ES384"]).claims
        assert 0 < claims["exp"] - claims["iat"] <= 300
        seen.add(claims["jti"])
    print(f"\n{len(sent)} assertions, {len(seen)} different, each for {ASSERTION_SECONDS} s")
    assert len(seen) == len(sent) == TRIES


@contextmanager
def patched_sign(keys: KeyRing) -> Iterator[list[str]]:
    """What is signed, as it leaves."""
    sent: list[str] = []
    sign = keys.sign

    def noted(*what: Any) -> str:
        sent.append(sign(*what))
        return sent[-1]

    keys.sign = noted  # type: ignore[method-assign]  # only listens
    try:
        yield sent
    finally:
        del keys.sign  # type: ignore[method-assign]


@pytest.mark.smart(25)
def test_hostile_issuers_are_turned_away_at_once_and_nobody_is_asked(world: World) -> None:
    issuers = hostile_issuers(world.running.addresses.fhir)
    browser = world.browser(framed=True)
    browser.ask("GET", "/launch")  # what is compiled once is compiled now
    took = []
    with connections() as made:
        for iss in issuers:
            query = urlencode({"iss": iss, "launch": "x"})
            before = time.perf_counter()
            assert browser.ask("GET", f"/launch?{query}").status_code == 400
            took.append((time.perf_counter() - before) * 1000)

    print(
        f"\n{len(issuers)} issuers: {len(made)} connections; median"
        f" {statistics.median(took):.1f} ms, slowest {max(took):.1f} ms"
    )
    assert made == []
    assert len(issuers) >= 60
    assert statistics.median(took) <= 50


@pytest.mark.smart(52)
def test_a_hundred_times_twenty_callbacks_at_once_open_a_hundred_sessions(world: World) -> None:
    worst = 0
    for _ in range(ROUNDS):
        world.forgets_what_was_asked()
        patient = people.patient(world)
        address = callback(patient)
        browsers = [world.browser() for _ in range(AT_ONCE)]
        for each in browsers:
            each.cookies = {host: dict(jar) for host, jar in patient.browser.cookies.items()}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda each, to=address: each.ask("GET", to), browsers))  # type: ignore[misc]
        asked = len(world.asked("POST", TOKEN))
        worst = max(worst, asked)
        assert asked == 1
        assert sorted(each.status_code for each in answers) == [303] + [400] * (AT_ONCE - 1)
    print(f"\n{ROUNDS} times {AT_ONCE} at once: at most {worst} token request, {ROUNDS} sessions")


@pytest.mark.smart(51)
def test_a_hundred_strangers_with_somebody_elses_callback_get_nothing(world: World) -> None:
    for _ in range(STRANGERS):
        patient = people.patient(world)
        address = callback(patient)
        stranger = world.browser()
        assert stranger.ask("GET", address).status_code == 400
        assert stranger.sessions == {}
    refused = len(world.asked("POST", TOKEN))
    print(f"\n{STRANGERS} callbacks without their cookie: {refused} token requests")
    assert refused == 0
