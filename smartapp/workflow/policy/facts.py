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
    always_known: bool = False  # no record has to say it
    named_by_clinic: bool = False  # its codes are those of `facts.toml`


FACTS: Mapping[str, FactKind] = {
    "age-in-years": FactKind(Kind.NUMBER, "the patient's age in whole years"),
    "language": FactKind(
        Kind.CODE, "the language that the patient reads here", ("en", "es"), always_known=True
    ),
    "someone-else-writes": FactKind(
        Kind.YES_NO, "a parent, carer or other person writes for the patient", always_known=True
    ),
    "site": FactKind(Kind.CODE, "the place where the patient was seen last", named_by_clinic=True),
    "has-primary-provider": FactKind(Kind.YES_NO, "the record names a doctor of their own"),
    "care-programs": FactKind(
        Kind.CODE, "the care teams that the patient has", named_by_clinic=True
    ),
    "active-medicines": FactKind(Kind.NUMBER, "how many medicines are ordered at present"),
    "medicine-groups": FactKind(
        Kind.CODE, "the groups that these medicines belong to", named_by_clinic=True
    ),
    "days-since-last-visit": FactKind(
        Kind.NUMBER, "whole days since the patient was last seen here"
    ),
    "months-since-last-visit": FactKind(
        Kind.NUMBER, "whole months since the patient was last seen here"
    ),
    "days-of-supply-left": FactKind(
        Kind.NUMBER, "days that the last fill still lasts by the record; below 0 once it ran out"
    ),
    "refills-left": FactKind(Kind.NUMBER, "refills that the order still allows"),
    "order-expired": FactKind(Kind.YES_NO, "the order is past the last day it is valid"),
    "controlled-substance": FactKind(Kind.YES_NO, "the medicine is a controlled substance"),
    "days-until-appointment": FactKind(
        Kind.NUMBER, "days until the appointment that this is about; 0 is today"
    ),
    "result-is": FactKind(
        Kind.CODE,
        "how the laboratory marked the result that this is about",
        ("normal", "abnormal", "critical"),
    ),
    # The engine works these out from the time and the clinic's calendar.
    "clinic-open": FactKind(Kind.YES_NO, "the clinic is open at this moment", always_known=True),
    "weekday": FactKind(Kind.CODE, "the day of the week at the clinic", DAYS, always_known=True),
    "hour-of-day": FactKind(Kind.NUMBER, "the hour at the clinic, 0 to 23", always_known=True),
    "closed-days-ahead": FactKind(
        Kind.NUMBER,
        "days in a row, from tomorrow, that the clinic is closed",
        always_known=True,
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

    def is_known(self, source: str, name: str) -> bool:
        """A list that is known to be empty is known."""
        return bool(self.answers.get(name)) if source == "answer" else name in self.facts


def fits(value: object, kind: Kind) -> bool:
    if kind is Kind.NUMBER:
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    if kind is Kind.YES_NO:
        return isinstance(value, bool)
    return kind is Kind.TEXT or isinstance(value, str)
