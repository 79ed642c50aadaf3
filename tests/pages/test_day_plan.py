"""What to take when: only what the orders say, never a time that somebody made up."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.fhir.medication import MedicationOrder
from smartapp.pages.day_plan import DayPlan, day_plan
from smartapp.words import words_for

WORDS = words_for("en")


def order(name: str = "lisinopril", **more: Any) -> MedicationOrder:
    json = {
        "resourceType": "MedicationRequest",
        "id": "1",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": name},
        **more,
    }
    found = MedicationOrder.from_fhir(json, {})
    assert found is not None
    return found


def taken(text: str = "Take 1 tablet", **repeat: Any) -> dict[str, Any]:
    return {"dosageInstruction": [{"text": text, "timing": {"repeat": repeat}}]}


def plan(*orders: MedicationOrder, whole: bool = True) -> DayPlan:
    made = day_plan(WORDS, orders, whole=whole)
    assert made is not None
    return made


def places(*orders: MedicationOrder) -> dict[str, list[str]]:
    return {part.heading: [line.how for line in part.lines] for part in plan(*orders).parts}


@pytest.mark.parametrize(
    ("repeat", "expected"),
    [
        ({"when": ["MORN"]}, {"Morning": [""]}),
        ({"when": ["ACM"]}, {"Morning": ["before breakfast"]}),
        ({"when": ["PCV"]}, {"Evening": ["after dinner"]}),
        ({"when": ["HS"]}, {"Bedtime": [""]}),
        (
            {"when": ["C"]},
            {"Morning": ["with breakfast"], "Midday": ["with lunch"], "Evening": ["with dinner"]},
        ),
        (
            {"timeOfDay": ["08:00:00", "22:00:00"]},
            {"Morning": ["8:00 AM"], "Bedtime": ["10:00 PM"]},
        ),
    ],
)
def test_a_time_that_the_order_gives_is_a_place_in_the_day(
    repeat: dict[str, Any], expected: dict[str, list[str]]
) -> None:
    found = places(order(**taken(**repeat)))
    assert {key: [how.replace("\u202f", " ") for how in each] for key, each in found.items()} == (
        expected
    )


@pytest.mark.parametrize(
    ("repeat", "heading"),
    [
        (
            {"frequency": 2, "period": 1, "periodUnit": "d"},
            "Every day; the order does not say when",
        ),
        ({"frequency": 1, "period": 1, "periodUnit": "wk"}, "Not every day"),
        ({"frequency": 1, "period": 2, "periodUnit": "d"}, "Not every day"),
        ({"dayOfWeek": ["mon"], "when": ["MORN"]}, "Not every day"),
        ({"when": ["some new code"]}, "Every day; the order does not say when"),
    ],
)
def test_no_time_is_made_up(repeat: dict[str, Any], heading: str) -> None:
    assert list(places(order(**taken(**repeat)))) == [heading]


def test_the_words_of_the_order_count_and_not_the_coded_amount_beside_them() -> None:
    dosage = {
        "text": "Inject 6 to 10 units before breakfast",
        "timing": {"repeat": {"when": ["ACM"]}},
        "doseAndRate": [{"doseQuantity": {"value": 8, "unit": "unit"}}],
    }
    (part,) = plan(order(dosageInstruction=[dosage])).parts
    assert "8" not in part.lines[0].how
    assert part.lines[0].text == "Inject 6 to 10 units before breakfast"


def test_without_words_the_coded_amount_is_shown() -> None:
    dosage = {
        "timing": {"repeat": {"when": ["MORN"]}},
        "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablets"}}],
    }
    assert places(order(dosageInstruction=[dosage])) == {"Morning": ["2 tablets"]}


def test_what_is_taken_only_when_needed_has_no_place_in_the_day() -> None:
    dosage = {"text": "Take 1 for pain", "asNeededBoolean": True}
    assert list(places(order(dosageInstruction=[dosage]))) == ["Only when you need it"]


def test_an_order_that_does_not_say_how_is_named_as_such() -> None:
    assert list(places(order())) == ["The order does not say how to take it"]


@pytest.mark.parametrize(
    "more",
    [
        {"doNotPerform": True},
        {"status": "stopped"},
        {"status": "on-hold"},
        {"intent": "plan"},
        {"modifierExtension": [{"url": "urn:unknown"}]},
    ],
)
def test_what_is_not_to_be_taken_is_in_no_plan(more: dict[str, Any]) -> None:
    assert day_plan(WORDS, [order(**taken(when=["MORN"]), **more)], whole=True) is None


def test_an_order_of_unknown_status_is_not_told_to_be_taken() -> None:
    found = places(order(**taken(when=["MORN"]), status="unknown"))
    assert list(found) == ["The record does not say whether you still take this"]


def test_a_plan_that_lacks_something_says_so() -> None:
    assert "not complete" in plan(order(**taken(when=["MORN"])), whole=False).lead
