"""Totals of published instruments, for forms with a place for one and nothing to add it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from smartapp.fhir.questionnaire import Item, Option

if TYPE_CHECKING:
    from smartapp.workflow.forms.tree import FilledForm

LOINC = "http://loinc.org"

# The codes of answers to "how often", by what each of them counts.
HOW_OFTEN = {"LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA18938-3": 2, "LA6571-9": 3}
# AUDIT-C: how often, how many, and how often six or more.
DRINKING = {
    "LA6270-8": 0,
    "LA18926-8": 1,
    "LA18927-6": 2,
    "LA18928-4": 3,
    "LA18929-2": 4,
    "LA15694-5": 0,
    "LA15695-2": 1,
    "LA18930-0": 2,
    "LA18931-8": 3,
    "LA18932-6": 4,
    "LA18933-4": 1,
    "LA18876-5": 2,
    "LA18891-4": 3,
    "LA18934-2": 4,
}


@dataclass(frozen=True)
class Score:
    """The sum over all these questions; unknown while one of them has no answer."""

    name: str
    questions: tuple[str, ...]
    points: Mapping[str, int]
    # What the total may mean, from the lowest up. For staff: a patient is never given a diagnosis.
    bands: tuple[tuple[int, str], ...] = ()
    # A question and the answer to it after which no more is asked: the total is what it counts.
    ends_with: tuple[str, str] | None = None

    def total(self, filled: FilledForm) -> Decimal | None:
        if self.ends_with and self._code(filled, self.ends_with[0]) == self.ends_with[1]:
            return self._points(filled, self.ends_with[0])
        added = Decimal(0)
        for question in self.questions:
            points = self._points(filled, question)
            if points is None:
                return None
            added += points
        return added

    def _points(self, filled: FilledForm, question: str) -> Decimal | None:
        option = self._option(filled, question)
        if option is None or option.score is not None:
            return option.score if option else None
        points = self.points.get(option.code)
        return None if points is None else Decimal(points)

    def _code(self, filled: FilledForm, question: str) -> str:
        option = self._option(filled, question)
        return option.code if option else ""

    def _option(self, filled: FilledForm, question: str) -> Option | None:
        for key, slot in filled.slots.items():
            codes = {coding.code for coding in slot.item.codes if coding.system == LOINC}
            if question not in codes or key not in filled.asked:
                continue
            for value in filled.values.get(key, ()):
                option = slot.item.option(value) if isinstance(value, str) else None
                if option is not None:
                    return option
        return None

    def band(self, total: Decimal) -> str:
        return next((words for least, words in reversed(self.bands) if total >= least), "")


_PHQ9 = ("44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3")
_GAD7 = ("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7")

SCORES: Mapping[str, Score] = {
    "44261-6": Score(
        "PHQ-9",
        (*_PHQ9, "44260-8"),
        HOW_OFTEN,
        (
            (0, "minimal (0 to 4)"),
            (5, "mild (5 to 9)"),
            (10, "moderate (10 to 14)"),
            (15, "moderately severe (15 to 19)"),
            (20, "severe (20 to 27)"),
        ),
    ),
    "55758-7": Score("PHQ-2", _PHQ9[:2], HOW_OFTEN, ((0, "below 3"), (3, "3 or more"))),
    "70274-6": Score(
        "GAD-7",
        _GAD7,
        HOW_OFTEN,
        (
            (0, "minimal (0 to 4)"),
            (5, "mild (5 to 9)"),
            (10, "moderate (10 to 14)"),
            (15, "severe (15 to 21)"),
        ),
    ),
    "70272-0": Score(
        "PHQ-4",
        ("69725-0", "68509-9", "44250-9", "44255-8"),
        HOW_OFTEN,
        (
            (0, "normal (0 to 2)"),
            (3, "mild (3 to 5)"),
            (6, "moderate (6 to 8)"),
            (9, "severe (9 to 12)"),
        ),
    ),
    "75626-2": Score(
        "AUDIT-C",
        ("68518-0", "68519-8", "68520-6"),
        DRINKING,
        ((0, "below 3"), (3, "3 or more: positive for women"), (4, "4 or more: positive for all")),
        ends_with=("68518-0", "LA6270-8"),
    ),
}


def score_of(item: Item) -> Score | None:
    found = (SCORES.get(coding.code) for coding in item.codes if coding.system == LOINC)
    return next((score for score in found if score is not None), None)
