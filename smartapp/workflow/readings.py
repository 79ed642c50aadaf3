"""What patients measure at home: read from what they type, judged by the clinic's trend rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Any

from smartapp.errors import MalformedAnswer
from smartapp.fhir.amounts import UCUM
from smartapp.fhir.codes import ENTERED_IN_ERROR, Vocabulary
from smartapp.fhir.element import Element, Json
from smartapp.fhir.response import bare_response
from smartapp.words import LocalText
from smartapp.workflow.policy.readings import Measure, ReadingKind, Trend, TrendRule
from smartapp.workflow.submission import Named

MOST_LINES = 200
OLDEST = timedelta(days=366)
A_MOMENT = timedelta(minutes=10)  # a clock at home may be a little fast


@dataclass(frozen=True)
class Entry:
    when: datetime
    values: Mapping[str, Decimal]  # by the code of the measure


class Wrong(StrEnum):
    SHAPE = "shape"
    DATE = "date"
    FUTURE = "future"
    OLD = "old"
    NUMBER = "number"
    RANGE = "range"
    TOO_MANY = "too-many"


@dataclass(frozen=True)
class LineFault:
    line: int  # as a person counts them
    wrong: Wrong
    measure: Measure | None = None


@dataclass(frozen=True)
class Read:
    entries: tuple[Entry, ...]  # the oldest first, each moment once
    faults: tuple[LineFault, ...]


def read_lines(kind: ReadingKind, text: str, zone: tzinfo, now: datetime) -> Read:
    """A date, a time where there is one, and the numbers, as meters and spreadsheets write them."""
    lines = [line.strip() for line in text.splitlines()]
    if len(lines) > MOST_LINES:
        return Read((), (LineFault(MOST_LINES + 1, Wrong.TOO_MANY),))
    entries: dict[datetime, Entry] = {}
    faults = []
    for number, line in enumerate(lines, 1):
        if not line or (number == 1 and not any(sign.isdigit() for sign in line)):
            continue  # an empty line, or the names of the columns
        found = _entry(kind, line, zone, now)
        if isinstance(found, Entry):
            entries[found.when] = found
        else:
            faults.append(LineFault(number, *found))
    return Read(tuple(entries[when] for when in sorted(entries)), tuple(faults))


def _entry(
    kind: ReadingKind, line: str, zone: tzinfo, now: datetime
) -> Entry | tuple[Wrong, Measure | None]:
    cells = _cells(line)
    when, rest = _moment(cells, zone)
    if when is None:
        return Wrong.DATE, None
    if when > now + A_MOMENT:
        return Wrong.FUTURE, None
    if when < now - OLDEST:
        return Wrong.OLD, None
    numbers = [part for cell in rest for part in cell.split("/")]
    if len(numbers) != len(kind.measures):
        return Wrong.SHAPE, None
    values: dict[str, Decimal] = {}
    for measure, written in zip(kind.measures, numbers, strict=True):
        number = _number(written)
        if number is None:
            return Wrong.NUMBER, measure
        if not measure.lowest <= number <= measure.highest:
            return Wrong.RANGE, measure
        values[measure.code] = number
    return Entry(when, values)


def _cells(line: str) -> list[str]:
    separator = next((sign for sign in ("\t", ";", ",") if sign in line), None)
    cells = line.split(separator) if separator else line.split()
    return [cell.strip().strip('"').strip() for cell in cells if cell.strip().strip('"').strip()]


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?\s*([AaPp])?\.?\s*[Mm]?\.?", re.ASCII)
_NUMBER = re.compile(r"\d{1,4}(?:[.,]\d{1,2})?", re.ASCII)


def _moment(cells: Sequence[str], zone: tzinfo) -> tuple[datetime | None, Sequence[str]]:
    """Without a time, noon: the order of the days is what counts then."""
    if not cells:
        return None, ()
    words = cells[0].replace("T", " ").split(maxsplit=1)
    rest = list(cells[1:])
    iso, american = _ISO.fullmatch(words[0]), _AMERICAN.fullmatch(words[0])
    if iso:
        year, month, day = (int(part) for part in iso.groups())
    elif american:
        month, day, year = (int(part) for part in american.groups())
    else:
        return None, rest
    clock = words[1] if len(words) > 1 else rest.pop(0) if rest and ":" in rest[0] else "12:00"
    time = _TIME.fullmatch(clock.strip())
    if time is None:
        return None, rest
    hour, minute, half = int(time[1]), int(time[2]), (time[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None, rest
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(year, month, day, hour, minute, tzinfo=zone), rest
    except ValueError:
        return None, rest


def _number(text: str) -> Decimal | None:
    found = _NUMBER.fullmatch(text.strip())
    return Decimal(found[0].replace(",", ".")) if found else None


# --- the trend rules --------------------------------------------------------------------------


def raised(kind: ReadingKind, series: Sequence[Entry], now: datetime) -> TrendRule | None:
    """The first rule that holds, from the top."""
    return next((rule for rule in kind.trends if _holds(rule, series, now)), None)


def _holds(rule: TrendRule, series: Sequence[Entry], now: datetime) -> bool:
    since = now - timedelta(days=rule.within_days)
    found = [
        each.values[rule.measure]
        for each in series
        if each.when >= since and rule.measure in each.values
    ]
    if not found or len(found) < rule.at_least_readings:
        return False
    amount = _amount(rule.trend, found)
    if amount is None:
        return False
    too_high = rule.is_at_least is not None and amount >= rule.is_at_least
    return too_high or (rule.is_at_most is not None and amount <= rule.is_at_most)


def _amount(trend: Trend, found: Sequence[Decimal]) -> Decimal | None:
    newest, before = found[-1], found[:-1]
    if trend is Trend.LATEST:
        return newest
    if trend is Trend.AVERAGE:
        return sum(found, Decimal()) / len(found)
    if not before:
        return None
    return newest - min(before) if trend is Trend.RISE else max(before) - newest


def together(*series: Sequence[Entry]) -> tuple[Entry, ...]:
    """What was sent before and what is new, each moment once, the oldest first."""
    entries = {entry.when: entry for part in series for entry in part}
    return tuple(entries[when] for when in sorted(entries))


# --- in the EHR -------------------------------------------------------------------------------


def questionnaire_of(kind: ReadingKind, vocabulary: Vocabulary) -> str:
    return f"{vocabulary.base}/Questionnaire/reading-{kind.code}"


def new_series(
    kind: ReadingKind,
    entries: Sequence[Entry],
    *,
    vocabulary: Vocabulary,
    version: str,
    identifier: str,
    patient: str,
    author: Named,
    authored: datetime,
    language: str,
) -> dict[str, Any]:
    """The readings as answers, with their units: what the patient says, not what was observed."""
    return bare_response(
        vocabulary=vocabulary,
        identifier=identifier,
        questionnaire=f"{questionnaire_of(kind, vocabulary)}|{version}",
        patient=patient,
        author=author,
        authored=authored,
        language=language,
        items=[_item(kind, entry) for entry in entries],
    )


def _item(kind: ReadingKind, entry: Entry) -> dict[str, Any]:
    when = {"valueDateTime": entry.when.isoformat(timespec="seconds")}
    items: list[dict[str, Any]] = [{"linkId": "when", "text": "When", "answer": [when]}]
    items += [
        {
            "linkId": measure.code,
            "text": measure.name["en"],
            "answer": [
                {
                    "valueQuantity": {
                        "value": entry.values[measure.code],
                        "unit": measure.unit["en"],
                        "system": UCUM,
                        "code": measure.ucum,
                    }
                }
            ],
        }
        for measure in kind.measures
    ]
    return {"linkId": "reading", "text": kind.name["en"], "item": items}


def series_of(kind: ReadingKind, json: Json) -> tuple[Entry, ...] | None:
    """None for what was entered in error. A reading in another unit is not compared with ours."""
    response = Element.resource(json, "QuestionnaireResponse")
    if response.text("status") == ENTERED_IN_ERROR:
        return None
    if response.has_unknown_modifier():
        raise response.wrong("modifierExtension", "not understood")
    found = (_stored(kind, item) for item in response.children("item"))
    return tuple(entry for entry in found if entry is not None)


def _stored(kind: ReadingKind, item: Element) -> Entry | None:
    answers = {
        part.text("linkId"): answer
        for part in item.children("item")
        for answer in part.children("answer")
    }
    when = answers["when"].date("valueDateTime") if "when" in answers else None
    if when is None:
        return None
    values: dict[str, Decimal] = {}
    for measure in kind.measures:
        answer = answers.get(measure.code)
        quantity = answer.child("valueQuantity") if answer else None
        value = quantity.number("value") if quantity else None
        if quantity is None or value is None or quantity.text("code") != measure.ucum:
            raise MalformedAnswer(
                f"QuestionnaireResponse.item: no {measure.code} in {measure.ucum}"
            )
        values[measure.code] = value
    return Entry(when.earliest, values)


def in_words(kind: ReadingKind, entry: Entry, locale: str) -> str:
    """As "182/95 mmHg"."""
    numbers = "/".join(f"{entry.values[measure.code]:f}" for measure in kind.measures)
    unit: LocalText = kind.measures[0].unit
    return f"{numbers} {unit.get(locale) or unit['en']}"


def summary_of(kind: ReadingKind, new: Sequence[Entry], series: Sequence[Entry]) -> str:
    """For staff, in one line: the newest, and the mean of what is known."""
    means = "/".join(
        f"{sum((each.values[m.code] for each in series), Decimal()) / len(series):.0f}"
        for m in kind.measures
    )
    return (
        f"newest {in_words(kind, new[-1], 'en')}, "
        f"mean of {len(series)}: {means} {kind.measures[0].unit['en']}"
    )
