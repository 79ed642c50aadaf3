"""An answer as a person reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Reference
from smartapp.fhir.questionnaire import AnswerValue, Item, Quantity
from smartapp.words import Words, in_locale


def answer_words(words: Words, item: Item, values: Sequence[AnswerValue]) -> str:
    """In the words of the form where it has some."""
    shown = []
    for value in values:
        option = item.option(value) if isinstance(value, str) else None
        shown.append(
            in_locale(option.display, words.locale) if option else plain_words(words, value)
        )
    unit = (item.unit.display or item.unit.code) if item.unit and item.type != "quantity" else ""
    return f"{', '.join(shown)} {unit}".strip() if shown else ""


def plain_words(words: Words, value: AnswerValue) -> str:
    if isinstance(value, bool):
        return words("Yes") if value else words("No")
    if isinstance(value, datetime):
        return words.date_time(value)
    if isinstance(value, date):
        return words.date(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Quantity):
        parts = (value.comparator, format(value.value, "f"), value.unit or value.code)
        return " ".join(part for part in parts if part)
    if isinstance(value, Reference):
        return value.display or value.raw
    text = str(value)
    stated = FhirDate.parse(text) if len(text) == len("2026-11") and "-" in text else None
    return words.month(stated.day) if stated and stated.precision == "month" else text
