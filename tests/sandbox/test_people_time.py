"""The story moves with the day it is told: always the same people, never a stale date."""

from __future__ import annotations

import json
import time
from datetime import date, datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any

import pytest

from sandbox.people import resources
from sandbox.people.dates import CLINIC_TIME, Days, at

SATURDAY = 5
DAYS = [
    pytest.param(date(2026, 1, 31), id="a Saturday"),
    pytest.param(date(2026, 3, 8), id="the Sunday when the clocks go forward"),
    pytest.param(date(2026, 11, 1), id="the Sunday when they go back"),
    pytest.param(date(2028, 2, 29), id="a leap day"),
    pytest.param(date(2027, 1, 1), id="the first of January"),
    pytest.param(date(2026, 12, 31), id="the last of December"),
    pytest.param(date(2030, 6, 19), id="a Wednesday some years on"),
]
# What these say has happened already, whatever the resource.
HAPPENED = (
    "authoredOn",
    "created",
    "dateRecorded",
    "effectiveDateTime",
    "issued",
    "onsetDateTime",
    "abatementDateTime",
    "performedDateTime",
    "recorded",
    "recordedDate",
    "startDate",
    "whenHandedOver",
)


@cache
def people_on(today: date) -> list[dict[str, Any]]:
    """Making them for seven days once is enough."""
    return resources(today)


def test_the_same_day_gives_the_same_people():
    day = date(2026, 1, 31)

    assert json.dumps(resources(day)) == json.dumps(resources(day))


def test_whoever_changes_what_they_were_given_changes_it_for_nobody_else():
    day = date(2026, 1, 31)
    before = json.dumps(resources(day))
    for each in resources(day):
        for part in each.values():
            if isinstance(part, list):
                part.clear()
            if isinstance(part, dict):
                part.clear()

    assert json.dumps(resources(day)) == before


@pytest.mark.parametrize("today", DAYS)
def test_ids_are_the_same_on_every_day(today):
    def keys(day: date) -> list[tuple[str, str]]:
        return [(each["resourceType"], each["id"]) for each in people_on(day)]

    assert keys(today) == keys(date(2026, 1, 31))


@pytest.mark.parametrize("today", DAYS)
def test_what_happened_happened_before_today(today):
    late = [
        f"{each['id']}.{name}: {each[name]}"
        for each in people_on(today)
        for name in HAPPENED
        if name in each and each[name][:10] > today.isoformat()
    ]

    assert late == []


@pytest.mark.parametrize("today", DAYS)
def test_visits_are_over_and_appointments_are_where_their_status_says(today):
    people = people_on(today)
    visits = [each for each in people if each["resourceType"] == "Encounter"]
    appointments = [each for each in people if each["resourceType"] == "Appointment"]
    coming = {each["id"] for each in appointments if each["status"] in ("booked", "pending")}

    assert all(each["period"]["end"][:10] <= today.isoformat() for each in visits)
    assert {each["id"] for each in appointments if each["start"][:10] > today.isoformat()} == coming


@pytest.mark.parametrize("today", DAYS)
def test_the_clinic_is_closed_at_weekends(today):
    people = people_on(today)
    visits = [each for each in people if each["resourceType"] == "Encounter"]
    moments = chain(
        (each["start"] for each in people if each["resourceType"] in ("Appointment", "Slot")),
        (visit["period"]["start"] for visit in visits if visit["class"]["code"] == "AMB"),
    )

    assert [each for each in moments if datetime.fromisoformat(each).weekday() >= SATURDAY] == []


@pytest.mark.parametrize("today", DAYS)
def test_people_keep_their_age(today):
    def age(patient: str) -> int:
        born = date.fromisoformat(
            next(each["birthDate"] for each in people_on(today) if each["id"] == patient)
        )
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    assert age("dorothy-hayes") == 80
    assert age("zoe-bennett") == 15
    assert age("leo-nguyen") == 7


@pytest.mark.parametrize("today", DAYS)
def test_periods_run_forward(today):
    backward = [
        each["id"]
        for each in people_on(today)
        if (period := each.get("period"))
        if period.get("start", "")[:10] > period.get("end", "9")[:10]
    ]

    assert backward == []


def test_there_are_free_openings_in_the_coming_days():
    today = date(2026, 1, 31)
    free = [each["start"] for each in people_on(today) if each.get("status") == "free"]

    assert len(free) > 50
    assert all("2026-02-01" <= start[:10] <= "2026-02-14" for start in free)


def test_times_are_those_of_the_clinics_clock():
    assert at(date(2026, 1, 30), "09:30") == "2026-01-30T09:30:00-06:00"
    assert at(date(2026, 7, 30), "09:30", 45) == "2026-07-30T10:15:00-05:00"
    assert str(CLINIC_TIME) == "America/Chicago"


@pytest.mark.parametrize("offset", range(7))
def test_a_weekend_moves_a_past_visit_back_and_a_coming_one_forward(offset):
    days = Days(date(2026, 1, 26) + timedelta(days=offset))

    assert days.visit(0) <= days.today <= days.booking(0)
    assert days.visit(0).weekday() < SATURDAY
    assert days.booking(0).weekday() < SATURDAY
    assert (days.today - days.visit(0)).days <= 2
    assert (days.booking(0) - days.today).days <= 2


def test_making_everyone_takes_less_than_a_second():
    started = time.process_time()
    resources(date(2026, 1, 31))

    assert time.process_time() - started < 1
