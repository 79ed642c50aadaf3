"""A form that is being filled in, as fields: groups, rows, tables, and what is asked at times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo

from smartapp.fhir.questionnaire import AnswerValue, Item
from smartapp.pages.form.answer import answer_words
from smartapp.pages.form.fields import asked_when, field_of, is_shown
from smartapp.pages.form.model import Column, Field, Row
from smartapp.pages.form.rich import safe_html
from smartapp.pages.form.shelf import Shelf
from smartapp.words import Words, in_locale
from smartapp.workflow.forms import Fields, as_posted
from smartapp.workflow.forms.files import takes_any
from smartapp.workflow.forms.naming import name_of
from smartapp.workflow.forms.plan import is_repeating_group
from smartapp.workflow.forms.steps import most_rows
from smartapp.workflow.forms.tree import FilledForm, Slot
from smartapp.workflow.forms.working_out import is_score, name_at

TABLES = frozenset({"gtable", "htable", "table", "grid", "group-table"})


class FormFields:
    """Makes the fields of one filled form, in one language."""

    def __init__(
        self,
        words: Words,
        filled: FilledForm,
        fields: Fields,
        zone: tzinfo,
        *,
        complain: bool,
        shelf: Shelf | None = None,
    ) -> None:
        self.words = words
        self._filled = filled
        self._fields = fields
        self._zone = zone
        self._complain = complain
        self._shelf = shelf or Shelf()
        self._here: frozenset[str] = frozenset()  # questions of this page that can be answered

    def of(self, items: tuple[Item, ...]) -> tuple[Field, ...]:
        """Those of one page."""
        self._here = frozenset(_with_a_control(items)) - self._filled.plan.given
        return self._inside(items, ())

    def _inside(self, items: tuple[Item, ...], path: tuple[int, ...]) -> tuple[Field, ...]:
        return tuple(self._each(items, path))

    def _asked_when(self, item: Item, slot: Slot) -> str:
        """The page's script can only decide by what stands on the page: for the rest, the server
        has decided, and it stays so.
        """
        if any(each.question not in self._here for each in item.conditions):
            return ""
        return asked_when(item, lambda link: name_at(link, slot, self._filled.plan))

    def _each(self, items: Iterable[Item], path: tuple[int, ...]) -> Iterable[Field]:
        for item in items:
            if not is_shown(item) or is_score(item):
                continue
            if is_repeating_group(item):
                yield self._rows(item, path)
            else:
                yield self._field(self._filled.slots[item.link_id, path])

    def _field(self, slot: Slot) -> Field:
        item, filled = slot.item, self._filled
        fault = filled.faults.get(slot.key) if self._complain else None
        made = field_of(
            self.words,
            item,
            slot.name,
            self._as_shown(slot),
            fault,
            inner=self._inside(item.items, slot.path),
            asked_when=self._asked_when(item, slot),
            zone=self._zone,
        )
        made = replace(
            made,
            shown=self._is_shown(slot),
            html=safe_html(in_locale(item.xhtml, self.words.locale)),
        )
        if item.is_question and item.link_id in filled.plan.given:
            return replace(made, kind="fixed", value=self._said(item, filled.values.get(slot.key)))
        if made.kind == "files":
            return self._files(item, made)
        if _has_lines(item):
            lines = tuple(self._fields.get(slot.name, ())) or ("",)
            add = self.words("Add another answer")
            return replace(made, kind="lines", values=lines, add=add)
        if item.type == "group" and item.control in TABLES:
            return self._as_table(made)
        return made

    def _files(self, item: Item, made: Field) -> Field:
        if not takes_any(item):
            instead = self.words(
                "This kind of file cannot be sent here. Please bring it to your visit."
            )
            return replace(made, kind="fixed", value=instead)
        return replace(made, files=self._shelf.shown(self.words, made.values, made.name))

    def _is_shown(self, slot: Slot) -> bool:
        """What is not asked because of what stands around it is hidden and shown with that."""
        decides_itself = bool(slot.item.conditions or slot.item.enabled_by)
        return slot.key in self._filled.asked or not decides_itself

    def _as_shown(self, slot: Slot) -> Fields:
        """A calculated value stands in its field as if it had been typed."""
        values = self._filled.values.get(slot.key, ())
        if slot.item.calculated and values:
            return {slot.name: [as_posted(value, self._zone) for value in values]}
        # Without this the form's own start would come back whenever an answer is taken away.
        return self._fields if slot.name in self._fields else {slot.name: []}

    def _said(self, item: Item, values: tuple[AnswerValue, ...] | None) -> str:
        return answer_words(self.words, item, values or ())

    # --- rows -------------------------------------------------------------------------------------

    def _rows(self, item: Item, path: tuple[int, ...]) -> Field:
        words, filled = self.words, self._filled
        name = name_of(item.link_id, path)
        label = in_locale(item.text, words.locale)
        numbers = filled.rows[item.link_id, path]
        rows = []
        wrong = ""
        for index, number in enumerate(numbers, start=1):
            slot = filled.slots[item.link_id, (*path, number)]
            made = self._field(replace(slot, item=replace(item, repeats=False)))
            wrong = wrong or made.error
            rows.append(
                Row(
                    number=number,
                    label=words("{group}, number {n}", group=label, n=index)
                    if label
                    else str(index),
                    fields=made.fields,
                    remove=words("Take away {group}, number {n}", group=label, n=index),
                )
            )
        first = filled.slots.get((item.link_id, (*path, numbers[0]))) if numbers else None
        outside = Slot(item, path, None)
        table = item.control in TABLES and not any(f.fields for row in rows for f in row.fields)
        return Field(
            kind="rows",
            name=name,
            label=label,
            error=wrong,
            rows=tuple(rows),
            columns=_columns(rows[0].fields) if table and rows else (),
            asked_when=self._asked_when(item, outside),
            shown=self._is_shown(first) if first else True,
            add=words("Add another: {group}", group=label)
            if len(numbers) < most_rows(filled, item.link_id)
            else "",
        )

    def _as_table(self, made: Field) -> Field:
        """Rows are questions with the same answers, or groups with the same questions."""
        inner = made.fields
        choices = {tuple((c.value, c.text) for c in each.choices) for each in inner}
        if inner and len(choices) == 1 and all(f.kind == "radios" and not f.own for f in inner):
            columns = tuple(Column(choice.text) for choice in inner[0].choices)
            return replace(made, kind="choices", columns=columns)
        labels = {tuple(each.label for each in group.fields) for group in inner}
        if inner and len(labels) == 1 and all(f.kind == "group" and f.fields for f in inner):
            rows = tuple(Row(0, each.label, each.fields, "") for each in inner)
            return replace(made, kind="rows", rows=rows, columns=_columns(inner[0].fields), add="")
        return made


def _with_a_control(items: tuple[Item, ...]) -> Iterable[str]:
    for item in items:
        if is_shown(item) and item.is_question and not is_score(item):
            yield item.link_id
        yield from _with_a_control(item.items)


def _columns(fields: tuple[Field, ...]) -> tuple[Column, ...]:
    return tuple(Column(each.label) for each in fields)


def _has_lines(item: Item) -> bool:
    """Several answers that are written, not chosen."""
    written = {"string", "text", "integer", "decimal", "date", "dateTime", "time", "url"}
    return item.repeats and not item.options and item.type in (written | {"open-choice"})
