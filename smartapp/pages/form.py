"""A Questionnaire as fields on a page, with answers given so far and what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from smartapp.fhir.questionnaire import Item, LocalText, Questionnaire
from smartapp.words import Words, in_locale
from smartapp.workflow.forms import Fault, FieldFault, Fields

BOOLEAN = ("true", "false")


@dataclass(frozen=True)
class Choice:
    value: str
    text: str
    checked: bool


@dataclass(frozen=True)
class Field:
    kind: str  # "group", "radios", "checkboxes", "text", "textarea", "display"
    name: str
    label: str
    hint: str = ""
    value: str = ""
    choices: tuple[Choice, ...] = ()
    error: str = ""
    max_length: int | None = None
    numeric: bool = False
    required: bool = False
    counter: Mapping[str, object] | None = None  # how the letters left are said
    asked_when: str = ""  # for the page's script: the same conditions that the server applies
    fields: tuple[Field, ...] = ()

    @property
    def anchor(self) -> str:
        """Where the error summary leads: the first control of the field."""
        return f"#{self.name}"


@dataclass(frozen=True)
class FaultLine:
    text: str
    href: str


def fields_of(
    words: Words, questionnaire: Questionnaire, posted: Fields, faults: Sequence[FieldFault]
) -> tuple[Field, ...]:
    wrong = {fault.link_id: fault for fault in faults}
    return tuple(
        _field(words, item, posted, wrong)
        for item in questionnaire.items
        if not item.hidden and item.control != "help"
    )


def fault_lines(fields: Sequence[Field]) -> tuple[FaultLine, ...]:
    lines: list[FaultLine] = []
    for field in fields:
        if field.error:
            lines.append(FaultLine(f"{field.error}: {field.label}", field.anchor))
        lines.extend(fault_lines(field.fields))
    return tuple(lines)


def _field(words: Words, item: Item, posted: Fields, wrong: Mapping[str, FieldFault]) -> Field:
    label = in_locale(item.text, words.locale)
    optional = not item.required and item.type not in {"group", "display"}
    given = list(posted.get(item.link_id, ()))
    fault = wrong.get(item.link_id)
    return Field(
        kind=_kind(item),
        name=item.link_id,
        label=words("{question} (you can skip this)", question=label) if optional else label,
        hint=in_locale(item.help, words.locale) if item.help else "",
        value=given[0] if given else "",
        choices=tuple(_choices(words, item, given)),
        error=_error(words, fault) if fault else "",
        max_length=item.max_length,
        counter=_counter(words) if item.max_length else None,
        numeric=item.type in {"integer", "decimal"},
        required=item.required,
        asked_when=_asked_when(item),
        fields=tuple(
            _field(words, inner, posted, wrong)
            for inner in item.items
            if not inner.hidden and inner.control != "help"
        ),
    )


def _counter(words: Words) -> Mapping[str, object]:
    """In the kit's names; its script puts the number in place of `%{count}`."""
    return {
        "textareaDescriptionText": words("You can write up to {count} letters.", count="%{count}"),
        "charactersUnderLimitText": {
            "one": words("1 letter left"),
            "other": words("{count} letters left", count="%{count}"),
        },
        "charactersAtLimitText": words("No letters left"),
        "charactersOverLimitText": {
            "one": words("1 letter too many"),
            "other": words("{count} letters too many", count="%{count}"),
        },
    }


def _kind(item: Item) -> str:
    if item.type in {"group", "display"}:
        return item.type
    if item.type in {"choice", "boolean"}:
        return "checkboxes" if item.repeats else "radios"
    return "textarea" if item.type == "text" else "text"


def _choices(words: Words, item: Item, given: Sequence[str]) -> list[Choice]:
    if item.type == "boolean":
        texts = (words("Yes"), words("No"))
        return [
            Choice(value, text, value in given) for value, text in zip(BOOLEAN, texts, strict=True)
        ]
    return [
        Choice(option.code, in_locale(option.display, words.locale), option.code in given)
        for option in item.options
    ]


def _error(words: Words, fault: FieldFault) -> str:
    if fault.fault is Fault.MISSING:
        return words("Answer this question")
    if fault.fault is Fault.TOO_LONG:
        return words("Make this shorter, {limit} letters at most", limit=fault.limit)
    if fault.fault is Fault.NOT_A_NUMBER:
        return words("Write a number here")
    if fault.fault is Fault.NOT_ASKED:
        return words(
            "You wrote something here, but another answer says it is not needed. "
            "Change that answer, or clear this"
        )
    return words("Choose one of the answers")


def _asked_when(item: Item) -> str:
    if not item.conditions:
        return ""
    conditions = [
        {"question": each.question, "operator": each.operator, "answer": _posted(each.answer)}
        for each in item.conditions
    ]
    return json.dumps({"any": item.any_condition, "conditions": conditions})


def _posted(value: object) -> str:
    """A value as a browser posts it."""
    if isinstance(value, bool):
        return BOOLEAN[0] if value else BOOLEAN[1]
    return str(value) if isinstance(value, str | Decimal) else ""


def answer_words(words: Words, item: Item, values: Sequence[object]) -> str:
    """An answer as a person reads it."""
    shown = []
    for value in values:
        option = item.option(str(value))
        if isinstance(value, bool):
            shown.append(words("Yes") if value else words("No"))
        else:
            text: LocalText | None = option.display if option else None
            shown.append(in_locale(text, words.locale) if text else str(value))
    return ", ".join(shown)
