"""At the desk: one owner for each piece of work, and nobody's change over somebody else's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from werkzeug import Request, Response

from smartapp.errors import (
    ClaimLost,
    EhrBusy,
    EhrError,
    EhrServerError,
    MalformedAnswer,
    NotFound,
    NotOffered,
)
from smartapp.fhir.client import FhirClient
from smartapp.fhir.message import Message
from smartapp.fhir.routing import UNDECIDED
from smartapp.fhir.section import Section
from smartapp.fhir.task import WorkTask
from smartapp.workflow.clinic import Desk, patient_behind, request_behind
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.requests import Request as Asked
from smartapp.workflow.requests import requests_of
from smartapp.workflow.staff import StaffMember
from tests.workflow.fake_ehr import (
    FakeEhr,
    Fault,
    fails_with,
    lost_after,
    lost_before,
    silent_after,
    truncated_after,
)
from tests.workflow.threads import (
    VOCABULARY,
    at,
    message_json,
    owned_by,
    routed,
    task_json,
)

TOM, ANN = "Practitioner/tom", "Practitioner/ann"


def person(policy: Policy, reference: str, name: str) -> StaffMember:
    queues = tuple(policy.queues.values())
    return StaffMember(reference, name, queues, frozenset(policy.queues), policy.review.code)


@pytest.fixture
def tom(client_for: Callable[..., FhirClient], policy: Policy) -> Desk:
    return Desk(client_for(), VOCABULARY, person(policy, TOM, "Tom Berg"), at(12))


@pytest.fixture
def ann(tom: Desk, policy: Policy) -> Desk:
    return replace(tom, staff=person(policy, ANN, "Ann Wu"))


@pytest.fixture
def work(ehr: FakeEhr) -> None:
    ehr.holds(message_json("1", routing=routed()), task_json("9", "1"))


def request(ehr: FakeEhr) -> Asked:
    """As the page has just loaded it."""
    messages = [Message.from_fhir(each, VOCABULARY) for each in ehr.of("Communication")]
    tasks = [WorkTask.from_fhir(each, VOCABULARY) for each in ehr.of("Task")]
    return requests_of(filter(None, messages), filter(None, tasks))[0]


def the_task(ehr: FakeEhr) -> WorkTask:
    task = request(ehr).task
    assert task is not None
    return task


def etag(ehr: FakeEhr) -> str:
    return the_task(ehr).etag or ""


def owner(ehr: FakeEhr) -> str | None:
    found = the_task(ehr).owner
    return found.target if found else None


# --- claiming ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("work")
def test_what_is_nobodys_can_be_taken(ehr: FakeEhr, tom: Desk) -> None:
    task = tom.claim(request(ehr), etag(ehr), "Refills")

    assert task.owner is not None
    assert (task.owner.target, task.owner.display) == (TOM, "Tom Berg")
    assert (task.status, task.stage) == ("accepted", "with-nurse")
    assert task.json["lastModified"] == at(12).isoformat()


@pytest.mark.usefixtures("work")
def test_whoever_loses_the_race_is_told_who_has_it(ehr: FakeEhr, tom: Desk, ann: Desk) -> None:
    seen, version = request(ehr), etag(ehr)
    ann.claim(seen, version, "Refills")

    with pytest.raises(ClaimLost) as lost:
        tom.claim(seen, version, "Refills")

    assert lost.value.owner == "Ann Wu"
    assert owner(ehr) == ANN


@pytest.mark.usefixtures("work")
def test_whoever_comes_later_is_told_who_has_it_without_a_write(
    ehr: FakeEhr, tom: Desk, ann: Desk
) -> None:
    ann.claim(request(ehr), etag(ehr), "Refills")
    before = ehr.asked("PUT", "Task")

    with pytest.raises(ClaimLost) as lost:
        tom.claim(request(ehr), etag(ehr), "Refills")

    assert lost.value.owner == "Ann Wu"
    assert ehr.asked("PUT", "Task") == before


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ([{"resourceType": "Practitioner", "id": "ann", "name": [{"text": "Ann Wu"}]}], "Ann Wu"),
        ([{"resourceType": "Practitioner", "id": "ann"}], None),
        ([], None),
    ],
)
def test_an_ehr_that_drops_the_name_of_the_owner_is_asked_for_it(
    ehr: FakeEhr, tom: Desk, record: list[dict[str, Any]], name: str | None
) -> None:
    ehr.holds(message_json("1"), task_json("9", "1", owner={"reference": ANN}), *record)

    with pytest.raises(ClaimLost) as lost:
        tom.claim(request(ehr), etag(ehr), "Refills")

    assert lost.value.owner == name


@pytest.mark.usefixtures("work")
def test_of_twenty_who_take_it_at_once_one_has_it(ehr: FakeEhr, tom: Desk, policy: Policy) -> None:
    seen, version = request(ehr), etag(ehr)
    taken, lost = [], []

    def take(number: int) -> None:
        desk = replace(tom, staff=person(policy, f"Practitioner/n{number}", f"Nurse {number}"))
        try:
            taken.append(desk.claim(seen, version, "Refills").owner)
        except ClaimLost as failure:
            lost.append(failure.owner)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (winner,) = taken
    assert winner is not None
    assert owner(ehr) == winner.target
    assert lost == [winner.display] * 19


@pytest.mark.usefixtures("work")
def test_an_ehr_that_ignores_versions_still_gives_it_to_one(
    ehr: FakeEhr, tom: Desk, ann: Desk
) -> None:
    ehr.honours_if_match = False
    seen, version = request(ehr), etag(ehr)

    def ann_is_a_moment_later(ehr: FakeEhr, sent: Request) -> Response:
        done = ehr.carry_out(sent)
        ann.claim(seen, version, "Refills")
        return done

    ehr.fails("PUT", ann_is_a_moment_later)

    with pytest.raises(ClaimLost) as lost:
        tom.claim(seen, version, "Refills")

    assert lost.value.owner == "Ann Wu"
    assert owner(ehr) == ANN


@pytest.mark.usefixtures("work")
def test_taking_it_twice_takes_it_once(ehr: FakeEhr, tom: Desk) -> None:
    first = tom.claim(request(ehr), etag(ehr), "Refills")

    again = tom.claim(request(ehr), "", "Refills")

    assert again.etag == first.etag
    assert ehr.asked("PUT", "Task") == 1


@pytest.mark.usefixtures("work")
def test_what_changed_since_it_was_seen_is_looked_at_again(ehr: FakeEhr, tom: Desk) -> None:
    version = etag(ehr)
    ehr.holds(task_json("9", "1", priority="stat"))

    with pytest.raises(ClaimLost) as lost:
        tom.claim(request(ehr), version, "Refills")

    assert lost.value.owner is None
    assert owner(ehr) is None


@pytest.mark.parametrize("status", ["completed", "cancelled", "failed", "rejected"])
def test_what_is_over_cannot_be_taken(ehr: FakeEhr, tom: Desk, status: str) -> None:
    ehr.holds(message_json("1"), task_json("9", "1", status=status))

    with pytest.raises(ClaimLost):
        tom.claim(request(ehr), etag(ehr), "Refills")

    assert ehr.asked("PUT", "Task") == 0


@pytest.mark.parametrize("forged", ["*", 'W/"1", W/"2"', "1", 'W/"1"\r\nX: y'])
@pytest.mark.usefixtures("work")
def test_a_forged_version_takes_nothing(ehr: FakeEhr, tom: Desk, forged: str) -> None:
    with pytest.raises(ClaimLost):
        tom.claim(request(ehr), forged, "Refills")

    assert ehr.asked("PUT", "Task") == 0


def test_an_ehr_without_versions_gets_no_changes(ehr: FakeEhr, tom: Desk) -> None:
    ehr.holds(message_json("1"), task_json("9", "1"))
    ehr.resources["Task/9"].pop("meta")

    with pytest.raises(NotOffered):
        tom.claim(request(ehr), "", "Refills")

    assert ehr.asked("PUT", "Task") == 0


def test_an_ehrs_own_parts_of_the_work_are_kept(ehr: FakeEhr, tom: Desk) -> None:
    odd: dict[str, Any] = {
        "note": [{"text": "Called twice"}],
        "requestedPeriod": {"end": "2026-12-01"},
        "extension": [{"url": "urn:ehr", "valueDecimal": 1.5}],
    }
    ehr.holds(message_json("1"), task_json("9", "1", **odd))

    tom.claim(request(ehr), etag(ehr), "Refills")

    assert {name: ehr.resources["Task/9"][name] for name in odd} == odd


# --- an answer of the EHR that got lost ----------------------------------------------------------

UNHEARD = [lost_after, fails_with(500, after=True), truncated_after, silent_after]


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
    assert (task.status, task.stage) == ("requested", "received")
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


# --- finding an item -----------------------------------------------------------------------------


@pytest.mark.usefixtures("work")
@pytest.mark.parametrize("reference", ["Task/9", "Communication/1"])
def test_the_patient_behind_an_item_is_found(
    client_for: Callable[..., FhirClient], reference: str
) -> None:
    assert patient_behind(client_for(None), reference, VOCABULARY) == "maria"


@pytest.mark.parametrize(
    "spoiled",
    [{"for": {"reference": "Group/all"}}, {"for": None}, {"status": "entered-in-error"}],
)
def test_an_item_that_names_no_patient_is_not_opened(
    ehr: FakeEhr, client_for: Callable[..., FhirClient], spoiled: dict[str, Any]
) -> None:
    ehr.holds(task_json("9", "1", **spoiled))

    with pytest.raises(NotFound):
        patient_behind(client_for(None), "Task/9", VOCABULARY)


@pytest.mark.usefixtures("work")
def test_the_request_behind_an_item_is_found_by_either_name(ehr: FakeEhr) -> None:
    asked = request(ehr)
    section = Section((asked,))

    assert request_behind(section, "Task/9") is asked
    assert request_behind(section, "Communication/1") is asked
    with pytest.raises(NotFound):
        request_behind(section, "Task/8")


@pytest.mark.usefixtures("work")
def test_a_request_that_may_be_among_the_missing_is_not_said_to_be_absent(ehr: FakeEhr) -> None:
    partial = Section((request(ehr),), whole=False)

    with pytest.raises(MalformedAnswer):
        request_behind(partial, "Task/8")
    with pytest.raises(EhrServerError):
        request_behind(Section(whole=False, failure=EhrServerError(500)), "Task/9")


def test_due_times_are_kept_to_the_second(ehr: FakeEhr, tom: Desk) -> None:
    due = at(18) + timedelta(seconds=7)
    ehr.holds(message_json("1", routing=routed(due=due)))

    assert tom.claim(request(ehr), "", "Refills").routing.due == due
