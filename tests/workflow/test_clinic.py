"""At the desk: whoever takes an item has it, and everybody else is told who does."""

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
    EhrServerError,
    MalformedAnswer,
    NotFound,
    NotOffered,
)
from smartapp.fhir.client import FhirClient
from smartapp.fhir.section import Section
from smartapp.workflow.behind import patient_behind, request_behind
from smartapp.workflow.desk import Desk
from smartapp.workflow.policy.model import Policy
from tests.workflow.at_the_desk import ANN, TOM, etag, owner, person, request
from tests.workflow.fake_ehr import (
    FakeEhr,
)
from tests.workflow.threads import (
    VOCABULARY,
    at,
    message_json,
    routed,
    task_json,
)

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

    kept = ehr.resources["Task/9"]
    assert {name: kept[name] for name in odd if name != "extension"} == {
        name: odd[name] for name in odd if name != "extension"
    }
    assert kept["extension"][0] == odd["extension"][0]


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
