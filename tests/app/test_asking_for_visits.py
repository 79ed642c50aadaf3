"""What staff turn into a visit: nobody reads of it before it is so."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.sessions.handles import seal_handle
from tests.app import people
from tests.app.asked import messages_in
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.test_acting import does
from tests.app.world import World

VISIT: dict[str, Any] = {"kind": "video-visit", "words": "Dizzy since the new dose", "minutes": "5"}


@pytest.fixture
def item(patient: Patient, nurse: Staff) -> Page:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    return nurse.takes(nurse.opens_item())


def told(world: World) -> list[str]:
    said = [each["payload"][0]["contentString"] for each in messages_in(world)]
    return [each for each in said if each.startswith("It is better to talk with you by video")]


@pytest.mark.parametrize("status", [422, 500])
def test_an_item_is_not_closed_for_a_visit_that_the_patient_was_not_told_of(
    world: World, nurse: Staff, item: Page, status: int
) -> None:
    fault = {"kind": "status", "status": status}
    world.fails({"match": {"method": "POST", "type": "Communication"}, "fault": fault})
    page = does(nurse, item, "visit", status=502, **VISIT)

    assert "This item is still open." in page.text
    assert told(world) == []
    assert [each["status"] for each in world.written("Task")] == ["accepted", "requested"]
    world.recovers()
    world.clock.passes(70)
    assert page.form("/do/visit").fields["visit-words"] == [VISIT["words"]]

    done = nurse.browser.submit(nurse.browser.get(item.url).form("/do/visit"))
    assert "The front desk has a request for a visit." in done.text
    assert len(told(world)) == 1
    assert [each["status"] for each in world.written("Task")] == ["completed", "requested"]


@pytest.mark.parametrize("status", [403, 500])
def test_where_the_item_of_a_visit_cannot_be_closed_nobody_reads_that_nothing_was_done(
    world: World, nurse: Staff, item: Page, status: int
) -> None:
    fault = {"kind": "status", "status": status}
    world.fails({"match": {"method": "PUT"}, "fault": fault})
    page = does(nurse, item, "visit", **VISIT)

    assert "and the patient was told. This item is still open" in page.text
    assert len(told(world)) == 1


def test_an_item_that_became_a_visit_can_still_be_opened(
    world: World, nurse: Staff, item: Page
) -> None:
    queue = does(nurse, item, "visit", **VISIT)
    assert all("/undo" not in each.action for each in queue.forms), "the visit stays asked for"

    closed = nurse.browser.get(item.url)

    assert "A visit at the clinic" not in closed.headings
    assert "Closed it after 5 minutes" in closed.text
    assert "Still open" not in closed.text, "it is no earlier request of its own"
    assert "In the same thread: A video visit · Front desk · New" in closed.text
    assert "“A video visit” is already open in this thread, with Front desk." in closed.text
    again = does(nurse, closed, "reopen", words="She wants the refill after all")
    assert "Two items of this thread are open." in again.text
    kim = people.staff(world)
    kim.opens("kim")
    visit = kim.opens_item()
    assert "Two items of this thread are open." in visit.text
    assert "In the same thread: Refill: lisinopril 10 mg tablet · Refills · In work" in visit.text
    assert all("Refill" not in text for text, _ in visit.links), "she works no queue of refills"


def test_staff_without_the_queue_of_a_visit_do_not_see_it(
    world: World, nurse: Staff, item: Page
) -> None:
    does(nurse, item, "visit", **VISIT)
    visit = next(each for each in world.written("Task") if each["status"] == "requested")
    lid = nurse.home.removeprefix("/l/")
    active = world.services.launches.find(lid, nurse.browser.sessions[lid], touch=False)
    handle = seal_handle(active.handle_key, lid, f"Task/{visit['id']}")

    nurse.browser.get(f"{nurse.home}/queue/{handle}", status=403)
