"""A request from its first message to its end, and never further along than anybody knows."""

from __future__ import annotations

import pytest

from smartapp.fhir.message import Message, coded
from smartapp.fhir.task import WorkTask
from smartapp.workflow.requests import Request, Stage, requests_of
from tests.workflow.fake_ehr import Resource
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


def read(json: Resource) -> Message:
    found = Message.from_fhir(json, VOCABULARY)
    assert found is not None
    return found


def the_request(*messages: Message, work: tuple[WorkTask, ...] = ()) -> Request:
    (request,) = requests_of(messages, work)
    return request


ASKED = message("1", sent=at(9))
ANSWERED = message("2", TOM, sent=at(10), root="Communication/1")
ASKED_AGAIN = message("3", sent=at(11), root="Communication/1")
AUTOMATIC = message("4", ROBOT, sent=at(10), root="Communication/1")
NOT_KNOWN_WHO = message("5", None, sent=at(12), root="Communication/1")


WAITING = {
    **owned_by(TOM),
    "status": "on-hold",
    "businessStatus": coded(VOCABULARY.stage, "waiting-for-patient"),
}
ESCALATED = {"businessStatus": coded(VOCABULARY.stage, "with-doctor")}
ENDED = {"status": "completed", "lastModified": at(10).isoformat(), **owned_by(TOM)}
LATER = {**ENDED, "lastModified": at(12).isoformat()}


# --- stages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("messages", "work", "stage"),
    [
        ([ASKED], [], Stage.RECEIVED),
        ([ASKED], [task("9", "1")], Stage.RECEIVED),
        ([ASKED], [task("9", "1", **owned_by(TOM))], Stage.WITH_NURSE),
        ([ASKED], [task("9", "1", routing=routed("physician"))], Stage.WITH_DOCTOR),
        ([ASKED, ANSWERED], [], Stage.ANSWERED),
        ([ASKED, ANSWERED], [task("9", "1", **owned_by(TOM))], Stage.ANSWERED),
        ([ASKED, ANSWERED, ASKED_AGAIN], [], Stage.RECEIVED),
        ([ASKED, ANSWERED, ASKED_AGAIN], [task("9", "1", **owned_by(TOM))], Stage.WITH_NURSE),
        ([ASKED], [task("9", "1", status="completed")], Stage.CLOSED),
        ([ASKED, ANSWERED], [task("9", "1", status="cancelled")], Stage.CLOSED),
        ([ASKED], [task("9", "1", status="something-new")], Stage.RECEIVED),
        ([ASKED, AUTOMATIC], [], Stage.RECEIVED),
        ([ASKED, ANSWERED, AUTOMATIC], [], Stage.ANSWERED),
        ([ASKED, ANSWERED, NOT_KNOWN_WHO], [], Stage.RECEIVED),
        ([message("1", TOM)], [], Stage.ANSWERED),
        ([ASKED, ANSWERED, ASKED_AGAIN], [task("9", "1", **ENDED)], Stage.RECEIVED),
        ([ASKED, ANSWERED, ASKED_AGAIN], [task("9", "1", **LATER)], Stage.CLOSED),
        ([message("1", ROBOT)], [], Stage.ANSWERED),
        ([ASKED, ANSWERED], [task("9", "1", **WAITING)], Stage.WAITING),
        ([ASKED, ANSWERED, ASKED_AGAIN], [task("9", "1", **WAITING)], Stage.WITH_NURSE),
        ([ASKED], [task("9", "1", **ESCALATED)], Stage.WITH_DOCTOR),
        ([ASKED], [task("9", "1", **WAITING)], Stage.WITH_NURSE),
    ],
)
def test_a_request_is_where_the_record_says_it_is(
    messages: list[Message], work: list[WorkTask], stage: Stage
) -> None:
    assert the_request(*messages, work=tuple(work)).stage is stage


def test_the_last_answer_is_a_persons() -> None:
    request = the_request(ASKED, ANSWERED, AUTOMATIC)

    assert request.last_answer is ANSWERED
    assert the_request(ASKED, AUTOMATIC).last_answer is None


def test_a_request_is_late_from_the_moment_it_was_due_until_somebody_answers() -> None:
    work = (task("9", "1", routing=routed(due=at(12))),)

    assert not the_request(ASKED, work=work).is_late(at(12))
    assert the_request(ASKED, work=work).is_late(at(13))
    assert not the_request(ASKED, ANSWERED, work=work).is_late(at(13))
    closed = (task("9", "1", routing=routed(due=at(12)), status="completed"),)
    assert not the_request(ASKED, work=closed).is_late(at(13))
    assert not the_request(ASKED).is_late(at(13))


# --- the decision --------------------------------------------------------------------------------


def test_the_work_decides_and_without_it_the_message_does() -> None:
    told = message("1", routing=routed("refills", due=at(12)))

    assert the_request(told).routing == routed("refills", due=at(12))
    moved = the_request(told, work=(task("9", "1", routing=routed("physician")),))
    assert moved.routing == routed("physician")


def test_work_whose_queue_got_lost_has_that_of_the_message() -> None:
    work = task("9", "1", performerType=None)

    found = the_request(message("1", routing=routed("pharmacy")), work=(work,)).routing

    assert found is not None
    assert found.queue == "pharmacy"


def test_what_the_ehr_dropped_is_undecided_and_pressing_but_never_nothing() -> None:
    for request in (
        the_request(ASKED),
        the_request(ASKED, work=(task("9", "1", performerType=None),)),
    ):
        assert request.routing is not None
        assert request.routing.queue == ""
        assert request.routing.priority == "urgent"
        assert request.due is None


def test_what_carries_our_identifier_belongs_here_even_without_its_topic() -> None:
    assert the_request(message("1", category=None)).routing is not None


def test_a_message_that_was_not_written_here_was_never_decided_on() -> None:
    foreign = read(message_json("1", category=None) | {"identifier": []})

    assert the_request(foreign).routing is None


# --- threads -------------------------------------------------------------------------------------


def test_a_thread_is_in_the_order_in_which_it_was_said() -> None:
    request = the_request(ASKED_AGAIN, ANSWERED, ASKED)

    assert [each.id for each in request.messages] == ["1", "2", "3"]
    assert request.root is ASKED


def test_an_answer_that_hangs_on_the_message_before_it_is_in_the_thread() -> None:
    chained = message("7", TOM, sent=at(13), root="Communication/3")

    request = the_request(ASKED, ASKED_AGAIN, chained)

    assert request.stage is Stage.ANSWERED
    assert len(request.messages) == 3


def test_a_reply_whose_first_message_is_not_there_stands_alone_and_keeps_its_work() -> None:
    request = the_request(ANSWERED, work=(task("9", "1", status="completed"),))

    assert request.root is ANSWERED
    assert request.is_closed


def test_messages_that_hang_on_each_other_are_not_lost() -> None:
    circle = [message("1", root="Communication/2"), message("2", root="Communication/1")]

    assert sum(len(request.messages) for request in requests_of(circle, ())) == 2


def test_what_came_at_an_unknown_time_may_be_the_last_word() -> None:
    timeless = message_json("3", root="Communication/1")
    del timeless["sent"]

    request = the_request(ASKED, read(timeless), ANSWERED)

    assert request.messages[-1].id == "3"
    assert request.waits_for_clinic


def test_the_newest_request_comes_first() -> None:
    old, new = message("1", sent=at(9)), message("2", sent=at(10))
    answered_old = message("3", TOM, sent=at(11), root="Communication/1")

    assert [r.root.id for r in requests_of([old, new], ())] == ["2", "1"]
    assert [r.root.id for r in requests_of([old, new, answered_old], ())] == ["1", "2"]


def test_of_two_pieces_of_work_the_open_one_counts_and_else_the_latest() -> None:
    closed = task("8", "1", status="completed", authored=at(12))
    still_open = task("9", "1", authored=at(9))
    closed_early = task("7", "1", status="cancelled", authored=at(8))

    for work in ((closed, still_open), (still_open, closed)):
        found = the_request(ASKED, work=work).task
        assert found is still_open
    assert the_request(ASKED, work=(closed, closed_early)).task is closed


def test_a_request_concerns_what_it_is_about() -> None:
    request = the_request(message("1", about=[("MedicationRequest/88", "lisinopril 10 mg")]))

    assert request.concerns("MedicationRequest/88")
    assert not request.concerns("MedicationRequest/8")
    assert request.about == "lisinopril 10 mg"


# --- what the patient is told of what staff do ----------------------------------------------------


def test_who_waits_for_the_patient_is_not_late() -> None:
    work = task("9", "1", routing=routed(due=at(9)), **WAITING)

    assert the_request(ASKED, work=(work,)).is_late(at(11))
    assert not the_request(ASKED, ANSWERED, work=(work,)).is_late(at(11))


def test_work_that_others_have_now_was_passed_on() -> None:
    asked = message("1", sent=at(9), routing=routed("refills"))

    assert not the_request(asked, work=(task("9", "1", routing=routed("refills")),)).was_passed_on
    assert the_request(asked, work=(task("9", "1", routing=routed("billing")),)).was_passed_on
    assert not the_request(asked).was_passed_on
