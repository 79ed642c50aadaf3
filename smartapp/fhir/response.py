"""Answers to a Questionnaire: a QuestionnaireResponse, written and read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from smartapp.fhir.codes import ENTERED_IN_ERROR, Vocabulary
from smartapp.fhir.element import Element, Json, Reference
from smartapp.fhir.message import named, patients_own_words
from smartapp.fhir.questionnaire import Answers, AnswerValue, Attachment, Item, Questionnaire
from smartapp.fhir.questionnaire.values import as_fhir, value_in

DISPLAY = "http://hl7.org/fhir/StructureDefinition/display"


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
    items: Sequence[dict[str, Any]] | None = None,
    status: str = "completed",
) -> dict[str, Any]:
    """A response: only what was asked, under the words of the Questionnaire. `items` are the
    answers in their structure, where questions stand in rows or were not asked of anybody.
    """
    resource = bare_response(
        vocabulary=vocabulary,
        identifier=identifier,
        questionnaire=questionnaire.canonical,
        patient=patient,
        author=author,
        authored=authored,
        language=language,
        items=list(_items(questionnaire.items, answers) if items is None else items),
        status=status,
    )
    if questionnaire.title.get("en"):
        title = {"url": DISPLAY, "valueString": questionnaire.title["en"]}
        resource["_questionnaire"] = {"extension": [title]}
    return resource


def bare_response(
    *,
    vocabulary: Vocabulary,
    identifier: str,
    questionnaire: str,
    patient: str,
    author: tuple[str, str],
    authored: datetime,
    language: str | None,
    items: Sequence[dict[str, Any]],
    status: str = "completed",
) -> dict[str, Any]:
    """In the words of the patient's side, to the Questionnaire of this address and version."""
    resource: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "meta": patients_own_words(),
        "identifier": {"system": vocabulary.response, "value": identifier},
        "questionnaire": questionnaire,
        "status": status,
        "subject": {"reference": patient},
        "authored": authored.isoformat(timespec="seconds"),
        "author": named(*author),
        "source": named(*author),
    }
    if language:
        resource["language"] = language
    if items:
        resource["item"] = list(items)
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
        given = [answer_to(item, value) for value in answers.get(item.link_id, ())]
        if given:
            given[0] |= {"item": inner} if inner else {}
            yield {**head, "answer": given}


def answer_to(item: Item, value: AnswerValue) -> dict[str, Any]:
    """One answer as the form wants it: coded where the form has a code for it."""
    option = item.option(value) if item.options and isinstance(value, str) else None
    if option is not None and option.coded:
        coding = {"system": option.system, "code": option.code, "display": option.display["en"]}
        return {"valueCoding": {name: part for name, part in coding.items() if part}}
    if option is not None and option.kind == "reference":
        return as_fhir("reference", Reference(option.code, option.display["en"]))
    return as_fhir(item.type if option is None else option.kind, value)


def answers_of(json: Json) -> Answers:
    """The answers by linkId, however deep they lie. Works without the Questionnaire."""
    response = Element.resource(json, "QuestionnaireResponse")
    if response.text("status") == ENTERED_IN_ERROR:
        return {}
    if response.has_unknown_modifier():
        raise response.wrong("modifierExtension", "not understood")
    found: dict[str, tuple[AnswerValue, ...]] = {}
    for item in _walk(response):
        values = tuple(
            v for each in item.children("answer") if (v := value_in(each, "value")) is not None
        )
        if values:
            link_id = item.required_text("linkId")  # a group that repeats has it several times
            found[link_id] = (*found.get(link_id, ()), *values)
    return found


def files_of(json: Json) -> tuple[Attachment, ...]:
    """All that was attached to an answer."""
    found = (
        value_in(each, "value")
        for item in _walk(Element.resource(json, "QuestionnaireResponse"))
        for each in item.children("answer")
    )
    return tuple(each for each in found if isinstance(each, Attachment))


def _walk(holder: Element) -> Iterator[Element]:
    for item in holder.children("item"):
        yield item
        yield from _walk(item)
        for answer in item.children("answer"):
            yield from _walk(answer)
