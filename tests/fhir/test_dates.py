"""FHIR dates say what they say, and no more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir.dates import FhirDate


def parsed(text: str) -> FhirDate:
    found = FhirDate.parse(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "precision", "first", "last"),
    [
        ("2024", "year", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-12", "month", date(2024, 12, 1), date(2024, 12, 31)),
        ("2024-02-29", "day", date(2024, 2, 29), date(2024, 2, 29)),
        ("2024-02-29T23:30:00-05:00", "time", date(2024, 2, 29), date(2024, 2, 29)),
        ("2024-02-29T23:30:00.123456789Z", "time", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_a_date_keeps_its_precision(text: str, precision: str, first: date, last: date) -> None:
    found = parsed(text)

    assert (found.precision, found.day, found.last_day) == (precision, first, last)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "2024-13",
        "2024-02-30",
        "24-02-01",
        "2024-2-1",
        "20240201",
        "2024-02-01Tnoon",
        "2024-02-01T25:00:00Z",
        "２０２４",
        "9999-12-31",  # "no end"
        "0001-01-01",  # "not known"
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_what_is_no_date_is_none(text: str | None) -> None:
    assert FhirDate.parse(text) is None


def test_the_same_moment_is_the_same_in_every_zone() -> None:
    assert parsed("2024-02-01T10:00:00-05:00").earliest == parsed("2024-02-01T15:00:00Z").earliest


def test_a_time_without_a_zone_can_still_be_compared() -> None:
    assert parsed("2024-02-01T10:00:00").earliest == datetime(2024, 2, 1, 10, tzinfo=UTC)


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T.{0,14})?)?)?"))
def test_no_text_breaks_it_and_every_date_can_be_counted_with(text: str) -> None:
    found = FhirDate.parse(text)

    if found is not None:
        assert found.earliest <= found.latest
        assert found.last_day + timedelta(days=36_500) > found.day - timedelta(days=36_500)
        assert found.earliest.astimezone(UTC).year in range(1799, 2201)
