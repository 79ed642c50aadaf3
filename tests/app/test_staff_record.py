"""More of the record for staff: from an item of their queue, of its patient alone, by labels."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.sessions.handles import seal_handle
from tests.app import people
from tests.app.page import Page
from tests.app.papers import addresses, document, inside, save_address
from tests.app.people import Patient, Staff
from tests.app.world import World

ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
WRITTEN = "Seen today. All is well."


def paper(identity: str, label: str = "", of: str = "james-carter", **more: Any) -> dict[str, Any]:
    labels = [{"coding": [{"system": ACT, "code": label}]}] if label else []
    return document(identity, inside(WRITTEN.encode(), "text/plain"), of=of) | more | (
        {"securityLabel": labels} if labels else {}
    )  # fmt: skip


@pytest.fixture
def item(world: World, patient: Patient, nurse: Staff) -> Page:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    return nurse.opens_item("lisinopril")


def test_staff_see_documents_visits_and_results_beside_the_item(
    world: World, nurse: Staff, item: Page
) -> None:
    any_kind = {"type": {"text": "Phone note"}}  # one that patients are not shown
    world.ehr.load([paper("note", **any_kind), paper("for-staff", "NOPAT")])
    before = len(world.events("record.view"))

    page = nurse.browser.get(item.link("More of the record"))

    for words in ("Paper note", "Phone note", "Paper for-staff", "Past visits", "Test results"):
        assert words in page.text
    assert "James" in page.text, "whose it is"
    (viewed,) = world.events("record.view")[before:]
    assert viewed["patient"]["ref"] == "Patient/james-carter"
    assert {"DocumentReference", "Encounter"} <= {each["type"] for each in viewed["entities"]}
    opened = nurse.browser.get(page.link("Paper note"))
    assert WRITTEN in opened.text
    event = world.events("document.open")[-1]
    assert (event["patient"]["ref"], event["who"]["role"]) == ("Patient/james-carter", "staff")


@pytest.mark.parametrize("label", ["PSY", "SUD", "HIV", "UNHEARD-OF"])
def test_a_label_that_nobody_gave_staff_keeps_a_document_in_the_chart(
    world: World, nurse: Staff, item: Page, label: str
) -> None:
    world.ehr.load([paper("kept", label), paper("free")])
    more = item.link("More of the record")
    page = nurse.browser.get(more)
    assert "Paper free" in page.text
    assert "Paper kept" not in page.text

    free = page.link("Paper free")
    link = save_address(nurse.browser.get(free))
    world.ehr.load([paper("free", label)])
    nurse.browser.get(free, status=403)
    assert nurse.browser.ask("GET", link).status_code == 403
    assert world.events("document.deny")[-1]["reason_code"] == "document-kept-back"


def test_a_link_to_a_file_is_good_for_its_patient_alone(
    world: World, patient: Patient, nurse: Staff, item: Page
) -> None:
    world.ehr.load([paper("note"), paper("hers", of="walter-brooks")])
    page = nurse.browser.get(item.link("More of the record"))
    assert "Paper hers" not in page.text
    (*_, link) = addresses(nurse.browser.get(page.link("Paper note")))
    world.prescribes("walter-brooks", "Vitamin D")
    patient.logs_in("walter")
    patient.asks_for("Vitamin D")
    other = nurse.opens_item("Vitamin D")

    elsewhere = other.url.split("?")[0] + "/record/file/" + link.split("/file/")[1]

    assert nurse.browser.ask("GET", elsewhere).status_code == 404


def test_who_does_not_work_the_queue_sees_nothing_of_the_record(world: World, item: Page) -> None:
    (task,) = world.written("Task") or world.written("Communication")
    other = people.staff(world)
    other.opens("shaw")
    lid = other.home.removeprefix("/l/")
    active = world.services.launches.find(lid, other.browser.sessions[lid], touch=False)
    handle = seal_handle(active.handle_key, lid, f"{task['resourceType']}/{task['id']}")

    page = other.browser.get(f"{other.home}/queue/{handle}/record", status=403)

    assert "Past visits" not in page.text
    assert "James" not in page.text


def test_a_part_that_fails_says_so_in_the_words_of_staff(
    world: World, nurse: Staff, item: Page
) -> None:
    world.fails({"match": {"type": "Encounter"}, "fault": {"kind": "status", "status": 500}})

    page = nurse.browser.get(item.link("More of the record"))

    assert "Could not be loaded. Look in the chart before you decide." in page.text
    assert "call the clinic" not in page.text


def test_a_patient_does_not_get_there(patient: Patient, item: Page) -> None:
    there = item.link("More of the record").split("/queue/")[1]
    patient.go(f"queue/{there}", status=403)
