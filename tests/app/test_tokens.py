"""Tokens end while people work: pages go on, and whoever has to sign in again is told so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from smartapp.launch import Token
from tests.app import people
from tests.app.people import PLAIN, Patient, Staff
from tests.app.world import World, opened

LIFE = 300
TOKEN = {"grant": "refresh_token"}
AT_TOKEN_ENDPOINT = "/oauth/token"


@pytest.fixture
def world() -> Iterator[World]:
    """An EHR whose access tokens live for five minutes."""
    with opened(access_seconds=LIFE) as world:
        yield world


@pytest.fixture
def james(world: World) -> Patient:
    patient = people.patient(world)
    patient.logs_in("james")
    world.forgets_what_was_asked()
    return patient


def refreshes(world: World) -> list[int]:
    """The statuses of what was asked of the token endpoint with a refresh token."""
    asked = world.asked("POST", AT_TOKEN_ENDPOINT)
    return [each["status"] for each in asked if each["grant"] == "refresh_token"]


def refused(world: World) -> list[Any]:
    return [each for each in world.asked(path="/fhir/") if each["status"] == 401]


def held(world: World, patient: Patient) -> Token:
    ((lid, secret),) = patient.browser.sessions.items()
    return world.services.launches.find(lid, secret, touch=False).launched.token


def fails_to_refresh(error: str = "", **fault: Any) -> dict[str, Any]:
    kind = {"kind": "oauth-error", "error": error} if error else fault
    return {"match": TOKEN, "fault": kind}


@pytest.mark.smart(93, 96, 98)
def test_a_token_is_renewed_before_it_ends_and_no_dead_one_is_ever_shown_to_the_ehr(
    world: World, james: Patient
) -> None:
    before = held(world, james)
    for _ in range(4):
        world.clock.passes(LIFE - 20)
        assert "James" in james.go("start").text

    assert refreshes(world) == [200] * 4
    assert refused(world) == []
    assert held(world, james).refresh != before.refresh
    assert [event["outcome"] for event in world.events("token.refresh")] == [0] * 4


@pytest.mark.smart(92)
def test_a_token_that_ended_early_is_renewed_once_for_all_reads_of_a_page(
    world: World, james: Patient
) -> None:
    world.clock.passes(70)
    world.ends_tokens()

    assert "lisinopril" in james.go("medicines").text
    assert refreshes(world) == [200]
    assert refused(world), "the page asked with the old token first"

    world.forgets_what_was_asked()
    james.go("medicines")
    assert refused(world) == []


@pytest.mark.smart(92)
def test_a_nurse_goes_on_when_her_token_ended_early(world: World, nurse: Staff) -> None:
    nurse.opens("tom")
    world.clock.passes(70)
    world.ends_tokens()

    assert nurse.queue().headings == ("Queue",)
    assert refreshes(world) == [200]


@pytest.mark.smart(92)
def test_a_write_that_was_refused_for_its_token_stays_in_the_outbox(
    world: World, james: Patient
) -> None:
    check = james.checks("lisinopril")
    world.fails(
        {
            "match": {"method": "POST", "path": "/fhir"},
            "fault": {"kind": "status", "status": 401},
        }
    )
    receipt = james.sends(check)

    assert "We kept your request" in receipt.text
    assert world.written("Communication") == []
    world.recovers()
    assert "The clinic has your request" in james.browser.get(receipt.url).text
    assert len(world.written("Communication")) == 1


def test_what_waits_in_the_outbox_gets_the_new_token(world: World, james: Patient) -> None:
    check = james.checks("lisinopril")
    world.fails({"match": {"method": "POST", "path": "/fhir"}, "fault": {"kind": "refused"}})
    james.sends(check)
    world.recovers()
    world.clock.passes(LIFE)
    (sid,) = world.services.outbox.unfinished()
    assert world.services.outbox.token(sid) is None

    james.go("medicines")
    token = world.services.outbox.token(sid)
    assert token is not None
    assert token.access == held(world, james).access
    assert token.refresh is None


@pytest.mark.smart(99)
def test_many_pages_at_once_need_one_new_token(world: World, james: Patient) -> None:
    world.clock.passes(LIFE + 1)
    world.fails(fails_to_refresh(kind="delay", seconds=0.3))
    waiting = world.with_services(pause=time.sleep).browser()
    waiting.cookies = james.browser.cookies
    with ThreadPoolExecutor(8) as together:
        starts = [f"{james.home}/start"] * 8
        pages = [each.text for each in together.map(partial(waiting.ask, "GET"), starts)]

    assert len([page for page in pages if "James" in page]) == 8
    assert refreshes(world) == [200]


@pytest.mark.smart(101)
def test_who_has_to_sign_in_again_is_told_so_and_finds_their_draft(
    world: World, james: Patient
) -> None:
    form = james.opens_form("lisinopril").form("/refill")
    world.clock.passes(LIFE + 1)
    world.fails(fails_to_refresh("invalid_grant"))

    typed = {**PLAIN, "more": "My knee", "then": "check"}
    page = james.browser.submit(form, typed, status=401)
    assert page.headings == ("Please sign in again",)
    assert "What you wrote is kept for you" in page.text
    assert refreshes(world) == [400]
    james.go("start", status=401)
    assert refreshes(world) == [400], "a refresh token that is over is not sent again"

    world.recovers()
    (again,) = [href for words, href in page.links if words == "Sign in again"]
    assert again.endswith("/launch/sandbox-patients")
    james.logs_in("james")
    kept = james.browser.get(f"{james.form_address('lisinopril')}?step=1").form("/refill")
    assert kept.fields["more"] == ["My knee"]


@pytest.mark.smart(92)
def test_in_a_frame_the_way_back_in_is_the_chart(world: World, nurse: Staff) -> None:
    nurse.opens("tom")
    world.clock.passes(LIFE + 1)
    world.fails(fails_to_refresh("invalid_grant"))

    page = nurse.browser.get(f"{nurse.home}/queue", status=401)
    assert page.headings == ("Please sign in again",)
    assert "open the app again in the EHR" in page.text
    assert not [href for words, href in page.links if words != "Skip to the main part"]


@pytest.mark.smart(101)
def test_a_token_endpoint_that_is_down_ends_nothing(world: World, james: Patient) -> None:
    down = fails_to_refresh(kind="status", status=503)
    world.clock.passes(LIFE - 20)
    world.fails(down)
    assert "James" in james.go("start").text

    world.clock.passes(60)
    answer = james.browser.ask("GET", f"{james.home}/start")
    assert answer.status_code == 502
    assert "Your clinic’s system is not answering" in answer.text

    world.recovers()
    world.clock.passes(6)
    assert "James" in james.go("start").text


@pytest.mark.smart(101)
def test_a_refresh_whose_answer_was_lost_is_tried_once_more_and_never_again(
    world: World, james: Patient
) -> None:
    """The sandbox is strict: it ends the whole login when it sees a refresh token twice."""
    world.clock.passes(LIFE + 1)
    world.fails({"match": {**TOKEN, "times": 1}, "fault": {"kind": "lost"}})

    page = james.go("start", status=401)
    assert page.headings == ("Please sign in again",)
    james.go("start", status=401)
    assert refreshes(world)[1:] == [400]


@pytest.mark.smart(100)
def test_another_patient_in_the_new_token_ends_the_session_and_shows_nothing(
    world: World, james: Patient
) -> None:
    world.clock.passes(LIFE + 1)
    world.fails(
        {"match": TOKEN, "fault": {"kind": "another-patient", "patient": "maria-lopez"}},
    )

    page = james.go("start", status=401)
    assert page.headings == ("The clinic’s system changed the record",)
    assert "María" not in page.text
    world.recovers()
    after = james.go("start", status=401)
    assert after.headings == ("The clinic’s system changed the record",)
    assert world.asked(path="maria-lopez") == []
    assert [event["reason_code"] for event in world.events("session.end")] == ["context-changed"]
