"""Reading a topic's Questionnaire, and what must be true of it beyond being valid FHIR."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from fhir.resources.R4B.questionnaire import Questionnaire as QuestionnaireR4
from pydantic import ValidationError

from smartapp.errors import MalformedAnswer
from smartapp.fhir.questionnaire import Item, Questionnaire
from smartapp.words import LocalText
from smartapp.workflow.policy.facts import Kind
from smartapp.workflow.policy.reading import Table, did_you_mean

NOT_QUESTIONS = frozenset({"group", "display"})
WRITTEN = frozenset({"string", "text"})
TYPES = (
    *("group", "display", "boolean", "decimal", "integer", "date", "dateTime", "time", "string"),
    *("text", "url", "choice", "open-choice", "attachment", "reference", "quantity"),
)
# What a patient could only answer with words, and what would then be stored as what it is not.
NOT_FOR_PATIENTS = {
    "reference": "points at the record, which nobody can type: use [about] in the topic",
    "attachment": "has no place in the form: files go with the message, see attachments",
    "quantity": "needs a unit that people mistype: ask for a decimal, and name its unit",
}
NOTHING = Questionnaire(url="", version="", title={}, items=())

_KINDS = {
    "choice": Kind.CODE,
    "boolean": Kind.YES_NO,
    "integer": Kind.NUMBER,
    "decimal": Kind.NUMBER,
}


def read_questionnaire(table: Table, key: str) -> Questionnaire:
    name = table.text(key)
    if not name:
        return NOTHING
    if PurePosixPath(name).name != name:
        table.wrong(key, f"{name!r} is not the name of a file in questionnaires/")
        return NOTHING
    file = f"questionnaires/{name}"
    try:
        text = (table.reading.folder / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        table.wrong(key, f"{name!r} cannot be read: {type(trouble).__name__}")
        return NOTHING
    try:
        return _understood(text)
    except ValidationError as trouble:
        for error in trouble.errors():
            place = ".".join(str(part) for part in error["loc"])
            table.reading.wrong(table.reading.place(file), f"{place}: {error['msg']}")
    except (ValueError, MalformedAnswer) as trouble:
        table.reading.wrong(table.reading.place(file), str(trouble))
    return NOTHING


def _understood(text: str) -> Questionnaire:
    resource: Any = json.loads(text, parse_float=Decimal)
    QuestionnaireR4.model_validate(resource)
    return Questionnaire.from_fhir(resource)


def kind_of(item: Item) -> Kind:
    return _KINDS.get(item.type, Kind.TEXT)


def questions_in(questionnaire: Questionnaire) -> tuple[Item, ...]:
    return tuple(item for item in questionnaire.all_items() if item.type not in NOT_QUESTIONS)


def find_question(questionnaire: Questionnaire, link_id: str) -> Item | None:
    item = questionnaire.item(link_id)
    return None if item is None or item.type in NOT_QUESTIONS else item


def is_always_asked(questionnaire: Questionnaire, link_id: str) -> bool:
    """Required, never hidden, and below nothing that another answer switches on."""
    item = questionnaire.item(link_id)
    lineage = _lineage(questionnaire.items, link_id)
    return bool(item and item.required) and not any(
        each.hidden or each.conditions for each in lineage
    )


def _lineage(items: tuple[Item, ...], link_id: str) -> tuple[Item, ...]:
    """The item and the groups around it."""
    for item in items:
        if item.link_id == link_id:
            return (item,)
        below = _lineage(item.items, link_id)
        if below:
            return (item, *below)
    return ()


def no_such_question(questionnaire: Questionnaire, link_id: str) -> str:
    known = [item.link_id for item in questions_in(questionnaire)]
    return f"{link_id!r} is not a question of the form{did_you_mean(link_id, known)}"


def problems_with(
    questionnaire: Questionnaire, languages: tuple[str, ...], message_length: int
) -> Iterator[tuple[str, str]]:
    """Where, inside the Questionnaire, and what."""
    for name, value in (("url", questionnaire.url), ("version", questionnaire.version)):
        if not value:
            yield name, "is missing: an answer must say which questions it answers"
    yield from _untranslated("title", questionnaire.title, languages)
    seen: set[str] = set()
    for item in questionnaire.all_items():
        place = f"item {item.link_id!r}"
        if item.link_id in seen:
            yield place, "is there twice"
        seen.add(item.link_id)
        yield from _item_problems(questionnaire, item, place, languages, message_length)


def _item_problems(
    questionnaire: Questionnaire,
    item: Item,
    place: str,
    languages: tuple[str, ...],
    message_length: int,
) -> Iterator[tuple[str, str]]:
    if item.type != "group" or item.text["en"]:
        yield from _untranslated(f"{place}.text", item.text, languages)
    if item.type not in TYPES:
        yield f"{place}.type", f"{item.type!r} is not a type{did_you_mean(item.type, TYPES)}"
    if item.type in NOT_FOR_PATIENTS:
        yield f"{place}.type", f"{item.type!r} {NOT_FOR_PATIENTS[item.type]}"
    if item.type in WRITTEN and item.max_length is None:
        yield f"{place}.maxLength", "is missing: nothing typed is without a limit"
    if item.type in WRITTEN and (item.max_length or 0) > message_length:
        yield f"{place}.maxLength", f"is more than the topic's message_length of {message_length}"
    if item.type == "choice" and not item.options:
        yield place, "has no answerOption"
    for option in item.options:
        yield from _untranslated(f"{place}, option {option.code!r}", option.display, languages)
    codes = [option.code for option in item.options]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield place, f"has the option {code!r} twice"
    for condition in item.conditions:
        asked = find_question(questionnaire, condition.question)
        if asked is None:
            yield f"{place}.enableWhen", no_such_question(questionnaire, condition.question)
        elif (
            asked.type == "choice"
            and condition.operator in {"=", "!="}
            and asked.option(str(condition.answer)) is None
        ):
            yield (
                f"{place}.enableWhen",
                f"{condition.answer!r} is not an answer to {condition.question!r}",
            )


def _untranslated(
    place: str, text: LocalText, languages: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for language in languages:
        if not text.get(language):
            yield place, f"has no words in {language!r}"
