"""The queue: everything that waits, once, the most pressing and the oldest promise first."""

from __future__ import annotations

import random
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir.message import Message
from smartapp.fhir.routing import Routing
from smartapp.fhir.task import WorkTask
from smartapp.workflow.queue import QueueItem, queue_of
from tests.workflow.threads import (
    ROBOT,
    TOM,
    VOCABULARY,
    at,
    message,
    message_json,
    owned_by,
    routed,
    task,
)


def refills(queue: str) -> bool:
    return queue == "refills"


def everything(_queue: str) -> bool:
    return True


def listed(
    *messages: Message,
    tasks: tuple[WorkTask, ...] = (),
    worked: tuple[WorkTask, ...] = (),
) -> list[str]:
    return [item.reference for item in queue_of(tasks, messages, refills, worked)]


# --- what is in it -------------------------------------------------------------------------------

ASKED = message("1", routing=routed())
ANSWERED = message("2", TOM, sent=at(10), root="Communication/1")
ASKED_AGAIN = message("3", sent=at(11), root="Communication/1")


def test_a_message_without_work_is_in_the_queue_by_itself() -> None:
    (item,) = queue_of((), [ASKED], refills)

    assert item == QueueItem(
        reference="Communication/1",
        patient="Patient/maria",
        topic="refill",
        title="Refill: lisinopril",
        routing=routed(),
        owner=None,
        asked_by=ASKED.sender,
        since=at(9),
    )


def test_a_message_with_work_is_in_the_queue_once_as_that_work() -> None:
    assert listed(ASKED, tasks=(task("9", "1"),)) == ["Task/9"]


@pytest.mark.parametrize("status", ["completed", "cancelled", "requested", "something-new"])
def test_a_message_whose_work_is_elsewhere_or_over_is_not_asked_for_again(status: str) -> None:
    elsewhere = task("9", "1", routing=routed("physician"), status=status)

    assert listed(ASKED, worked=(elsewhere,)) == []
    assert listed(ASKED, tasks=(elsewhere,)) == []


def test_work_that_is_over_is_not_in_the_queue() -> None:
    assert listed(tasks=(task("9", "1", status="completed"),)) == []
    assert listed(tasks=(task("9", "1", status="something-new"),)) == ["Task/9"]


def test_work_that_was_found_twice_is_in_the_queue_once() -> None:
    assert listed(tasks=(task("9", "1"), task("9", "1"))) == ["Task/9"]


def test_a_message_that_was_answered_is_not_in_the_queue() -> None:
    assert listed(ASKED, ANSWERED) == []


def test_a_message_is_back_once_the_patient_writes_again() -> None:
    assert listed(ASKED, ANSWERED, ASKED_AGAIN) == ["Communication/1"]


def test_an_answer_in_a_chain_counts_as_one() -> None:
    chained = message("4", TOM, sent=at(12), root="Communication/3")

    assert listed(ASKED, ASKED_AGAIN, chained) == []


def test_an_automatic_answer_is_none() -> None:
    automatic = message("2", ROBOT, sent=at(10), root="Communication/1")

    assert listed(ASKED, automatic) == ["Communication/1"]


def test_an_answer_of_unknown_origin_is_none() -> None:
    unknown = message("2", None, sent=at(10), root="Communication/1")

    assert listed(ASKED, unknown) == ["Communication/1"]


def test_a_message_whose_sender_the_ehr_dropped_is_still_looked_at() -> None:
    assert listed(message("1", None, routing=routed())) == ["Communication/1"]


@pytest.mark.parametrize("sender", [TOM, ROBOT])
def test_what_the_clinic_sends_by_itself_is_no_work(sender: str) -> None:
    assert listed(message("1", sender, routing=routed())) == []


def test_a_reply_whose_first_message_is_too_old_to_be_loaded_stands_for_its_thread() -> None:
    again = message("3", sent=at(11), root="Communication/1", routing=routed())

    assert listed(again) == ["Communication/3"]
    assert listed(again, worked=(task("9", "1"),)) == []
    assert listed(ANSWERED) == []


# --- what is written after the end ---------------------------------------------------------------

ENDED = {"status": "completed", "lastModified": at(10).isoformat()}


def test_who_writes_again_after_the_end_is_back_in_the_queue() -> None:
    over = task("9", "1", **ENDED)
    (item,) = queue_of((), [ASKED, ANSWERED, ASKED_AGAIN], refills, [over])

    assert item.reference == "Communication/3"
    assert item.since == at(11)
    assert item.routing.reason == "The patient wrote again after this was closed."
    assert item.routing.due is None, "what was promised for the first time is over"


def test_what_was_closed_without_an_answer_stays_closed() -> None:
    assert listed(ASKED, worked=(task("9", "1", **ENDED),)) == []


def test_an_answer_to_what_was_written_after_the_end_ends_it_again() -> None:
    over = task("9", "1", **ENDED)
    answered = message("4", TOM, sent=at(12), root="Communication/1")

    assert listed(ASKED, ANSWERED, ASKED_AGAIN, answered, worked=(over,)) == []


def test_where_nobody_says_when_it_ended_a_reply_counts_as_later() -> None:
    over = task("9", "1", status="completed", lastModified=None)

    assert listed(ASKED, ASKED_AGAIN, worked=(over,)) == ["Communication/3"]
    assert listed(ASKED, worked=(over,)) == []


def test_what_was_made_of_a_reply_is_the_work_of_its_thread() -> None:
    over, new = task("8", "1", **ENDED), task("9", "1", identifier="sid-3")

    assert listed(ASKED, ANSWERED, ASKED_AGAIN, tasks=(new,), worked=(over, new)) == ["Task/9"]


# --- whose it is ---------------------------------------------------------------------------------


def test_each_sees_what_their_queues_hold() -> None:
    mine, theirs = message("1", routing=routed()), message("2", routing=routed("physician"))

    assert listed(mine, theirs) == ["Communication/1"]


def test_what_the_ehr_kept_no_decision_of_is_for_whoever_takes_what_has_no_queue() -> None:
    undecided = message("1")

    assert listed(undecided) == []
    (item,) = queue_of((), [undecided], lambda queue: queue == "")
    assert item.routing.priority == "urgent"
    assert item.routing.reason


def test_a_message_that_was_never_written_for_this_clinics_queues_is_in_none() -> None:
    foreign = Message.from_fhir(message_json("1", category=None) | {"identifier": []}, VOCABULARY)
    assert foreign is not None

    assert queue_of((), [foreign], everything) == ()


def test_who_has_it_is_said() -> None:
    (item,) = queue_of([task("9", "1", **owned_by(TOM, "Tom Berg"))], [], refills)

    assert item.owner is not None
    assert (item.owner.target, item.owner.display) == (TOM, "Tom Berg")


# --- in which order ------------------------------------------------------------------------------


def order_of(*items: tuple[str, str, datetime | None, int]) -> list[str]:
    """Each as id, priority, due time, and the hour at which it was asked."""
    tasks = [
        task(identity, identity, routing=routed("refills", priority, due), authored=at(hour))
        for identity, priority, due, hour in items
    ]
    return [item.reference.removeprefix("Task/") for item in queue_of(tasks, [], refills)]


def test_the_most_pressing_comes_first() -> None:
    assert order_of(
        ("routine", "routine", at(10), 9),
        ("asap", "asap", at(12), 9),
        ("urgent", "urgent", at(11), 9),
        ("stat", "stat", at(13), 9),
    ) == ["stat", "asap", "urgent", "routine"]


def test_then_the_promise_that_runs_out_first() -> None:
    assert order_of(
        ("later", "routine", at(15), 8),
        ("soon", "routine", at(14), 9),
    ) == ["soon", "later"]


def test_the_newest_never_comes_first_of_equals() -> None:
    assert order_of(
        ("new", "routine", None, 12),
        ("old", "routine", None, 8),
    ) == ["old", "new"]


def test_what_nobody_promised_a_time_for_does_not_wait_for_ever() -> None:
    assert order_of(
        ("promised", "routine", at(15), 12),
        ("open", "routine", None, 9),
    ) == ["open", "promised"]


def test_a_priority_that_nobody_knows_is_not_taken_for_routine() -> None:
    assert order_of(("new", "flash", at(15), 9), ("urgent", "urgent", at(10), 9))[0] == "new"


routings = st.builds(
    routed,
    st.just("refills"),
    st.sampled_from(["routine", "urgent", "asap", "stat"]),
    st.none() | st.integers(0, 23).map(at),
)


@given(st.lists(routings, max_size=8), st.randoms())
def test_the_order_does_not_depend_on_how_the_ehr_sorts(
    decisions: list[Routing], dice: random.Random
) -> None:
    tasks = [
        task(str(number), str(number), routing=each, authored=at(number))
        for number, each in enumerate(decisions)
    ]
    shuffled = list(tasks)
    dice.shuffle(shuffled)

    assert {i.reference for i in queue_of(shuffled, [], refills)} == {t.reference for t in tasks}
    assert [_rank(i) for i in queue_of(shuffled, [], refills)] == [
        _rank(i) for i in queue_of(tasks, [], refills)
    ]


def _rank(item: QueueItem) -> tuple[str, datetime | None]:
    return item.routing.priority, item.routing.due or item.since


def test_an_item_is_late_after_its_due_time() -> None:
    (item,) = queue_of([task("9", "1", routing=routed(due=at(12)))], [], refills)
    (open_ended,) = queue_of([task("9", "1")], [], refills)

    assert not item.is_late(at(12))
    assert item.is_late(at(13))
    assert not open_ended.is_late(at(23))
