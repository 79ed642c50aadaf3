"""Expressions that come with a form: what they can do, and that none of them can keep us busy."""

from __future__ import annotations

import contextlib
import time
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fhirpathpy.parser import parse

from smartapp.fhir.questionnaire import Expression
from smartapp.workflow.forms import expressions
from smartapp.workflow.forms.expressions import (
    ExpressionFailed,
    compiled,
    of_our_own,
    pattern,
    run,
)

NOW = datetime(2026, 11, 20, 21, 30, tzinfo=ZoneInfo("America/Chicago"))
SCORES = {("urn:s", str(number)): Decimal(number) for number in range(4)}
ANSWERS: dict[str, Any] = {
    "resourceType": "QuestionnaireResponse",
    "item": [
        {
            "linkId": str(number),
            "answer": [{"valueCoding": {"system": "urn:s", "code": str(number % 4)}}],
        }
        for number in range(9)
    ],
}
MOST = 0.1  # seconds of CPU


def worked_out(text: str, **variables: Any) -> list[Any]:
    seen = {"resource": ANSWERS, **variables}
    return run(Expression("text/fhirpath", text), ANSWERS, seen, now=NOW, scores=SCORES)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("%resource.item.answer.value.ordinal().sum()", [Decimal(12)]),
        ("%resource.item.answer.value.weight().aggregate($this + $total, 0)", [Decimal(12)]),
        ("%resource.item.answer.weight().sum()", [Decimal(12)]),
        ("%resource.item.where(linkId = '3').answer.value.code", ["3"]),
        ("%resource.item.where(linkId = '99').answer.value", []),
        ("%resource.item.answers().count()", [9]),
        ("QuestionnaireResponse.item.first().linkId", ["0"]),
        ("iif(1 > 2, 'a', 'b')", ["b"]),
        ("today()", ["2026-11-20"]),  # by the clinic's day, not by that of London
        ("now()", ["2026-11-20T21:30:00-06:00"]),
        ("today() - 5 years", ["2021-11-20"]),
        ("2.power(3)", [Decimal(8)]),
        ("'abc'.matches('^a.c$')", [True]),
        ("'a1b2'.replaceMatches('[0-9]', '#')", ["a#b#"]),
        ("'a' & {} & 'b'", ["ab"]),
        ("(1 | 2 | 3).sum()", [Decimal(6)]),
        ("{}.sum()", []),
        ("(22.26).round(1)", [Decimal("22.3")]),
        ("'7'.toInteger() + 1", [8]),
        ("%a.b.c", []),
    ],
)
def test_what_forms_use_works(text: str, value: list[Any]) -> None:
    assert worked_out(text, a={"b": {}}) == value


@pytest.mark.parametrize(
    "text",
    ["", "(", "%nobody", "unheard()", "'a'.power(2)", "1.matches('a')", "'a'.matches('(?=a)')"],
)
def test_what_cannot_be_worked_out_fails_by_name(text: str) -> None:
    with pytest.raises(ExpressionFailed):
        worked_out(text)


def test_another_language_is_not_guessed_at() -> None:
    with pytest.raises(ExpressionFailed, match="text/cql"):
        run(Expression("text/cql", "1"), ANSWERS, {}, now=NOW)


MANY = "(" + " | ".join(map(str, range(40))) + ")"
EVIL = {
    "repeats for ever": "1.repeat($this + 1)",
    "repeats for ever and counts": "1.repeat($this + 1).count()",
    "a text that doubles": f"{MANY}.aggregate($total & $total, 'a')",
    "a text that doubles by +": f"{MANY}.aggregate($total + $total, 'a')",
    "a text that grows by replacing": "'aaaa'.replace('', 'b').replace('', '" + "c" * 3000 + "')",
    "a number that squares itself": f"{MANY}.aggregate($total * $total, 3)",
    "a number with a million digits": "10.power(999999999)",
    "a power of a power": "10.power(999).power(999)",
    "brackets without end": "(" * 3000 + "1" + ")" * 3000,
    "a sum without end": "1" + "+1" * 3900,
    "ten to the fifth": "$this"
    and f"{MANY}.select({MANY}.select({MANY}.select({MANY}.select(1))))",
    "texts that grow": "'a'.toChars().repeat($this & 'a')",
    "an evil pattern": "'" + "a" * 4000 + "!'.matches('(a+)+$')",
    "another evil pattern": "'" + "a" * 4000 + "'.matches('(a|a)*b')",
    "a pattern that is too large": "'x'.matches('((a{0,1000}){0,1000}){0,1000}')",
    "a chain of filters": "a" + ".where(b)" * 800,
    "deep conditions": "iif(" * 300 + "true" + ", 1, 2)" * 300,
    "far too long": "1" * 9000,
    "everything below everything": "%resource" + ".descendants()" * 60,
}


@pytest.mark.parametrize("name", EVIL)
def test_evil_expressions_end_at_once(name: str) -> None:
    worked_out("1 + 1")  # the parser's own start is paid once in a process, and not here
    began = time.thread_time()
    with contextlib.suppress(ExpressionFailed):
        worked_out(EVIL[name])
    assert time.thread_time() - began < 2 * MOST  # a collection of garbage may fall into it


@pytest.mark.proof
def test_how_long_evil_expressions_take() -> None:
    worked_out("1 + 1")
    worst = {}
    for name, text in EVIL.items():
        took = []
        for _ in range(5):
            began = time.thread_time()
            with contextlib.suppress(ExpressionFailed):
                worked_out(text)
            took.append(time.thread_time() - began)
        worst[name] = max(took)
        print(f"{name}: {max(took) * 1000:.0f} ms of CPU at the most")
    assert max(worst.values()) < MOST + 0.05  # a collection of garbage may fall into one


def test_the_thread_is_left_as_it_was() -> None:
    import sys

    def mine(*_: object) -> None:
        return None

    sys.setprofile(mine)
    try:
        with pytest.raises(ExpressionFailed):
            worked_out("1.repeat($this + 1)")
        assert sys.getprofile() is mine
    finally:
        sys.setprofile(None)


def test_garbage_that_is_put_away_when_time_is_up_saves_no_evil_expression() -> None:
    """Python drops what is raised while a generator is closed, and the profile function with it."""
    worked_out("1 + 1")

    def work() -> None:
        began = time.thread_time()
        begun = (each for each in "ab")
        next(begun)
        while time.thread_time() - began < 0.02:
            pass
        del begun
        while time.thread_time() - began < 5:
            parse("1")

    with pytest.raises(ExpressionFailed, match="in time"):
        expressions._within(0.01, work)


@pytest.mark.parametrize("text", ["(a+)+$", "(a|aa)+$", "(.*)*x", "([a-z]+)*[0-9]"])
def test_evil_patterns_take_linear_time(text: str) -> None:
    began = time.thread_time()
    assert pattern(text).fullmatch("a" * 20_000 + "!") is None
    assert time.thread_time() - began < MOST


def test_one_of_the_clinics_own_is_given_the_time_that_a_slow_machine_takes() -> None:
    """A start must not fail for it; what comes from the EHR is still stopped."""
    long = " + ".join(f"%resource.item.where(linkId = '{n}').answer.value" for n in range(40))
    with pytest.raises(ExpressionFailed):
        compiled(long)
    with of_our_own():
        assert compiled(long)
    assert compiled(long)  # it has been read
