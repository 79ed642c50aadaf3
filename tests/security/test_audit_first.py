"""No audit, no data, and no change: what cannot be put on record does not happen."""

from __future__ import annotations

import pytest

from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import World


def breaks_the_audit(world: World) -> None:
    """As a folder that is gone, or a disk that is full."""
    world.services.audit.close()
    folder = world.audit_folder
    folder.rename(folder.with_name("put-away"))
    folder.touch()


def mends_the_audit(world: World) -> None:
    world.audit_folder.unlink()
    world.audit_folder.with_name("put-away").rename(world.audit_folder)


def test_figures_that_cannot_be_put_on_record_are_not_shown(world: World, nurse: Staff) -> None:
    nurse.opens("lee")
    breaks_the_audit(world)
    page = nurse.browser.get(f"{nurse.home}/numbers")
    file = nurse.browser.get(f"{nurse.home}/numbers/figures.csv", status=503)
    mends_the_audit(world)

    assert "<table" not in page.html + file.html
    assert "The rest is missing" in page.text


@pytest.fixture
def item(world: World, patient: Patient, nurse: Staff) -> Page:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    return nurse.opens_item()


def test_an_item_that_cannot_be_put_on_record_is_not_claimed(
    world: World, nurse: Staff, item: Page
) -> None:
    breaks_the_audit(world)
    nurse.takes(item, status=503)
    mends_the_audit(world)

    (task,) = world.written("Task")
    assert task["status"] == "requested"
    assert "owner" not in task


def test_an_item_that_cannot_be_put_on_record_is_not_given_back(
    world: World, nurse: Staff, item: Page
) -> None:
    mine = nurse.takes(item)
    breaks_the_audit(world)
    nurse.browser.submit(mine.form("/release"), status=503)
    mends_the_audit(world)

    (task,) = world.written("Task")
    assert task["owner"]["reference"] == "Practitioner/nurse-berg"


def test_an_item_that_cannot_be_put_on_record_is_not_closed(
    world: World, nurse: Staff, item: Page
) -> None:
    mine = nurse.takes(item)
    breaks_the_audit(world)
    nurse.answers(mine, outcome="no-longer-needed", then="close-only", status=503)
    mends_the_audit(world)

    (task,) = world.written("Task")
    assert task["status"] == "accepted"


def test_each_change_of_an_item_is_on_record_before_and_after(
    world: World, nurse: Staff, item: Page
) -> None:
    nurse.answers(nurse.takes(item), text="Done.", outcome="sent-to-pharmacy", then="close")

    tried = world.events("task.try")
    assert [each["extras"]["to"] for each in tried] == ["accepted", "completed"]
    assert {each["patient"]["ref"] for each in tried} == {"Patient/james-carter"}
    (claimed,), (closed,) = world.events("task.claim"), world.events("task.change")
    assert tried[0]["seq"] < claimed["seq"] < tried[1]["seq"] < closed["seq"]


def test_whose_chart_was_opened_is_on_record_also_where_nothing_waits(
    world: World, nurse: Staff
) -> None:
    page = nurse.opens("tom", "samuel-osei")

    assert "Samuel Kofi Osei" in page.text
    assert "Nothing is waiting." in page.text
    (seen,) = world.events("record.view")
    assert seen["patient"]["ref"] == "Patient/samuel-osei"


def test_a_form_that_comes_back_with_mistakes_is_on_record_again(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    form = patient.opens_form("lisinopril")
    before = len(world.events("record.view"))
    page = patient.browser.submit(form.form("/refill"), {"then": "check"}, status=422)

    assert "lisinopril" in page.text
    assert len(world.events("record.view")) == before + 1
