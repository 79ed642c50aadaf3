"""Requests where the EHR takes forms and nothing else: in the record, and no more is promised."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app import people
from tests.app.asked import only
from tests.app.page import Page
from tests.app.people import PLAIN
from tests.app.world import World, opened

PHONE = "312-555-0142"
NO_ANSWER = "The clinic can only answer by phone or by letter."
MEDICINE = "lisinopril"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with opened() as world:
        world.behaves(profile="athenahealth")
        yield world


@pytest.fixture(scope="module")
def pages(world: World) -> tuple[Page, Page, Page]:
    """James asks once: the questions, the check, the receipt."""
    patient = people.patient(world)
    patient.logs_in("james")
    form = patient.opens_form(MEDICINE)
    check = patient.answers(form, {**PLAIN, "supply-left": "none", "more": "Please hurry."})
    return form, check, patient.sends(check)


def test_a_request_arrives_as_a_form_with_all_that_a_message_would_have_said(
    world: World, pages: tuple[Page, Page, Page]
) -> None:
    for page in pages:
        assert NO_ANSWER in page.text
        assert "you get an answer" not in page.text.lower()
    receipt = pages[-1]
    assert f"call {PHONE}" in receipt.text
    assert "Your request is in the clinic’s record" in receipt.text
    assert "Please hurry." in receipt.text
    assert not receipt.has_form("/reply")
    assert world.written("Communication") == world.written("Task") == []
    response = only(world.written("QuestionnaireResponse"))
    routing, request = response["extension"]
    assert "refills" in str(routing)
    assert "MedicationRequest/" in str(request)
    assert "Please hurry." in str(request)
    assert response["status"] == "completed"


def test_it_is_followed_as_far_as_anybody_knows(
    world: World, pages: tuple[Page, Page, Page]
) -> None:
    world.clock.passes(8 * 86_400)
    patient = people.patient(world)
    patient.logs_in("james")

    requests, medicines = patient.go("requests"), patient.go("medicines")
    one = patient.browser.get(requests.link(MEDICINE))

    assert "In the clinic’s record" in requests.text
    assert "You asked for a refill on" in medicines.text
    assert "does not let you write here" in one.text
    for claim in ("Late", "We are late", "working on it", "Answered"):
        assert claim not in requests.text + one.text


def test_the_clinic_finds_it_where_the_rules_sent_it(
    world: World, pages: tuple[Page, Page, Page]
) -> None:
    nurse = people.staff(world)
    nurse.opens("tom", "james-carter")

    queue = nurse.queue()

    assert MEDICINE in queue.text
    item = nurse.browser.get(queue.link(MEDICINE))
    assert "Please hurry." in item.text


def test_routing_that_nobody_vouches_for_is_decided_again(
    world: World, pages: tuple[Page, Page, Page]
) -> None:
    response = only(world.written("QuestionnaireResponse"))
    routing, request = response["extension"]
    parts = [
        {**each, "valueString": "billing"} if each["url"] == "queue" else each
        for each in routing["extension"]
    ]
    world.ehr.load([{**response, "extension": [{**routing, "extension": parts}, request]}])
    nurse, clerk = people.staff(world), people.staff(world)

    nurse.opens("tom", "james-carter")
    clerk.opens("shaw", "james-carter")

    assert MEDICINE in nurse.queue().text
    assert MEDICINE not in clerk.queue().text


def test_what_needs_messages_is_not_offered(world: World) -> None:
    james = people.patient(world)
    james.logs_in("james")
    assert "/readings" not in james.go("ask").html
    assert "Send a message" not in james.go("start").text
    check = james.go("ask/form-or-letter")
    page = james.browser.submit(
        check.form("/form-or-letter"),
        {"what": "work", "how-soon": "a-week", "how": "here", "then": "check"},
    )
    assert "Add a photo or a paper" not in page.text
