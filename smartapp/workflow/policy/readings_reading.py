"""Reading `readings.toml`: what patients measure at home, and the rules over a series of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from smartapp.workflow.policy.model import Priority
from smartapp.workflow.policy.reading import Reading, Table
from smartapp.workflow.policy.readings import Measure, ReadingKind, Trend, TrendRule
from smartapp.workflow.policy.route import Queue
from smartapp.workflow.policy.topics import reason, route


def read_readings(reading: Reading, queues: Mapping[str, Queue]) -> Mapping[str, ReadingKind]:
    file = reading.toml("readings.toml")
    kinds: dict[str, ReadingKind] = {}
    for table in file.tables("readings"):
        kind = _kind(table, queues)
        if kind.code in kinds:
            table.wrong("code", f"{kind.code!r} is there twice")
        kinds[kind.code] = kind
    file.check_nothing_else()
    return MappingProxyType(kinds)


def _kind(table: Table, queues: Mapping[str, Queue]) -> ReadingKind:
    measures = tuple(_measure(each) for each in table.tables("measures"))
    if not measures:
        table.wrong("measures", "is missing: what is measured?")
    rest = table.table("otherwise")
    return ReadingKind(
        code=table.text("code"),
        name=table.local("name"),
        advice=table.local("advice"),
        loinc=table.text("loinc") if "loinc" in table else "",
        measures=measures,
        trends=tuple(_trend(each, measures, queues) for each in table.tables("trends")),
        otherwise=route(rest, queues),
        otherwise_reason=reason(rest.table("reason")),
    )


def _measure(table: Table) -> Measure:
    lowest, highest = _number(table, "lowest"), _number(table, "highest")
    if lowest is not None and highest is not None and lowest >= highest:
        table.wrong("highest", "is not above lowest")
    return Measure(
        code=table.text("code"),
        loinc=table.text("loinc"),
        name=table.local("name"),
        unit=table.local("unit"),
        ucum=table.text("ucum"),
        lowest=lowest or Decimal(0),
        highest=highest or Decimal(0),
    )


def _trend(table: Table, measures: tuple[Measure, ...], queues: Mapping[str, Queue]) -> TrendRule:
    limits = [key for key in ("is_at_least", "is_at_most") if key in table]
    if len(limits) != 1:
        table.wrong("", "must have exactly one of: is_at_least, is_at_most")
    advised = "do_now" in table
    where = route(table, queues)
    if advised and where.priority is Priority.ROUTINE:
        table.wrong("priority", "is routine: what needs advice at once is urgent, asap or stat")
    readings = table.whole("at_least_readings")
    trend = table.one_of("trend", list(Trend), "a trend")
    if trend != Trend.LATEST and readings < 2:
        table.wrong("at_least_readings", "is below 2: one reading is no trend")
    return TrendRule(
        name=table.text("name"),
        measure=table.one_of("measure", [each.code for each in measures], "a measure") or "",
        trend=Trend(trend or Trend.LATEST),
        within_days=table.whole("within_days"),
        at_least_readings=readings,
        is_at_least=_number(table, "is_at_least") if "is_at_least" in limits else None,
        is_at_most=_number(table, "is_at_most") if "is_at_most" in limits else None,
        do_now=table.local("do_now") if advised else None,
        message=table.local("message") if advised else None,
        route=where,
        reason=reason(table.table("reason")),
    )


def _number(table: Table, key: str) -> Decimal | None:
    value = table.scalar(key)
    if value is not None and not isinstance(value, Decimal):
        table.wrong(key, "is not a number")
    return value if isinstance(value, Decimal) else None
