"""From what a browser posts to typed answers, and what is still wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from unicodedata import category

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.questionnaire import Answers, AnswerValue, Item, Questionnaire
from smartapp.workflow.policy.questionnaires import NOT_QUESTIONS, WRITTEN, questions_in

Fields = Mapping[str, Sequence[str]]  # as posted: by linkId
LONGEST_TEXT = 2000


class Fault(StrEnum):
    MISSING = "missing"
    TOO_LONG = "too-long"
    NOT_AN_OPTION = "not-an-option"
    NOT_A_NUMBER = "not-a-number"
    NOT_A_DATE = "not-a-date"
    NOT_ASKED = "not-asked"  # written under a question that another answer switched off


@dataclass(frozen=True)
class FieldFault:
    link_id: str
    fault: Fault
    limit: int | None = None


@dataclass(frozen=True)
class Filled:
    answers: Answers  # only what is asked and understood
    faults: tuple[FieldFault, ...]


def fill(questionnaire: Questionnaire, fields: Fields) -> Filled:
    """The server decides what was asked, whatever the page showed."""
    items = _offered(questionnaire.items)
    questions = questions_in(replace(questionnaire, items=items))
    read = {item.link_id: _read(item, fields) for item in questions}
    answers = _asked(items, {link: got for link, (got, _) in read.items() if got})
    asked = _asked_in(items, answers)
    faults: list[FieldFault] = []
    for item in questions:
        got, fault = read[item.link_id]
        if item.link_id not in asked:
            if item.type in WRITTEN and _posted(item, fields):
                faults.append(FieldFault(item.link_id, Fault.NOT_ASKED))
        elif fault is not None:
            faults.append(fault)
        elif item.required and not got:
            faults.append(FieldFault(item.link_id, Fault.MISSING))
    return Filled(answers, tuple(faults))


def _offered(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """What a person can see: what is hidden, and all below it, is not accepted from outside."""
    return tuple(replace(i, items=_offered(i.items)) for i in items if not i.hidden)


def _asked(items: tuple[Item, ...], given: Answers) -> Answers:
    """Drops answers to what is not asked, until nothing more falls away."""
    asked = _asked_in(items, given)
    kept = {link: got for link, got in given.items() if link in asked}
    return kept if len(kept) == len(given) else _asked(items, kept)


def _asked_in(items: tuple[Item, ...], answers: Answers) -> frozenset[str]:
    """What lies below a question is asked once that question is answered."""
    asked: set[str] = set()
    for item in items:
        if item.is_asked(answers):
            asked.add(item.link_id)
            if item.type in NOT_QUESTIONS or answers.get(item.link_id):
                asked |= _asked_in(item.items, answers)
    return frozenset(asked)


def _read(item: Item, fields: Fields) -> tuple[tuple[AnswerValue, ...], FieldFault | None]:
    values: list[AnswerValue] = []
    for text in _posted(item, fields):
        value = _value(item, text)
        if isinstance(value, FieldFault):
            return (), value
        values.append(value)
    return tuple(dict.fromkeys(values)), None


def _posted(item: Item, fields: Fields) -> list[str]:
    given = [text for value in fields.get(item.link_id, ()) if (text := typed(value))]
    return given if item.repeats else given[:1]


def typed(text: str) -> str:
    """What a person typed: line breaks as one character each, and nothing that cannot be seen."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or category(c) not in {"Cc", "Cs"}).strip()


def _value(item: Item, text: str) -> AnswerValue | FieldFault:
    if item.type == "choice":
        known = item.option(text) is not None
        return text if known else FieldFault(item.link_id, Fault.NOT_AN_OPTION)
    if item.type == "boolean":
        known = text in {"true", "false"}
        return text == "true" if known else FieldFault(item.link_id, Fault.NOT_AN_OPTION)
    if item.type in {"integer", "decimal"}:
        return _number(item, text)
    if item.type == "date":
        found = FhirDate.parse(text)
        is_day = found is not None and found.precision == "day"
        return found.day if found and is_day else FieldFault(item.link_id, Fault.NOT_A_DATE)
    limit = item.max_length or LONGEST_TEXT
    return text if len(text) <= limit else FieldFault(item.link_id, Fault.TOO_LONG, limit)


_WHOLE = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?[0-9]{1,9}(?:[.,][0-9]{1,9})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", re.ASCII)  # a thousand, or one?


def _number(item: Item, text: str) -> AnswerValue | FieldFault:
    shape = _WHOLE if item.type == "integer" else _DECIMAL
    if not shape.fullmatch(text) or _GROUPED.fullmatch(text):
        return FieldFault(item.link_id, Fault.NOT_A_NUMBER)
    return Decimal(text.replace(",", "."))
