"""A long form is filled in one part after the other: each group that stands on its own is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smartapp.fhir.questionnaire import Item, LocalText
from smartapp.workflow.forms.plan import Plan
from smartapp.workflow.forms.tree import FilledForm, Slot

MOST_QUESTIONS_TOGETHER = 12


@dataclass(frozen=True)
class Part:
    number: int  # from 0
    items: tuple[Item, ...]  # of the first level

    @property
    def title(self) -> LocalText:
        return self.items[0].text if len(self.items) == 1 else {"en": ""}

    def slots(self, filled: FilledForm) -> Iterator[Slot]:
        """Every place in this part, whether it is asked or not."""

        def walk(items: tuple[Item, ...], path: tuple[int, ...]) -> Iterator[Slot]:
            for slot in filled.children(items, path):
                yield slot
                yield from walk(slot.item.items, slot.path)

        return walk(self.items, ())

    def is_asked(self, filled: FilledForm) -> bool:
        """Something of it can be answered, or has to be read."""
        return any(
            slot.key in filled.asked and not slot.item.hidden and slot.item.type != "group"
            for slot in self.slots(filled)
        )


def parts_of(plan: Plan) -> tuple[Part, ...]:
    shown = tuple(item for item in plan.form.items if not item.hidden)
    questions = sum(1 for item in plan.items.values() if item.is_question and not item.hidden)
    if questions <= MOST_QUESTIONS_TOGETHER and not any(i.control == "page" for i in shown):
        return (Part(0, shown),) if shown else ()
    runs: list[tuple[Item, ...]] = []
    loose: tuple[Item, ...] = ()
    for item in shown:
        if item.type != "group":
            loose = (*loose, item)
            continue
        # What stands before a group introduces it, where it only says something.
        if loose and all(each.type == "display" for each in loose):
            runs.append((*loose, item))
        else:
            runs += [loose, (item,)] if loose else [(item,)]
        loose = ()
    runs += [loose] if loose else []
    return tuple(Part(number, items) for number, items in enumerate(runs))
