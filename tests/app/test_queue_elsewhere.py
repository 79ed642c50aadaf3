"""The queue of EHRs that can do less, and the ways into it from the EHR's own pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.app import people
from tests.app.people import Staff
from tests.app.test_queue_page import at_desk, form_alone, holds, there, titles
from tests.app.test_queue_page import world as world
from tests.app.world import World, opened

NO_WORK = "This EHR keeps no work items."
NO_MESSAGES = "This EHR shows this app no messages."
ONE_PATIENT = "This EHR answers for one patient at a time, so there is no queue of all patients."


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    def with_patients(config: dict[str, Any]) -> None:
        config["ehrs"][1]["queue_patients"] = ["james-carter"]

    with opened(changed=with_patients) as world:
        yield world


@pytest.fixture(autouse=True)
def _as_usual(world: World) -> Iterator[None]:
    yield
    becomes(world, profile="open", one_patient=False)


def becomes(world: World, **settings: Any) -> None:
    """What it states is kept for some minutes: so long these tests do not wait."""
    world.behaves(**settings)
    for ehr in world.services.settings.ehrs:
        world.services.transport.memory.forget(("capability", ehr.iss))


def all_kinds(world: World) -> None:
    """A Task with its message, a message alone, and a form alone, all of James."""
    holds(world, "work")
    holds(world, "told")
    (task,) = [each for each in there(world, "Task") if each["id"] == "told"]
    world.ehr.update({**task, "status": "entered-in-error"})
    form_alone(world)


# --- vendors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "shown", "said"),
    [
        ("open", {"Item work", "Item told", "How you feel"}, ()),
        ("epic", {"Item work", "Item told", "How you feel"}, ()),
        ("oracle", {"Item work", "Item told", "How you feel"}, (NO_WORK,)),
        ("meditech", {"Item work", "Item told", "How you feel"}, (NO_WORK,)),
        ("athenahealth", {"How you feel"}, (NO_WORK, NO_MESSAGES)),
    ],
)
@pytest.mark.parametrize("patient", ["", "james-carter"], ids=["queue", "chart"])
def test_each_vendors_queue_shows_what_there_is_and_says_what_is_not(
    world: World, profile: str, shown: set[str], said: tuple[str, ...], patient: str
) -> None:
    all_kinds(world)
    becomes(world, profile=profile)

    reviewer = at_desk(world, "nina", patient)
    page = reviewer.queue()

    assert set(titles(page.html)) == shown
    for sentence in (NO_WORK, NO_MESSAGES):
        assert (sentence in page.text) == (sentence in said)
    item = reviewer.opens_item("How you feel")
    assert "How you feel" in item.text


@pytest.mark.parametrize("profile", ["open", "epic", "oracle", "meditech", "athenahealth"])
def test_an_ehr_that_answers_for_one_patient_at_a_time_shows_those_of_the_configuration(
    world: World, profile: str
) -> None:
    all_kinds(world)
    holds(world, "dorothys", patient="dorothy-hayes")
    becomes(world, profile=profile, one_patient=True)

    page = at_desk(world, "nina").queue()

    assert "You see the patients whom your administrator has listed, and no others." in page.text
    assert "How you feel" in titles(page.html)
    assert "Item dorothys" not in page.text
    chart = at_desk(world, "nina", "james-carter").queue()
    assert "administrator has listed" not in chart.text
    assert "How you feel" in titles(chart.html)


def test_without_such_a_list_it_says_where_the_work_is_to_be_found(world: World) -> None:
    ehrs = world.services.settings.ehrs
    assert ehrs[1].queue_patients == ("james-carter",)
    with opened() as bare:
        bare.behaves(one_patient=True)
        page = at_desk(bare, "nina").queue()

    assert ONE_PATIENT in page.text
    assert "Nothing is waiting" not in page.text


def test_an_ehr_that_promised_what_it_has_not_is_taken_at_what_it_does(world: World) -> None:
    all_kinds(world)
    becomes(world, profile="athenahealth", truthful=False)

    page = at_desk(world, "nina").queue()

    assert titles(page.html) == ["How you feel"]
    assert NO_WORK in page.text
    assert NO_MESSAGES in page.text
    becomes(world, truthful=True)


# --- in a chart ----------------------------------------------------------------------------------


def test_in_a_chart_there_is_what_this_patient_asked_for_and_nobody_else(world: World) -> None:
    all_kinds(world)
    holds(world, "dorothys", patient="dorothy-hayes")
    holds(world, "doctors", queue="physician")

    page = at_desk(world, "nina", "james-carter").queue()

    assert set(titles(page.html)) == {"Item work", "Item told", "How you feel"}
    assert "Conversations" in page.text
    assert "Item dorothys" not in page.text
    assert "Item doctors" not in page.text
    assert "1 more is with another team." in page.text
    forms = page.html.split('id="forms"')[1]
    assert "<bdi>Patient Health Questionnaire-4 (PHQ-4)</bdi></a> · Open" in forms


# --- from the EHR's own pages --------------------------------------------------------------------


def from_the_list(world: World, username: str, words: str) -> tuple[Staff, Any]:
    """By the link in the EHR's own list of tasks."""
    base = f"{world.running.addresses.base}/ehr/{username}"
    listed = world.browser().follow("GET", base).text
    (href,) = re.findall(rf'<a href="([^"]+)">{words}</a>', listed)
    page = world.browser().follow("GET", f"{world.running.addresses.base}{href}").text
    (source,) = re.findall(r'<iframe[^>]* src="([^"]+)"', page)
    someone = people.staff(world)
    opened_at = someone.browser.get(source.replace("&amp;", "&"))
    return someone, opened_at


def test_a_link_in_the_ehrs_list_of_tasks_leads_straight_to_the_item(world: World) -> None:
    holds(world, "work")

    _, page = from_the_list(world, "nina", "Item work")
    assert "/queue/" in page.path
    assert "1 to 3 days left" in page.text

    _, refused = from_the_list(world, "shaw", "Item work")
    assert refused.path.endswith("/queue")
    assert "Item work" not in refused.text


CODES = "http://hl7.org/fhir/smart-app-launch/CodeSystem/smart-codes"


def coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": CODES, "code": code}]}


@pytest.mark.parametrize("address", ["http://localhost:8000/launch", "https://evil.example/launch"])
def test_a_task_to_open_this_app_leads_to_the_item_that_it_names(
    world: World, address: str
) -> None:
    holds(world, "work")
    asking = {
        "resourceType": "Task",
        "id": "asking",
        "identifier": [{"system": world.vocabulary.task, "value": "asking"}],
        "status": "requested",
        "intent": "order",
        "description": "Look at a refill",
        "code": coded("launch-app-ehr"),
        "for": {"reference": "Patient/james-carter"},
        "input": [
            {"type": coded("smartonfhir-application"), "valueUrl": address},
            {"type": coded("smartonfhir-appcontext"), "valueString": '{"open": "Task/work"}'},
        ],
    }
    world.ehr.load([asking])

    _, page = from_the_list(world, "nina", "Look at a refill")
    assert "1 to 3 days left" in page.text, "by its own context, or by that of the token"
    _, refused = from_the_list(world, "shaw", "Look at a refill")
    assert refused.path.endswith("/queue")


def test_in_a_chart_the_intent_opens_the_conversations_or_the_forms(world: World) -> None:
    for intent, place in (("messages", "#conversations"), ("forms", "#forms"), ("x", "")):
        nurse = people.staff(world)
        address = f"{world.running.addresses.base}/ehr/nina/chart/james-carter?intent={intent}"
        page = world.browser().follow("GET", address).text
        (source,) = re.findall(r'<iframe[^>]* src="([^"]+)"', page)
        nurse.browser.get(source.replace("&amp;", "&"))
        assert nurse.browser.visited[-1].endswith(f"/queue{place}")


def test_where_no_message_can_be_changed_the_summary_is_said_to_stay_before_an_undo(
    world: World,
) -> None:
    holds(world, "one")
    nina = at_desk(world, "nina")
    mine = nina.takes(nina.opens_item())
    becomes(world, profile="epic")

    queue = nina.answers(mine, text="Not yet.", outcome="too-early", then="close")
    assert "The patient keeps your answer: it cannot be unsent." in queue.text
    assert "This EHR does not let this app change the summary" in queue.text
    back = nina.browser.submit(queue.form("/undo"))

    assert "You have it" in back.text
    assert "Its summary could NOT be taken out of the record" in back.text
    assert "Not yet." in back.text, "what reached the patient stays"
