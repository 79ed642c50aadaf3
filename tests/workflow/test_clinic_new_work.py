"""A message without work gets it with the claim: once, whoever asks for it and however often."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from smartapp.errors import (
    ClaimLost,
    EhrServerError,
    NotFound,
)
from smartapp.fhir.routing import UNDECIDED
from smartapp.workflow.desk import Desk
from smartapp.workflow.policy.model import Policy, Topic
from tests.workflow.at_the_desk import UNHEARD, person, request, the_task
from tests.workflow.fake_ehr import (
    FakeEhr,
    Fault,
    fails_with,
)
from tests.workflow.threads import (
    at,
    message_json,
    routed,
)

# --- work for a message that has none ------------------------------------------------------------


@pytest.fixture
def bare(ehr: FakeEhr) -> None:
    about = [("QuestionnaireResponse/4", ""), ("MedicationRequest/88", "lisinopril 10 mg")]
    ehr.holds(message_json("1", about=about, routing=routed(due=at(18))))


@pytest.mark.usefixtures("bare")
def test_a_message_without_work_gets_it_with_the_claim(ehr: FakeEhr, tom: Desk) -> None:
    task = tom.claim(request(ehr), "", "Refills")

    assert task.owner is not None
    assert task.focus == "Communication/1"
    assert task.response == "QuestionnaireResponse/4"
    assert task.routing == routed(due=at(18))
    assert task.authored is not None
    assert task.authored.earliest == at(9)
    assert ehr.of("Task")[0]["identifier"][0]["value"] == "sid-1"


@pytest.mark.usefixtures("bare")
def test_the_work_of_a_message_is_made_once_even_where_the_ehr_makes_no_conditions(
    ehr: FakeEhr, tom: Desk, ann: Desk
) -> None:
    ehr.conditional = False
    seen = request(ehr)
    ann.claim(seen, "", "Refills")

    with pytest.raises(ClaimLost) as lost:
        tom.claim(seen, "", "Refills")

    assert lost.value.owner == "Ann Wu"
    assert len(ehr.of("Task")) == 1


@pytest.mark.usefixtures("bare")
def test_of_many_who_take_a_message_at_once_one_has_its_only_work(
    ehr: FakeEhr, tom: Desk, policy: Policy
) -> None:
    seen = request(ehr)
    taken, lost = [], []

    def take(number: int) -> None:
        desk = replace(tom, staff=person(policy, f"Practitioner/n{number}", f"Nurse {number}"))
        try:
            taken.append(desk.claim(seen, "", "Refills"))
        except ClaimLost as failure:
            lost.append(failure.owner)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ehr.of("Task")) == 1
    assert (len(taken), len(lost)) == (1, 7)


@pytest.mark.parametrize("fault", UNHEARD)
@pytest.mark.parametrize("conditional", [True, False])
@pytest.mark.usefixtures("bare")
def test_work_whose_making_went_unheard_is_found_and_not_made_again(
    ehr: FakeEhr, tom: Desk, fault: Fault, conditional: bool
) -> None:
    ehr.conditional = conditional
    ehr.fails("POST", fault)

    assert tom.claim(request(ehr), "", "Refills").owner is not None
    assert len(ehr.of("Task")) == 1
    assert ehr.asked("POST", "Task") == 1


@pytest.mark.usefixtures("bare")
def test_work_that_could_not_be_made_is_nobodys(ehr: FakeEhr, tom: Desk) -> None:
    ehr.fails("POST", fails_with(500))

    with pytest.raises(EhrServerError):
        tom.claim(request(ehr), "", "Refills")

    assert ehr.of("Task") == []


@pytest.mark.usefixtures("bare")
def test_work_that_was_closed_before_is_not_opened_again(
    ehr: FakeEhr, tom: Desk, ann: Desk, refill: Topic
) -> None:
    seen = request(ehr)
    task = ann.claim(seen, "", "Refills")
    ann.close(task, task.etag or "", refill.outcomes[0], None)

    with pytest.raises(ClaimLost):
        tom.claim(seen, "", "Refills")

    assert len(ehr.of("Task")) == 1
    assert not the_task(ehr).is_open


def test_a_message_whose_decision_got_lost_gets_its_work_in_review(
    ehr: FakeEhr, tom: Desk, policy: Policy
) -> None:
    ehr.holds(message_json("1", topic=("", ""), subject_line="", sender=None))

    task = tom.claim(request(ehr), "", "")

    assert task.routing.queue == policy.review.code
    assert task.routing.priority == UNDECIDED.priority
    assert task.requester is not None
    assert task.requester.target == "Patient/maria"


def test_a_message_that_was_never_ours_gets_no_work(ehr: FakeEhr, tom: Desk) -> None:
    ehr.holds(message_json("1", topic=("", "")) | {"identifier": []})

    with pytest.raises(NotFound):
        tom.claim(request(ehr), "", "Refills")

    assert ehr.heard == []
