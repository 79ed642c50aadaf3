"""What the clinic has left for a patient to do, by a Task that asks them to open an app."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.fhir.app_task import CODES
from tests.app import people
from tests.app.people import Patient
from tests.app.world import APP, World

JAMES = "Patient/james-carter"
OURS = f"{APP}/launch"
ANOTHER_APP = "This is in another app."


def coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": CODES, "code": code}]}


def todo(
    words: str, *, opens: str = f"{APP}/launch", page: str = "", **more: Any
) -> dict[str, Any]:
    inputs = [{"type": coded("smartonfhir-application"), "valueUrl": opens}]
    if page:
        inputs.append({"type": coded("smartonfhir-appcontext"), "valueString": page})
    usual = {
        "resourceType": "Task",
        "id": f"todo-{len(words)}",
        "status": "requested",
        "intent": "proposal",
        "code": coded("launch-app-standalone"),
        "for": {"reference": JAMES},
        "description": words,
        "input": inputs,
    }
    return usual | more


@pytest.fixture
def james(world: World) -> Patient:
    return people.patient(world)


def test_what_is_to_be_done_here_leads_to_the_page_that_it_names(
    world: World, james: Patient
) -> None:
    due = {"restriction": {"period": {"end": "2030-05-02"}}}
    world.ehr.load([todo("Please look at your results", page='{"open": "results"}', **due)])
    james.logs_in("james")

    for path in ("start", "requests"):
        page = james.go(path)
        assert "Your clinic asks you" in page.text
        assert "Please do it by May 2, 2030." in page.text
        (href,) = (at for words, at in page.links if words.startswith("Open it"))
        assert href.endswith(f"{james.home}/results")


@pytest.mark.parametrize(
    "opens", ["https://other.example/launch", "javascript:alert(1)", f"{APP}.evil.example/launch"]
)
def test_an_address_of_another_app_is_told_and_never_linked(
    world: World, james: Patient, opens: str
) -> None:
    world.ehr.load([todo("Count your steps", opens=opens, page="results")])
    james.logs_in("james")

    page = james.go("requests")

    assert "Count your steps" in page.text
    assert ANOTHER_APP in page.text
    assert opens not in page.html
    assert not [words for words, _ in page.links if words.startswith("Open it")]


@pytest.mark.parametrize(
    "more",
    [
        {"status": "completed"},
        {"status": "cancelled"},
        {"status": "entered-in-error"},
        {"owner": {"reference": "Practitioner/tom"}},
        {"code": coded("launch-app-ehr")},
        {"for": {"reference": "Patient/dorothy-mitchell"}},
    ],
)
def test_what_is_over_or_left_to_others_is_not_shown(
    world: World, james: Patient, more: dict[str, Any]
) -> None:
    world.ehr.load([todo("Not for James", **more)])
    james.logs_in("james")

    assert "Not for James" not in james.go("start").text
    assert "Not for James" not in james.go("requests").text


def test_a_page_that_this_app_does_not_have_is_no_link(world: World, james: Patient) -> None:
    world.ehr.load([todo("Look at it", page="../../queue")])
    james.logs_in("james")

    page = james.go("requests")

    assert "Look at it" in page.text
    assert "queue" not in page.html
