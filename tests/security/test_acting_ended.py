"""Who acted for a patient, and by the clinic's record does so no more, sees nothing of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.app import people
from tests.app.people import Patient
from tests.app.world import World

SUSAN = ("RelatedPerson", "susan-for-walter")
OVER = "You no longer act for this person"


@pytest.fixture
def susan(world: World) -> Patient:
    return people.patient(world)


def says(world: World, **changed: Any) -> None:
    world.ehr.update({**(world.ehr.read(*SUSAN) or {}), **changed})


def ends_in(world: World, **time: int) -> dict[str, Any]:
    moment = datetime.fromtimestamp(world.clock(), UTC) + timedelta(**time)
    return {"period": {"end": moment.isoformat(timespec="seconds")}}


@pytest.mark.parametrize("how", ["ended", "inactive"])
def test_nobody_comes_in_whose_time_to_act_is_over(world: World, susan: Patient, how: str) -> None:
    says(world, **(ends_in(world, days=-1) if how == "ended" else {"active": False}))

    page = susan.logs_in("susan", status=403)

    assert OVER in page.text
    assert "Walter" not in page.text
    assert not world.events("record.view")
    (denied,) = world.events("launch.deny")
    assert denied["reason_code"] == "launch-acting-ended"


def test_who_is_in_is_signed_out_when_the_time_ends(world: World, susan: Patient) -> None:
    says(world, **ends_in(world, minutes=10))
    assert "Walter" in susan.logs_in("susan").text
    world.clock.passes(601)
    world.forgets_what_was_asked()

    page = susan.go("allergies", status=401)

    assert OVER in page.text
    assert "Walter" not in page.text
    assert not world.asked("GET", "/fhir/AllergyIntolerance")
    (ended,) = world.events("session.end")
    assert (ended["reason_code"], ended["patient"]["ref"]) == (
        "acting-ended",
        "Patient/walter-brooks",
    )
    assert OVER in susan.go("summary", status=401).text, "and it stays so"


@pytest.mark.parametrize("page", ["allergies", "medicines", "requests"])
def test_an_end_that_the_clinic_writes_in_the_meantime_holds_at_the_next_page(
    world: World, susan: Patient, page: str
) -> None:
    susan.logs_in("susan")
    says(world, **ends_in(world, minutes=-1))

    shown = susan.go(page, status=401)

    assert OVER in shown.text
    assert "Walter" not in shown.text
    assert [each["reason_code"] for each in world.events("session.end")] == ["acting-ended"]


def test_a_page_that_comes_in_parts_ends_before_the_first(world: World, susan: Patient) -> None:
    susan.logs_in("susan")
    says(world, **ends_in(world, minutes=-1))

    answer = susan.browser.ask("GET", f"{susan.home}/summary")

    assert OVER in answer.text
    assert "Walter" not in answer.text
    assert "slot=" not in answer.text


def test_what_was_typed_is_not_sent_when_the_time_is_over(world: World, susan: Patient) -> None:
    world.prescribes("walter-brooks", "Vitamin D")
    says(world, **ends_in(world, minutes=10))
    susan.logs_in("susan")
    form = susan.opens_form("Vitamin D")
    world.clock.passes(601)

    page = susan.answers(form, status=401)

    assert OVER in page.text
    assert not world.written("Communication")


def test_an_ehr_that_does_not_show_who_acts_has_decided_by_its_login(
    world: World, susan: Patient
) -> None:
    world.fails({"match": {"type": "RelatedPerson"}, "fault": {"kind": "status", "status": 403}})

    assert "Walter" in susan.logs_in("susan").text
