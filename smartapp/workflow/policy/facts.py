"""The facts that rules may ask about, by name. What is not known is left out: it is never 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from smartapp.fhir.questionnaire import AnswerValue
from smartapp.workflow.calendar import DAYS

FactValue = bool | int | Decimal | str | frozenset[str]
Facts = Mapping[str, FactValue]


class Kind(StrEnum):
    """What can be compared with what."""

    CODE = "code"
    NUMBER = "number"
    YES_NO = "yes or no"
    TEXT = "text"  # and everything else that no rule can read: it is there or missing


@dataclass(frozen=True)
class FactKind:
    kind: Kind
    meaning: str
    codes: tuple[str, ...] = ()  # all that it can be, where that is a closed list


FACTS: Mapping[str, FactKind] = {
    "age-in-years": FactKind(Kind.NUMBER, "the patient's age in whole years"),
    "language": FactKind(Kind.CODE, "the language that the patient reads here", ("en", "es")),
    "months-since-last-visit": FactKind(
        Kind.NUMBER, "whole months since the patient was last seen here"
    ),
    "days-of-supply-left": FactKind(
        Kind.NUMBER, "days that the last fill still lasts by the record; below 0 once it ran out"
    ),
    "refills-left": FactKind(Kind.NUMBER, "refills that the order still allows"),
    "order-expired": FactKind(Kind.YES_NO, "the order is past the last day it is valid"),
    "controlled-substance": FactKind(Kind.YES_NO, "the medicine is a controlled substance"),
    # The engine works these out from the time and the clinic's calendar.
    "clinic-open": FactKind(Kind.YES_NO, "the clinic is open at this moment"),
    "weekday": FactKind(Kind.CODE, "the day of the week at the clinic", DAYS),
    "hour-of-day": FactKind(Kind.NUMBER, "the hour at the clinic, 0 to 23"),
    "closed-days-ahead": FactKind(
        Kind.NUMBER, "days in a row, from tomorrow, that the clinic is closed"
    ),
}


@dataclass(frozen=True)
class Known:
    """All that is known about one request."""

    answers: Mapping[str, tuple[AnswerValue, ...]]
    facts: Facts

    def values(self, source: str, name: str) -> tuple[AnswerValue | int, ...]:
        """Every answer to a question, or the value of a fact; empty for what is not known."""
        if source == "answer":
            return self.answers.get(name, ())
        value = self.facts.get(name)
        if value is None:
            return ()
        return tuple(sorted(value)) if isinstance(value, frozenset) else (value,)


def fits(value: object, kind: Kind) -> bool:
    if kind is Kind.NUMBER:
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    if kind is Kind.YES_NO:
        return isinstance(value, bool)
    return kind is Kind.TEXT or isinstance(value, str)
