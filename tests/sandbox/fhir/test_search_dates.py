from __future__ import annotations

import pytest

from sandbox.search.dates import COMPARISONS, span_between, span_of


@pytest.mark.parametrize(
    ("asked", "held", "holds"),
    [
        ("2026", "2026-05-20", True),
        ("2026-05", "2026-05-20T23:59:59Z", True),
        ("2026-05-20", "2026-05", False),
        ("2025-12", "2025-12-31T23:59:59.999Z", True),
        ("2025-12", "2026-01-01T00:00:00Z", False),
        ("2026-05-20T09:30", "2026-05-20T09:30:59Z", True),
        ("2026-05-20T16:30:00Z", "2026-05-20T09:30:00-07:00", True),
        ("2026-05-20T16:30:00Z", "2026-05-20T16:30:00.400Z", True),
        ("9999", "9999-12-31", True),
    ],
)
def test_a_date_holds_what_lies_within_its_precision(asked: str, held: str, holds: bool) -> None:
    assert span_of(asked).holds(span_of(held)) is holds


@pytest.mark.parametrize(
    ("prefix", "matching"),
    [
        ("eq", ["2026-05-20"]),
        ("ne", ["2026-05-19", "2026-05-21", "2026-05"]),
        ("lt", ["2026-05-19", "2026-05"]),
        ("le", ["2026-05-19", "2026-05-20", "2026-05"]),
        ("gt", ["2026-05-21", "2026-05"]),
        ("ge", ["2026-05-20", "2026-05-21", "2026-05"]),
        ("sa", ["2026-05-21"]),
        ("eb", ["2026-05-19"]),
    ],
)
def test_each_prefix_compares_spans_as_r4_says(prefix: str, matching: list[str]) -> None:
    asked = span_of("2026-05-20")
    held = ["2026-05-19", "2026-05-20", "2026-05-21", "2026-05"]

    assert [date for date in held if COMPARISONS[prefix](asked, span_of(date))] == matching


def test_a_period_without_an_end_goes_on() -> None:
    ongoing = span_between("2020-01-01", None)

    assert COMPARISONS["gt"](span_of("2099"), ongoing)
    assert not COMPARISONS["eb"](span_of("2099"), ongoing)
    assert COMPARISONS["lt"](span_of("2099"), span_between(None, "2098"))


def test_about_widens_with_the_distance_from_today() -> None:
    assert COMPARISONS["ap"](span_of("1950-01-01"), span_of("1952-01-01"))
    assert not COMPARISONS["ap"](span_of("1950-01-01"), span_of("1990-01-01"))


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13", "2026-02-30", "26-01-01", "2026-01-01T25:00Z"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        span_of(text)
