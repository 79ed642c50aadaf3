"""What may have been promised to what lies in a queue: never less than any rule promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.workflow.calendar import ResponseTime
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.promise import Promises
from smartapp.workflow.streams import Stream

YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MINUTES = st.integers(0, 365 * 24 * 60)
TIMES = [
    ResponseTime.parse(f"{n} business {unit}") for n in (1, 2, 4) for unit in ("hours", "days")
]


@settings(max_examples=60, deadline=None)
@given(MINUTES, st.integers(0, 6 * 24 * 60), st.sampled_from(TIMES))
def test_what_is_asked_later_is_never_due_earlier(
    policy: Policy, minute: int, later: int, within: ResponseTime
) -> None:
    """Over weekends, holidays, lunch and the change of the clocks. The long queue rests on it."""
    first = YEAR + timedelta(minutes=minute)
    for queue in policy.queues.values():
        calendar = policy.calendar.with_week(queue.week)
        due = calendar.due_after(first, within)
        assert due >= first
        assert due <= calendar.due_after(first + timedelta(minutes=later), within)


def test_no_rule_promises_less_than_the_bound_of_its_stream(policy: Policy) -> None:
    promises, friday = Promises(policy), datetime(2026, 11, 20, 22, tzinfo=UTC)
    looked_at = 0
    for topic in policy.topics.values():
        for route in (*(r.route for r in topic.rules), *(f.route for f in topic.red_flags)):
            queue = route.queue.code
            if queue == policy.review.code:
                continue
            (kinds,) = [
                each
                for each in promises.kinds(queue, str(route.priority))
                if topic.code in each.topics
            ]
            calendar = policy.calendar.with_week(route.queue.week)
            due = calendar.due_after(friday, route.respond_within)
            assert promises.earliest(queue, kinds.times, friday) <= due
            looked_at += 1
    assert looked_at > 50


def test_in_review_nothing_is_taken_for_promised(policy: Policy) -> None:
    assert Promises(policy).kinds(policy.review.code, "urgent") == ()


@pytest.mark.parametrize(
    ("due", "kept"), [("2026-11-20T15:00:00Z", True), ("2026-11-20T10:00:00Z", False)]
)
def test_a_stream_with_an_older_promise_goes_by_age_alone(due: str, kept: bool) -> None:
    stream = Stream((), "routine", 25, bound=lambda asked: asked + timedelta(hours=4))

    stream.take(
        {
            "resourceType": "Task",
            "id": "1",
            "priority": "routine",
            "authoredOn": "2026-11-20T09:00:00Z",
            "restriction": {"period": {"end": due}},
        }
    )

    assert (stream.bound is not None) == kept


# --- the days before today -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "since"),
    [
        ("2026-11-23T15:00:00+00:00", "2026-11-20"),  # Monday: since Friday
        ("2026-11-24T15:00:00+00:00", None),  # Tuesday
        ("2026-11-22T15:00:00+00:00", None),  # Sunday: not open yet
        ("2026-11-30T15:00:00+00:00", "2026-11-25"),  # after Thanksgiving, its Friday and a weekend
    ],
)
def test_after_closed_days_it_is_known_when_it_had_closed(
    policy: Policy, now: str, since: str | None
) -> None:
    closed = policy.calendar.closed_since(datetime.fromisoformat(now))

    assert (str(closed.date()) if closed else None) == since
