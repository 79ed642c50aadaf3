"""Opening hours, holidays and due times."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.workflow.calendar import Calendar, Opening, ResponseTime, Week

CHICAGO = ZoneInfo("America/Chicago")
EIGHT_TO_FIVE = (Opening.parse("08:00-17:00"),)
WITH_LUNCH = (Opening.parse("08:30-12:00"), Opening.parse("13:00-16:30"))
WEEKDAYS: Week = (EIGHT_TO_FIVE,) * 5 + ((), ())
CLINIC = Calendar(
    CHICAGO,
    WEEKDAYS,
    {
        date(2026, 11, 26): "Thanksgiving Day",
        date(2026, 11, 27): "Day after Thanksgiving",
        date(2026, 12, 25): "Christmas Day",
    },
)
OFFICE = CLINIC.with_week((WITH_LUNCH,) * 5 + ((), ()))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-10-13T07:59:59", False),
        ("2026-10-13T08:00", True),
        ("2026-10-13T16:59:59", True),
        ("2026-10-13T17:00", False),
        ("2026-10-17T10:00", False),
        ("2026-11-26T10:00", False),
    ],
)
def test_the_clinic_is_open_from_the_minute_of_opening_until_closing(
    moment: str, is_open: bool
) -> None:
    assert CLINIC.is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-10-13T10:15", "2026-10-13T10:15"),
        ("2026-10-13T05:00", "2026-10-13T08:00"),
        ("2026-10-16T17:00", "2026-10-19T08:00"),
        ("2026-11-25T18:00", "2026-11-30T08:00"),
    ],
)
def test_the_next_opening_is_now_or_after_nights_weekends_and_holidays(
    moment: str, opens: str
) -> None:
    assert CLINIC.next_opening(at(moment)) == at(opens)


@pytest.mark.parametrize(
    ("sent", "hours", "due"),
    [
        ("2026-10-13T10:00", 4, "2026-10-13T14:00"),
        ("2026-10-16T16:00", 4, "2026-10-19T11:00"),
        ("2026-10-13T13:00", 4, "2026-10-13T17:00"),
        ("2026-10-13T16:30", 0.5, "2026-10-13T17:00"),
        ("2026-10-13T22:00", 0, "2026-10-14T08:00"),
        ("2026-11-25T16:00", 9, "2026-11-30T16:00"),
        ("2026-10-13T10:00", 48, "2026-10-20T13:00"),
    ],
)
def test_business_hours_count_only_while_the_clinic_is_open(
    sent: str, hours: float, due: str
) -> None:
    assert CLINIC.due(at(sent), hours) == at(due)


def test_a_lunch_break_does_not_count() -> None:
    assert OFFICE.due(at("2026-10-13T11:30"), 1) == at("2026-10-13T13:30")


@pytest.mark.parametrize(
    ("sent", "days", "due"),
    [
        ("2026-10-13T10:00", 2, "2026-10-15T10:00"),
        ("2026-10-16T16:00", 2, "2026-10-20T16:00"),
        ("2026-10-17T10:00", 2, "2026-10-21T08:00"),
        ("2026-11-25T14:00", 2, "2026-12-01T14:00"),
        ("2026-10-30T09:00", 1, "2026-11-02T09:00"),
    ],
)
def test_business_days_later_is_the_same_time_on_a_day_that_is_open(
    sent: str, days: int, due: str
) -> None:
    assert CLINIC.due_in_days(at(sent), days) == at(due)


def test_a_day_that_closes_earlier_is_due_at_its_closing() -> None:
    short_friday = CLINIC.with_week(
        (*(EIGHT_TO_FIVE,) * 4, (Opening.parse("08:00-12:00"),), (), ())
    )

    assert short_friday.due_in_days(at("2026-10-15T15:00"), 1) == at("2026-10-16T12:00")


def test_a_time_that_falls_into_the_lunch_break_is_due_after_it() -> None:
    lunch_on_wednesday = CLINIC.with_week(
        (*(EIGHT_TO_FIVE,) * 2, WITH_LUNCH, *(EIGHT_TO_FIVE,) * 2, (), ())
    )

    after_lunch = at("2026-10-14T13:00")
    assert lunch_on_wednesday.due_in_days(at("2026-10-13T12:00"), 1) == after_lunch
    assert lunch_on_wednesday.due_in_days(at("2026-10-13T12:15"), 1) == after_lunch


def test_a_response_time_counts_in_the_unit_it_names() -> None:
    sent = at("2026-10-13T10:00")

    assert CLINIC.due_after(sent, ResponseTime.parse("2 business days")) == at("2026-10-15T10:00")
    assert CLINIC.due_after(sent, ResponseTime.parse("1 business hour")) == at("2026-10-13T11:00")


@pytest.mark.parametrize("text", ["2", "2 days", "0 business days", "1.5 business hours", ""])
def test_a_response_time_without_a_clear_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must look like"):
        ResponseTime.parse(text)


@pytest.mark.parametrize("text", ["8:00-17:00", "17:00-08:00", "08:00-24:30", "08:75-09:00"])
def test_an_opening_that_is_no_stretch_of_a_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        Opening.parse(text)


def test_closed_days_are_counted_from_tomorrow() -> None:
    assert CLINIC.closed_days_after(date(2026, 10, 13)) == 0
    assert CLINIC.closed_days_after(date(2026, 10, 16)) == 2
    assert CLINIC.closed_days_after(date(2026, 11, 25)) == 4


def test_a_time_from_another_zone_is_the_same_moment() -> None:
    assert CLINIC.is_open(datetime(2026, 10, 13, 13, 0, tzinfo=UTC))
    assert not CLINIC.is_open(datetime(2026, 10, 13, 12, 59, tzinfo=UTC))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        CLINIC.is_open(datetime(2026, 10, 13, 13, 0))  # noqa: DTZ001  (that is the point)


def test_a_night_shift_loses_an_hour_in_spring_and_gains_one_in_autumn() -> None:
    nights = CLINIC.with_week(((Opening.parse("00:00-06:00"),),) * 7)

    assert nights.due(at("2026-03-08T01:00"), 2) == at("2026-03-08T04:00")
    assert nights.due(at("2026-11-01T00:00"), 2) == at("2026-11-01T01:00").replace(fold=1)


def test_an_opening_that_begins_in_the_hour_that_spring_skips_begins_after_it() -> None:
    early = CLINIC.with_week(((Opening.parse("02:30-05:00"),),) * 7)

    assert early.next_opening(at("2026-03-08T00:00")).isoformat() == "2026-03-08T03:30:00-05:00"


def test_an_opening_in_the_hour_that_spring_skips_is_no_opening() -> None:
    gone = CLINIC.with_week(((Opening.parse("02:30-03:00"),),) * 7)

    assert not gone.opens_on(date(2026, 3, 8))
    assert gone.due_in_days(at("2026-03-07T02:45"), 1) == at("2026-03-09T02:45")


def test_a_clinic_that_never_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        CLINIC.with_week(((),) * 7)


# --- whatever the hours, whenever it is sent ------------------------------------------------------

unhurried = settings(deadline=None)  # the machine may be busy with other tests


@st.composite
def openings(draw: st.DrawFn) -> tuple[Opening, ...]:
    times = draw(st.lists(st.integers(0, 96), unique=True, max_size=6).map(sorted))
    pairs = zip(times[::2], times[1::2], strict=False)
    return tuple(Opening(opens * 15, closes * 15) for opens, closes in pairs)


DAYS_AROUND = st.dates(date(2025, 1, 1), date(2040, 12, 31))
calendars = st.builds(
    Calendar,
    st.sampled_from(
        [CHICAGO, ZoneInfo("Europe/Madrid"), ZoneInfo("Asia/Kolkata"), ZoneInfo("UTC")]
    ),
    st.tuples(*[openings()] * 7).filter(any),
    st.dictionaries(DAYS_AROUND, st.just("a day off"), max_size=30),
)
# Often within two days of a change of the clocks.
CHANGES = [datetime(2026, 3, 8, 8, tzinfo=UTC), datetime(2026, 11, 1, 7, tzinfo=UTC)]
moments = st.one_of(
    st.integers(1_735_689_600, 2_208_988_800).map(lambda at: datetime.fromtimestamp(at, UTC)),
    st.builds(
        lambda change, minutes: change + timedelta(minutes=minutes),
        st.sampled_from(CHANGES),
        st.integers(-2880, 2880),
    ),
)


def is_open_or_closing(calendar: Calendar, moment: datetime) -> bool:
    just_before = (moment.astimezone(UTC) - timedelta(microseconds=1)).astimezone(calendar.zone)
    return calendar.is_open(moment) or calendar.is_open(just_before)


@unhurried
@given(calendars, moments, st.integers(0, 200).map(lambda quarters: quarters / 4))
def test_hours_later_is_always_inside_opening_hours_or_at_closing(
    calendar: Calendar, sent: datetime, hours: float
) -> None:
    due = calendar.due(sent, hours)

    assert is_open_or_closing(calendar, due)
    assert due.astimezone(UTC) - sent >= timedelta(hours=hours)


@unhurried
@given(calendars, moments, st.integers(0, 10))
def test_days_later_is_always_inside_opening_hours_or_at_closing(
    calendar: Calendar, sent: datetime, days: int
) -> None:
    assert is_open_or_closing(calendar, calendar.due_in_days(sent, days))


@unhurried
@given(calendars, moments, st.integers(0, 20_000), st.integers(0, 160), st.integers(0, 3))
def test_what_is_sent_later_or_may_take_longer_is_never_due_earlier(
    calendar: Calendar, sent: datetime, minutes: int, quarters: int, days: int
) -> None:
    later = sent + timedelta(minutes=minutes)
    hours = quarters / 4

    assert calendar.due(sent, hours).astimezone(UTC) <= calendar.due(later, hours).astimezone(UTC)
    assert calendar.due(sent, hours).astimezone(UTC) <= calendar.due(sent, hours + 1)
    assert calendar.due_in_days(sent, days).astimezone(UTC) <= calendar.due_in_days(later, days)
    assert calendar.due_in_days(sent, days).astimezone(UTC) <= calendar.due_in_days(sent, days + 1)


@unhurried
@given(calendars, moments, st.integers(0, 40), st.integers(0, 40))
def test_so_many_hours_and_then_some_more_are_as_long_as_all_at_once(
    calendar: Calendar, sent: datetime, first: int, more: int
) -> None:
    in_two_steps = calendar.due(calendar.due(sent, first), more)

    if more:
        assert in_two_steps == calendar.due(sent, first + more)


@unhurried
@given(calendars, moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    calendar: Calendar, sent: datetime
) -> None:
    opens = calendar.next_opening(sent)

    assert calendar.is_open(opens)
    # By the clock in another zone, the hour that comes twice is never equal to anything.
    assert calendar.is_open(sent) == (opens.astimezone(UTC) == sent)
    just_before = opens.astimezone(UTC) - timedelta(microseconds=1)
    assert calendar.is_open(sent) or just_before < sent or not calendar.is_open(just_before)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-10-13T10:00", "2026-10-13T11:30", 1.5),
        ("2026-10-16T16:00", "2026-10-19T09:00", 2),  # over a weekend
        ("2026-10-13T18:00", "2026-10-14T07:00", 0),  # a night
        ("2026-11-25T16:00", "2026-11-30T08:30", 1.5),  # over Thanksgiving
        ("2026-10-13T11:00", "2026-10-13T10:00", 0),  # the wrong way round
        ("2026-10-12T10:00", "2026-10-16T10:00", 36),
    ],
)
def test_only_opening_time_passes_between_two_moments(start: str, end: str, hours: float) -> None:
    assert CLINIC.open_between(at(start), at(end)) == timedelta(hours=hours)
