"""Items and options of a Questionnaire out of their JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from smartapp.fhir.element import Coding, Element, Json
from smartapp.fhir.questionnaire import extensions as has
from smartapp.fhir.questionnaire.item import Condition, Item, Option
from smartapp.fhir.questionnaire.values import AnswerValue, Quantity, in_iso, value_in

DEEPEST = 24  # levels: nobody can follow more, and each costs a round of the stack

ValueSets = Mapping[str, tuple[Option, ...]]


def items_of(element: Element, value_sets: ValueSets, depth: int = 0) -> tuple[Item, ...]:
    if depth > DEEPEST:
        raise element.wrong("item", f"nested more than {DEEPEST} levels deep")
    return tuple(_item(each, value_sets, depth) for each in element.children("item"))


def _item(element: Element, value_sets: ValueSets, depth: int) -> Item:
    conditions = tuple(_condition(each) for each in element.children("enableWhen"))
    value_set = element.text("answerValueSet") or ""
    text = element.child("_text")
    options = tuple(_option(each) for each in element.children("answerOption"))
    initial = tuple(_values(element.children("initial")))
    return Item(
        link_id=element.required_text("linkId"),
        type=element.required_text("type"),
        text=has.local(element, "text"),
        required=element.boolean("required") or False,
        repeats=element.boolean("repeats") or False,
        hidden=has.flag(element, "hidden"),
        max_length=element.whole("maxLength"),
        options=_unambiguous(options or value_sets.get(value_set, ())),
        conditions=conditions,
        # Two conditions without enableBehavior have no defined meaning: ask rather than hide.
        any_condition=element.text("enableBehavior") != "all" and len(conditions) > 1,
        control=has.control_of(element),
        items=items_of(element, value_sets, depth + 1),
        read_only=element.boolean("readOnly") or False,
        prefix=element.text("prefix") or "",
        codes=tuple(each.as_coding() for each in element.children("code")),
        min_length=has.whole(element, "minLength"),
        min_value=_bound(element, "minValue"),
        max_value=_bound(element, "maxValue"),
        max_decimals=has.whole(element, "maxDecimalPlaces"),
        min_occurs=has.whole(element, "minOccurs"),
        max_occurs=has.whole(element, "maxOccurs"),
        regex=has.text_in(element, "regex")["en"],
        unit=next(iter(_codings(element, "unit")), None),
        unit_options=tuple(_codings(element, "unitOption")),
        value_set="" if value_set in value_sets else value_set,
        entry_format=has.text_in(element, "entryFormat"),
        xhtml=has.text_in(text, "rendering-xhtml") if text else {"en": ""},
        horizontal=_is_horizontal(element),
        definition=element.text("definition") or "",
        max_size=_size(element),
        mime_types=tuple(
            kind for each in has.extensions(element, "mimeType") if (kind := each.text("valueCode"))
        ),
        initial=initial,
        initial_expression=has.expression(element, "initialExpression"),
        calculated=has.expression(element, "calculatedExpression"),
        enabled_by=has.expression(element, "enableWhenExpression"),
        variables=has.variables(element),
        rules=has.rules(element),
    )


def _option(element: Element) -> Option:
    return replace(
        _option_value(element),
        prefix=has.text_in(element, "optionPrefix")["en"],
        exclusive=has.flag(element, "optionExclusive"),
        selected=element.boolean("initialSelected") or False,
    )


def _option_value(element: Element) -> Option:
    coding = element.child("valueCoding")
    if coding is not None:
        made = coded_option(coding)
        if made is None:
            raise element.wrong("valueCoding", "has neither code nor display")
        score = made.score
        for name in ("ordinalValue", "itemWeight"):
            score = has.number(element, name) if score is None else score
        return replace(made, score=score)
    text = element.text("valueString")
    if text is not None:
        return Option(text, "", has.local(element, "valueString"), coded=False)
    pointer = element.reference("valueReference")
    if pointer is not None:
        shown = pointer.display or pointer.raw
        return Option(pointer.raw, "", {"en": shown}, coded=False, kind="reference")
    for kind in ("Integer", "Date", "Time"):
        value = value_in(element, "value") if f"value{kind}" in element.json else None
        if value is not None:
            said = in_iso(value)
            return Option(said, "", {"en": said}, coded=False, kind=kind.lower())
    raise element.wrong("value[x]", "missing or of a kind that is not supported")


def coded_option(coding: Element) -> Option | None:
    display = has.local(coding, "display")
    code = coding.text("code") or display["en"]
    if not code:
        return None
    score = None
    for name in ("ordinalValue", "itemWeight"):
        score = has.number(coding, name) if score is None else score
    words = display if display["en"] else {**display, "en": code}
    return Option(code, coding.text("system") or "", words, score=score)


def _unambiguous(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """Two systems may have the same code: then the browser has to post both."""
    codes = Counter(option.code for option in options)
    return tuple(
        replace(each, key=f"{each.system}|{each.code}") if codes[each.code] > 1 else each
        for each in options
    )


def _condition(element: Element) -> Condition:
    answer = value_in(element, "answer")
    if answer is None:
        raise element.wrong("answer[x]", "missing or of a kind that is not supported")
    return Condition(element.required_text("question"), element.required_text("operator"), answer)


def _values(elements: Iterator[Element]) -> Iterator[AnswerValue]:
    """What the form cannot start with, it starts without."""
    for each in elements:
        value = value_in(each, "value")
        if value is not None:
            yield value


def _bound(element: Element, name: str) -> AnswerValue | None:
    found = has.extension(element, name)
    value = value_in(found, "value") if found else None
    return value.value if isinstance(value, Quantity) else value


def _codings(element: Element, name: str) -> Iterator[Coding]:
    for each in has.extensions(element, name):
        coding = each.child("valueCoding")
        if coding is not None:
            yield coding.as_coding()


MEGABYTE = 1024 * 1024


def _size(element: Element) -> int | None:
    """In megabytes as R4 has it; later the same extension came to be in bytes."""
    found = has.extension(element, "maxSize")
    size = found.number("valueDecimal") if found else None
    if size is None or size <= 0:
        return None
    return int(size * MEGABYTE) if size < 1024 else int(size)


def _is_horizontal(element: Element) -> bool:
    found = has.extension(element, "choiceOrientation")
    return bool(found and found.text("valueCode") == "horizontal")


def contained_value_sets(questionnaire: Element) -> dict[str, tuple[Option, ...]]:
    """By "#id", as an item names them."""
    found = {}
    for each in questionnaire.children("contained"):
        if each.json.get("resourceType") == "ValueSet" and each.text("id"):
            options = options_of_value_set(each.json)
            if options:
                found[f"#{each.text('id')}"] = options
    return found


def options_of_value_set(json: Json) -> tuple[Option, ...]:
    """What is expanded, or else what is listed by name. A filter cannot be followed here."""
    value_set = Element.resource(json, "ValueSet")
    expansion, compose = value_set.child("expansion"), value_set.child("compose")
    if expansion is not None:
        listed = tuple(coded_option(each) for each in _flat(expansion))
        return tuple(each for each in listed if each is not None)
    options = []
    for include in compose.children("include") if compose else ():
        system = include.text("system") or ""
        concepts = list(include.children("concept"))
        if not concepts:
            return ()
        made = (coded_option(each) for each in concepts)
        options += [replace(each, system=system) for each in made if each is not None]
    return tuple(options)


def _flat(holder: Element) -> Iterator[Element]:
    for each in holder.children("contains"):
        if not (each.boolean("abstract") or each.boolean("inactive")):
            yield each
        yield from _flat(each)
