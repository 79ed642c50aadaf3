"""What a browser posts becomes typed answers: the server decides what was asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir.questionnaire import AnswerValue, Condition, Item, Option, Questionnaire
from smartapp.fhir.response import answers_of
from smartapp.workflow.forms import LONGEST_TEXT, Fault, FieldFault, Filled, fill, typed
from smartapp.workflow.policy.model import Topic
from tests.fhir import writing

OPTIONS = (Option("a", "urn:x", {"en": "A"}), Option("b", "urn:x", {"en": "B"}))


def item(link_id: str, kind: str = "text", **more: Any) -> Item:
    return Item(link_id, kind, {"en": f"{link_id}?"}, **more)


def of_type(kind: str) -> Item:
    return item("q", kind, options=OPTIONS if "choice" in kind else ())


def form(*items: Item) -> Questionnaire:
    return Questionnaire("urn:form", "1", {"en": "A form"}, items)


def one(question: Item, *posted: str) -> Filled:
    return fill(form(question), {question.link_id: list(posted)})


def answer(question: Item, *posted: str) -> tuple[AnswerValue, ...]:
    filled = one(question, *posted)
    assert filled.faults == ()
    return filled.answers[question.link_id]


def fault(question: Item, *posted: str) -> Fault:
    filled = one(question, *posted)
    assert filled.answers == {}
    (found,) = filled.faults
    return found.fault


# --- each type -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "posted", "value"),
    [
        ("choice", "a", "a"),
        ("boolean", "true", True),
        ("boolean", "false", False),
        ("integer", "42", Decimal(42)),
        ("integer", "-7", Decimal(-7)),
        ("decimal", "1.50", Decimal("1.50")),
        ("decimal", "1,5", Decimal("1.5")),
        ("decimal", "0,125", Decimal("0.125")),
        ("decimal", "3", Decimal(3)),
        ("date", "2026-11-20", date(2026, 11, 20)),
        ("string", "  Elm Street ", "Elm Street"),
        ("text", "two\r\nlines", "two\nlines"),
        ("open-choice", "a", "a"),
        ("open-choice", "something else", "something else"),
    ],
)
def test_each_type_is_read_as_its_own(kind: str, posted: str, value: object) -> None:
    (got,) = answer(of_type(kind), posted)

    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("kind", "posted", "wrong"),
    [
        ("choice", "c", Fault.NOT_AN_OPTION),
        ("choice", "A", Fault.NOT_AN_OPTION),
        ("boolean", "1", Fault.NOT_AN_OPTION),
        ("boolean", "True", Fault.NOT_AN_OPTION),
        ("integer", "1.5", Fault.NOT_A_NUMBER),
        ("integer", "1,000", Fault.NOT_A_NUMBER),
        ("integer", "1e3", Fault.NOT_A_NUMBER),
        ("integer", "1_000", Fault.NOT_A_NUMBER),
        ("integer", "٣", Fault.NOT_A_NUMBER),
        ("integer", "9" * 30, Fault.NOT_A_NUMBER),
        ("decimal", "1,000", Fault.NOT_A_NUMBER),  # a thousand to some, and one to others
        ("decimal", "NaN", Fault.NOT_A_NUMBER),
        ("decimal", "Infinity", Fault.NOT_A_NUMBER),
        ("decimal", "1e999999", Fault.NOT_A_NUMBER),
        ("decimal", "two", Fault.NOT_A_NUMBER),
        ("decimal", "1.2.3", Fault.NOT_A_NUMBER),
        ("date", "2026-11", Fault.NOT_A_DATE),
        ("date", "11/20/2026", Fault.NOT_A_DATE),
        ("date", "2026-02-30", Fault.NOT_A_DATE),
    ],
)
def test_what_does_not_fit_is_said(kind: str, posted: str, wrong: Fault) -> None:
    assert fault(of_type(kind), posted) is wrong


def test_one_answer_is_taken_where_one_is_asked_for() -> None:
    assert answer(item("q", "choice", options=OPTIONS), "b", "a") == ("b",)
    assert answer(item("q", "choice", options=OPTIONS, repeats=True), "b", "a", "b") == ("b", "a")


def test_one_wrong_answer_of_several_is_not_passed_over() -> None:
    assert (
        fault(item("q", "choice", options=OPTIONS, repeats=True), "a", "c") is Fault.NOT_AN_OPTION
    )


# --- length --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posted", "fits"),
    [
        ("x" * 10, True),
        ("x" * 11, False),
        ("abcd\r\nefghi", True),
        ("abcd\r\nefghij", False),
        ("\r\n" * 5 + "x" * 10 + "\r\n", True),
        ("🦵" * 10, True),
        ("a\rb", True),
    ],
)
def test_a_line_break_counts_as_one_letter(posted: str, fits: bool) -> None:
    question = item("q", max_length=10)

    assert (one(question, posted).faults == ()) is fits


def test_a_text_that_is_too_long_says_how_long_it_may_be() -> None:
    too_long = one(item("q"), "x" * (LONGEST_TEXT + 1))

    assert too_long.faults == (FieldFault("q", Fault.TOO_LONG, LONGEST_TEXT),)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b\x07c", "abc"),
        ("a\tb", "a\tb"),
        ("👨‍👩‍👧 ok", "👨‍👩‍👧 ok"),
        ("half \ud83d of one", "half  of one"),
        ("\n\n one \n", "one"),
    ],
)
def test_what_is_typed_keeps_all_that_can_be_seen(text: str, kept: str) -> None:
    assert typed(text) == kept


# --- required ------------------------------------------------------------------------------------


@pytest.mark.parametrize("posted", [[], [""], ["  \r\n "]])
def test_a_required_question_without_an_answer_is_missing(posted: list[str]) -> None:
    assert fault(item("q", required=True), *posted) is Fault.MISSING


def test_no_is_an_answer() -> None:
    assert answer(item("q", "boolean", required=True), "false") == (False,)
    assert answer(item("q", "integer", required=True), "0") == (Decimal(0),)


SMOKES = Condition("smokes", "=", True)
OFTEN = Condition("often", "=", "a")


def smoking(**more: Any) -> Questionnaire:
    return form(
        item("smokes", "boolean", required=True),
        item("often", "choice", options=OPTIONS, required=True, conditions=(SMOKES,)),
        item("since", "text", conditions=(OFTEN,), **more),
    )


def test_what_is_required_is_required_only_where_it_is_asked() -> None:
    assert fill(smoking(), {"smokes": ["false"]}).faults == ()
    assert fill(smoking(), {"smokes": ["true"]}).faults == (FieldFault("often", Fault.MISSING),)
    assert [each.link_id for each in fill(smoking(), {}).faults] == ["smokes"]


# --- what is not asked ---------------------------------------------------------------------------


def test_a_chain_of_questions_falls_with_its_first() -> None:
    answers = {"smokes": ["true"], "often": ["a"], "since": ["1999"]}

    assert set(fill(smoking(), answers).answers) == {"smokes", "often", "since"}
    fallen = fill(smoking(), answers | {"smokes": ["false"]})
    assert fallen.answers == {"smokes": (False,)}


def test_a_choice_that_is_not_asked_is_dropped_and_a_text_is_complained_about() -> None:
    fallen = fill(smoking(), {"smokes": ["false"], "often": ["a"], "since": ["1999"]})

    assert fallen.faults == (FieldFault("since", Fault.NOT_ASKED),)


def test_a_text_that_is_not_asked_is_complained_about_even_where_it_is_too_long() -> None:
    fallen = fill(smoking(max_length=3), {"smokes": ["false"], "since": ["since 1999"]})

    assert fallen.faults == (FieldFault("since", Fault.NOT_ASKED),)


def test_a_wrong_answer_that_is_not_asked_is_nobodys_fault() -> None:
    assert fill(smoking(), {"smokes": ["false"], "often": ["nonsense"]}).faults == ()


def test_a_group_that_is_not_asked_takes_its_questions_with_it() -> None:
    group = item("g", "group", conditions=(SMOKES,), items=(item("since", required=True),))
    grouped = form(item("smokes", "boolean"), group)

    assert fill(grouped, {"smokes": ["false"]}) == Filled({"smokes": (False,)}, ())
    assert fill(grouped, {"smokes": ["true"]}).faults == (FieldFault("since", Fault.MISSING),)


def test_what_stands_below_a_question_is_asked_once_that_is_answered() -> None:
    below = form(item("pain", "boolean", items=(item("where", "string", required=True),)))

    assert fill(below, {}).faults == ()
    assert fill(below, {"pain": ["true"]}).faults == (FieldFault("where", Fault.MISSING),)
    orphan = fill(below, {"where": ["knee"]})
    assert orphan.answers == {}
    assert orphan.faults == (FieldFault("where", Fault.NOT_ASKED),)


def test_questions_that_wait_for_each_other_are_never_asked() -> None:
    circle = form(
        item("p", "boolean", conditions=(Condition("q", "=", True),)),
        item("q", "boolean", conditions=(Condition("p", "=", False),)),
    )

    assert fill(circle, {"p": ["true"], "q": ["true"]}).answers == {}


def test_a_number_is_not_a_yes() -> None:
    depends = item("why", "string", conditions=(Condition("count", "=", True),))
    counted = form(item("count", "integer"), depends)

    assert fill(counted, {"count": ["1"]}).answers == {"count": (Decimal(1),)}
    assert fill(counted, {"count": ["1"], "why": ["x"]}).faults[0].fault is Fault.NOT_ASKED


# --- what nobody offered -------------------------------------------------------------------------


def test_what_is_hidden_is_not_accepted_and_neither_is_what_it_hides() -> None:
    hidden = form(
        item("score", "integer", hidden=True, required=True),
        item("internal", "group", hidden=True, items=(item("note"), item("flag", "boolean"))),
        item("q", "string"),
    )
    posted = {"score": ["99"], "note": ["vip"], "flag": ["true"], "q": ["x"]}

    assert fill(hidden, posted) == Filled({"q": ("x",)}, ())


def test_nothing_can_be_switched_on_by_a_hidden_answer() -> None:
    depends = item("q", "string", conditions=(Condition("flag", "=", True),))
    hidden = form(item("flag", "boolean", hidden=True), depends)

    assert fill(hidden, {"flag": ["true"], "q": ["x"]}).answers == {}


def test_forty_fields_that_nobody_asked_for_change_nothing() -> None:
    extra = {f"extra-{number}": ["x"] for number in range(40)}
    mean = {"status": ["completed"], "subject": ["Patient/other"], "g": ["x"], "note": ["x"]}
    plain = form(item("q", "string"), item("g", "group"), item("note", "display"))

    assert fill(plain, {"q": ["x"], **extra, **mean}) == Filled({"q": ("x",)}, ())


# --- the clinic's own form, and any form at all --------------------------------------------------


def test_the_refill_form_is_filled(refill: Topic) -> None:
    fields = {
        "red-flags": ["none"],
        "supply-left": ["1-3-days"],
        "taking": ["stopped"],
        "taking-why": ["side-effects"],
        "side-effects": ["true"],
        "side-effects-words": ["It makes me cough"],
        "pharmacy": ["other"],
        "other-pharmacy": ["Elm Street"],
        "more": [""],
    }

    filled = fill(refill.questionnaire, fields)

    assert filled.faults == ()
    assert filled.answers["side-effects"] == (True,)
    assert "more" not in filled.answers


def test_an_answer_that_is_changed_leaves_nothing_behind(refill: Topic) -> None:
    fields = {
        "red-flags": ["none"],
        "supply-left": ["1-3-days"],
        "taking": ["yes"],
        "taking-why": ["cost"],
        "side-effects": ["false"],
        "pharmacy": ["usual"],
        "other-pharmacy": ["Elm Street"],
    }

    filled = fill(refill.questionnaire, fields)

    assert "taking-why" not in filled.answers
    assert filled.faults == (FieldFault("other-pharmacy", Fault.NOT_ASKED),)


def posted(value: object) -> str:
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f"{value:f}"
        if isinstance(value, Decimal)
        else str(value)
    )


@given(writing.answered_forms())
def test_what_is_filled_in_is_what_is_written_down(
    filled_form: tuple[Questionnaire, dict[str, tuple[Any, ...]]],
) -> None:
    questionnaire, given_answers = filled_form
    fields = {link: [posted(value) for value in values] for link, values in given_answers.items()}

    filled = fill(questionnaire, fields)
    back = answers_of(writing.response(questionnaire=questionnaire, answers=filled.answers))

    assert back == filled.answers
    assert filled.faults == ()


@given(
    st.dictionaries(
        st.sampled_from(
            ["red-flags", "supply-left", "taking", "taking-why", "side-effects", "more"]
        ),
        st.lists(st.text(max_size=8) | st.sampled_from(["none", "yes", "true"]), max_size=3),
    )
)
def test_no_post_breaks_the_form_and_every_answer_is_one_it_offers(
    refill: Topic, fields: dict[str, list[str]]
) -> None:
    filled = fill(refill.questionnaire, fields)

    for link_id, values in filled.answers.items():
        question = refill.questionnaire.item(link_id)
        assert question is not None
        if question.type == "choice":
            assert all(question.option(str(value)) for value in values)
    assert set(filled.answers).isdisjoint(each.link_id for each in filled.faults)
