"""What was written into a form so far, in words that are understood without the form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from smartapp.fhir.questionnaire import Item
from smartapp.words import Words, in_locale
from smartapp.workflow.forms import OTHER, UNIT
from smartapp.workflow.forms.plan import Plan
from smartapp.workflow.forms.tree import lay_out
from smartapp.workflow.uploads import Chosen

LONGEST = 20_000  # letters: a draft has room for so much beside the answers themselves

Pair = tuple[str, str]  # a question and its answer


def said_so_far(
    words: Words, plan: Plan, fields: Mapping[str, Sequence[str]], files: Sequence[Chosen]
) -> str:
    """Kept with the draft: when the clinic changes the form, this is what there was. Empty where
    it would be too long to keep.
    """
    text = json.dumps(list(_pairs(words, plan, fields, {each.id: each.name for each in files})))
    return text if len(text) <= LONGEST else ""


def pairs_in(text: str) -> tuple[Pair, ...]:
    return tuple((question, answer) for question, answer in json.loads(text or "[]"))


def _pairs(
    words: Words,
    plan: Plan,
    fields: Mapping[str, Sequence[str]],
    files: Mapping[str, str],
) -> Iterator[Pair]:
    slots, _ = lay_out(plan, fields)
    for slot in slots.values():
        item = slot.item
        if not item.is_question or item.link_id in plan.given:
            continue
        given = [
            *fields.get(slot.name, ()),
            *fields.get(slot.name + OTHER, ()),
            *fields.get(slot.name + UNIT, ()),
        ]
        if not any(text.strip() for text in fields.get(slot.name, ())):
            given = list(fields.get(slot.name + OTHER, ()))
        shown = [_in_words(words, item, text, files) for text in given if text.strip()]
        answer = ", ".join(each for each in shown if each)
        if answer:
            yield in_locale(item.text, words.locale) or item.link_id, answer


def _in_words(words: Words, item: Item, text: str, files: Mapping[str, str]) -> str:
    if text == OTHER:
        return ""
    if item.type == "boolean":
        return words("Yes") if text == "true" else words("No")
    if item.type == "attachment":
        return files.get(text, "")
    option = item.option(text)
    return in_locale(option.display, words.locale) if option else text
