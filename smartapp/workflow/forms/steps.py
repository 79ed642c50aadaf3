"""What one step of a person changes in what they have typed so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from smartapp.workflow.forms.naming import ROWS, WAS, name_of
from smartapp.workflow.forms.plan import is_repeating_group
from smartapp.workflow.forms.posted import OTHER, UNIT, as_posted
from smartapp.workflow.forms.tree import MOST_ROWS, FilledForm, Slot

SHOWN = "~shown"  # posted beside boxes to tick: none of them ticked is an answer, too
LONGEST_POST = 8000  # letters of one field
MOST_VALUES = 60  # of one question

Kept = dict[str, list[str]]


def taken(
    filled: FilledForm,
    slots: Iterable[Slot],
    kept: Mapping[str, Sequence[str]],
    posted: Mapping[str, Sequence[str]],
) -> Kept:
    """The draft with what was posted for these places, and with nothing else of the post."""
    after: Kept = {name: list(values) for name, values in kept.items()}
    for slot in slots:
        is_given = slot.item.link_id in filled.plan.given
        if not slot.item.is_question or is_given or slot.item.type == "attachment":
            continue
        for name in (slot.name, slot.name + OTHER, slot.name + UNIT):
            if name in posted:
                after[name] = [text[:LONGEST_POST] for text in posted[name]][:MOST_VALUES]
        if slot.name not in posted and f"{slot.name}{SHOWN}" in posted:
            after[slot.name] = []
        if slot.item.calculated:
            values = filled.values.get(slot.key, ())
            after[slot.name + WAS] = [as_posted(value) for value in values]
    return after


def with_row(filled: FilledForm, kept: Mapping[str, Sequence[str]], name: str) -> Kept:
    """One more row of the group, or one more line of the question, that has this name."""
    after: Kept = {each: list(values) for each, values in kept.items()}
    for (link, path), rows in filled.rows.items():
        if name_of(link, path) == name and len(rows) < most_rows(filled, link):
            after[name + ROWS] = [*map(str, rows), str(max(rows, default=0) + 1)]
    slot = _question(filled, name)
    if slot is not None and slot.item.repeats:
        lines = after.get(name) or [""]
        most = min(slot.item.max_occurs or MOST_ROWS, MOST_ROWS)
        after[name] = [*lines, ""] if len(lines) < most else lines
    return after


def without_row(filled: FilledForm, kept: Mapping[str, Sequence[str]], name: str, row: int) -> Kept:
    """The row goes, and all that was typed in it."""
    after: Kept = {each: list(values) for each, values in kept.items()}
    for (link, path), rows in filled.rows.items():
        if name_of(link, path) == name and row in rows:
            after[name + ROWS] = [str(each) for each in rows if each != row]
            inside = (*path, row)
            for slot in filled.slots.values():
                if slot.path[: len(inside)] == inside and _lies_in(filled, slot, link):
                    for tail in ("", OTHER, UNIT, WAS, ROWS):
                        after.pop(slot.name + tail, None)
    return after


def _lies_in(filled: FilledForm, slot: Slot, link: str) -> bool:
    step: Slot | None = slot
    while step is not None:
        if step.item.link_id == link:
            return True
        step = filled.slots[step.parent] if step.parent else None
    return False


def _question(filled: FilledForm, name: str) -> Slot | None:
    found = (slot for slot in filled.slots.values() if slot.name == name and slot.item.is_question)
    return next(found, None)


def most_rows(filled: FilledForm, link: str) -> int:
    item = filled.plan.items[link]
    return min(item.max_occurs or MOST_ROWS, MOST_ROWS) if is_repeating_group(item) else 0
