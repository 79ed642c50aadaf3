"""What is asked, what is calculated and what is wrong, by all that was answered so far.

Each step of a person starts this anew from what they posted: the page is not believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from smartapp.fhir.questionnaire import AnswerValue, Expression, Item
from smartapp.workflow.forms.expressions import ExpressionFailed, pattern
from smartapp.workflow.forms.naming import WAS, name_of
from smartapp.workflow.forms.plan import Plan
from smartapp.workflow.forms.posted import (
    Fault,
    FieldFault,
    Fields,
    Reading,
    as_posted,
    read_posted,
)
from smartapp.workflow.forms.scope import Scope, in_time, is_over
from smartapp.workflow.forms.scores import score_of
from smartapp.workflow.forms.tree import FilledForm, Key, Slot, lay_out
from smartapp.workflow.forms.values import value_from

MOST_ROUNDS = 8  # of expressions that depend on each other: a chain of more is a circle

Values = dict[Key, tuple[AnswerValue, ...]]


@dataclass(frozen=True)
class Known:
    """What there is beside the posted fields."""

    reading: Reading = field(default_factory=Reading)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    # What was there from the start and is nobody's to change, by its place in the form.
    given: Mapping[Key, tuple[AnswerValue, ...]] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)  # %patient and others, as plain JSON


NOTHING = Known()


def work_out(plan: Plan, fields: Fields, known: Known = NOTHING) -> FilledForm:
    slots, rows = lay_out(plan, fields)
    values: Values = {}
    faults: dict[Key, FieldFault] = {}
    for key, slot in slots.items():
        if not slot.item.is_question:
            continue
        if slot.item.link_id in plan.given:
            values[key] = known.given.get(key, ())
            continue
        values[key], fault = read_posted(slot.item, slot.name, fields, known.reading)
        if fault is not None:
            faults[key] = fault
    filled = FilledForm(plan, slots, rows, values, frozenset())
    filled, broken = _settled(filled, fields, known)
    wrong = dict(_wrong(filled, faults))
    if plan.expressions and not broken:
        wrong_by_rule, broken = _broken_rules(filled, known)
        wrong = {**wrong_by_rule, **wrong}
    return replace(filled, faults=wrong, broken=broken)


# --- what is asked, and what is calculated --------------------------------------------------------


def _settled(
    filled: FilledForm, fields: Fields, known: Known
) -> tuple[FilledForm, tuple[str, ...]]:
    """Goes round until nothing changes any more."""
    calculating = [s for s in filled.slots.values() if s.item.calculated or is_score(s.item)]
    switched = [slot for slot in filled.slots.values() if slot.item.enabled_by]
    switches: dict[Key, bool] = {slot.key: True for slot in switched}
    ends = in_time()  # for all rounds: what is cut off at another place each time never rests
    for _ in range(MOST_ROUNDS):
        before = (filled.asked, filled.values, dict(switches))
        filled = replace(filled, asked=_asked(filled, switches))
        if not calculating and not switched:
            return filled, ()
        scope = Scope(filled, known.context, known.now, ends)
        broken: list[str] = []
        for slot in switched:
            try:
                switches[slot.key] = _is_true(scope.run(slot.item.enabled_by, slot))
            except ExpressionFailed:
                broken.append(slot.item.link_id)  # it stays asked, and the form stays open
        values = dict(filled.values)
        for slot in calculating:
            try:
                values[slot.key] = _calculated(filled, slot, scope, fields, known)
            except ExpressionFailed:
                broken.append(slot.item.link_id)
        filled = replace(filled, values=values, asked=_asked(filled, switches))
        if (filled.asked, filled.values, switches) == before:
            return filled, tuple(broken)
        if is_over(ends):
            return filled, tuple(broken) or ("time",)
    return filled, ("circle",)


def _asked(filled: FilledForm, switches: Mapping[Key, bool]) -> frozenset[Key]:
    """In an order in which whatever decides is decided before."""
    by_link: dict[str, list[Slot]] = {}
    for slot in filled.slots.values():
        by_link.setdefault(slot.item.link_id, []).append(slot)
    asked: set[Key] = set()
    for link in filled.plan.order:
        for slot in by_link.get(link, ()):
            if _is_asked(filled, slot, asked, by_link) and switches.get(slot.key, True):
                asked.add(slot.key)
    return frozenset(asked)


def _is_asked(
    filled: FilledForm, slot: Slot, asked: set[Key], by_link: Mapping[str, list[Slot]]
) -> bool:
    """What lies below a question is asked once that question is answered."""
    if slot.parent is not None:
        if slot.parent not in asked:
            return False
        above = filled.slots[slot.parent].item
        is_asked = slot.item.type != "display"
        if above.is_question and is_asked and not filled.values.get(slot.parent):
            return False
    given = tuple(
        _seen_from(filled, slot, condition.question, asked, by_link)
        for condition in slot.item.conditions
    )
    return slot.item.is_asked_by(given)


def _seen_from(
    filled: FilledForm,
    slot: Slot,
    question: str,
    asked: set[Key],
    by_link: Mapping[str, list[Slot]],
) -> tuple[AnswerValue, ...]:
    """The answers to a question in the rows that both stand in."""
    mine = filled.plan.repeating[slot.item.link_id]
    theirs = filled.plan.repeating.get(question, ())
    if filled.plan.items.get(slot.item.link_id) and slot.item.repeats and slot.item.type == "group":
        mine = (*mine, slot.item.link_id)
    shared = 0
    for one, other in zip(mine, theirs, strict=False):
        if one != other:
            break
        shared += 1
    return tuple(
        value
        for each in by_link.get(question, ())
        if each.key in asked and each.path[:shared] == slot.path[:shared]
        for value in filled.values.get(each.key, ())
    )


def _is_true(found: list[Any]) -> bool:
    """Nothing is not true; one thing that is no truth value counts as there."""
    return bool(found) and found != [False]


def is_score(item: Item) -> bool:
    """A total that no expression works out, and that no patient may set."""
    return item.calculated is None and score_of(item) is not None


def _calculated(
    filled: FilledForm, slot: Slot, scope: Scope, fields: Fields, known: Known
) -> tuple[AnswerValue, ...]:
    item = slot.item
    score = score_of(item) if item.calculated is None else None
    if score is not None:
        total = score.total(filled)
        return () if total is None else (total,)
    found = scope.run(item.calculated or Expression("", ""), slot)
    made = tuple(value for each in found if (value := value_from(item, each)) is not None)
    made = made if item.repeats else made[:1]
    if item.link_id in filled.plan.given or not _is_edited(slot, made, fields, known):
        return made
    return filled.values.get(slot.key, ())


def _is_edited(slot: Slot, made: tuple[AnswerValue, ...], fields: Fields, known: Known) -> bool:
    """A person may overrule what was calculated: then it stays as they wrote it."""
    posted = [text for text in fields.get(slot.name, ()) if text.strip()]
    if not posted:
        return False
    zone = known.reading.zone
    was = fields.get(slot.name + WAS)
    return posted != (list(was) if was is not None else [as_posted(each, zone) for each in made])


# --- what is wrong --------------------------------------------------------------------------------


def _wrong(filled: FilledForm, read: Mapping[Key, FieldFault]) -> Mapping[Key, FieldFault]:
    wrong: dict[Key, FieldFault] = {}
    for key, slot in filled.slots.items():
        item = slot.item
        if key not in filled.asked or not _is_open_to_change(filled, slot):
            continue
        fault = read.get(key) if not item.calculated else None
        if fault is None and item.is_question:
            fault = _wrong_answer(item, filled.values.get(key, ()))
        if fault is not None:
            wrong[key] = fault
    for (link, path), numbers in filled.rows.items():
        item = filled.plan.items[link]
        used = [n for n in numbers if _is_used(filled, (link, (*path, n)))]
        least = item.min_occurs or (1 if item.required else 0)
        around = filled.slots.get((link, (*path, numbers[0]))) if numbers else None
        if item.max_occurs is not None and len(used) > item.max_occurs and numbers:
            wrong[link, (*path, numbers[0])] = FieldFault(link, Fault.TOO_MANY, item.max_occurs)
        elif around is not None and around.key in filled.asked and len(used) < least:
            wrong[around.key] = FieldFault(link, Fault.TOO_FEW, least)
    return wrong


def _is_used(filled: FilledForm, key: Key) -> bool:
    slot = filled.slots.get(key)
    if slot is None:
        return False
    return bool(filled.values.get(key)) or any(_is_used(filled, s.key) for s in filled.below(slot))


def _is_open_to_change(filled: FilledForm, slot: Slot) -> bool:
    """A person can only mend what they can reach."""
    step: Slot | None = slot
    while step is not None:
        if step.item.link_id in filled.plan.given or is_score(step.item):
            return False
        step = filled.slots[step.parent] if step.parent else None
    return True


def _wrong_answer(item: Item, values: tuple[AnswerValue, ...]) -> FieldFault | None:
    if item.required and not values:
        return FieldFault(item.link_id, Fault.MISSING)
    for value in values:
        if item.regex and isinstance(value, str | Decimal) and not _fits(item.regex, str(value)):
            return FieldFault(item.link_id, Fault.NOT_THE_SHAPE)
    return None


def _fits(regex: str, text: str) -> bool:
    return pattern(regex).fullmatch(text) is not None


def _broken_rules(
    filled: FilledForm, known: Known
) -> tuple[dict[Key, FieldFault], tuple[str, ...]]:
    scope = Scope(filled, known.context, known.now)
    wrong: dict[Key, FieldFault] = {}
    broken: list[str] = []
    for key, slot in filled.slots.items():
        if key not in filled.asked or not _is_used(filled, key):
            continue
        for rule in slot.item.rules:
            try:
                holds = _is_true(scope.run(rule.expression, slot))
            except ExpressionFailed:
                broken.append(slot.item.link_id)
                continue
            if not holds and rule.is_error:
                wrong[key] = FieldFault(slot.item.link_id, Fault.RULE, rule.human or rule.key)
    return wrong, tuple(broken)


def name_at(link_id: str, slot: Slot, plan: Plan) -> str:
    """The control that a condition of this slot asks about, where both stand in the same rows."""
    shared = 0
    for one, other in zip(
        plan.repeating[slot.item.link_id], plan.repeating.get(link_id, ()), strict=False
    ):
        if one != other:
            break
        shared += 1
    return name_of(link_id, slot.path[:shared])
