"""The extensions that forms are full of, by the last word of their address."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from smartapp.fhir.codes import ITEM_CONTROL_CODES, TRANSLATION
from smartapp.fhir.element import Element
from smartapp.fhir.questionnaire.item import Expression, LocalText, Rule

HL7 = "http://hl7.org/fhir/"
# The same extension has had more than one address over the years; its name has stayed.
_PREFIXES = ("sdc-questionnaire-", "questionnaire-", "sdc-", "sdc-rendering-")


def short_name(url: str) -> str:
    """ "" for what is not of HL7: somebody else may mean something else by the same word."""
    if not url.startswith(HL7):
        return ""
    name = url.rpartition("/")[2]
    return next((name.removeprefix(each) for each in _PREFIXES if name.startswith(each)), name)


def extensions(element: Element | None, name: str) -> Iterator[Element]:
    for each in element.children("extension") if element else ():
        if short_name(str(each.json.get("url"))) == name:
            yield each


def extension(element: Element | None, name: str) -> Element | None:
    return next(extensions(element, name), None)


def flag(element: Element, name: str) -> bool:
    found = extension(element, name)
    return bool(found and found.boolean("valueBoolean"))


def whole(element: Element, name: str) -> int | None:
    found = extension(element, name)
    return found.whole("valueInteger") if found else None


def number(element: Element | None, name: str) -> Decimal | None:
    found = extension(element, name)
    return found.number("valueDecimal") if found else None


def text_in(element: Element, name: str) -> LocalText:
    found = extension(element, name)
    return local(found, "valueString") if found else {"en": ""}


def control_of(element: Element) -> str | None:
    """The code of the item control: that of the standard, or else of a vendor's own list."""
    found = extension(element, "itemControl")
    concept = found.concept("valueCodeableConcept") if found else None
    if concept is None:
        return None
    return concept.code(ITEM_CONTROL_CODES) or next(
        (each.code for each in concept.codings if each.code), None
    )


def expression(element: Element, name: str) -> Expression | None:
    found = extension(element, name)
    value = found.child("valueExpression") if found else None
    return as_expression(value) if value else None


def as_expression(value: Element) -> Expression:
    return Expression(
        value.text("language") or "", value.text("expression") or "", value.text("name") or ""
    )


def variables(element: Element) -> tuple[Expression, ...]:
    found = (each.child("valueExpression") for each in extensions(element, "variable"))
    return tuple(as_expression(each) for each in found if each)


def rules(element: Element) -> tuple[Rule, ...]:
    """Constraints of an older and of a newer make."""
    found = []
    for each in (*extensions(element, "constraint"), *extensions(element, "targetConstraint")):
        parts = {str(part.json.get("url")): part for part in each.children("extension")}
        said = parts.get("expression")
        if said is None:
            continue
        modern = said.child("valueExpression")
        path = as_expression(modern) if modern else Expression("", said.text("valueString") or "")
        human, severity = parts.get("human"), parts.get("severity")
        found.append(
            Rule(
                key=(parts["key"].text("valueId") if "key" in parts else None) or "",
                human=(human.text("valueString") if human else None) or "",
                expression=path,
                is_error=severity is None or severity.text("valueCode") != "warning",
            )
        )
    return tuple(found)


def local(element: Element, name: str) -> LocalText:
    """The text and its translations, which stand in an extension beside the primitive."""
    return {"en": element.text(name) or "", **translated(element.child(f"_{name}"))}


def translated(shadow: Element | None) -> dict[str, str]:
    words: dict[str, str] = {}
    for each in shadow.children("extension") if shadow else ():
        if each.json.get("url") != TRANSLATION:
            continue
        parts = {part.json.get("url"): part for part in each.children("extension")}
        language, content = parts.get("lang"), parts.get("content")
        if language is None or content is None:
            continue
        code = language.text("valueCode")
        said = content.text("valueString") or content.text("valueMarkdown")
        if code and said:
            words[code.split("-")[0].lower()] = said
    return words
