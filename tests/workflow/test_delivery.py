"""A submission ends as done, refused or unknown: never lost, never twice, never falsely."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from smartapp.errors import EhrUnreachable
from smartapp.fhir.client import FhirClient
from smartapp.sessions import Outbox, StepState, Submission
from smartapp.sessions.submission import Step, SubmissionState
from smartapp.workflow.delivery import Courier
from tests.workflow.conftest import Clock
from tests.workflow.fake_ehr import (
    FakeEhr,
    Resource,
    fails_with,
    forgets,
    lost_after,
    lost_before,
    silent_after,
    truncated_after,
    works,
)
from tests.workflow.submitting import MARIA, Desk, submission

CONFIRMED, REFUSED = SubmissionState.CONFIRMED, SubmissionState.REFUSED
UNKNOWN, WAITING = SubmissionState.UNKNOWN, SubmissionState.WAITING_FOR_AUTHOR
ALL_DONE = {
    "QuestionnaireResponse": StepState.DONE,
    "Communication": StepState.DONE,
    "Task": StepState.DONE,
}


@pytest.fixture
def desk(ehr: FakeEhr, client_for: Callable[..., FhirClient], clock: Clock) -> Desk:
    return Desk(ehr, client_for, clock)


@pytest.fixture
def sid(desk: Desk) -> str:
    return desk.receive(submission())


def one_of_each(desk: Desk, sid: str) -> bool:
    return all(len(held) == 1 for held in desk.in_ehr(sid).values())


# --- done ----------------------------------------------------------------------------------------


def test_a_submission_arrives_whole_and_points_to_itself(desk: Desk, sid: str) -> None:
    assert desk.carry(sid) is CONFIRMED

    held = {kind: each[0] for kind, each in desk.in_ehr(sid).items()}
    message, task = held["Communication"], held["Task"]
    assert message["about"][0] == {
        "reference": f"QuestionnaireResponse/{held['QuestionnaireResponse']['id']}"
    }
    assert task["focus"] == {"reference": f"Communication/{message['id']}"}
    assert "urn:uuid" not in str(held)


def test_each_step_is_told_before_it_is_sent_and_when_it_is_known(desk: Desk, sid: str) -> None:
    desk.carry(sid)

    assert desk.told == [
        (kind, state)
        for kind in ("QuestionnaireResponse", "Communication", "Task")
        for state in ("posting", "done")
    ]


def test_what_is_done_is_not_sent_again(desk: Desk, sid: str) -> None:
    desk.carry(sid)
    before = len(desk.ehr.heard)

    desk.carry(sid)
    desk.sweep(after=100)

    assert len(desk.ehr.heard) == before
    assert desk.outbox.unfinished() == ()


def test_a_submission_without_form_and_work_is_one_message(desk: Desk) -> None:
    sid = desk.receive(submission(with_response=False, with_task=False))

    assert desk.carry(sid) is CONFIRMED
    assert [len(held) for held in desk.in_ehr(sid).values()] == [0, 1, 0]


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 422])
def test_what_the_ehr_refuses_is_not_promised_as_sent(desk: Desk, sid: str, status: int) -> None:
    desk.ehr.fails("POST", fails_with(status))

    assert desk.carry(sid, patiently=True) is REFUSED

    assert desk.ehr.resources == {}
    assert desk.ehr.asked("POST", "Communication") == 0
    desk.sweep(after=100)
    assert desk.ehr.resources == {}


def test_a_refused_message_is_refused_although_the_form_arrived(desk: Desk, sid: str) -> None:
    desk.ehr.fails("POST", works, fails_with(422))

    assert desk.carry(sid) is REFUSED
    assert [len(held) for held in desk.in_ehr(sid).values()] == [1, 0, 0]


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_refused_work_does_not_take_back_what_the_clinic_has(
    desk: Desk, sid: str, status: int
) -> None:
    desk.ehr.fails("POST", works, works, fails_with(status))

    assert desk.carry(sid) is CONFIRMED

    (message,) = desk.in_ehr(sid)["Communication"]
    assert "refills" in str(message["extension"])
    assert desk.step(sid, "Task").reason_code


def test_what_our_own_gate_stops_was_never_sent(desk: Desk) -> None:
    received = replace(submission(), person=replace(MARIA, patient_id="somebody-else"))
    desk.outbox.receive(received, desk.token())

    desk.courier().carry(received.sid)

    found = desk.outbox.find(received.sid, received.person)
    assert found is not None
    assert found.state is REFUSED
    assert desk.ehr.heard == []


# --- unknown -------------------------------------------------------------------------------------

UNHEARD = [
    lost_after,
    truncated_after,
    silent_after,
    fails_with(500, after=True),
    fails_with(502, after=True),
    fails_with(503, after=True),
    fails_with(408, after=True),
    fails_with(302, {"Location": "/login"}, after=True),
]


@pytest.mark.parametrize("fault", UNHEARD)
@pytest.mark.parametrize("step", [0, 1, 2])
def test_what_arrived_unheard_is_found_and_not_sent_again(
    desk: Desk, sid: str, fault: Any, step: int
) -> None:
    desk.ehr.fails("POST", *[works] * step, fault)

    assert desk.carry(sid, patiently=True) is CONFIRMED

    assert one_of_each(desk, sid)
    assert sum(heard[0] == "POST" for heard in desk.ehr.heard) == 3


@pytest.mark.parametrize("fault", UNHEARD)
def test_where_it_can_be_found_it_is_found_even_where_it_could_not_be_repeated(
    desk: Desk, sid: str, fault: Any
) -> None:
    desk.ehr.conditional = False
    desk.ehr.fails("POST", works, fault)

    assert desk.carry(sid, patiently=True) is CONFIRMED
    assert one_of_each(desk, sid)


@pytest.mark.parametrize("fault", [lost_before, fails_with(500), fails_with(504), fails_with(302)])
def test_what_got_lost_on_the_way_is_sent_again_after_the_index_had_its_time(
    desk: Desk, sid: str, fault: Any
) -> None:
    desk.ehr.fails("POST", works, fault)

    assert desk.carry(sid) is UNKNOWN
    assert desk.carry(sid) is UNKNOWN
    assert desk.ehr.asked("POST", "Communication") == 1

    desk.clock.passes(2)

    assert desk.carry(sid) is CONFIRMED
    assert one_of_each(desk, sid)


def test_who_waits_for_the_page_waits_out_the_index_once(desk: Desk, sid: str) -> None:
    desk.ehr.fails("POST", lost_before)

    assert desk.carry(sid, patiently=True) is CONFIRMED
    assert desk.waited == 2


@pytest.mark.parametrize("fault", [lost_before, lost_after, fails_with(500)])
@pytest.mark.parametrize(
    "declares",
    [{"searchable": False, "conditional": True}, {"searchable": False, "conditional": False}],
)
def test_where_nothing_can_be_looked_up_nothing_is_ever_sent_twice(
    desk: Desk, sid: str, fault: Any, declares: dict[str, bool]
) -> None:
    for name, value in declares.items():
        setattr(desk.ehr, name, value)
    desk.ehr.fails("POST", works, fault)
    desk.carry(sid, patiently=True)

    for _ in range(20):
        desk.sweep(after=100)

    assert desk.state(sid) is UNKNOWN
    assert desk.ehr.asked("POST", "Communication") == 1


def test_where_a_repeat_is_not_harmless_what_is_not_found_stays_unknown(
    desk: Desk, sid: str
) -> None:
    desk.ehr.conditional = False
    desk.ehr.fails("POST", works, lost_before)
    desk.carry(sid, patiently=True)

    for _ in range(20):
        desk.sweep(after=100)

    assert desk.state(sid) is UNKNOWN
    assert desk.ehr.asked("POST", "Communication") == 1


def test_an_ehr_that_ignores_the_question_does_not_confirm_with_somebody_elses_message(
    desk: Desk, sid: str
) -> None:
    other = desk.receive(submission())
    desk.carry(other)
    desk.ehr.ignores = frozenset({"identifier"})
    desk.ehr.conditional = False
    desk.ehr.fails("POST", lost_before)

    assert desk.carry(sid, patiently=True) is UNKNOWN
    assert desk.in_ehr(sid)["QuestionnaireResponse"] == []


def test_an_ehr_that_ignores_the_question_does_not_say_that_it_is_not_there(
    desk: Desk, sid: str
) -> None:
    other = desk.receive(submission())
    desk.carry(other)
    desk.ehr.ignores = frozenset({"identifier"})
    desk.ehr.fails("POST", lost_before)
    before = desk.ehr.asked("POST", "QuestionnaireResponse")

    desk.carry(sid, patiently=True)
    desk.sweep(after=100)

    assert desk.ehr.asked("POST", "QuestionnaireResponse") == before + 1


def test_a_search_that_fails_says_nothing(desk: Desk, sid: str) -> None:
    desk.ehr.fails("POST", lost_before)
    desk.carry(sid)
    desk.clock.passes(10)
    desk.ehr.fails("GET", fails_with(500))

    assert desk.carry(sid) is UNKNOWN
    assert desk.ehr.asked("POST", "QuestionnaireResponse") == 1


def test_several_under_one_identifier_are_not_made_more(desk: Desk, sid: str) -> None:
    desk.carry(sid)
    (there,) = desk.in_ehr(sid)["QuestionnaireResponse"]
    desk.ehr.resources.clear()
    again = desk.receive(replace(submission(), steps=_with_identifiers_of(desk, sid)))
    desk.ehr.holds({**there, "id": "one"}, {**there, "id": "two"})

    desk.carry(again, patiently=True)

    assert len(desk.ehr.of("QuestionnaireResponse")) == 2


def _with_identifiers_of(desk: Desk, sid: str) -> tuple[Step, ...]:
    fresh = submission().steps
    return tuple(replace(each, identifier_value=sid) for each in fresh)


# --- not carried out -----------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [fails_with(429), fails_with(503, {"Retry-After": "5"})])
def test_a_busy_ehr_has_done_nothing_and_is_asked_again_later(
    desk: Desk, sid: str, fault: Any
) -> None:
    desk.ehr.fails("POST", works, fault)

    assert desk.carry(sid) is SubmissionState.POSTING
    assert desk.steps(sid)["Communication"] is StepState.WAITING

    assert desk.carry(sid) is CONFIRMED
    assert one_of_each(desk, sid)


def test_a_busy_ehr_does_not_make_the_unknown_known(desk: Desk, sid: str) -> None:
    desk.ehr.fails("POST", lost_before, fails_with(429))
    desk.carry(sid)
    desk.clock.passes(10)

    assert desk.carry(sid) is UNKNOWN


def test_an_ehr_that_cannot_be_reached_leaves_everything_waiting(desk: Desk, sid: str) -> None:
    base, desk.ehr.base = desk.ehr.base, "http://127.0.0.1:9/fhir"

    assert desk.carry(sid, patiently=True) is SubmissionState.RECEIVED
    assert desk.waited == 0

    desk.ehr.base = base
    desk.sweep()
    assert desk.state(sid) is CONFIRMED


def test_an_ehr_that_does_not_even_say_what_it_can_do_fails_nobody(desk: Desk, sid: str) -> None:
    def closed(_submission: Submission, _token: object) -> Any:
        raise EhrUnreachable

    replace(desk.courier(), door=closed).carry(sid, patiently=True)

    assert desk.state(sid) is SubmissionState.RECEIVED
    assert desk.carry(sid) is CONFIRMED


# --- the author ----------------------------------------------------------------------------------


def test_a_token_that_is_no_longer_taken_waits_for_its_author(desk: Desk, sid: str) -> None:
    desk.ehr.fails("POST", works, fails_with(401))

    assert desk.carry(sid) is WAITING
    assert desk.steps(sid)["Communication"] is StepState.WAITING
    desk.sweep(after=100)
    assert desk.ehr.asked("POST", "Communication") == 1

    desk.outbox.give_token(sid, MARIA, desk.token("fresh"))

    assert desk.carry(sid) is CONFIRMED
    assert one_of_each(desk, sid)


def test_a_token_that_ends_between_write_and_read_back_loses_nothing(desk: Desk, sid: str) -> None:
    desk.ehr.searchable = False
    desk.ehr.fails("GET", fails_with(401), fails_with(401))

    assert desk.carry(sid) is UNKNOWN
    desk.sweep()
    assert desk.state(sid) is WAITING

    desk.outbox.give_token(sid, MARIA, desk.token("fresh"))

    assert desk.carry(sid) is CONFIRMED
    assert one_of_each(desk, sid)


def test_a_token_that_ends_while_it_is_unknown_leaves_it_unknown(desk: Desk, sid: str) -> None:
    desk.ehr.fails("POST", lost_after)
    desk.carry(sid)
    desk.ehr.fails("GET", fails_with(401))
    desk.carry(sid)

    assert desk.state(sid) is WAITING
    assert desk.steps(sid)["QuestionnaireResponse"] is StepState.UNKNOWN

    desk.outbox.give_token(sid, MARIA, desk.token("fresh"))
    assert desk.carry(sid) is CONFIRMED
    assert one_of_each(desk, sid)


def test_a_token_that_ran_out_is_not_used(desk: Desk, sid: str) -> None:
    desk.clock.passes(4000)

    assert desk.carry(sid) is WAITING
    assert desk.ehr.heard == []


# --- read back -----------------------------------------------------------------------------------


def test_what_the_ehr_does_not_show_was_not_received(desk: Desk, sid: str) -> None:
    desk.ehr.searchable = False
    desk.ehr.fails("GET", fails_with(404))

    assert desk.carry(sid) is UNKNOWN
    assert desk.ehr.asked("POST", "Communication") == 0


def test_what_the_ehr_shows_later_is_received_without_a_search(desk: Desk, sid: str) -> None:
    desk.ehr.searchable = False
    desk.ehr.fails("GET", fails_with(404), fails_with(500))
    desk.carry(sid)
    desk.sweep()

    assert desk.state(sid) is UNKNOWN
    desk.sweep()
    assert desk.state(sid) is CONFIRMED
    assert one_of_each(desk, sid)


def test_what_vanished_after_it_was_taken_is_sent_again_where_that_is_harmless(
    desk: Desk, sid: str
) -> None:
    desk.ehr.fails("GET", forgets)
    desk.carry(sid)
    desk.clock.passes(10)

    assert desk.carry(sid) is CONFIRMED
    assert one_of_each(desk, sid)


def test_an_ehr_that_lets_nobody_read_is_taken_at_its_word(desk: Desk, sid: str) -> None:
    desk.ehr.fails("GET", *[fails_with(403)] * 3)

    assert desk.carry(sid) is CONFIRMED


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: {**r, "payload": [{"contentString": "My"}]} if "payload" in r else r,
        lambda r: {name: r[name] for name in r if name != "extension"},
        lambda r: {**r, "priority": "routine"} if r["resourceType"] == "Communication" else r,
    ],
)
def test_what_the_ehr_altered_is_flagged(
    desk: Desk, sid: str, spoil: Callable[[Resource], Resource]
) -> None:
    desk.ehr.on_post = spoil

    assert desk.carry(sid) is CONFIRMED
    assert desk.step(sid, "Communication").reason_code == "altered"
    assert desk.step(sid, "QuestionnaireResponse").reason_code is None


def test_what_the_ehr_wrote_another_way_is_as_sent(desk: Desk, sid: str) -> None:
    def normalised(resource: Resource) -> Resource:
        if resource["resourceType"] == "Task":
            resource["restriction"]["period"]["end"] = "2026-11-20T07:00:00.000-05:00"
        return resource | {"language": "es-MX"}

    desk.ehr.on_post = normalised

    assert desk.carry(sid) is CONFIRMED
    assert {step.reason_code for step in desk.found(sid).steps} == {None}


def test_what_was_filed_under_another_patient_is_not_received(desk: Desk, sid: str) -> None:
    desk.ehr.on_post = lambda resource: {**resource, "subject": {"reference": "Patient/other"}}

    assert desk.carry(sid, patiently=True) is UNKNOWN
    desk.sweep(after=100)
    assert len(desk.ehr.of("QuestionnaireResponse")) == 1
    assert desk.ehr.of("Communication") == []


# --- two at once, and those who die --------------------------------------------------------------


def test_two_couriers_at_once_send_once(desk: Desk, sid: str) -> None:
    both = threading.Barrier(2)

    def carry() -> None:
        both.wait()
        desk.courier().carry(sid)

    threads = [threading.Thread(target=carry) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.carry(sid)

    assert desk.state(sid) is CONFIRMED
    assert one_of_each(desk, sid)
    assert sum(heard[0] == "POST" for heard in desk.ehr.heard) == 3


class Killed(BaseException):
    """As SIGKILL is: nobody handles it."""


def killed_when(state: StepState, nth: int) -> Callable[[Submission, Step], None]:
    seen = [0]

    def tell(_submission: Submission, step: Step) -> None:
        if step.state is state:
            seen[0] += 1
            if seen[0] == nth:
                raise Killed

    return tell


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("state", [StepState.POSTING, StepState.DONE])
@pytest.mark.parametrize("conditional", [True, False])
def test_a_worker_that_dies_while_telling_leaves_one_of_each(
    desk: Desk, sid: str, state: StepState, nth: int, conditional: bool
) -> None:
    desk.ehr.conditional = conditional

    with pytest.raises(Killed):
        desk.courier(tell=killed_when(state, nth)).carry(sid)
    desk.sweep(after=100)

    assert desk.state(sid) is CONFIRMED
    assert one_of_each(desk, sid)


class DyingOutbox(Outbox):
    """Its worker dies just before the nth change is written down."""

    def __init__(self, desk: Desk, nth: int) -> None:
        super().__init__(desk.store, desk.vault, desk.clock)
        self.left = nth

    def record(self, claim: Any, submission: Submission) -> Submission:
        self.left -= 1
        if self.left == 0:
            raise Killed
        return super().record(claim, submission)


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5, 6])
def test_a_worker_that_dies_before_it_writes_down_leaves_one_of_each(
    desk: Desk, sid: str, nth: int
) -> None:
    with pytest.raises(Killed):
        desk.courier(outbox=DyingOutbox(desk, nth)).carry(sid)
    desk.sweep(after=100)

    assert desk.state(sid) is CONFIRMED
    assert one_of_each(desk, sid)


def test_nothing_is_begun_that_the_lease_may_not_outlive(desk: Desk, sid: str) -> None:
    def slow(ehr: FakeEhr, request: Any) -> Any:
        desk.clock.passes(40)
        return works(ehr, request)

    desk.ehr.fails("POST", slow)

    assert desk.carry(sid) is SubmissionState.POSTING
    assert desk.ehr.asked("POST", "Communication") == 0
    assert desk.carry(sid) is CONFIRMED


def test_whoever_was_too_slow_leaves_it_to_the_one_who_took_over(desk: Desk, sid: str) -> None:
    def much_too_slow(ehr: FakeEhr, request: Any) -> Any:
        desk.clock.passes(61)
        desk.courier().carry(sid)
        return works(ehr, request)

    desk.ehr.fails("POST", much_too_slow)

    desk.courier().carry(sid)
    desk.sweep(after=100)

    assert desk.state(sid) is CONFIRMED
    assert one_of_each(desk, sid)


def test_an_ehr_that_was_too_slow_gets_the_time_to_finish(desk: Desk, sid: str) -> None:
    courier = desk.courier()
    desk.ehr.fails("POST", lost_before)
    desk.carry(sid)
    claim = desk.outbox.work(sid, 60)
    assert claim is not None
    with claim:
        first, *rest = claim.submission.steps
        slow = replace(first, reason_code="ehr-slow")
        desk.outbox.record(claim, replace(claim.submission, steps=(slow, *rest)))

    desk.clock.passes(30)
    courier.carry(sid)
    assert desk.ehr.asked("POST", "QuestionnaireResponse") == 1

    desk.clock.passes(31)
    courier.carry(sid)
    assert desk.state(sid) is CONFIRMED


def test_one_submission_that_fails_does_not_hold_up_the_others(desk: Desk) -> None:
    first, second = desk.receive(submission()), desk.receive(submission())
    door = desk.courier().door

    def broken_for_one(sent: Submission, token: Any) -> Any:
        if sent.sid == first:
            raise EhrUnreachable
        return door(sent, token)

    replace(desk.courier(), door=broken_for_one).sweep()

    assert desk.state(first) is SubmissionState.RECEIVED
    assert desk.state(second) is CONFIRMED


def test_a_courier_is_one_frozen_thing(desk: Desk) -> None:
    assert isinstance(desk.courier(), Courier)
    assert desk.courier().sweep() == 0
