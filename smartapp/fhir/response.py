"""Answers to a Questionnaire: a QuestionnaireResponse, written and read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from smartapp.fhir.codes import ENTERED_IN_ERROR, Vocabulary
from smartapp.fhir.element import Element, Json
from smartapp.fhir.message import named, patients_own_words
from smartapp.fhir.questionnaire import Answers, AnswerValue, Item, Questionnaire


def new_response(
    *,
    vocabulary: Vocabulary,
    identifier: str,
    questionnaire: Questionnaire,
    answers: Answers,
    patient: str,
    author: tuple[str, str],
    authored: datetime,
    language: str | None = None,
) -> dict[str, Any]:
    """A completed response: only what was asked, under the words of the Questionnaire."""
    resource: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "meta": patients_own_words(),
        "identifier": {"system": vocabulary.response, "value": identifier},
        "questionnaire": questionnaire.canonical,
        "status": "completed",
        "subject": {"reference": patient},
        "authored": authored.isoformat(timespec="seconds"),
        "author": named(*author),
        "source": named(*author),
    }
    if language:
        resource["language"] = language
    items = list(_items(questionnaire.items, answers))
    if items:
        resource["item"] = items
    return resource


def _items(items: tuple[Item, ...], answers: Answers) -> Iterator[dict[str, Any]]:
    for item in items:
        if not item.is_asked(answers) or item.type == "display":
            continue
        inner = list(_items(item.items, answers))
        head = {"linkId": item.link_id} | ({"text": item.text["en"]} if item.text["en"] else {})
        if item.type == "group":
            if inner:
                yield {**head, "item": inner}
            continue
        given = [_answer(item, value) for value in answers.get(item.link_id, ())]
        if given:
            given[0] |= {"item": inner} if inner else {}
            yield {**head, "answer": given}


def _answer(item: Item, value: AnswerValue) -> dict[str, Any]:
    if item.type == "boolean":
        return {"valueBoolean": value}
    if item.type == "integer":
        return {"valueInteger": int(Decimal(str(value)))}
    if item.type == "decimal":
        return {"valueDecimal": value}
    if item.type == "date" and isinstance(value, date):
        return {"valueDate": value.isoformat()}
    option = item.option(str(value)) if item.type in {"choice", "open-choice"} else None
    if option is None or not option.coded:
        return {"valueString": str(value)}
    coding = {"system": option.system, "code": option.code, "display": option.display["en"]}
    return {"valueCoding": {name: part for name, part in coding.items() if part}}


def answers_of(json: Json) -> Answers:
    """The answers by linkId, however deep they lie. Works without the Questionnaire."""
    response = Element.resource(json, "QuestionnaireResponse")
    if response.text("status") == ENTERED_IN_ERROR:
        return {}
    if response.has_unknown_modifier():
        raise response.wrong("modifierExtension", "not understood")
    found: dict[str, tuple[AnswerValue, ...]] = {}
    for item in _walk(response):
        values = tuple(v for each in item.children("answer") if (v := _value(each)) is not None)
        if values:
            link_id = item.required_text("linkId")  # a group that repeats has it several times
            found[link_id] = (*found.get(link_id, ()), *values)
    return found


def _walk(holder: Element) -> Iterator[Element]:
    for item in holder.children("item"):
        yield item
        yield from _walk(item)
        for answer in item.children("answer"):
            yield from _walk(answer)


def _value(answer: Element) -> AnswerValue | None:
    coding = answer.child("valueCoding")
    if coding is not None:
        return coding.text("code") or coding.text("display")
    boolean = answer.boolean("valueBoolean")
    if boolean is not None:
        return boolean
    number = answer.number("valueInteger")
    if number is None:
        number = answer.number("valueDecimal")
    if number is not None:
        return number
    moment = answer.date("valueDate")
    return moment.day if moment and moment.precision == "day" else _in_words(answer)


def _in_words(answer: Element) -> str | None:
    """What this app does not ask, but another form may have."""
    for name in ("valueString", "valueDate", "valueDateTime", "valueTime", "valueUri"):
        if text := answer.text(name):
            return text
    quantity = answer.child("valueQuantity")
    if quantity is not None:
        number = quantity.number("value")
        unit = quantity.text("unit") or quantity.text("code")
        parts = (quantity.text("comparator"), None if number is None else str(number), unit)
        return " ".join(part for part in parts if part) or None
    pointer = answer.reference("valueReference")
    attachment = answer.child("valueAttachment")
    return (pointer and pointer.display) or (attachment and attachment.text("title")) or None
