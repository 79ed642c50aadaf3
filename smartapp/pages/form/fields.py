"""A Questionnaire as fields on a page, with answers given so far and what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, tzinfo
from decimal import Decimal

from smartapp.fhir.questionnaire import Item, Questionnaire
from smartapp.pages.form.faults import fault_words
from smartapp.pages.form.model import Choice, Field, Own
from smartapp.pages.form.shelf import button_words, kinds_taken
from smartapp.words import Words, in_locale
from smartapp.workflow.forms import OTHER, UNIT, FieldFault, Fields, as_posted
from smartapp.workflow.forms.posted import takes_part_of_a_date

OF_PATIENT = "http://hl7.org/fhir/StructureDefinition/Patient#Patient."
PURPOSES = {
    "name": "name",
    "name.given": "given-name",
    "name.family": "family-name",
    "birthDate": "bday",
    "telecom:phone.value": "tel",
    "telecom:email.value": "email",
    "address": "street-address",
    "address.line": "address-line1",
    "address.city": "address-level2",
    "address.state": "address-level1",
    "address.postalCode": "postal-code",
    "address.country": "country-name",
    "communication.language": "language",
}
BOOLEAN = ("true", "false")
MOST_RADIOS = 10  # beyond, a list to choose from is shorter to scroll through
LONGEST_HINT = 160  # letters: what is longer waits behind a heading until it is asked for


def fields_of(
    words: Words,
    questionnaire: Questionnaire,
    posted: Fields,
    faults: Sequence[FieldFault],
    zone: tzinfo = UTC,
) -> tuple[Field, ...]:
    """For a form in which each question is there once."""
    wrong = {fault.link_id: fault for fault in faults}

    def built(items: tuple[Item, ...]) -> tuple[Field, ...]:
        return tuple(
            field_of(
                words,
                item,
                item.link_id,
                posted,
                wrong.get(item.link_id),
                inner=built(item.items),
                asked_when=asked_when(item),
                zone=zone,
            )
            for item in items
            if is_shown(item)
        )

    return built(questionnaire.items)


def is_shown(item: Item) -> bool:
    return not item.hidden and not item.is_beside


def field_of(
    words: Words,
    item: Item,
    name: str,
    posted: Fields,
    fault: FieldFault | None,
    *,
    inner: tuple[Field, ...] = (),
    asked_when: str = "",
    zone: tzinfo = UTC,
) -> Field:
    locale = words.locale
    given = _given(item, name, posted, zone)
    kind = kind_of(item)
    explained = _explanation(words, item)
    units = item.units()
    return Field(
        kind=kind,
        name=name,
        label=label_of(words, item),
        hint=_hint(words, item, explained),
        value=given[0] if given else "",
        values=tuple(given),
        choices=tuple(_choices(words, item, given)),
        error=fault_words(words, fault) if fault else "",
        max_length=item.max_length,
        counter=_counter(words) if item.max_length else None,
        numeric=item.type in {"integer", "decimal", "quantity"},
        required=item.required,
        asked_when=asked_when,
        fields=inner,
        suffix=(units[0].display or units[0].code)
        if len(units) == 1
        else _unit_beside(words, item),
        units=tuple(_units(item, posted.get(f"{name}{UNIT}", ()))) if len(units) > 1 else (),
        unit_name=f"{name}{UNIT}",
        unit_label=words("Unit for: {question}", question=in_locale(item.text, locale)),
        own=_own(words, item, name, posted, given) if item.takes_own_words else None,
        more=explained if len(explained) > LONGEST_HINT else "",
        more_label=words("More about this question"),
        legal=in_locale(item.beside("legal") or {}, locale),
        low=_bound(item.min_value),
        high=_bound(item.max_value),
        add=button_words(words, item, sum(map(bool, given))) if kind == "files" else "",
        horizontal=item.horizontal,
        purpose=_purpose(item, kind),
        nothing=words("Choose from the list"),
    )


def _purpose(item: Item, kind: str) -> str:
    purpose = PURPOSES.get(item.definition.removeprefix(OF_PATIENT), "")
    is_one_line = kind != "textarea"
    return "address-line1" if purpose == "street-address" and is_one_line else purpose


def label_of(words: Words, item: Item) -> str:
    text = in_locale(item.text, words.locale)
    label = f"{item.prefix} {text}".strip()
    optional = not item.required and item.is_question and not is_fixed(item)
    return words("{question} (you can skip this)", question=label) if optional and text else label


def is_fixed(item: Item) -> bool:
    """Shown, and never taken from what is posted."""
    return item.read_only or item.type == "reference"


def kind_of(item: Item) -> str:
    if not item.is_question:
        return item.type
    if is_fixed(item):
        return "fixed"
    if item.type == "boolean" or item.options:
        return _kind_of_choice(item)
    kinds = {
        "text": "textarea",
        "integer": "number",
        "decimal": "number",
        "quantity": "number",
        "date": "text" if takes_part_of_a_date(item) else "date",
        "dateTime": "datetime-local",
        "time": "time",
        "url": "url",
        "attachment": "files",
        "open-choice": "text",
    }
    return kinds.get(item.type, "text")


def _kind_of_choice(item: Item) -> str:
    if item.repeats:
        return "checkboxes"
    if item.control in {"drop-down", "autocomplete", "lookup"}:
        return "select"
    many = len(item.options) > MOST_RADIOS and item.control != "radio-button"
    return "select" if many else "radios"


def _given(item: Item, name: str, posted: Fields, zone: tzinfo) -> list[str]:
    """What was posted, else what the form starts with."""
    if name in posted or f"{name}{OTHER}" in posted:
        return list(posted.get(name, ()))
    chosen = [option.posted for option in item.options if option.selected]
    return chosen or [as_posted(value, zone) for value in item.initial]


def _explanation(words: Words, item: Item) -> str:
    said = (item.beside("help"), item.beside("flyover"))
    return " ".join(in_locale(each, words.locale) for each in said if each)


def _hint(words: Words, item: Item, explained: str) -> str:
    prompt = item.beside("prompt")
    parts = [
        explained if len(explained) <= LONGEST_HINT else "",
        in_locale(prompt, words.locale) if prompt else "",
        in_locale(item.entry_format, words.locale),
        kinds_taken(words, item) if item.type == "attachment" else "",
        _span(words, item),
        _ends(words, item),
    ]
    return " ".join(part for part in parts if part)


def _span(words: Words, item: Item) -> str:
    low, high = item.min_value, item.max_value
    if not isinstance(low, Decimal) or not isinstance(high, Decimal):
        return ""
    return words("From {low} to {high}.", low=f"{low:f}", high=f"{high:f}")


def _ends(words: Words, item: Item) -> str:
    """What the ends of a scale stand for."""
    lower, upper = item.beside("lower"), item.beside("upper")
    if not lower or not upper:
        return ""
    low, high = in_locale(lower, words.locale), in_locale(upper, words.locale)
    return words("The scale goes from “{low}” to “{high}”.", low=low, high=high)


def _unit_beside(words: Words, item: Item) -> str:
    beside = item.beside("unit")
    return in_locale(beside, words.locale) if beside else ""


def _units(item: Item, chosen: Sequence[str]) -> list[Choice]:
    known = [(unit.code or unit.display, unit.display or unit.code) for unit in item.units()]
    wanted = next(iter(chosen), "") or (item.unit.code or item.unit.display if item.unit else "")
    return [Choice(value, text, value == wanted) for value, text in known]


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


def _choices(words: Words, item: Item, given: Sequence[str]) -> list[Choice]:
    if item.type == "boolean":
        texts = (words("Yes"), words("No"))
        return [
            Choice(value, text, value in given) for value, text in zip(BOOLEAN, texts, strict=True)
        ]
    return [
        Choice(
            option.posted,
            f"{option.prefix} {in_locale(option.display, words.locale)}".strip(),
            option.posted in given or option.code in given,
            exclusive=option.exclusive,
        )
        for option in item.options
    ]


def _own(words: Words, item: Item, name: str, posted: Fields, given: Sequence[str]) -> Own | None:
    if not item.options:
        return None
    own = [text for text in given if text != OTHER and item.option(text) is None]
    written = next(iter(posted.get(f"{name}{OTHER}", ())), "") or ", ".join(own)
    return Own(
        name=f"{name}{OTHER}",
        label=words("Your own answer to: {question}", question=in_locale(item.text, words.locale)),
        value=written,
        choice=Choice(OTHER, words("Something else"), OTHER in given or bool(own)),
    )


def _bound(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else ""


def asked_when(item: Item, name_of: Callable[[str], str] = str) -> str:
    """`name_of` says which control of the page belongs to a question."""
    if not item.conditions:
        return ""
    conditions = [
        {
            "question": name_of(each.question),
            "operator": each.operator,
            "answer": as_posted(each.answer),
        }
        for each in item.conditions
    ]
    return json.dumps({"any": item.any_condition, "conditions": conditions})
