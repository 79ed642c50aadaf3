"""What an expression of a form can see: the answers, the form, and what the launch brought."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from smartapp.fhir.questionnaire import Expression
from smartapp.workflow.forms.expressions import ExpressionFailed, run
from smartapp.workflow.forms.tree import FilledForm, Slot

ALL_SECONDS = 1.0  # of this thread's own time, for all expressions of a form together


def in_time() -> float:
    """When work on a form that begins now has to end, by this thread's own time."""
    return time.thread_time() + ALL_SECONDS


def is_over(ends: float) -> bool:
    return time.thread_time() > ends


class Scope:
    """For one state of the answers."""

    def __init__(
        self,
        filled: FilledForm,
        context: Mapping[str, Any],
        now: datetime,
        ends: float | None = None,
    ) -> None:
        self._filled = filled
        self._now = now
        self._ends = in_time() if ends is None else ends
        form = filled.plan.form
        self._response = {
            "resourceType": "QuestionnaireResponse",
            "questionnaire": form.canonical,
            "status": "in-progress",
            "item": filled.response_items(scored=True),
        }
        self._base = {
            **in_every_spelling(context),
            "resource": self._response,
            "questionnaire": form.json,
        }
        self._worked_out: dict[tuple[object, str], Any] = {}

    def run(self, expression: Expression | None, slot: Slot | None) -> list[Any]:
        """Raises ExpressionFailed."""
        if expression is None:
            return []
        seen = dict(self._base)
        if slot is not None:
            seen["context"] = self._place(slot)
            seen["qitem"] = _raw(self._filled.plan.form.json, slot.item.link_id)
        for level, variable in self._in_reach(slot):
            key = (level, variable.name)
            if key not in self._worked_out:
                self._worked_out[key] = self._valued(variable, seen)
            seen[variable.name] = self._worked_out[key]
        return self._run(expression, seen)

    def _run(self, expression: Expression, seen: Mapping[str, Any]) -> list[Any]:
        """Many that each end in time could still hold up a worker."""
        if is_over(self._ends):
            raise ExpressionFailed("the form as a whole did not end in time")
        return run(expression, self._response, seen, now=self._now, scores=self._filled.plan.scores)

    def _valued(self, variable: Expression, seen: Mapping[str, Any]) -> Any:
        """What is asked of the EHR was put into the context before; here it may be missing."""
        if not variable.is_path:
            return self._base.get(variable.name, [])
        try:
            return self._run(variable, seen)
        except ExpressionFailed:
            return []

    def _in_reach(self, slot: Slot | None) -> list[tuple[object, Expression]]:
        """Of the form, then of each level down to the item."""
        levels: list[tuple[object, tuple[Expression, ...]]] = []
        step = slot
        while step is not None:
            levels.append((step.key, step.item.variables))
            step = self._filled.slots[step.parent] if step.parent else None
        levels.append((None, self._filled.plan.form.variables))
        return [(key, variable) for key, level in reversed(levels) for variable in level]

    def _place(self, slot: Slot) -> Any:
        """The item of the response that belongs to this place; an empty one where it has none."""
        return self._filled.response_of(slot, scored=True) or {"linkId": slot.item.link_id}


def in_every_spelling(context: Mapping[str, Any]) -> dict[str, Any]:
    """Forms write %patient and %Patient."""
    found: dict[str, Any] = {}
    for name, value in context.items():
        found |= {name.lower(): value, name[:1].upper() + name[1:]: value, name: value}
    return found


def _raw(json: Any, link_id: str) -> Any:
    for each in json.get("item", ()) if isinstance(json, Mapping) else ():
        if each.get("linkId") == link_id:
            return each
        found = _raw(each, link_id)
        if found:
            return found
    return {}
