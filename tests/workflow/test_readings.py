"""Home readings: read as people and meters write them, and judged by the clinic's rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from smartapp.errors import MalformedAnswer
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.policy.readings import ReadingKind
from smartapp.workflow.readings import (
    Entry,
    Wrong,
    new_series,
    raised,
    read_lines,
    series_of,
    summary_of,
    together,
)
from tests.workflow.threads import MARIA, VOCABULARY

NOW = datetime(2026, 11, 28, 18, tzinfo=UTC)


@pytest.fixture
def pressure(policy: Policy) -> ReadingKind:
    return policy.readings["blood-pressure"]


def values(kind: ReadingKind, text: str) -> list[tuple[int, ...]]:
    read = read_lines(kind, text, UTC, NOW)
    assert read.faults == ()
    return [tuple(int(number) for number in each.values.values()) for each in read.entries]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-27, 08:00, 132, 84",
        "2026-11-27 08:00;132;84",
        "11/27/2026\t8:00 AM\t132/84",
        '"2026-11-27T08:00","132","84"',
        "Date,Time,Upper,Lower\n\n2026-11-27,08:00:00,132,84\n",
        "2026-11-27 132 84",
    ],
)
def test_a_reading_is_read_as_meters_and_people_write_it(pressure: ReadingKind, text: str) -> None:
    assert values(pressure, text) == [(132, 84)]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("yesterday, 132, 84", Wrong.DATE),
        ("2026-02-30, 132, 84", Wrong.DATE),
        ("2026-11-27, 25:00, 132, 84", Wrong.DATE),
        ("2026-11-29, 132, 84", Wrong.FUTURE),
        ("2020-11-27, 132, 84", Wrong.OLD),
        ("2026-11-27, 132", Wrong.SHAPE),
        ("2026-11-27, 132, 84, 70", Wrong.SHAPE),
        ("2026-11-27, high, 84", Wrong.NUMBER),
        ("2026-11-27, 1320, 84", Wrong.RANGE),
        ("2026-11-27, 132, 8", Wrong.RANGE),
        ("\n".join(["2026-11-27, 132, 84"] * 201), Wrong.TOO_MANY),
    ],
)
def test_what_cannot_be_true_is_said_with_its_line(
    pressure: ReadingKind, text: str, wrong: Wrong
) -> None:
    read = read_lines(pressure, text, UTC, NOW)

    assert [each.wrong for each in read.faults] == [wrong]
    assert read.entries == ()


def test_the_same_moment_counts_once_and_the_oldest_comes_first(pressure: ReadingKind) -> None:
    text = "2026-11-27, 08:00, 132, 84\n2026-11-26, 08:00, 120, 80\n2026-11-27, 08:00, 133, 85"

    assert values(pressure, text) == [(120, 80), (133, 85)]


def entry(days: float, upper: int, lower: int = 80) -> Entry:
    values = {"systolic": Decimal(upper), "diastolic": Decimal(lower)}
    return Entry(NOW - timedelta(days=days), values)


def test_one_dangerous_reading_is_enough(pressure: ReadingKind) -> None:
    rule = raised(pressure, [entry(3, 120), entry(0.1, 184)], NOW)

    assert rule is not None
    assert rule.name == "dangerously-high"
    assert rule.do_now
    assert raised(pressure, [entry(0.1, 179)], NOW) is None


def test_a_danger_that_is_over_is_none(pressure: ReadingKind) -> None:
    assert raised(pressure, [entry(3, 190), entry(0.1, 120)], NOW) is None


def test_a_mean_needs_enough_readings(pressure: ReadingKind) -> None:
    high = [entry(day, 140) for day in range(6, 0, -1)]

    rule = raised(pressure, high, NOW)
    assert rule is not None
    assert rule.name == "high-for-two-weeks"
    assert raised(pressure, high[:5], NOW) is None


def test_weight_that_rises_fast_is_told(policy: Policy) -> None:
    weight = policy.readings["weight"]
    rules = [rule for rule in weight.trends if rule.trend.value == "rise"]
    assert rules, "the policy has a rule for it"
    rule, measure = rules[0], weight.measures[0].code
    rise = rule.is_at_least or Decimal(0)
    start = (weight.measures[0].lowest + weight.measures[0].highest) / 2
    before = [Entry(NOW - timedelta(days=1), {measure: start})] * max(1, rule.at_least_readings - 1)
    after = Entry(NOW, {measure: start + rise})

    assert raised(weight, [*before, after], NOW) is not None
    assert raised(weight, [after], NOW) is None, "one alone rises from nothing"


def test_what_is_written_is_read_again(pressure: ReadingKind) -> None:
    entries = (entry(2, 120), entry(1, 140, 90))
    json = new_series(
        pressure,
        entries,
        vocabulary=VOCABULARY,
        version="1",
        identifier="sid",
        patient=MARIA,
        author=(MARIA, "María"),
        authored=NOW,
        language="es",
    )

    assert series_of(pressure, json) == entries
    assert summary_of(pressure, entries, entries) == "newest 140/90 mmHg, mean of 2: 130/85 mmHg"
    assert together(entries, entries) == entries


def test_a_reading_in_another_unit_is_never_compared(pressure: ReadingKind) -> None:
    json = new_series(
        pressure,
        [entry(1, 120)],
        vocabulary=VOCABULARY,
        version="1",
        identifier="sid",
        patient=MARIA,
        author=(MARIA, ""),
        authored=NOW,
        language="en",
    )
    json["item"][0]["item"][1]["answer"][0]["valueQuantity"]["code"] = "kPa"

    with pytest.raises(MalformedAnswer):
        series_of(pressure, json)
