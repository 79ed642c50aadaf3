"""Forms that the clinic asks for by a Task or in a plan, and what it is told of them."""

from __future__ import annotations

from typing import Any

from tests.app import forms, people
from tests.app.asked import only
from tests.app.people import Patient
from tests.app.test_allowed import patients_without
from tests.app.test_forms import OWN, asks, of_the_ehr, sent
from tests.app.world import World, opened


def fills_in(james: Patient, then: str = "next") -> Any:
    return forms.goes_on(james, forms.opens(james, "Before your test"), {"eaten": "false"}, then)


def the_task(world: World) -> dict[str, Any]:
    found = world.ehr.read("Task", "please-fill-in")
    assert found is not None
    return dict(found)


def test_the_task_is_closed_with_the_answers_when_the_form_is_sent(
    world: World, james: Patient
) -> None:
    asks(world, of_the_ehr())
    forms.sends(james, fills_in(james))

    task = the_task(world)
    assert task["status"] == "completed"
    (output,) = task["output"]
    assert output["type"]["coding"][0]["code"] == "questionnaire-response"
    assert output["valueReference"]["reference"] == f"QuestionnaireResponse/{sent(world)['id']}"
    assert "may show this form as open" not in james.go("forms").text


def test_a_task_that_was_begun_points_to_the_draft(world: World, james: Patient) -> None:
    asks(world, of_the_ehr())
    fills_in(james, "save")

    draft = only(world.written("QuestionnaireResponse"))
    task = the_task(world)
    assert task["status"] == "in-progress"
    assert (
        task["output"][0]["valueReference"]["reference"] == f"QuestionnaireResponse/{draft['id']}"
    )

    listed = james.go("forms").text
    assert "Before your test Your answers are kept until" in listed
    assert "To finish" not in listed, "it is listed once"
    page = forms.opens(james, "Before your test")
    forms.sends(james, forms.goes_on(james, page))
    task = the_task(world)
    assert task["status"] == "completed"
    reference = only(task["output"])["valueReference"]["reference"]
    assert reference == f"QuestionnaireResponse/{sent(world)['id']}"


def test_where_a_patient_may_not_close_a_task_the_page_says_what_the_clinic_sees() -> None:
    with opened(changed=patients_without("patient/Task")) as world:
        james = people.patient(world)
        james.logs_in("james")
        asks(world, of_the_ehr())
        assert "Before your test" not in james.go("forms").text, "nobody may see Tasks at all"


def read_only_tasks(config: dict[str, Any]) -> None:
    held = config["ehrs"][0]["scopes"]
    held["patient"] = held["patient"].replace("patient/Task.crus", "patient/Task.rs")


def test_where_a_task_stays_open_the_patient_is_told_that_the_form_has_arrived() -> None:
    with opened(changed=read_only_tasks) as world:
        james = people.patient(world)
        james.logs_in("james")
        asks(world, of_the_ehr())
        forms.sends(james, fills_in(james))

        assert the_task(world)["status"] == "requested"
        listed = james.go("forms").text
        assert "Your clinic asks you to fill in" not in listed
        assert "Its list may show this form as open until somebody has looked at it." in listed


SDC, GRAVITY = ("requested", "received", "accepted", "in-progress"), ("ready", "on-hold")


OVER = ("draft", "completed", "cancelled", "failed", "rejected")


def test_the_words_of_both_guides_for_what_is_to_do_and_what_is_over_are_understood(
    world: World, james: Patient
) -> None:
    asks(world, of_the_ehr())
    task = the_task(world)
    for status in (*SDC, *GRAVITY, *OVER):
        world.ehr.load([{**task, "status": status}])
        is_asked_for = "Your clinic asks you to fill in Before your test" in james.go("forms").text
        assert is_asked_for is (status not in OVER), status


def test_a_form_whose_address_does_not_say_questionnaire_is_known_by_the_kind_of_the_input(
    world: World, james: Patient
) -> None:
    asks(world, of_the_ehr(url="https://ehr.example/forms/before"))
    kind = {
        "coding": [
            {"system": "http://hl7.org/fhir/uv/sdc/CodeSystem/temp", "code": "questionnaire"}
        ]
    }
    canonical = "https://ehr.example/forms/before"
    inputs = [{"type": kind, "valueCanonical": canonical}]
    period = {"restriction": {"period": {"end": "2026-12-24"}}}
    world.ehr.load([{**the_task(world), "input": inputs, **period}])

    listed = james.go("forms").text
    assert "Your clinic asks you to fill in Before your test Please send it by" in listed
    assert "December 24, 2026" in listed


# --- in a plan ------------------------------------------------------------------------------------


def plans(world: World, status: str = "active", activity: str = "not-started") -> None:
    detail = {
        "status": activity,
        "description": "Before your test",
        "instantiatesCanonical": [OWN],
        "scheduledPeriod": {"end": "2026-12-24"},
    }
    plan = {
        "resourceType": "CarePlan",
        "id": "due",
        "status": status,
        "intent": "plan",
        "title": "Questionnaires Due",
        "subject": {"reference": "Patient/james-carter"},
        "activity": [{"detail": detail}],
    }
    world.ehr.load([of_the_ehr(), plan])


def test_a_form_that_is_due_in_a_plan_is_filled_in_and_then_no_longer_asked_for(
    world: World, james: Patient
) -> None:
    plans(world)
    assert "Please send it by December 24, 2026." in james.go("forms").text

    forms.sends(james, fills_in(james))

    assert sent(world)["questionnaire"] == f"{OWN}|1"
    listed = james.go("forms").text
    assert "Your clinic asks you to fill in" not in listed
    assert "Its list may show this form as open" in listed, "no patient closes a plan"


def test_a_plan_that_is_over_asks_for_nothing(world: World, james: Patient) -> None:
    for status, activity in (("revoked", "not-started"), ("active", "completed")):
        plans(world, status, activity)
        assert "Your clinic asks you to fill in" not in james.go("forms").text


def test_plans_that_do_not_load_are_said_to_be_missing(world: World, james: Patient) -> None:
    down = {"match": {"type": "CarePlan"}, "fault": {"kind": "status", "status": 500}}
    world.fails(down)

    listed = james.go("forms").text
    assert "Not all of this page could be loaded: What your clinic asks you to fill in" in listed
