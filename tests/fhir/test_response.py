"""Answers: only what was asked, in the form's own structure, and all of them come back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from smartapp.errors import MalformedAnswer
from smartapp.fhir.element import Reference
from smartapp.fhir.questionnaire import (
    Answers,
    Attachment,
    Condition,
    Item,
    Option,
    Quantity,
    Questionnaire,
)
from smartapp.fhir.response import answers_of
from tests.fhir import writing

YES = Option("yes", "urn:a", {"en": "Yes"})


def item(link_id: str, kind: str = "text", **more: Any) -> Item:
    return Item(link_id, kind, {"en": f"{link_id}?"}, **more)


def form(*items: Item) -> Questionnaire:
    return Questionnaire("urn:form", "1", {"en": "A form"}, items)


def items_of(form: Questionnaire, answers: Answers) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = writing.response(questionnaire=form, answers=answers).get(
        "item", []
    )
    return found


def response(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "item": list(items),
        **more,
    }


# --- writing -------------------------------------------------------------------------------------


def test_a_response_names_the_form_with_its_version_and_who_answered() -> None:
    written = writing.response(author=("RelatedPerson/r", "Linh"))

    assert written["questionnaire"].endswith("/refill|3")
    assert written["subject"] == {"reference": "Patient/maria"}
    assert (
        written["author"]
        == written["source"]
        == {"reference": "RelatedPerson/r", "display": "Linh"}
    )
    assert written["identifier"]["value"] == writing.SID


def test_a_question_that_was_not_asked_is_not_answered() -> None:
    depends = Condition("smokes", "=", True)
    smoking = form(item("smokes", "boolean"), item("how-much", "string", conditions=(depends,)))

    asked = items_of(smoking, {"smokes": (True,), "how-much": ("a lot",)})
    not_asked = items_of(smoking, {"smokes": (False,), "how-much": ("a lot",)})

    assert [each["linkId"] for each in asked] == ["smokes", "how-much"]
    assert [each["linkId"] for each in not_asked] == ["smokes"]


def test_a_group_that_was_not_asked_takes_its_questions_with_it() -> None:
    depends = Condition("smokes", "=", True)
    group = item("smoking", "group", conditions=(depends,), items=(item("since"),))

    assert items_of(form(item("smokes", "boolean"), group), {"since": ("1999",)}) == []


def test_a_group_stands_around_its_answers_and_a_question_above_them() -> None:
    below = item("pain", "boolean", items=(item("where", "string"),))
    nested = form(item("g", "group", items=(below, item("empty"))), item("note", "display"))

    assert items_of(nested, {"pain": (True,), "where": ("knee",)}) == [
        {
            "linkId": "g",
            "text": "g?",
            "item": [
                {
                    "linkId": "pain",
                    "text": "pain?",
                    "answer": [
                        {
                            "valueBoolean": True,
                            "item": [
                                {
                                    "linkId": "where",
                                    "text": "where?",
                                    "answer": [{"valueString": "knee"}],
                                }
                            ],
                        }
                    ],
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("boolean", False, {"valueBoolean": False}),
        ("integer", Decimal(3), {"valueInteger": 3}),
        ("decimal", Decimal("1.50"), {"valueDecimal": Decimal("1.50")}),
        ("date", date(2026, 11, 20), {"valueDate": "2026-11-20"}),
        ("text", "words", {"valueString": "words"}),
        ("choice", "yes", {"valueCoding": {"system": "urn:a", "code": "yes", "display": "Yes"}}),
        ("choice", "local", {"valueCoding": {"code": "local", "display": "Local"}}),
        ("choice", "plain", {"valueString": "plain"}),
        ("open-choice", "my own", {"valueString": "my own"}),
    ],
)
def test_each_type_of_answer_is_written_as_its_own(
    kind: str, value: Any, written: dict[str, Any]
) -> None:
    options = (
        YES,
        Option("local", "", {"en": "Local"}),
        Option("plain", "", {"en": "plain"}, coded=False),
    )
    question = item("q", kind, options=options if "choice" in kind else ())

    assert items_of(form(question), {"q": (value,)})[0]["answer"] == [written]


@given(writing.answered_forms())
def test_all_answers_come_back(
    filled: tuple[Questionnaire, dict[str, tuple[Any, ...]]],
) -> None:
    questionnaire, answers = filled

    back = answers_of(writing.response(questionnaire=questionnaire, answers=answers))

    assert back == {
        link: tuple(value.strip() if isinstance(value, str) else value for value in values)
        for link, values in answers.items()
    }


# --- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ({"valueBoolean": False}, False),
        ({"valueInteger": 0}, Decimal(0)),
        ({"valueDecimal": Decimal("0.0")}, Decimal("0.0")),
        ({"valueCoding": {"code": "LA6569-3", "display": "Several days"}}, "LA6569-3"),
        ({"valueCoding": {"display": "Several days"}}, "Several days"),
        ({"valueDate": "2026-11-20"}, date(2026, 11, 20)),
        ({"valueDate": "2026-11"}, "2026-11"),
        ({"valueDateTime": "2026-11-20T10:00:00Z"}, datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ({"valueDateTime": "2026"}, "2026"),
        ({"valueTime": "10:30:00"}, time(10, 30)),
        ({"valueUri": "urn:x"}, "urn:x"),
        (
            {"valueQuantity": {"value": Decimal("72.5"), "unit": "kg"}},
            Quantity(Decimal("72.5"), "kg"),
        ),
        (
            {"valueQuantity": {"comparator": "<", "value": 5, "code": "mg"}},
            Quantity(Decimal(5), code="mg", comparator="<"),
        ),
        (
            {"valueReference": {"reference": "X/1", "display": "Dr. Kim"}},
            Reference("X/1", "Dr. Kim"),
        ),
        (
            {"valueAttachment": {"title": "photo.png", "contentType": "image/png"}},
            Attachment("image/png", "photo.png"),
        ),
    ],
)
def test_an_answer_is_read_without_the_form(answer: dict[str, Any], value: object) -> None:
    found = answers_of(response({"linkId": "q", "answer": [answer]}))

    assert found == {"q": (value,)}
    assert type(found["q"][0]) is type(value)


def test_a_group_that_repeats_keeps_all_its_answers() -> None:
    twice = [
        {"linkId": "child", "item": [{"linkId": "name", "answer": [{"valueString": name}]}]}
        for name in ("Ana", "Leo")
    ]

    assert answers_of(response(*twice)) == {"name": ("Ana", "Leo")}


def test_an_item_without_an_answer_is_as_good_as_no_item() -> None:
    assert answers_of(response({"linkId": "q"}, {"linkId": "r", "answer": [{}]})) == {}


def test_answers_that_were_taken_back_do_not_count() -> None:
    answered = {"linkId": "q", "answer": [{"valueString": "x"}]}

    assert answers_of(response(answered, status="entered-in-error")) == {}


@pytest.mark.parametrize(
    "odd",
    [
        response({"linkId": 5, "answer": [{"valueString": "x"}]}),
        response({"linkId": "q", "answer": {"valueString": "x"}}),
        response({"linkId": "q", "answer": [{"valueBoolean": "yes"}]}),
        response(modifierExtension=[{"url": "urn:unheard-of"}]),
        {"resourceType": "Questionnaire"},
    ],
)
def test_answers_that_make_no_sense_are_malformed(odd: dict[str, Any]) -> None:
    with pytest.raises(MalformedAnswer):
        answers_of(odd)
