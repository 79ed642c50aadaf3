"""What a rule asks, as data: a small closed vocabulary that can be checked and explained.

There is no "not". Something unknown makes no condition true, except one that asks whether it is
missing, or that says so: `or_unknown = true` lets a rule that protects somebody also protect those
of whom the record says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from smartapp.workflow.policy.facts import Known

Source = Literal["answer", "fact"]
Test = Literal["is", "is_one_of", "is_at_least", "is_at_most", "is_missing"]
Expected = str | bool | Decimal


@dataclass(frozen=True)
class Check:
    """One question about one answer or one fact."""

    source: Source
    name: str
    test: Test
    expected: tuple[Expected, ...]
    or_unknown: bool | None = None  # None: the file does not say

    def holds(self, known: Known) -> bool:
        values = known.values(self.source, self.name)
        is_known = known.is_known(self.source, self.name)
        if self.test == "is_missing":
            return is_known is not self.expected[0]
        if not is_known:
            return self.or_unknown is True
        if self.test in {"is", "is_one_of"}:
            return any(value in self.expected for value in values)
        return any(self._compares(value) for value in values)

    def _compares(self, value: object) -> bool:
        limit = self.expected[0]
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise TypeError(f"{self.source} {self.name} is not a number")
        if not isinstance(limit, Decimal):
            raise TypeError(f"{self.source} {self.name} is compared with what is not a number")
        return value >= limit if self.test == "is_at_least" else value <= limit

    def __str__(self) -> str:
        expected = " or ".join(in_words(value) for value in self.expected)
        test = {
            "is": f"is {expected}",
            "is_one_of": f"is {expected}",
            "is_at_least": f"is at least {expected}",
            "is_at_most": f"is at most {expected}",
            "is_missing": "is missing" if self.expected[0] is True else "is known",
        }[self.test]
        unknown = " or not known" if self.or_unknown else ""
        return f"{self.source} {self.name} {test}{unknown}"


@dataclass(frozen=True)
class AllOf:
    parts: tuple[Condition, ...]

    def holds(self, known: Known) -> bool:
        return all(part.holds(known) for part in self.parts)


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Condition, ...]

    def holds(self, known: Known) -> bool:
        return any(part.holds(known) for part in self.parts)


@dataclass(frozen=True)
class Otherwise:
    """Catches what no rule before it caught."""

    def holds(self, known: Known) -> bool:  # noqa: ARG002  (all conditions answer one question)
        return True


Condition = Check | AllOf | AnyOf | Otherwise


def checks_in(condition: Condition) -> Iterator[Check]:
    if isinstance(condition, Check):
        yield condition
    elif not isinstance(condition, Otherwise):
        for part in condition.parts:
            yield from checks_in(part)


def in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
