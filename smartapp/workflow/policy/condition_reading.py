"""Reading a condition: `when = { answer = "supply-left", is = "none" }`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from smartapp.workflow.policy.conditions import (
    AllOf,
    AnyOf,
    Check,
    Condition,
    Expected,
    Otherwise,
    Source,
    Test,
)
from smartapp.workflow.policy.reading import Table

OTHERWISE = "otherwise"
NEVER = AnyOf(())  # stands in for a condition that cannot be read
SOURCES: tuple[Source, ...] = ("answer", "fact")


def condition_at(table: Table, key: str) -> Condition:
    return _condition(table.table(key))


def catching(table: Table, key: str, word: str = OTHERWISE) -> Condition:
    """A condition, or the one word that stands for "always"."""
    if table.values.get(key) != word:
        return condition_at(table, key)
    table.text(key)
    return Otherwise()


def _condition(table: Table) -> Condition:
    sources = [source for source in SOURCES if source in table]
    groups = [group for group in ("all", "any") if group in table]
    if len(sources) + len(groups) != 1:
        table.wrong("", "must have exactly one of: all, any, answer, fact")
        return NEVER
    if sources:
        return _check(table, sources[0])
    parts = tuple(_condition(each) for each in table.tables(groups[0]))
    if not parts:
        table.wrong(groups[0], "is empty")
    return AllOf(parts) if groups[0] == "all" else AnyOf(parts)


def _check(table: Table, source: Source) -> Condition:
    name = table.text(source)
    tests = [test for test in _EXPECTED if test in table]
    if len(tests) != 1:
        table.wrong("", f"must have exactly one of: {', '.join(_EXPECTED)}")
        return NEVER
    expected = _EXPECTED[tests[0]](table, tests[0])
    or_unknown = table.flag("or_unknown") if "or_unknown" in table else None
    return Check(source, name, tests[0], expected, or_unknown) if expected else NEVER


def _one(table: Table, key: str) -> tuple[Expected, ...]:
    value = table.scalar(key)
    return () if value is None else (value,)


def _limit(table: Table, key: str) -> tuple[Expected, ...]:
    value = table.scalar(key)
    if value is not None and not isinstance(value, Decimal):
        table.wrong(key, "is not a number")
    return (value,) if isinstance(value, Decimal) else ()


def _missing(table: Table, key: str) -> tuple[Expected, ...]:
    return (table.flag(key),)


_EXPECTED: Mapping[Test, Callable[[Table, str], tuple[Expected, ...]]] = {
    "is": _one,
    "is_one_of": Table.texts,
    "is_at_least": _limit,
    "is_at_most": _limit,
    "is_missing": _missing,
}
