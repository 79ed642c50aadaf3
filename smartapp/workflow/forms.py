"""From what a browser posts to typed answers, and what is still wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from smartapp.fhir.questionnaire import Answers, AnswerValue, Item, Questionnaire

Fields = Mapping[str, Sequence[str]]  # as posted: by linkId
LONGEST_TEXT = 2000


class Fault(StrEnum):
    MISSING = "missing"
    TOO_LONG = "too-long"
    NOT_AN_OPTION = "not-an-option"
    NOT_A_NUMBER = "not-a-number"
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
    read = {item.link_id: _read(item, fields) for item in _questions(questionnaire)}
    answers = _asked(questionnaire.items, {link: got for link, (got, _) in read.items() if got})
    faults: list[FieldFault] = []
    for item in _questions(questionnaire):
        got, fault = read[item.link_id]
        if not _is_reached(questionnaire.items, item, answers):
            if got and item.type in {"string", "text"}:
                faults.append(FieldFault(item.link_id, Fault.NOT_ASKED))
        elif fault is not None:
            faults.append(fault)
        elif item.required and not got:
            faults.append(FieldFault(item.link_id, Fault.MISSING))
    return Filled(answers, tuple(faults))


def _questions(questionnaire: Questionnaire) -> list[Item]:
    """What a person can answer: hidden items are not accepted from outside."""
    return [
        item
        for item in questionnaire.all_items()
        if item.type not in {"group", "display"} and not item.hidden
    ]


def _asked(
    items: tuple[Item, ...], given: dict[str, tuple[AnswerValue, ...]]
) -> dict[str, tuple[AnswerValue, ...]]:
    """Drops answers to what is not asked, until nothing more falls away."""
    kept = {link: got for link, got in given.items() if _reached_by_id(items, link, given)}
    return kept if len(kept) == len(given) else _asked(items, kept)


def _is_reached(items: tuple[Item, ...], wanted: Item, answers: Answers) -> bool:
    return _reached_by_id(items, wanted.link_id, answers)


def _reached_by_id(items: tuple[Item, ...], link_id: str, answers: Answers) -> bool:
    for item in items:
        if item.is_asked(answers) and (
            item.link_id == link_id or _reached_by_id(item.items, link_id, answers)
        ):
            return True
    return False


def _read(item: Item, fields: Fields) -> tuple[tuple[AnswerValue, ...], FieldFault | None]:
    posted = [value.strip() for value in fields.get(item.link_id, ()) if value.strip()]
    if not item.repeats:
        posted = posted[:1]
    values: list[AnswerValue] = []
    for text in posted:
        value = _value(item, text)
        if isinstance(value, FieldFault):
            return (), value
        values.append(value)
    return tuple(values), None


def _value(item: Item, text: str) -> AnswerValue | FieldFault:
    if item.type == "choice":
        known = item.option(text) is not None
        return text if known else FieldFault(item.link_id, Fault.NOT_AN_OPTION)
    if item.type == "boolean":
        known = text in {"true", "false"}
        return text == "true" if known else FieldFault(item.link_id, Fault.NOT_AN_OPTION)
    if item.type in {"integer", "decimal"}:
        return _number(item, text)
    limit = item.max_length or LONGEST_TEXT
    # A browser sends two characters for a line break, where the person typed one.
    plain = text.replace("\r\n", "\n")
    return plain if len(plain) <= limit else FieldFault(item.link_id, Fault.TOO_LONG, limit)


def _number(item: Item, text: str) -> AnswerValue | FieldFault:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return FieldFault(item.link_id, Fault.NOT_A_NUMBER)
    whole = number.is_finite() and (item.type == "decimal" or number == number.to_integral_value())
    return number if whole else FieldFault(item.link_id, Fault.NOT_A_NUMBER)
