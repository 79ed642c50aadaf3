"""Signing out: the session here, its tokens at the EHR, and nothing beside it."""

from __future__ import annotations

import pytest

from tests.app.people import Patient, Staff
from tests.app.world import World


def token_at_ehr(world: World, patient: Patient | Staff) -> int:
    """The status that the EHR answers this session's token with, for its own patient."""
    ((lid, secret), *_) = [
        each for each in patient.browser.sessions.items() if each[0] in patient.home
    ]
    access = world.services.launches.find(lid, secret, touch=False).launched.token.access
    return world.reads_with(access)


def signs_out(patient: Patient | Staff, page: str) -> None:
    shown = patient.browser.get(f"{patient.home}/{page}")
    patient.browser.submit(shown.form("/sign-out"))


@pytest.mark.smart(132, 102)
def test_both_tokens_are_given_back_the_refresh_token_first(world: World, james: Patient) -> None:
    ((lid, secret),) = james.browser.sessions.items()
    access = world.services.launches.find(lid, secret).launched.token.access
    assert world.reads_with(access) == 200

    signs_out(james, "start")
    assert [each["status"] for each in world.asked("POST", "/oauth/revoke")] == [200, 200]
    assert world.reads_with(access) == 401
    (given_back,) = world.events("token.revoke")
    assert (given_back["outcome"], given_back["reason_code"]) == (0, "tokens-revoked")


@pytest.mark.smart(132)
@pytest.mark.parametrize(
    "fault",
    [{"kind": "status", "status": 500}, {"kind": "refused"}, {"kind": "lost"}],
    ids=["fails", "is not there", "loses its answer"],
)
def test_an_ehr_that_takes_nothing_back_is_in_nobodys_way(
    world: World, james: Patient, fault: dict[str, object]
) -> None:
    world.fails({"match": {"path": "/oauth/revoke"}, "fault": fault})

    signs_out(james, "start")
    james.go("start", status=401)
    (tried,) = world.events("token.revoke")
    assert (tried["outcome"], tried["reason_code"]) == (4, "revocation-failed")


@pytest.mark.smart(132)
def test_a_chart_beside_it_goes_on(world: World, nurse: Staff) -> None:
    """The same nurse, the same browser, two launches: each has its own tokens."""
    nurse.opens("tom", "james-carter")
    other = Staff(nurse.browser, world)
    other.opens("tom", "maria-lopez")

    signs_out(nurse, "queue")
    nurse.browser.get(f"{nurse.home}/queue", status=401)
    assert token_at_ehr(world, other) == 200
    assert "María" in other.queue().text


def test_what_is_still_on_its_way_keeps_its_token_and_the_page_says_so(
    world: World, james: Patient
) -> None:
    check = james.checks("lisinopril")
    world.fails({"match": {"method": "POST", "path": "/fhir"}, "fault": {"kind": "refused"}})
    james.sends(check)
    world.recovers()
    shown = james.go("medicines")
    world.forgets_what_was_asked()

    page = james.browser.submit(shown.form("/sign-out"))
    assert "Something that you sent is still on its way." in page.text
    assert world.asked("POST", "/oauth/revoke") == []
    assert [each["reason_code"] for each in world.events("token.revoke")] == ["kept-for-outbox"]


def test_signing_out_empties_what_the_browser_keeps_and_leaves_other_sessions_their_cookies(
    james: Patient,
) -> None:
    form = james.go("start").form("/sign-out")
    answer = james.browser.ask("POST", form.action, fields=form.fields)

    assert answer.headers["Clear-Site-Data"] == '"cache"'
    over = james.browser.ask("GET", f"{james.home}/start")
    assert over.headers["Clear-Site-Data"] == '"cache"'


def test_a_second_click_on_signing_out_does_no_harm(world: World, james: Patient) -> None:
    form = james.go("start").form("/sign-out")
    james.browser.submit(form)

    again = james.browser.submit(form, status=401)
    assert "You signed out here." in again.text
    assert len(world.events("session.end")) == 1
