"""Every type of question: what a browser posts becomes what FHIR has for it, and comes back."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from smartapp.fhir.element import Coding
from smartapp.fhir.questionnaire import Attachment, Item, Option, Quantity, Questionnaire
from smartapp.fhir.response import answers_of
from smartapp.pages.form import answer_words, fields_of
from smartapp.words import words_for
from smartapp.workflow.forms import Fault, FieldFault, Reading, as_posted, fill
from tests.fhir import writing

CHICAGO = ZoneInfo("America/Chicago")
PHOTO = Attachment("image/png", "rash.png", "iVBORw0KGgo=", 8)
READING = Reading(CHICAGO, {"photo-1": PHOTO})
KILOGRAM = Coding("http://unitsofmeasure.org", "kg", "kg")
POUND = Coding("http://unitsofmeasure.org", "[lb_av]", "lb")
OPTIONS = (
    Option("a", "urn:x", {"en": "A"}),
    Option("plain", "", {"en": "plain"}, coded=False),
    Option("7", "", {"en": "7"}, coded=False, kind="integer"),
    Option("none", "urn:x", {"en": "None of these"}, exclusive=True),
)


def item(kind: str, **more: Any) -> Item:
    return Item("q", kind, {"en": "Question?"}, **more)


def form(question: Item) -> Questionnaire:
    return Questionnaire("urn:form", "1", {"en": "A form"}, (question,))


def written(question: Item, **posted: list[str]) -> list[dict[str, Any]]:
    fields = {name.replace("_", "~"): values for name, values in posted.items()}
    filled = fill(form(question), fields, READING)
    assert filled.faults == ()
    response = writing.response(questionnaire=form(question), answers=filled.answers)
    (stored,) = response["item"]
    assert set(answers_of(response)) == {"q"}
    answers: list[dict[str, Any]] = stored["answer"]
    return answers


@pytest.mark.parametrize(
    ("question", "posted", "stored"),
    [
        (item("boolean"), "false", {"valueBoolean": False}),
        (item("decimal"), "72,50", {"valueDecimal": Decimal("72.50")}),
        (item("integer"), "-3", {"valueInteger": -3}),
        (item("date"), "2026-11-20", {"valueDate": "2026-11-20"}),
        (item("date", entry_format={"en": "YYYY"}), "1987", {"valueDate": "1987"}),
        (item("date", entry_format={"en": "YYYY-MM"}), "1987-05", {"valueDate": "1987-05"}),
        (
            item("dateTime"),
            "2026-07-20T14:30",
            {"valueDateTime": "2026-07-20T14:30:00-05:00"},
        ),
        (
            item("dateTime"),
            "2026-12-20T14:30",
            {"valueDateTime": "2026-12-20T14:30:00-06:00"},
        ),
        (item("time"), "14:30", {"valueTime": "14:30:00"}),
        (item("string"), " Elm  Street ", {"valueString": "Elm  Street"}),
        (item("text"), "two\r\nlines", {"valueString": "two\nlines"}),
        (item("url"), "https://a.example/x", {"valueUri": "https://a.example/x"}),
        (
            item("choice", options=OPTIONS),
            "a",
            {"valueCoding": {"system": "urn:x", "code": "a", "display": "A"}},
        ),
        (item("choice", options=OPTIONS), "plain", {"valueString": "plain"}),
        (item("choice", options=OPTIONS), "7", {"valueInteger": 7}),
        (item("open-choice", options=OPTIONS), "my own", {"valueString": "my own"}),
        (item("attachment"), "photo-1", {"valueAttachment": PHOTO.as_fhir()}),
        (item("quantity"), "5", {"valueQuantity": {"value": Decimal(5)}}),
        (
            item("quantity", unit=KILOGRAM),
            "72.5",
            {
                "valueQuantity": {
                    "value": Decimal("72.5"),
                    "unit": "kg",
                    "system": "http://unitsofmeasure.org",
                    "code": "kg",
                }
            },
        ),
    ],
)
def test_what_is_posted_is_stored_as_its_own_type(
    question: Item, posted: str, stored: dict[str, Any]
) -> None:
    assert written(question, q=[posted]) == [stored]


def test_a_unit_is_chosen_beside_the_number() -> None:
    question = item("quantity", unit=KILOGRAM, unit_options=(KILOGRAM, POUND))

    assert written(question, q=["160"], q_unit=["[lb_av]"])[0]["valueQuantity"]["code"] == "[lb_av]"
    assert written(question, q=["72"], q_unit=["stone"])[0]["valueQuantity"]["code"] == "kg"


def test_something_else_is_what_stands_beside_it() -> None:
    one = item("open-choice", options=OPTIONS)
    many = item("open-choice", options=OPTIONS, repeats=True)

    assert written(one, q=["~other"], q_other=["my own"]) == [{"valueString": "my own"}]
    both = written(many, q=["a", "~other"], q_other=["my own"])
    assert [list(each) for each in both] == [["valueCoding"], ["valueString"]]
    assert fill(form(one), {"q": ["a"], "q~other": ["left over"]}).answers == {"q": ("a",)}
    assert fill(form(one), {"q": ["~other"], "q~other": [""]}).answers == {}
    assert fill(form(one), {"q~other": ["my own"]}).answers == {"q": ("my own",)}


@pytest.mark.parametrize(
    ("question", "posted", "fault", "limit"),
    [
        (item("integer", min_value=Decimal(1)), "0", Fault.TOO_SMALL, Decimal(1)),
        (item("decimal", max_value=Decimal("9.5")), "9.6", Fault.TOO_LARGE, Decimal("9.5")),
        (
            item("quantity", unit=KILOGRAM, max_value=Decimal(300)),
            "301",
            Fault.TOO_LARGE,
            Decimal(300),
        ),
        (
            item("date", min_value=date(2026, 1, 1)),
            "2025-12-31",
            Fault.TOO_SMALL,
            date(2026, 1, 1),
        ),
        (item("decimal", max_decimals=1), "1.25", Fault.TOO_EXACT, 1),
        (item("string", min_length=3), "ab", Fault.TOO_SHORT, 3),
        (item("string", max_length=3), "abcd", Fault.TOO_LONG, 3),
        (item("date"), "1987", Fault.NOT_A_DATE, None),
        (item("dateTime"), "soon", Fault.NOT_A_DATE, None),
        (item("time"), "25:00", Fault.NOT_A_TIME, None),
        (item("time"), "1430", Fault.NOT_A_TIME, None),
        (item("url"), "javascript:alert(1)", Fault.NOT_AN_ADDRESS, None),
        (item("url"), "https://a b", Fault.NOT_AN_ADDRESS, None),
        (item("attachment"), "photo-2", Fault.NOT_A_FILE, None),
        (item("quantity"), "a lot", Fault.NOT_A_NUMBER, None),
    ],
)
def test_what_does_not_fit_is_said_with_its_limit(
    question: Item, posted: str, fault: Fault, limit: Any
) -> None:
    filled = fill(form(question), {"q": [posted]}, READING)

    assert filled.answers == {}
    assert filled.faults == (FieldFault("q", fault, limit),)


def test_none_of_these_goes_alone() -> None:
    question = item("choice", options=OPTIONS, repeats=True)

    assert fill(form(question), {"q": ["none"]}).answers == {"q": ("none",)}
    assert fill(form(question), {"q": ["none", "a"]}).faults[0].fault is Fault.NOT_TOGETHER


def test_the_number_of_answers_is_kept_within_bounds() -> None:
    question = item("choice", options=OPTIONS, repeats=True, min_occurs=2, max_occurs=2)

    assert fill(form(question), {"q": ["a"]}).faults[0].fault is Fault.TOO_FEW
    assert fill(form(question), {"q": ["a", "plain"]}).faults == ()
    assert fill(form(question), {"q": ["a", "plain", "7"]}).faults[0].fault is Fault.TOO_MANY


@pytest.mark.parametrize("fixed", [item("string", read_only=True), item("reference")])
def test_what_cannot_be_changed_is_not_taken_from_a_post(fixed: Item) -> None:
    assert fill(form(fixed), {"q": ["Practitioner/1"]}).answers == {}
    (shown,) = fields_of(words_for("en"), form(fixed), {}, ())
    assert shown.kind == "fixed"


def test_codes_that_two_systems_share_are_told_apart() -> None:
    coding = {"linkId": "q", "type": "choice", "answerOption": []}
    coding["answerOption"] = [
        {"valueCoding": {"system": system, "code": "1", "display": system}} for system in "xy"
    ]
    read = Questionnaire.from_fhir(
        {"resourceType": "Questionnaire", "url": "urn:f", "item": [coding]}
    )

    filled = fill(read, {"q": ["y|1"]})
    response = writing.response(questionnaire=read, answers=filled.answers)

    assert response["item"][0]["answer"] == [
        {"valueCoding": {"system": "y", "code": "1", "display": "y"}}
    ]


def kind(question: Item) -> str:
    (field,) = fields_of(words_for("en"), form(question), {}, ())
    return field.kind


def test_each_type_has_its_control() -> None:
    many = tuple(Option(str(number), "urn:x", {"en": str(number)}) for number in range(11))
    kinds = {
        "radios": [item("boolean"), item("choice", options=OPTIONS)],
        "checkboxes": [item("choice", options=OPTIONS, repeats=True)],
        "select": [
            item("choice", options=many),
            item("choice", options=OPTIONS, control="drop-down"),
        ],
        "textarea": [item("text")],
        "text": [item("string"), item("date", entry_format={"en": "YYYY"}), item("open-choice")],
        "number": [item("integer"), item("decimal"), item("quantity")],
        "date": [item("date")],
        "datetime-local": [item("dateTime")],
        "time": [item("time")],
        "url": [item("url")],
        "files": [item("attachment")],
        "group": [item("group")],
        "display": [item("display")],
    }
    for expected, questions in kinds.items():
        for question in questions:
            assert kind(question) == expected, question


def test_a_field_starts_with_what_the_form_starts_with_and_then_with_what_was_posted() -> None:
    question = item("dateTime", initial=(datetime(2026, 7, 20, 19, 30, tzinfo=ZoneInfo("UTC")),))

    (fresh,) = fields_of(words_for("en"), form(question), {}, (), CHICAGO)
    (cleared,) = fields_of(words_for("en"), form(question), {"q": [""]}, (), CHICAGO)

    assert (fresh.value, cleared.value) == ("2026-07-20T14:30", "")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "Yes"),
        (Decimal("7.10"), "7.10"),
        (date(2026, 11, 20), "November 20, 2026"),
        ("1987-05", "May 1987"),
        ("1987", "1987"),
        (time(14, 30), "14:30"),
        (Quantity(Decimal("72.5"), "kg"), "72.5 kg"),
        (PHOTO, "rash.png"),
    ],
)
def test_an_answer_is_said_in_words(value: Any, said: str) -> None:
    assert answer_words(words_for("en"), item("string"), [value]) == said


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (Decimal("1E+2"), "100"),
        (time(9, 5), "09:05"),
        (Quantity(Decimal("72.5"), "kg"), "72.5"),
    ],
)
def test_a_value_fills_its_field_again(value: Any, text: str) -> None:
    assert as_posted(value) == text
