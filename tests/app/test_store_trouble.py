"""A real Redis that dies, hangs and comes back: nobody is logged off, and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.app import people
from tests.app.page import Page
from tests.app.people import PLAIN, Patient
from tests.app.world import World, opened
from tests.sessions.servers import RedisServer, redis_on_port

HEADING = ("The app is not available for a moment",)


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_on_port(persistent=True) as server:
        yield server


@pytest.fixture
def world(redis: RedisServer) -> Iterator[World]:
    with opened(redis_url=redis.url) as world:
        yield world


def is_unavailable(patient: Patient, path: str = "start") -> Page:
    before = dict(patient.browser.cookies["localhost"])
    started = time.monotonic()
    page = patient.go(path, status=503)

    assert time.monotonic() - started < 4
    assert page.headings == HEADING
    assert int(page.headers["retry-after"]) > 0
    assert "set-cookie" not in page.headers
    assert "clear-site-data" not in page.headers
    assert patient.browser.cookies["localhost"] == before
    return page


@pytest.mark.parametrize("trouble", ["dies", "hangs"])
def test_while_redis_is_away_pages_say_so_and_after_it_everybody_is_still_signed_in(
    world: World, james: Patient, redis: RedisServer, trouble: str
) -> None:
    redis.kill() if trouble == "dies" else redis.freeze()
    is_unavailable(james)
    assert world.browser().ask("GET", "/readyz").status_code == 503
    assert world.browser().ask("GET", "/healthz").status_code == 200
    assert world.browser().get("/").status == 200
    launch = world.browser().get("/launch/sandbox-patients", status=503)
    assert launch.headings == HEADING

    redis.start() if trouble == "dies" else redis.thaw()
    assert "James" in james.go("start").text
    assert world.browser().ask("GET", "/readyz").status_code == 200


@pytest.mark.parametrize("trouble", ["dies", "hangs"])
def test_nothing_is_written_to_the_ehr_that_is_not_in_the_outbox(
    world: World, james: Patient, redis: RedisServer, trouble: str
) -> None:
    check = james.checks("lisinopril", more="It hurts")
    redis.kill() if trouble == "dies" else redis.freeze()
    world.forgets_what_was_asked()

    page = james.sends(check, status=503)
    assert page.headings == HEADING
    assert world.asked("POST", "/fhir/") == []

    redis.start() if trouble == "dies" else redis.thaw()
    receipt = james.sends(james.browser.get(check.url))
    assert "The clinic has your request" in receipt.text
    assert len(world.written("Communication")) == 1


def test_what_is_typed_while_redis_is_away_is_given_back(
    world: World, james: Patient, redis: RedisServer
) -> None:
    form = james.opens_form("lisinopril").form("/refill")
    redis.kill()

    page = james.browser.submit(form, {"more": "My knee", "then": "check"}, status=503)
    assert "What you wrote. You can copy it from here." in page.text
    assert "My knee" in page.text
    redis.start()


def test_a_restart_keeps_drafts_and_what_was_handed_in(
    world: World, james: Patient, redis: RedisServer
) -> None:
    world.prescribes("james-carter", "amoxicillin")
    form = james.opens_form("lisinopril").form("/refill")
    james.browser.submit(form, {**PLAIN, "more": "My knee", "then": "check"})
    check = james.checks("amoxicillin")
    world.fails({"match": {"method": "POST", "path": "/fhir"}, "fault": {"kind": "refused"}})
    james.sends(check)
    redis.kill()
    redis.start()
    world.recovers()

    (sid,) = world.services.outbox.unfinished()
    assert sid
    kept = james.browser.get(f"{james.form_address('lisinopril')}?step=1").form("/refill")
    assert kept.fields["more"] == ["My knee"]
    other = people.patient(world)
    other.logs_in("james")
    assert "amoxicillin" in other.go("requests").text
