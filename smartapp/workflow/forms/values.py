"""What an expression brings, as an answer to an item; what does not fit is no answer."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element
from smartapp.fhir.questionnaire import AnswerValue, Item
from smartapp.fhir.questionnaire.values import Quantity, read_time, value_in


def value_from(item: Item, found: Any) -> AnswerValue | None:
    """None also for what the item could not have been answered with: a wrong start is worse than
    none.
    """
    if isinstance(found, Mapping):
        return _structured(item, found)
    kind = item.type
    if kind == "boolean":
        return found if isinstance(found, bool) else None
    if isinstance(found, bool):
        return None
    if kind in {"integer", "decimal", "quantity"}:
        return _number(item, found)
    text = str(found).strip()
    if not text:
        return None
    if kind in {"date", "dateTime"}:
        return _moment(kind, text.removeprefix("@"))
    if kind == "time":
        return read_time(text.removeprefix("@T").removeprefix("T"))
    if kind == "choice":
        return text if item.option(text) else None
    return text if kind in {"string", "text", "url", "open-choice"} else None


def _structured(item: Item, found: Mapping[str, Any]) -> AnswerValue | None:
    if item.type in {"choice", "open-choice"}:
        codings = found.get("coding", [found])
        for coding in codings if isinstance(codings, list) else ():
            code = coding.get("code") if isinstance(coding, Mapping) else None
            same = (o for o in item.options if o.code == code and _same_system(o.system, coding))
            option = next(same, None)
            if option is not None:
                return option.posted
        return None
    name = {"quantity": "valueQuantity", "reference": "valueReference"}.get(item.type)
    if name is None:
        return None
    return value_in(Element({name: found}, item.link_id), "value")


def _same_system(system: str, coding: Mapping[str, Any]) -> bool:
    said = coding.get("system")
    return not system or not said or said == system


def _number(item: Item, found: Any) -> AnswerValue | None:
    try:
        number = Decimal(str(found).split(" ")[0])
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        return None
    if item.type == "integer":
        return number.to_integral_value() if number == number.to_integral_value() else None
    if item.type == "quantity":
        made = item.in_unit(number)
        return made if isinstance(made, Quantity) else None
    return number


def _moment(kind: str, text: str) -> AnswerValue | None:
    found = FhirDate.parse(text)
    if found is None:
        return None
    if kind == "date":
        return found.day if found.precision in {"day", "time"} else text
    return found.earliest if found.precision == "time" else text
