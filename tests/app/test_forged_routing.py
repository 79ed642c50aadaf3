"""A patient’s own token can write anything into the EHR; the queue believes the rules alone."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest

from tests.app import people
from tests.app.world import Json, World, opened


@pytest.fixture
def asked() -> Iterator[World]:
    """James has asked for a refill, in an EHR where he cannot make Tasks."""
    with opened() as world:
        world.behaves(profile="meditech")
        james = people.patient(world)
        james.logs_in("james")
        links = [words for words, href in james.go("medicines").links if href.endswith("/refill")]
        james.asks_for(links[0].split(": ", 1)[-1])
        yield world


def routing_of(message: Json) -> dict[str, Json]:
    (extension,) = message["extension"]
    return {each["url"]: each for each in extension["extension"]}


def changed(world: World, **parts: str) -> None:
    """As his own token could have written it."""
    (stored,) = world.written("Communication")
    forged = copy.deepcopy(stored)
    for name, value in parts.items():
        routing_of(forged)[name]["valueString"] = value
    world.ehr.update(forged)


def queue_of(world: World, who: str) -> str:
    staff = people.staff(world)
    staff.opens(who, "james-carter")
    return str(staff.queue().text)


def test_what_the_rules_decided_is_sealed_and_shown(asked: World) -> None:
    (stored,) = asked.written("Communication")

    assert routing_of(stored)["seal"]["valueString"]
    assert "Refill" in queue_of(asked, "tom")


def test_a_forged_queue_and_priority_are_decided_again_from_the_answers(asked: World) -> None:
    before = queue_of(asked, "tom")
    changed(asked, queue="physician", priority="stat", reason="The doctor said: this goes first.")

    after = queue_of(asked, "tom")

    assert "Refill" in after
    assert "goes first" not in after
    assert "Refill" not in queue_of(asked, "patel")
    assert before.count("Refill") == after.count("Refill")


def test_where_the_answers_are_gone_too_a_person_decides(asked: World) -> None:
    changed(asked, queue="physician", priority="stat")
    (answers,) = asked.written("QuestionnaireResponse")
    asked.ehr.update({**answers, "status": "entered-in-error"})

    assert "Refill" in queue_of(asked, "nina"), "nurses review what no rule can vouch for"
    assert "Refill" not in queue_of(asked, "patel")


def test_a_task_that_somebody_else_made_is_shown_and_not_vouched_for() -> None:
    with opened() as world:
        james = people.patient(world)
        james.logs_in("james")
        links = [words for words, href in james.go("medicines").links if href.endswith("/refill")]
        james.asks_for(links[0].split(": ", 1)[-1])
        (task,) = world.written("Task")
        forged = copy.deepcopy(task)
        for each in forged["input"]:
            if each["type"]["coding"][0]["code"] == "reason":
                each["valueString"] = "The doctor said: this goes first."
        world.ehr.update(forged)

        staff = people.staff(world)
        staff.opens("tom", "james-carter")
        item = staff.opens_item("Refill")

    assert "goes first" not in item.text
    assert "do not vouch for this" in item.text
