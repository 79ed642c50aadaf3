"""What a browser posts for one question, as typed answers, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from enum import StrEnum
from unicodedata import category
from urllib.parse import urlsplit

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.questionnaire import AnswerValue, Attachment, Item
from smartapp.fhir.questionnaire.values import compares, read_time

Fields = Mapping[str, Sequence[str]]  # as posted: by the name of the control
LONGEST_TEXT = 2000
LONGEST_ADDRESS = 1000
OTHER = "~other"  # what is posted for "something else", and the name of the words beside it
UNIT = "~unit"


class Fault(StrEnum):
    MISSING = "missing"
    TOO_LONG = "too-long"
    TOO_SHORT = "too-short"
    TOO_SMALL = "too-small"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    TOO_FEW = "too-few"
    TOO_EXACT = "too-exact"  # more digits after the point than are asked for
    NOT_AN_OPTION = "not-an-option"
    NOT_TOGETHER = "not-together"  # "none of these", and one of these
    NOT_A_NUMBER = "not-a-number"
    NOT_A_DATE = "not-a-date"
    NOT_A_TIME = "not-a-time"
    NOT_AN_ADDRESS = "not-an-address"
    NOT_A_FILE = "not-a-file"  # what was posted for it is not, or no longer, kept here
    NOT_ASKED = "not-asked"  # written under a question that another answer switched off
    NOT_THE_SHAPE = "not-the-shape"
    RULE = "rule"  # one that the form itself states; its words are the limit


@dataclass(frozen=True)
class FieldFault:
    link_id: str
    fault: Fault
    limit: AnswerValue | int | None = None


@dataclass(frozen=True)
class Reading:
    """What it takes to understand what was posted."""

    zone: tzinfo = UTC  # of the hours that a person writes
    uploads: Mapping[str, Attachment] = field(default_factory=dict)  # by what is posted for each


Read = tuple[tuple[AnswerValue, ...], FieldFault | None]


def read_posted(item: Item, name: str, fields: Fields, reading: Reading) -> Read:
    """All answers to one question, or none and what is wrong."""
    values: list[AnswerValue] = []
    for text in posted(item, name, fields):
        value = _value(item, text, name, fields, reading)
        wrong = value if isinstance(value, Fault) else None
        wrong = wrong or (_out_of_bounds(item, value) if not isinstance(value, Fault) else None)
        if wrong is not None:
            return (), FieldFault(item.link_id, wrong, _limit(item, wrong))
        if not isinstance(value, Fault):
            values.append(value)
    kept = tuple(dict.fromkeys(values))
    wrong = _wrong_together(item, kept)
    if wrong is not None:
        return (), FieldFault(item.link_id, wrong, _limit(item, wrong))
    return kept, None


def posted(item: Item, name: str, fields: Fields) -> list[str]:
    given = [text for value in fields.get(name, ()) if (text := typed(value))]
    if item.takes_own_words:
        own = [text for value in fields.get(f"{name}{OTHER}", ()) if (text := typed(value))]
        chosen = [each for each in given if each != OTHER]
        # Whoever chose nothing and wrote something meant what they wrote.
        written = [*chosen, *(own if OTHER in given or not chosen else [])]
        given = sorted(written, key=lambda each: item.option(each) is None)  # own words come last
    return given if item.repeats else given[:1]


def typed(text: str) -> str:
    """What a person typed: line breaks as one character each, and nothing that cannot be seen."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or category(c) not in {"Cc", "Cs"}).strip()


def _value(
    item: Item, text: str, name: str, fields: Fields, reading: Reading
) -> AnswerValue | Fault:
    option = item.option(text)
    if option is not None:
        return option.posted if item.type in {"choice", "open-choice"} else _plain(item, text)
    if item.type == "choice" or (item.options and item.type not in {"open-choice"}):
        return Fault.NOT_AN_OPTION
    if item.type == "boolean":
        return text == "true" if text in {"true", "false"} else Fault.NOT_AN_OPTION
    if item.type == "quantity":
        number = _number(item, text)
        unit = typed(next(iter(fields.get(f"{name}{UNIT}", ())), ""))
        return number if isinstance(number, Fault) else item.in_unit(number, unit)
    if item.type == "dateTime":
        return _moment(text, reading.zone)
    if item.type == "attachment":
        return reading.uploads.get(text, Fault.NOT_A_FILE)
    return _plain(item, text)


def _plain(item: Item, text: str) -> AnswerValue | Fault:
    if item.type in {"integer", "decimal"}:
        return _number(item, text)
    if item.type == "date":
        return _day(item, text)
    if item.type == "time":
        return read_time(text) or Fault.NOT_A_TIME
    if item.type == "url":
        return text if _is_address(text) else Fault.NOT_AN_ADDRESS
    return text


def _day(item: Item, text: str) -> date | str | Fault:
    found = FhirDate.parse(text)
    if found is None or found.precision == "time":
        return Fault.NOT_A_DATE
    if found.precision == "day":
        return found.day
    return text if takes_part_of_a_date(item) else Fault.NOT_A_DATE


def takes_part_of_a_date(item: Item) -> bool:
    """A form that asks for "YYYY" or "YYYY-MM" says so in its entry format."""
    wanted = item.entry_format.get("en", "").upper()
    return "Y" in wanted and "D" not in wanted


def _moment(text: str, zone: tzinfo) -> datetime | str | Fault:
    found = FhirDate.parse(text if len(text) != len("2026-11-20T14:30") else f"{text}:00")
    if found is None:
        return Fault.NOT_A_DATE
    if found.precision != "time":
        return text
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    fits = len(text) <= LONGEST_ADDRESS and not re.search(r"\s", text)
    return (
        fits
        and parts.scheme.lower() in {"http", "https", "urn"}
        and bool(parts.path + parts.netloc)
    )


_WHOLE = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?[0-9]{1,9}(?:[.,][0-9]{1,9})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", re.ASCII)  # a thousand, or one?


def _number(item: Item, text: str) -> Decimal | Fault:
    shape = _WHOLE if item.type == "integer" else _DECIMAL
    if not shape.fullmatch(text) or _GROUPED.fullmatch(text):
        return Fault.NOT_A_NUMBER
    return Decimal(text.replace(",", "."))


def _out_of_bounds(item: Item, value: AnswerValue) -> Fault | None:
    if isinstance(value, str) and item.option(value) is None:
        longest = item.max_length or LONGEST_TEXT
        if len(value) > longest:
            return Fault.TOO_LONG
        if item.min_length and len(value) < item.min_length:
            return Fault.TOO_SHORT
    amount = getattr(value, "value", value)  # of a quantity
    if item.min_value is not None and compares(amount, "<", item.min_value):
        return Fault.TOO_SMALL
    if item.max_value is not None and compares(amount, ">", item.max_value):
        return Fault.TOO_LARGE
    if item.max_decimals is not None and isinstance(amount, Decimal):
        exponent = amount.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > item.max_decimals:
            return Fault.TOO_EXACT
    return None


def _wrong_together(item: Item, values: tuple[AnswerValue, ...]) -> Fault | None:
    if len(values) > 1:
        options = (item.option(value) for value in values if isinstance(value, str))
        if any(option is not None and option.exclusive for option in options):
            return Fault.NOT_TOGETHER
    if item.max_occurs is not None and len(values) > item.max_occurs:
        return Fault.TOO_MANY
    if item.min_occurs is not None and 0 < len(values) < item.min_occurs and item.type != "group":
        return Fault.TOO_FEW
    return None


def _limit(item: Item, fault: Fault) -> AnswerValue | int | None:
    wanted = item.entry_format.get("en", "") if takes_part_of_a_date(item) else ""
    return {
        Fault.NOT_A_DATE: wanted or None,
        Fault.TOO_LONG: item.max_length or LONGEST_TEXT,
        Fault.TOO_SHORT: item.min_length,
        Fault.TOO_SMALL: item.min_value,
        Fault.TOO_LARGE: item.max_value,
        Fault.TOO_MANY: item.max_occurs,
        Fault.TOO_FEW: item.min_occurs,
        Fault.TOO_EXACT: item.max_decimals,
    }.get(fault)


def as_posted(value: AnswerValue, zone: tzinfo = UTC) -> str:
    """A value as a browser would post it: what fills a field in again."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    amount = getattr(value, "value", value)
    return format(amount, "f") if isinstance(amount, Decimal) else str(amount)
