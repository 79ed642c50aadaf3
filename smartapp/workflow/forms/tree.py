"""A form that is being filled in: each question in each row it stands in, with what is answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from smartapp.fhir.questionnaire import Answers, AnswerValue, Item
from smartapp.fhir.response import answer_to
from smartapp.workflow.forms.naming import ROWS, Path, name_of
from smartapp.workflow.forms.plan import Plan, is_repeating_group
from smartapp.workflow.forms.posted import FieldFault, Fields

MOST_ROWS = 40

Key = tuple[str, Path]


@dataclass(frozen=True)
class Slot:
    """One item in one place."""

    item: Item
    path: Path
    parent: Key | None

    @property
    def key(self) -> Key:
        return self.item.link_id, self.path

    @property
    def name(self) -> str:
        return name_of(*self.key)


@dataclass(frozen=True)
class FilledForm:
    plan: Plan
    slots: Mapping[Key, Slot]  # in the order of the page
    rows: Mapping[Key, tuple[int, ...]]  # of each repeating group
    values: Mapping[Key, tuple[AnswerValue, ...]]
    asked: frozenset[Key]
    faults: Mapping[Key, FieldFault] = field(default_factory=dict)
    broken: tuple[str, ...] = ()  # what could not be worked out: nothing of this may be completed

    @property
    def complete(self) -> bool:
        return not self.faults and not self.broken

    def children(self, items: tuple[Item, ...], path: Path) -> Iterator[Slot]:
        """The places of these items: a repeating group has one for each of its rows."""
        for item in items:
            for row in self.rows[item.link_id, path] if is_repeating_group(item) else (None,):
                yield self.slots[item.link_id, path if row is None else (*path, row)]

    def below(self, slot: Slot) -> Iterator[Slot]:
        return self.children(slot.item.items, slot.path)

    def answers(self) -> Answers:
        """By linkId alone, for what asks no more than that: rules, summaries, scores."""
        found: dict[str, tuple[AnswerValue, ...]] = {}
        for key in self.slots:
            if key in self.asked and self.values.get(key):
                found[key[0]] = (*found.get(key[0], ()), *self.values[key])
        return found

    def dropped(self) -> Iterator[Slot]:
        """What was answered, and is no longer asked."""
        for key, slot in self.slots.items():
            if key not in self.asked and self.values.get(key) and not slot.item.hidden:
                yield slot

    def response_items(self, *, all_of_them: bool = False, scored: bool = False) -> list[Any]:
        """As a QuestionnaireResponse has them. `all_of_them`: a draft keeps what is not asked."""
        return list(self._response(self.plan.form.items, (), all_of_them, scored))

    def response_of(self, slot: Slot, *, scored: bool = False) -> dict[str, Any] | None:
        """One place, with all below it; None where nothing is answered there."""
        return next(self._written([slot], False, scored), None)

    def _response(
        self, items: tuple[Item, ...], path: Path, all_of_them: bool, scored: bool
    ) -> Iterator[dict[str, Any]]:
        return self._written(self.children(items, path), all_of_them, scored)

    def _written(
        self, slots: Iterable[Slot], all_of_them: bool, scored: bool
    ) -> Iterator[dict[str, Any]]:
        for slot in slots:
            item = slot.item
            if item.type == "display" or not (all_of_them or slot.key in self.asked):
                continue
            inner = list(self._response(item.items, slot.path, all_of_them, scored))
            head = {"linkId": item.link_id} | ({"text": item.text["en"]} if item.text["en"] else {})
            if item.type == "group":
                if inner:
                    yield {**head, "item": inner}
                continue
            given = [_answer(item, value, scored) for value in self.values.get(slot.key, ())]
            if given:
                given[0] |= {"item": inner} if inner else {}
                yield {**head, "answer": given}


ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def _answer(item: Item, value: AnswerValue, scored: bool) -> dict[str, Any]:
    """`scored`: with the score of the option, for expressions that look for it there."""
    answer = answer_to(item, value)
    option = item.option(value) if scored and isinstance(value, str) else None
    if option is not None and option.score is not None and "valueCoding" in answer:
        answer["valueCoding"]["extension"] = [{"url": ORDINAL, "valueDecimal": option.score}]
    return answer


def lay_out(plan: Plan, fields: Fields) -> tuple[dict[Key, Slot], dict[Key, tuple[int, ...]]]:
    """Every place of the form, with the rows that were added so far."""
    slots: dict[Key, Slot] = {}
    rows: dict[Key, tuple[int, ...]] = {}

    def place(items: tuple[Item, ...], path: Path, parent: Key | None) -> None:
        for item in items:
            numbers: tuple[int | None, ...] = (None,)
            if is_repeating_group(item):
                numbers = rows[item.link_id, path] = rows_of(item, path, fields)
            for number in numbers:
                inside = path if number is None else (*path, number)
                slot = Slot(item, inside, parent)
                slots[slot.key] = slot
                place(item.items, inside, slot.key)

    place(plan.form.items, (), None)
    return slots, rows


def rows_of(item: Item, path: Path, fields: Fields) -> tuple[int, ...]:
    """As many as were added; at first one to fill in, or as many as there must be."""
    kept = fields.get(name_of(item.link_id, path) + ROWS)
    if kept is None:
        return tuple(range(1, max(1, min(item.min_occurs or 1, MOST_ROWS)) + 1))
    numbers = (int(each) for each in kept if each.isascii() and each.isdigit() and len(each) < 5)
    return tuple(dict.fromkeys(numbers))[:MOST_ROWS]
