"""FHIRPath over a form that is being filled in: compiled once, and stopped where it takes too long.

An expression comes with the form, so whoever wrote the form chooses what is computed. Its steps are
Python, and a profile function of this thread ends them once they have used up their time; whatever
could take long in one step (patterns, powers, texts that double) is replaced by what cannot.
"""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from importlib.util import find_spec
from types import FrameType
from typing import Any, TypeVar

import re2
from fhirpathpy import apply_parsed_path
from fhirpathpy.engine.invocations.math import mul, plus
from fhirpathpy.engine.util import get_data
from fhirpathpy.models import models
from fhirpathpy.parser import parse

from smartapp.fhir.element import Json
from smartapp.fhir.questionnaire import Expression

CPU_SECONDS = 0.065  # to work an expression out
PARSING_SECONDS = 0.075  # to read it: long ones are refused, so this is no more than a net
OWN_SECONDS = 2.0  # to read one of the clinic's own, at start: no slow machine may fail at it
LONGEST_EXPRESSION = 8000  # letters
LONGEST_TEXT = 100_000  # that one may make
MOST_BITS = 4096  # of a number that one may make
MOST_PATTERN_BYTES = 1 << 20

# The library states no types for these.
_parse: Callable[[str], Any] = parse
_apply: Callable[..., Any] = apply_parsed_path
_data: Callable[[Any], Any] = get_data
_multiply: Callable[..., Any] = mul
_add: Callable[..., Any] = plus


def _folders_of(*packages: str) -> Iterator[str]:
    for each in packages:
        spec = find_spec(each)
        yield from (spec and spec.submodule_search_locations) or ()


# What has no end takes its steps in these.
_STEPS = (__file__, *_folders_of("antlr4", "fhirpathpy"))
_RESUMED = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR

_reading_seconds: ContextVar[float] = ContextVar("reading_seconds", default=PARSING_SECONDS)

T = TypeVar("T")
Scores = Mapping[tuple[str, str], Decimal]  # by system and code


class ExpressionFailed(Exception):
    """An expression that cannot be understood, that breaks, or that does not end."""


class _OutOfTime(BaseException):
    """Not an Exception: what the library catches on its way must not catch this."""


def run(
    expression: Expression,
    focus: Json,
    variables: Mapping[str, object],
    *,
    now: datetime,
    scores: Scores | None = None,
) -> list[Any]:
    """All values, as plain JSON. Raises ExpressionFailed."""
    if not expression.is_path:
        raise ExpressionFailed(f"{expression.language} is not understood")
    began = time.thread_time()
    parsed = compiled(expression.text)
    left = max(0.01, PARSING_SECONDS - (time.thread_time() - began))
    options = {"userInvocationTable": _functions(now, scores or {})}

    def work() -> Any:
        return _apply(focus, parsed, dict(variables), models["r4"], options)

    try:
        found = _within(min(CPU_SECONDS, left), work)
    except ExpressionFailed:
        raise
    except Exception as trouble:  # the library raises whatever comes to hand
        raise ExpressionFailed(type(trouble).__name__) from None
    return found if isinstance(found, list) else [found]


@lru_cache(maxsize=2048)
def compiled(text: str) -> Mapping[str, Any]:
    """Raises ExpressionFailed."""
    if not text or len(text) > LONGEST_EXPRESSION:
        raise ExpressionFailed("empty, or too long")
    _warm_up()
    try:
        parsed: Mapping[str, Any] = _within(_reading_seconds.get(), lambda: _parse(text))
    except ExpressionFailed:
        raise
    except Exception as trouble:
        raise ExpressionFailed(type(trouble).__name__) from None
    return parsed


@contextmanager
def of_our_own() -> Iterator[None]:
    """What is read meanwhile comes from the clinic, and not from whoever can write to the EHR."""
    before = _reading_seconds.set(OWN_SECONDS)
    try:
        yield
    finally:
        _reading_seconds.reset(before)


_EVERYTHING = (
    "a.where(b = 'c' and d > 1.5 or e != @2026-01-01).select(iif(f, 1, -2) & 'x')[0]",
    "%a.b.exists() and (%c | %d).count() >= 2 xor e.all($this ~ 1) implies g in {}",
    "a.ofType(Quantity).value as decimal + 3 * 4 / 5 mod 6 div 7 - b.is(FHIR.Patient)",
    "today() - 3 years <= @T12:00 and now() > @2026-01-01T10:00:00Z or a contains 1 'mg'",
    "a.aggregate($this + $total, 0).round(1) !~ $index.repeat(item) < `b c`.power(-2)",
)


@lru_cache(maxsize=1)
def _warm_up() -> bool:
    """Parser and evaluator build tables as they go: the first expression must not pay for all."""
    for each in _EVERYTHING:
        _parse(each)
    _apply({}, _parse("iif(today() > @2026-01-01, 1.5 + 1, 'a' & 'b')"), {}, models["r4"], {})
    return True


def _within(seconds: float, work: Callable[[], T]) -> T:
    """Of this thread's own CPU: a busy machine takes nothing away."""
    ends = time.thread_time() + seconds
    before = sys.getprofile()

    def look(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and time.thread_time() > ends and _may_end(frame):
            raise _OutOfTime

    sys.setprofile(look)
    try:
        return work()
    except (_OutOfTime, RecursionError, MemoryError):
        raise ExpressionFailed("did not end in time") from None
    finally:
        sys.setprofile(before)


def _may_end(frame: FrameType) -> bool:
    """Not where garbage is put away: Python would drop what is raised there, and us with it.

    It may strike at any step: a generator is resumed once more to be closed, and what other
    libraries left behind is told to go.
    """
    code = frame.f_code
    return not code.co_flags & _RESUMED and code.co_filename.startswith(_STEPS)


# --- functions of our own -------------------------------------------------------------------------


def _functions(now: datetime, scores: Scores) -> Mapping[str, object]:
    scored = {"fn": lambda inputs: _scores_of(inputs, scores)}
    return {
        "matches": {"fn": _matches, "arity": {1: ["String"]}, "nullable_input": True},
        "replaceMatches": {"fn": _replace_all, "arity": {2: ["String", "String"]}},
        "replace": {"fn": _replace, "arity": {2: ["String", "String"]}},
        "power": {"fn": _power, "arity": {1: ["Number"]}, "nullable": True},
        "&": {"fn": _joined, "arity": {2: ["Any", "Any"]}},
        "+": {"fn": _plus, "arity": {2: ["Any", "Any"]}, "nullable": True},
        "*": {"fn": _times, "arity": {2: ["Any", "Any"]}, "nullable": True},
        "sum": {"fn": _sum},
        "now": {"fn": lambda _inputs: now.isoformat(timespec="seconds")},
        "today": {"fn": lambda _inputs: now.date().isoformat()},
        "timeOfDay": {"fn": lambda _inputs: now.time().isoformat(timespec="seconds")},
        "weight": scored,
        "ordinal": scored,
        "answers": {"fn": _answers},
    }


def _scores_of(inputs: Sequence[Any], scores: Scores) -> list[Decimal]:
    """Of codings, or of answers that hold one."""
    found = []
    for each in inputs:
        coding = each.get("valueCoding", each) if isinstance(each, Mapping) else {}
        key = (str(coding.get("system", "")), str(coding.get("code", "")))
        if key in scores:
            found.append(scores[key])
    return found


def _answers(inputs: Sequence[Any]) -> list[Any]:
    """All answers at or below these items."""
    found: list[Any] = []
    for each in inputs:
        if isinstance(each, Mapping):
            for answer in each.get("answer", ()):
                found += [value for name, value in answer.items() if name.startswith("value")]
                found += _answers(answer.get("item", ()))
            found += _answers(each.get("item", ()))
    return found


def _text(inputs: Sequence[Any]) -> str:
    if len(inputs) != 1 or not isinstance(inputs[0], str):
        raise ExpressionFailed("expected one text")
    return inputs[0]


def _short(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise ExpressionFailed("a text became too long")
    return text


def pattern(text: str) -> Any:
    """In linear time, whatever is written in it; some patterns cannot be had that way."""
    options = re2.Options()
    options.max_mem = MOST_PATTERN_BYTES
    options.log_errors = False
    options.dot_nl = True
    try:
        return re2.compile(text, options)
    except re2.error:
        raise ExpressionFailed("a pattern that is not understood") from None


def _matches(inputs: Sequence[Any], text: str) -> bool:
    return pattern(text).search(_text(inputs)) is not None


def _replace_all(inputs: Sequence[Any], text: str, by: str) -> Any:
    if not inputs:
        return []
    given = _text(inputs)
    if (len(given) + 1) * (len(by) + 1) > LONGEST_TEXT:
        raise ExpressionFailed("a text became too long")
    return pattern(text).sub(by, given)


def _replace(inputs: Sequence[Any], text: str, by: str) -> Any:
    if not inputs:
        return []
    given = _text(inputs)
    if (given.count(text) + 1) * (len(by) + 1) > LONGEST_TEXT:
        raise ExpressionFailed("a text became too long")
    return given.replace(text, by)


def _power(inputs: Sequence[Any], degree: Any) -> Any:
    if len(inputs) != 1:
        return []
    number, by = Decimal(inputs[0]), Decimal(degree)
    if abs(by) > 1000 or number.adjusted() > 100:
        raise ExpressionFailed("a number became too large")
    whole = by == by.to_integral_value()
    return [] if (number < 0 and not whole) or (number == 0 and by < 0) else number**by


def _joined(left: Sequence[Any], right: Sequence[Any]) -> str:
    sides = [[_data(each) for each in side] for side in (left, right)]
    texts = [_text(side) if side else "" for side in sides]
    return _short(texts[0] + texts[1])


def _plus(left: Sequence[Any], right: Sequence[Any]) -> Any:
    made = _add({}, list(left), list(right))
    return _short(made) if isinstance(made, str) else made


def _times(left: Sequence[Any], right: Sequence[Any]) -> Any:
    numbers = [_data(each) for each in (*left, *right)]
    if any(isinstance(each, int) and each.bit_length() > MOST_BITS for each in numbers):
        raise ExpressionFailed("a number became too large")
    if len(numbers) != 2:
        raise ExpressionFailed("expected two numbers")
    return _multiply({}, *numbers)


def _sum(inputs: Sequence[Any]) -> Any:
    """The library's own does not add up what comes from a resource."""
    numbers = [each for each in inputs if isinstance(each, int | Decimal | float)]
    if len(numbers) != len(inputs):
        raise ExpressionFailed("expected numbers")
    return sum((Decimal(str(each)) for each in numbers), Decimal(0)) if numbers else []
