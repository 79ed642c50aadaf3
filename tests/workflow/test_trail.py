"""What the rules decided, what staff changed, and what somebody made up are told apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from werkzeug import Request, Response

from smartapp.fhir.change import Kind
from smartapp.fhir.routing import UNSEALED_REASON
from smartapp.fhir.task import WorkTask
from smartapp.pages.conflicts import settled_by
from smartapp.pages.history import history_of
from smartapp.words import words_for
from smartapp.workflow.conflicts import KEEP, About, Conflict
from smartapp.workflow.desk import Desk, Moving
from smartapp.workflow.loading import Loader
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.seal import Seal
from smartapp.workflow.trail import Trail
from smartapp.workflow.undoing import before, undo
from tests.workflow.at_the_desk import etag, request, the_task
from tests.workflow.fake_ehr import FakeEhr, Fault, works
from tests.workflow.threads import VOCABULARY, message_json, task_json

SEAL = Seal((b"k" * 32,))
TO_PHYSICIAN = Moving("physician", "Physician", "prescriber", "Decide.\nPotassium 5.6")


@pytest.fixture
def desk(ehr: FakeEhr, tom: Desk) -> Desk:
    """With work that the rules made, and Tom has taken."""
    ehr.holds(message_json("1"), task_json("9", "1"))
    made = the_task(ehr)
    sealed = SEAL.sealed(made.routing, made.identifier or "", made.patient or "")
    told = [
        {**each, "valueString": sealed.seal}
        if each["type"]["coding"][0]["code"] == "seal"
        else each
        for each in _with_seal(ehr.resources["Task/9"]["input"])
    ]
    ehr.holds({**ehr.resources["Task/9"], "input": told})
    desk = replace(tom, seal=SEAL)
    desk.claim(request(ehr), etag(ehr), "Refills")
    return desk


def _with_seal(inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kinds = {each["type"]["coding"][0]["code"] for each in inputs}
    if "seal" in kinds:
        return inputs
    concept = {"coding": [{"system": VOCABULARY.detail, "code": "seal"}]}
    return [*inputs, {"type": concept, "valueString": ""}]


class Gate:
    level = "user"


def vouched(ehr: FakeEhr) -> WorkTask:
    """As the app reads it for staff."""
    loader = Loader(None, Gate(), VOCABULARY, None, seal=SEAL)  # type: ignore[arg-type]  # it only reads
    task = loader.read_task(ehr.resources["Task/9"])
    assert task is not None
    return task


def test_what_staff_moved_is_still_what_the_rules_began(ehr: FakeEhr, desk: Desk) -> None:
    raised = desk.prioritize(the_task(ehr), etag(ehr), "stat", "Chest pain")
    desk.escalate(raised, raised.etag or "", TO_PHYSICIAN)

    task = vouched(ehr)

    assert (task.routing.queue, task.routing.priority) == ("physician", "stat")
    assert task.routing.reason != UNSEALED_REASON
    assert task.routing.rule
    move = Trail(task, SEAL).last_move
    assert move is not None
    assert (move.kind, move.before, move.rule) == (Kind.ESCALATED, "refills", task.routing.rule)


def test_a_change_that_somebody_made_up_vouches_for_nothing(ehr: FakeEhr, desk: Desk) -> None:
    """A patient's own token may be able to write a Task, and so may the EHR's staff."""
    desk.escalate(the_task(ehr), etag(ehr), TO_PHYSICIAN)
    stored = ehr.resources["Task/9"]
    for part in stored["extension"][-1]["extension"]:
        if part["url"] == "from":
            part["valueString"] = "billing"

    task = vouched(ehr)

    assert task.routing.reason == UNSEALED_REASON
    assert Trail(task, SEAL).last_move is None
    assert [Trail(task, SEAL).is_ours(each) for each in task.changes] == [True, False]


def test_what_the_ehr_itself_moved_is_vouched_for_by_nobody(ehr: FakeEhr, desk: Desk) -> None:
    queue = {"coding": [{"system": VOCABULARY.queue, "code": "billing"}]}
    ehr.holds({**ehr.resources["Task/9"], "performerType": [queue]})

    assert vouched(ehr).routing.reason == UNSEALED_REASON
    assert vouched(ehr).routing.queue == "billing"


def test_what_was_taken_back_is_as_it_was(ehr: FakeEhr, desk: Desk) -> None:
    was = the_task(ehr)
    moved = desk.escalate(was, etag(ehr), TO_PHYSICIAN)

    undo(desk, moved, before(was, moved, Kind.ESCALATED), "Refills")

    task = vouched(ehr)
    assert (task.routing.queue, task.status, task.owner) == (
        was.routing.queue,
        was.status,
        was.owner,
    )
    assert task.routing.reason != UNSEALED_REASON
    assert Trail(task, SEAL).last_move is None
    assert [each.kind for each in task.changes] == [Kind.CLAIMED, Kind.ESCALATED, Kind.UNDONE]


def test_only_the_first_move_counts_against_the_rule(ehr: FakeEhr, desk: Desk) -> None:
    moved = desk.reroute(the_task(ehr), etag(ehr), Moving("pharmacy", "Pharmacist", "wrong-team"))
    again = desk.reroute(moved, moved.etag or "", Moving("billing", "Billing", "wrong-team"))

    rules = [each.rule for each in again.changes if each.kind == Kind.REROUTED]
    assert rules == [the_task(ehr).routing.rule, ""]


# --- an EHR that keeps less than it was sent ------------------------------------------------------


def dropping(part: str) -> Fault:
    def fault(ehr: FakeEhr, sent: Request) -> Response:
        answer = works(ehr, sent)
        ehr.resources["Task/9"].pop(part, None)
        return answer

    return fault


@pytest.mark.parametrize("part", ["note", "extension"])
def test_a_note_is_kept_where_the_ehr_keeps_one_of_its_places(
    ehr: FakeEhr, tom: Desk, part: str
) -> None:
    ehr.holds(message_json("1"), task_json("9", "1"))
    ehr.fails("PUT", dropping(part))

    kept = tom.note(the_task(ehr), "Her sister called.")

    assert [each.words for each in Trail(kept).notes] == ["Her sister called."]


def test_without_extensions_the_state_is_right_and_the_history_says_that_it_is_unknown(
    ehr: FakeEhr, tom: Desk, policy: Policy
) -> None:
    ehr.holds(message_json("1"), task_json("9", "1"))
    ehr.fails("PUT", dropping("extension"))

    taken = tom.claim(request(ehr), etag(ehr), "Refills")
    told = history_of(words_for("en"), policy, Trail(taken, SEAL))

    assert taken.owner is not None
    assert told.lines == ()
    assert told.unknown == "This EHR does not keep who did what with this item."


@pytest.mark.parametrize("signed", [True, False])
def test_a_contradiction_is_settled_only_by_what_this_app_vouches_for(
    ehr: FakeEhr, desk: Desk, *, signed: bool
) -> None:
    """A patient's token may write a Task: it must not hide from staff what is still to settle."""
    conflict = Conflict(About.TAKING, "taking", (), ())
    by = desk if signed else replace(desk, seal=None)
    by.note(the_task(ehr), "The record was kept.", reason=KEEP, after="taking")

    assert (settled_by(Trail(the_task(ehr), SEAL), conflict) is not None) is signed
