"""Each figure of the clinic's work, by a case that a person can count on their fingers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from smartapp.fhir.change import Change, Kind
from smartapp.fhir.element import Reference
from smartapp.workflow.calendar import Calendar, Opening
from smartapp.workflow.metrics import experience, figures, workload
from smartapp.workflow.metrics.experience import Booked, Satisfaction
from smartapp.workflow.metrics.handled import Colleague, Deed, Handled, lasting
from smartapp.workflow.metrics.statistics import Share, Spread, percentile

CHICAGO = ZoneInfo("America/Chicago")
OPEN = Calendar(CHICAGO, ((Opening.parse("08:00-17:00"),),) * 5 + ((), ()))
NURSE, DOCTOR = Colleague("Practitioner/n", "Nina"), Colleague("Practitioner/d", "Dr. Patel")
PHYSICIANS = ("physician",)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


MONDAY = at("2026-10-12T10:00")
NOW = at("2026-10-16T12:00")  # the Friday after


def request(**more: object) -> Handled:
    """Asked on Monday at ten, due on Tuesday at ten, and nothing has happened since."""
    plain = Handled(
        reference="Task/1",
        submission="1",
        patient="Patient/a",
        topic="refill",
        asked=MONDAY,
        due=at("2026-10-13T10:00"),
        rule="everything-else",
        queues=((MONDAY, "refills"),),
        from_patient=(MONDAY,),
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # the names are those of Handled


def hours_of(_queue: str) -> Calendar:
    return OPEN


# --- how fast ------------------------------------------------------------------------------------


def test_a_night_and_a_weekend_take_no_business_hours() -> None:
    friday_evening = at("2026-10-09T16:00")
    answered = request(asked=friday_evening, answered=at("2026-10-12T09:30"))

    spread = figures.first_answers([answered], hours_of)

    assert spread == Spread(1, 2.5, 2.5)


def test_what_came_and_was_answered_at_night_took_none() -> None:
    at_night = request(asked=at("2026-10-12T20:00"), answered=at("2026-10-12T22:00"))

    assert figures.first_answers([at_night], hours_of).median == 0


def test_the_median_lies_in_the_middle_and_nine_in_ten_below_the_other() -> None:
    ten = [request(answered=MONDAY + timedelta(minutes=30 * n)) for n in range(1, 11)]

    spread = figures.first_answers([*ten, request()], hours_of)

    assert spread == Spread(10, 2.75, 4.5)


@pytest.mark.parametrize(
    ("values", "ninetieth"), [([7.0], 7.0), ([1.0, 2.0], 2.0), (list(range(1, 101)), 90)]
)
def test_a_percentile_is_one_of_the_values(values: list[float], ninetieth: float) -> None:
    assert percentile(values, 90) == ninetieth


def test_of_nothing_there_is_no_median_and_no_share() -> None:
    assert figures.first_answers([request()], hours_of) == Spread(0, None, None)
    assert Share(0, 0).percent is None
    assert figures.messages_per_thread([request()]) is None


# --- late ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "late"),
    [
        ({"answered": at("2026-10-13T10:00")}, False),
        ({"answered": at("2026-10-13T10:01")}, True),
        ({}, True),  # nobody has answered, and its time is over
        ({"due": at("2026-10-16T12:00")}, None),  # its time has not come
        ({"due": None}, None),
        ({"closed": at("2026-10-13T09:00"), "is_open": False}, False),  # without an answer
    ],
)
def test_late_is_what_was_not_answered_by_its_time(
    more: dict[str, object], late: bool | None
) -> None:
    assert request(**more).is_late(NOW) is late


def test_the_late_share_is_of_those_whose_time_has_come() -> None:
    waiting = request(due=at("2026-10-19T10:00"))
    in_time = request(answered=at("2026-10-12T11:00"))

    share = figures.lateness([request(), in_time, in_time, waiting], NOW)

    assert share == Share(1, 3)


# --- who had to ----------------------------------------------------------------------------------


def test_a_physician_was_reached_by_the_rules_or_by_escalation() -> None:
    by_rule = request(queues=((MONDAY, "physician"),))
    escalated = request(
        queues=((MONDAY, "nurse-triage"), (at("2026-10-12T11:00"), "physician")), escalated=True
    )
    four = [by_rule, escalated, request(), request()]

    assert figures.physician_share(four, PHYSICIANS) == Share(2, 4)
    assert figures.escalations(four) == Share(1, 4)


def test_the_first_contact_is_where_it_was_when_it_was_answered() -> None:
    way = ((MONDAY, "nurse-triage"), (at("2026-10-12T11:00"), "physician"))
    before = request(queues=way, answered=at("2026-10-12T10:30"))
    after = request(queues=way, answered=at("2026-10-12T11:00"))

    share = figures.first_contact_share([before, after, request()], PHYSICIANS)

    assert share == Share(1, 2)


def test_a_rule_is_wrong_as_often_as_staff_had_to_put_it_right() -> None:
    seen = request(history=True)
    wrong = request(history=True, misrouted=True)
    untouched = request(rule="almost-out")

    errors = figures.errors_of_rules([seen, seen, wrong, untouched])

    assert errors == {
        ("refill", "everything-else"): Share(1, 3),
        ("refill", "almost-out"): Share(0, 0),
    }


def test_reasons_are_counted_for_what_was_done() -> None:
    deeds = tuple(
        Deed(NURSE, MONDAY, kind, reason=reason)
        for kind, reason in (
            (Kind.ESCALATED, "worse"), (Kind.ESCALATED, "prescriber"), (Kind.REROUTED, "load"),
            (Kind.ESCALATED, "worse"),
        )
    )  # fmt: skip

    assert list(figures.reasons([request(deeds=deeds)], Kind.ESCALATED).items()) == [
        ("worse", 2),
        ("prescriber", 1),
    ]


# --- what waits ----------------------------------------------------------------------------------


def test_the_backlog_is_what_is_open_by_how_long_it_has_waited() -> None:
    fresh = request(asked=at("2026-10-16T09:00"), due=at("2026-10-19T09:00"), owner="Nina")
    old = request(asked=at("2026-09-01T09:00"))
    ended = request(is_open=False, closed=NOW)

    backlog = figures.backlog([fresh, request(), old, ended], NOW)

    assert backlog.ages == {"day": 1, "three-days": 0, "week": 1, "two-weeks": 0, "older": 1}
    assert (backlog.total, backlog.late, backlog.unowned) == (3, 2, 2)
    assert backlog.oldest == NOW - at("2026-09-01T09:00")


def test_loose_ends_are_told_apart() -> None:
    orphan = request(has_task=False, due=at("2026-10-19T09:00"))
    asked_back = Deed(NURSE, at("2026-10-12T12:00"), Kind.ASKED_PATIENT)
    waits = request(answered=asked_back.when, deeds=(asked_back,))
    wrote_again = replace(waits, from_patient=(MONDAY, at("2026-10-12T13:00")))

    ends = figures.loose_ends([request(), orphan, waits, wrote_again], NOW)

    assert (ends.unresolved, ends.orphaned, ends.waiting) == (1, 1, 1)


# --- what it takes -------------------------------------------------------------------------------


def test_work_is_counted_for_who_did_it() -> None:
    deeds = (
        Deed(NURSE, at("2026-10-12T11:00"), Kind.CLAIMED),
        Deed(NURSE, at("2026-10-12T11:05"), Kind.ESCALATED),
        Deed(DOCTOR, at("2026-10-12T18:00"), Kind.CLAIMED),
        Deed(DOCTOR, at("2026-10-12T18:05"), Kind.REPLIED),
        Deed(DOCTOR, at("2026-10-12T18:10"), Kind.CLOSED, minutes=6),
        Deed(DOCTOR, at("2026-10-13T10:00"), Kind.CLOSED),
    )

    doctor, nurse = workload.work_of([request(deeds=deeds)], OPEN, weeks=0.5)

    assert (doctor.who, doctor.claimed, doctor.answered, doctor.closed) == (DOCTOR, 1, 1, 2)
    assert (doctor.minutes, doctor.untimed, doctor.after_hours) == (6, 1, 3)
    assert doctor.hours_a_week == pytest.approx(0.2)
    assert (nurse.passed_on, nurse.after_hours, nurse.minutes) == (1, 0, None)
    assert nurse.hours_a_week is None  # nobody has typed any: that is not nought
    assert workload.after_hours_work([request(deeds=deeds)], OPEN) == Share(3, 6)
    assert workload.typed_minutes([request(deeds=deeds)]) == (6, Share(1, 2))


def test_messages_of_finished_threads_are_counted_from_both_sides() -> None:
    evening = at("2026-10-12T20:00")
    ended = request(is_open=False, from_patient=(MONDAY, evening), from_clinic=(NOW,))

    assert figures.messages_per_thread([ended, request()]) == 3
    assert workload.after_hours_messages([ended, request()], OPEN) == Share(1, 3)


def test_what_was_undone_at_once_was_never_done() -> None:
    nina = Reference("Practitioner/n", "Nina")
    moved = Change(Kind.REROUTED, MONDAY, nina, "refills", "billing")
    undone = Change(Kind.UNDONE, NOW, nina, "billing", "refills", reason=Kind.REROUTED)
    claimed = Change(Kind.CLAIMED, MONDAY, nina)

    assert lasting([claimed, moved, undone]) == (claimed,)


# --- how it went ---------------------------------------------------------------------------------


def test_four_and_five_mean_that_it_went_well() -> None:
    rated = Satisfaction.of([5, 4, 4, 2])

    assert (rated.mean, rated.well) == (3.75, Share(3, 4))
    assert rated.scores == {5: 1, 4: 2, 3: 0, 2: 1, 1: 0}


def test_who_asks_twice_returns() -> None:
    asked = [request(), request(), request(patient="Patient/b"), request(patient="Patient/c")]

    assert experience.returning(asked) == Share(1, 3)


def test_an_appointment_called_off_on_its_day_leaves_the_time_empty() -> None:
    noon = at("2026-10-14T12:00")
    booked = [
        Booked(noon, "fulfilled"),
        Booked(noon, "noshow"),
        Booked(noon, "cancelled", noon - timedelta(hours=24)),
        Booked(noon, "cancelled", noon - timedelta(hours=23)),
        Booked(noon, "cancelled"),
        Booked(at("2026-10-20T12:00"), "booked"),
    ]

    kept = experience.kept(booked, NOW, timedelta(hours=24))

    assert (kept.total, kept.missed, kept.called_off, kept.late, kept.unknown) == (5, 1, 3, 1, 1)


def test_weeks_end_now() -> None:
    two = [request(asked=NOW - timedelta(days=8)), request(asked=NOW - timedelta(days=1))]

    older, newer = figures.by_week(two, NOW, 2)

    assert (older, newer) == ((two[0],), (two[1],))
