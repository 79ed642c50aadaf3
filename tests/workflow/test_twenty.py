"""Twenty nurses after one item at once: one has it, all know who, and no note is lost."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from smartapp.errors import ClaimLost
from smartapp.fhir.change import Kind
from smartapp.workflow.desk import Desk
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.trail import Trail
from tests.workflow.at_the_desk import etag, owner, person, request, the_task
from tests.workflow.fake_ehr import FakeEhr
from tests.workflow.threads import message_json, task_json

NURSES = 20


def rush(ehr: FakeEhr, tom: Desk, policy: Policy) -> None:
    ehr.holds(message_json("1"), task_json("9", "1"))
    seen, version = request(ehr), etag(ehr)
    won: list[str] = []
    told: list[str | None] = []
    unkept: list[str] = []
    ready = threading.Barrier(NURSES)

    def goes_for_it(number: int) -> None:
        desk = replace(tom, staff=person(policy, f"Practitioner/n{number}", f"Nurse {number}"))
        ready.wait()
        try:
            desk.claim(seen, version, "Refills")
            won.append(desk.staff.name)
        except ClaimLost as lost:
            told.append(lost.owner)
        try:
            desk.note(the_task(ehr), f"Note of nurse {number}")
        except ClaimLost:
            unkept.append(desk.staff.name)

    threads = [threading.Thread(target=goes_for_it, args=(number,)) for number in range(NURSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    task = the_task(ehr)
    assert len(won) == 1
    assert told == won * (NURSES - 1)
    assert owner(ehr) == f"Practitioner/n{won[0].removeprefix('Nurse ')}"
    assert unkept == []
    notes = [each.words for each in Trail(task).notes]
    assert sorted(notes) == sorted(f"Note of nurse {number}" for number in range(NURSES))
    assert [each.kind for each in task.changes].count(Kind.CLAIMED) == 1
    assert len(ehr.resources["Task/9"]["note"]) == NURSES


def test_of_twenty_one_has_it_all_are_told_and_every_note_is_kept(
    ehr: FakeEhr, tom: Desk, policy: Policy
) -> None:
    rush(ehr, tom, policy)


@pytest.mark.proof
def test_a_hundred_times_over(ehr: FakeEhr, tom: Desk, policy: Policy) -> None:
    for _ in range(100):
        ehr.resources.clear()
        rush(ehr, tom, policy)
    print(f"\n100 times {NURSES} nurses: 100 owners, 1,900 told who, 0 of 2,000 notes lost")
