"""Any form, any answers: what comes out is valid against the form, and goes in again as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartapp.fhir.serial import as_bytes
from smartapp.fhir.writable import check_writable
from smartapp.pages.form.tree import FormFields
from smartapp.words import words_for
from smartapp.workflow.forms.beginning import read_back
from smartapp.workflow.forms.fitness import prepared
from smartapp.workflow.forms.naming import ROWS, name_of
from smartapp.workflow.forms.plan import Plan
from smartapp.workflow.forms.tree import FilledForm
from smartapp.workflow.forms.working_out import Known, work_out
from tests.fhir import writing
from tests.workflow import form_worlds

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
VALUES = {
    "boolean": {"valueBoolean"},
    "integer": {"valueInteger"},
    "decimal": {"valueDecimal"},
    "date": {"valueDate"},
    "dateTime": {"valueDateTime"},
    "time": {"valueTime"},
    "string": {"valueString"},
    "text": {"valueString"},
    "url": {"valueUri"},
    "choice": {"valueCoding", "valueString"},
    "open-choice": {"valueCoding", "valueString"},
    "quantity": {"valueQuantity"},
    "reference": {"valueReference"},
}


@st.composite
def filled_forms(draw: st.DrawFn) -> tuple[dict[str, Any], Plan, dict[str, list[str]]]:
    form = draw(form_worlds.forms())
    plan = prepared(form)
    fields: dict[str, list[str]] = {}
    rows: list[tuple[str, str, bool]] = []

    def place(items: list[dict[str, Any]], path: tuple[int, ...]) -> None:
        for item in items:
            name = name_of(item["linkId"], path)
            inside = [path]
            if item["type"] == "group" and item.get("repeats"):
                numbers = draw(st.lists(st.integers(1, 4), max_size=3, unique=True))
                fields[name + ROWS] = [str(each) for each in numbers]
                inside = [(*path, each) for each in numbers]
            for each in inside:
                rows.append(
                    (name_of(item["linkId"], each), item["type"], bool(item.get("repeats")))
                )
                place(item.get("item", []), each)

    place(form["item"], ())
    return form, plan, {**fields, **draw(form_worlds.posts(rows))}


def check(form: dict[str, Any], plan: Plan, fields: dict[str, list[str]]) -> None:
    done = work_out(plan, fields, Known(now=NOW))
    response = writing.response(
        questionnaire=plan.form, answers=done.answers(), items=done.response_items()
    )
    check_writable(response, "Patient/maria")
    stored = json.loads(as_bytes(response), parse_float=Decimal)
    assert list(trouble(form["item"], stored.get("item", []), "")) == []
    assert asked_by_hand(form, done) == set(done.asked)
    again = read_back(plan, stored, UTC)
    back = work_out(plan, again.fields, Known(now=NOW))
    assert back.response_items() == done.response_items()
    assert not {key for key in done.faults if key not in done.asked}
    FormFields(words_for("es"), done, fields, UTC, complain=True).of(plan.form.items)


def trouble(items: list[dict[str, Any]], given: list[dict[str, Any]], place: str) -> Iterator[str]:
    """What is wrong with the structure of a response, by the form and nothing else."""
    known = {item["linkId"]: item for item in items}
    order = [each["linkId"] for each in given]
    if [link for link in known if link in order] != list(dict.fromkeys(order)):
        yield f"{place}: {order} is not the order of the form"
    for each in given:
        item = known.get(each["linkId"])
        if item is None:
            yield f"{place}: {each['linkId']} does not belong here"
            continue
        if each.get("text") != item["text"]:
            yield f"{place}: other words"
        kind, answers = item["type"], each.get("answer", [])
        again = order.count(item["linkId"]) > 1
        if again and not (kind == "group" and item.get("repeats")):
            yield f"{place}: {item['linkId']} is there twice"
        if kind == "display" or (kind == "group") == bool(answers):
            yield f"{place}: {item['linkId']} is a {kind}"
        if len(answers) > 1 and not item.get("repeats"):
            yield f"{place}: {item['linkId']} has {len(answers)} answers"
        if kind != "group" and each.get("item"):
            yield f"{place}: what is below a question belongs into its answer"
        if hidden(item) and answers:
            yield f"{place}: {item['linkId']} is not anybody's to answer"
        for answer in answers:
            names = {name for name in answer if name.startswith("value")}
            if len(names) != 1 or not names <= VALUES[kind]:
                yield f"{place}: {item['linkId']} is a {kind} with {names}"
        inner = [*each.get("item", []), *(i for answer in answers for i in answer.get("item", []))]
        yield from trouble(item.get("item", []), inner, f"{place}/{item['linkId']}")


def hidden(item: dict[str, Any]) -> bool:
    return bool(item.get("readOnly") or item.get("extension") or item["type"] == "reference")


def asked_by_hand(form: dict[str, Any], done: FilledForm) -> set[Any]:
    """Worked out the simple way: in the order of the form, since conditions only look back."""
    asked: set[Any] = set()
    parents: dict[str, dict[str, Any]] = {}

    def learn(items: list[dict[str, Any]], around: tuple[str, ...]) -> None:
        for item in items:
            parents[item["linkId"]] = {"item": item, "rows": around}
            row = item["type"] == "group" and item.get("repeats")
            learn(item.get("item", []), (*around, item["linkId"]) if row else around)

    learn(form["item"], ())

    def answers(link: str, path: tuple[int, ...], rows: tuple[str, ...]) -> list[Any]:
        theirs = parents[link]["rows"]
        shared = 0
        while shared < min(len(rows), len(theirs)) and rows[shared] == theirs[shared]:
            shared += 1
        return [
            value
            for (other, where), values in done.values.items()
            if other == link and (other, where) in asked and where[:shared] == path[:shared]
            for value in values
        ]

    def met(condition: dict[str, Any], given: list[Any]) -> bool:
        if condition["operator"] == "exists":
            return bool(given) is condition["answerBoolean"]
        wanted = condition.get("answerBoolean", condition.get("answerInteger"))
        if wanted is None:
            wanted = condition["answerCoding"]["code"]
        tests = {
            "=": any(value == wanted for value in given),
            "!=": bool(given) and all(value != wanted for value in given),
            ">": any(value > wanted for value in given) if isinstance(wanted, int) else False,
            "<=": any(value <= wanted for value in given) if isinstance(wanted, int) else False,
        }
        return tests[condition["operator"]]

    for key, slot in done.slots.items():
        item = parents[key[0]]["item"]
        if slot.parent is not None:
            above = done.slots[slot.parent].item
            unanswered = above.is_question and item["type"] != "display"
            if slot.parent not in asked or (unanswered and not done.values.get(slot.parent)):
                continue
        conditions = item.get("enableWhen", [])
        rows = parents[key[0]]["rows"]
        if item["type"] == "group" and item.get("repeats"):
            rows = (*rows, key[0])
        results = [met(each, answers(each["question"], key[1], rows)) for each in conditions]
        loosely = item.get("enableBehavior") != "all" and len(conditions) > 1
        if not results or (any(results) if loosely else all(results)):
            asked.add(key)
    return asked


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(filled_forms())
def test_what_is_sent_is_valid_against_its_form(
    world: tuple[dict[str, Any], Plan, dict[str, list[str]]],
) -> None:
    check(*world)


@pytest.mark.proof
# A form that fails is to be shown, however long it is.
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(filled_forms())
def test_two_thousand_forms(world: tuple[dict[str, Any], Plan, dict[str, list[str]]]) -> None:
    check(*world)
