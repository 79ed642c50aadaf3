"""How a form starts: with what it says itself, with what the launch knows, and with what was
answered before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Any

from smartapp.errors import MalformedAnswer
from smartapp.fhir.element import Element, Json
from smartapp.fhir.questionnaire import AnswerValue, Attachment, Item
from smartapp.fhir.questionnaire.values import Quantity, value_in
from smartapp.fhir.response import answer_to
from smartapp.workflow.forms.expressions import ExpressionFailed
from smartapp.workflow.forms.naming import ROWS, Path, name_of
from smartapp.workflow.forms.plan import Plan, is_repeating_group
from smartapp.workflow.forms.posted import OTHER, UNIT, as_posted
from smartapp.workflow.forms.scope import Scope
from smartapp.workflow.forms.tree import MOST_ROWS, FilledForm, Key, Slot, lay_out
from smartapp.workflow.forms.values import value_from
from smartapp.workflow.forms.working_out import Known


@dataclass(frozen=True)
class Beginning:
    fields: Mapping[str, list[str]]  # as if somebody had posted them
    given: Mapping[Key, tuple[AnswerValue, ...]]  # what is not theirs to change
    prefilled: frozenset[str] = frozenset()  # names of what the record filled in
    # By the name of the question: files have a place of their own, and are taken in anew.
    files: Mapping[str, tuple[Attachment, ...]] = field(default_factory=dict)
    source: str = ""  # the response in which they stand


def begin(plan: Plan, known: Known) -> Beginning:
    """A start that cannot be worked out is no reason not to begin: that question starts empty."""
    slots, rows = lay_out(plan, {})
    scope = Scope(FilledForm(plan, slots, rows, {}, frozenset()), known.context, known.now)
    fields: dict[str, list[str]] = {}
    given: dict[Key, tuple[AnswerValue, ...]] = {}
    prefilled: set[str] = set()
    for key, slot in slots.items():
        values = _start_of(slot, scope)
        if not values:
            continue
        if slot.item.link_id in plan.given:
            given[key] = values
        elif slot.item.type != "attachment":
            fields |= as_fields(slot.item, slot.name, values, known.reading.zone)
            if slot.item.initial_expression:
                prefilled.add(slot.name)
    return Beginning(fields, given, frozenset(prefilled))


def _start_of(slot: Slot, scope: Scope) -> tuple[AnswerValue, ...]:
    item = slot.item
    if not item.is_question:
        return ()
    values: tuple[AnswerValue, ...] = ()
    if item.initial_expression is not None:
        try:
            found = scope.run(item.initial_expression, slot)
        except ExpressionFailed:
            found = []
        values = tuple(v for each in found if (v := value_from(item, each)) is not None)
    values = values or item.initial or tuple(o.posted for o in item.options if o.selected)
    if item.type == "choice":
        values = tuple(v for v in values if isinstance(v, str) and item.option(v))
    return values if item.repeats else values[:1]


def as_fields(
    item: Item, name: str, values: tuple[AnswerValue, ...], zone: tzinfo
) -> dict[str, list[str]]:
    """What a browser would post for these answers."""
    fields = {name: [as_posted(value, zone) for value in values]}
    if item.takes_own_words and item.options:
        own = [str(value) for value in values if not item.option(str(value))]
        if own:
            chosen = [str(value) for value in values if item.option(str(value))]
            fields = {name: [*chosen, OTHER], f"{name}{OTHER}": own}
    first = values[0]
    if isinstance(first, Quantity) and len(item.units()) > 1:
        fields[f"{name}{UNIT}"] = [first.code or first.unit]
    return fields


# --- what was answered before ---------------------------------------------------------------------


def read_back(plan: Plan, response: Json, zone: tzinfo) -> Beginning:
    """Answers as they are stored, put into the form again. Raises MalformedAnswer."""
    fields: dict[str, list[str]] = {}
    given: dict[Key, tuple[AnswerValue, ...]] = {}
    files: dict[str, tuple[Attachment, ...]] = {}
    holder = Element.resource(response, "QuestionnaireResponse")

    def take(element: Element, path: Path) -> None:
        seen: dict[str, int] = {}
        for each in element.children("item"):
            link_id = each.required_text("linkId")
            item = plan.items.get(link_id)
            if item is None:
                continue  # another version of the form had it
            inside = path
            if is_repeating_group(item):
                seen[link_id] = seen.get(link_id, 0) + 1
                if seen[link_id] > MOST_ROWS:
                    continue
                inside = (*path, seen[link_id])
                numbers = [str(number + 1) for number in range(seen[link_id])]
                fields[name_of(link_id, path) + ROWS] = numbers
            keep(item, inside, each)
            take(each, inside)
            for answer in each.children("answer"):
                take(answer, inside)

    def keep(item: Item, path: Path, element: Element) -> None:
        values = tuple(
            v for a in element.children("answer") if (v := answer_in(item, a)) is not None
        )
        is_given = item.link_id in plan.given
        if values and item.type == "attachment" and not is_given:
            files[name_of(item.link_id, path)] = tuple(
                each for each in values if isinstance(each, Attachment)
            )
        elif values and is_given and item.is_question and item.type != "attachment":
            given[item.link_id, path] = values
        elif values and item.is_question and not is_given:
            fields.update(as_fields(item, name_of(item.link_id, path), values, zone))

    take(holder, ())
    return Beginning(
        fields, given, files=files, source=f"QuestionnaireResponse/{response.get('id', '')}"
    )


def answer_in(item: Item, answer: Element) -> AnswerValue | None:
    """A coded answer is the option of the form that has its code, in the system that it has."""
    coding = answer.child("valueCoding")
    if coding is None:
        return value_in(answer, "value")
    code, system = coding.text("code"), coding.text("system")
    for option in item.options:
        if option.code == (code or coding.text("display")) and (option.system or None) == system:
            return option.posted
    return code or coding.text("display")


# --- kept between two steps -----------------------------------------------------------------------


def given_as_json(plan: Plan, given: Mapping[Key, tuple[AnswerValue, ...]]) -> list[Any]:
    return [
        {"linkId": link, "path": list(path), "answer": [answer_to(plan.items[link], v) for v in vs]}
        for (link, path), vs in given.items()
    ]


def given_from_json(plan: Plan, kept: Any) -> dict[Key, tuple[AnswerValue, ...]]:
    """What another version of the form had and this one has not is left out."""
    return dict(_each_given(plan, kept))


def _each_given(plan: Plan, kept: Any) -> Iterator[tuple[Key, tuple[AnswerValue, ...]]]:
    for each in kept if isinstance(kept, list) else ():
        item = plan.items.get(str(each.get("linkId")))
        if item is None:
            continue
        try:
            answers = Element(each, item.link_id).children("answer")
            values = tuple(v for a in answers if (v := answer_in(item, a)) is not None)
        except MalformedAnswer:
            continue
        if values:
            yield (item.link_id, tuple(int(row) for row in each.get("path", ()))), values


def with_given(known: Known, given: Mapping[Key, tuple[AnswerValue, ...]]) -> Known:
    return replace(known, given=given)
