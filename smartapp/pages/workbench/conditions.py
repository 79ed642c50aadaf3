"""A condition of a rule in words: by the questions as patients read them, not by their codes."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.words import Words, in_locale
from smartapp.workflow.policy.conditions import AllOf, AnyOf, Check, Condition, Otherwise
from smartapp.workflow.policy.facts import Known
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.policy.questionnaires import find_question


@dataclass(frozen=True)
class Told:
    """`holds` and `found` only where one item is looked at."""

    text: str
    parts: tuple[Told, ...] = ()
    holds: bool | None = None
    found: str = ""


@dataclass(frozen=True)
class Teller:
    words: Words
    topic: Topic
    known: Known | None = None  # of the item that is looked at

    def told(self, condition: Condition) -> Told:
        words = self.words
        holds = condition.holds(self.known) if self.known else None
        if isinstance(condition, Otherwise):
            return Told(words("Everything that comes this far"), holds=holds)
        if isinstance(condition, Check):
            return Told(self._check(condition), holds=holds, found=self._found(condition))
        parts = tuple(self.told(each) for each in condition.parts)
        return Told(self._joined(condition), parts, holds)

    def _joined(self, condition: AllOf | AnyOf) -> str:
        if isinstance(condition, AllOf):
            return self.words("All of these:")
        return self.words("At least one of these:")

    def _check(self, check: Check) -> str:
        words, what = self.words, self.what(check.source, check.name)
        values = self._values(check)
        text = {
            "is": words("{what}: {value}", what=what, value=values),
            "is_one_of": words("{what}: {value}", what=what, value=values),
            "is_at_least": words("{what}: {value} or more", what=what, value=values),
            "is_at_most": words("{what}: {value} or less", what=what, value=values),
            "is_missing": words("{what}: not known", what=what)
            if check.expected[0] is True
            else words("{what}: known", what=what),
        }[check.test]
        return (
            words("{condition}, or it is not known", condition=text) if check.or_unknown else text
        )

    def what(self, source: str, name: str) -> str:
        if source == "fact":
            return fact_words(self.words, name)
        item = find_question(self.topic.questionnaire, name)
        asked = in_locale(item.text, self.words.locale) if item else ""
        return f"“{asked}”" if asked else name

    def _values(self, check: Check) -> str:
        told = [self.value(check.source, check.name, each) for each in check.expected]
        *most, last = told
        if not most:
            return last
        return self.words("{some} or {last}", some=", ".join(most), last=last)

    def value(self, source: str, name: str, value: object) -> str:
        words = self.words
        if isinstance(value, bool):
            return words("yes") if value else words("no")
        item = find_question(self.topic.questionnaire, name) if source == "answer" else None
        option = item.option(str(value)) if item else None
        return f"“{in_locale(option.display, words.locale)}”" if option else str(value)

    def _found(self, check: Check) -> str:
        if self.known is None:
            return ""
        values = self.known.values(check.source, check.name)
        told = ", ".join(self.value(check.source, check.name, each) for each in values)
        return self.words("here: {found}", found=told or self.words("not known"))


def fact_words(words: Words, name: str) -> str:
    known = {
        "age-in-years": words("The patient’s age in years"),
        "language": words("The language that the patient reads here"),
        "someone-else-writes": words("Somebody else writes for the patient"),
        "site": words("Where the patient was seen last"),
        "has-primary-provider": words("The record names a doctor of their own"),
        "care-programs": words("The patient’s care programs"),
        "active-medicines": words("How many medicines are ordered now"),
        "medicine-groups": words("The groups of these medicines"),
        "days-since-last-visit": words("Days since the last visit"),
        "months-since-last-visit": words("Months since the last visit"),
        "days-of-supply-left": words("Days that the last fill still lasts"),
        "refills-left": words("Refills that the order still allows"),
        "order-expired": words("The order has expired"),
        "controlled-substance": words("A controlled substance"),
        "days-until-appointment": words("Days until the appointment"),
        "result-is": words("How the laboratory marked the result"),
        "clinic-open": words("The clinic is open when it comes"),
        "weekday": words("The day of the week"),
        "hour-of-day": words("The hour of the day"),
        "closed-days-ahead": words("Closed days from tomorrow on"),
    }
    return known.get(name, name)
