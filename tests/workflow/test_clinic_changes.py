"""Giving back and closing: nobody's change goes over somebody else's, and none is made up."""

from __future__ import annotations

import pytest
from werkzeug import Request, Response

from smartapp.errors import (
    ClaimLost,
    EhrBusy,
    EhrError,
)
from smartapp.fhir.change import Kind
from smartapp.fhir.task import WorkTask
from smartapp.workflow.desk import Desk
from smartapp.workflow.policy.model import Topic
from tests.workflow.at_the_desk import ANN, TOM, UNHEARD, etag, owner, request, the_task
from tests.workflow.fake_ehr import (
    FakeEhr,
    Fault,
    fails_with,
    lost_before,
)
from tests.workflow.threads import (
    VOCABULARY,
    message_json,
    owned_by,
    task_json,
)

# --- an answer of the EHR that got lost ----------------------------------------------------------


@pytest.mark.parametrize("fault", UNHEARD)
@pytest.mark.usefixtures("work")
def test_a_change_whose_answer_got_lost_is_settled_by_reading(
    ehr: FakeEhr, tom: Desk, fault: Fault
) -> None:
    ehr.fails("PUT", fault)

    assert tom.claim(request(ehr), etag(ehr), "Refills").owner is not None
    assert owner(ehr) == TOM
    assert ehr.asked("PUT", "Task") == 1


@pytest.mark.parametrize("fault", [lost_before, fails_with(500)])
@pytest.mark.usefixtures("work")
def test_a_change_that_never_arrived_is_not_taken_for_done(
    ehr: FakeEhr, tom: Desk, fault: Fault
) -> None:
    ehr.fails("PUT", fault)

    with pytest.raises(EhrError):
        tom.claim(request(ehr), etag(ehr), "Refills")

    assert owner(ehr) is None


@pytest.mark.usefixtures("work")
def test_somebody_elses_change_of_the_same_second_is_not_taken_for_mine(
    ehr: FakeEhr, tom: Desk, ann: Desk
) -> None:
    seen, version = request(ehr), etag(ehr)

    def ann_is_faster(ehr: FakeEhr, sent: Request) -> Response:
        ann.claim(seen, version, "Refills")
        return lost_before(ehr, sent)

    ehr.fails("PUT", ann_is_faster)

    with pytest.raises(EhrError):
        tom.claim(seen, version, "Refills")

    assert owner(ehr) == ANN


@pytest.mark.usefixtures("work")
def test_a_busy_ehr_has_changed_nothing(ehr: FakeEhr, tom: Desk) -> None:
    ehr.fails("PUT", fails_with(429))

    with pytest.raises(EhrBusy):
        tom.claim(request(ehr), etag(ehr), "Refills")

    assert owner(ehr) is None


# --- giving back and closing ---------------------------------------------------------------------


@pytest.fixture
def mine(ehr: FakeEhr, tom: Desk) -> WorkTask:
    ehr.holds(message_json("1"), task_json("9", "1"))
    return tom.claim(request(ehr), etag(ehr), "Refills")


def test_what_is_given_back_is_nobodys_again(ehr: FakeEhr, tom: Desk, mine: WorkTask) -> None:
    task = tom.release(mine, mine.etag or "")

    assert task.owner is None
    assert (task.status, task.stage) == ("received", "received")
    assert "owner" not in ehr.resources["Task/9"]


def test_what_is_closed_says_how_it_ended_and_what_was_answered(
    ehr: FakeEhr, tom: Desk, mine: WorkTask, refill: Topic
) -> None:
    outcome = refill.outcomes[0]

    task = tom.close(mine, mine.etag or "", outcome, "Communication/2")

    assert (task.status, task.stage, task.is_open) == ("completed", "closed", False)
    assert task.outcome is not None
    assert task.outcome.code(VOCABULARY.outcome) == outcome.code
    assert {"reference": "Communication/2"} in [
        each.get("valueReference") for each in ehr.resources["Task/9"]["output"]
    ]
    assert owner(ehr) == TOM


def test_closing_adds_to_what_the_ehr_put_out(ehr: FakeEhr, tom: Desk, refill: Topic) -> None:
    theirs = {"type": {"text": "theirs"}, "valueString": "kept"}
    ehr.holds(message_json("1"), task_json("9", "1", output=[theirs], **owned_by(TOM)))

    tom.close(the_task(ehr), etag(ehr), refill.outcomes[0], None)

    assert ehr.resources["Task/9"]["output"][0] == theirs
    assert len(ehr.resources["Task/9"]["output"]) == 2


@pytest.mark.parametrize("whose", [ANN, None])
def test_nobody_closes_or_gives_back_what_is_not_theirs(
    ehr: FakeEhr, tom: Desk, refill: Topic, whose: str | None
) -> None:
    had = owned_by(whose, "Ann Wu") if whose else {}
    ehr.holds(message_json("1"), task_json("9", "1", **had))
    task = the_task(ehr)

    with pytest.raises(ClaimLost) as not_closed:
        tom.close(task, task.etag or "", refill.outcomes[0], None)
    with pytest.raises(ClaimLost) as not_given_back:
        tom.release(task, task.etag or "")

    assert not_closed.value.owner == ("Ann Wu" if whose else None)
    assert not_given_back.value.owner == not_closed.value.owner
    assert ehr.asked("PUT", "Task") == 0


def test_what_was_passed_on_in_the_meantime_is_not_closed(
    ehr: FakeEhr, tom: Desk, mine: WorkTask, refill: Topic
) -> None:
    ehr.holds(task_json("9", "1", **owned_by(ANN, "Ann Wu")))

    with pytest.raises(ClaimLost) as lost:
        tom.close(mine, mine.etag or "", refill.outcomes[0], None)

    assert lost.value.owner == "Ann Wu"
    assert the_task(ehr).is_open


def test_nobody_loses_something_to_themselves(
    ehr: FakeEhr, tom: Desk, mine: WorkTask, refill: Topic
) -> None:
    tom.close(mine, mine.etag or "", refill.outcomes[0], None)

    with pytest.raises(ClaimLost) as lost:
        tom.close(the_task(ehr), etag(ehr), refill.outcomes[0], None)

    assert lost.value.owner is None


@pytest.mark.parametrize("fault", UNHEARD)
def test_a_close_whose_answer_got_lost_is_settled_by_reading(
    ehr: FakeEhr, tom: Desk, mine: WorkTask, refill: Topic, fault: Fault
) -> None:
    ehr.fails("PUT", fault)

    assert tom.close(mine, mine.etag or "", refill.outcomes[0], None).status == "completed"


# --- what a change leaves ------------------------------------------------------------------------


def test_work_keeps_who_did_what_with_it_and_when(
    ehr: FakeEhr, tom: Desk, mine: WorkTask, refill: Topic
) -> None:
    back = tom.release(mine, mine.etag or "")
    again = tom.claim(request(ehr), back.etag or "", "Refills")
    closed = tom.close(again, again.etag or "", refill.outcomes[0], None)

    assert [(each.kind, each.before, each.after) for each in closed.changes] == [
        (Kind.CLAIMED, "", TOM),
        (Kind.RELEASED, TOM, ""),
        (Kind.CLAIMED, "", TOM),
        (Kind.CLOSED, "", refill.outcomes[0].code),
    ]
    assert {(each.by.target, each.by.display) for each in closed.changes} == {(TOM, "Tom Berg")}
    assert {each.when for each in closed.changes} == {tom.now}
