"""Loading the queue: open work and patients' messages, once each, and never falsely empty."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from smartapp.auth.scopes import Scopes
from smartapp.errors import EhrServerError
from smartapp.fhir.client import FhirClient
from smartapp.transport import Transport
from smartapp.workflow.gate import Gate
from smartapp.workflow.loaded_queue import LoadedQueue
from smartapp.workflow.loading import Loader
from smartapp.workflow.narrowing import Narrowing
from smartapp.workflow.open_work import load_queue
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.staff import StaffMember
from tests.workflow.fake_ehr import FakeEhr, Fault, Resource, fails_with, works
from tests.workflow.threads import TOM, VOCABULARY, at, message_json, owned_by, routed, task_json

NOW = at(12)
MARIA: Resource = {"resourceType": "Patient", "id": "maria", "name": [{"text": "María López"}]}
ALL = "user/*.cruds"


@pytest.fixture
def loader_for(
    ehr: FakeEhr, client_for: Callable[..., FhirClient], transport: Transport
) -> Callable[..., Loader]:
    def loader(patient_id: str | None = None, scopes: str = ALL) -> Loader:
        gate = Gate(ehr.capability, Scopes.parse(scopes), "user")
        return Loader(client_for(patient_id), gate, VOCABULARY, transport.together)

    return loader


def staff(policy: Policy, *queues: str) -> StaffMember:
    worked = tuple(policy.queues[each] for each in queues)
    return StaffMember(TOM, "Tom Berg", worked, frozenset(policy.queues), policy.review.code)


@pytest.fixture
def nurse(policy: Policy) -> StaffMember:
    return staff(policy, "nurse-triage", "refills")


@pytest.fixture
def reviewer(policy: Policy) -> StaffMember:
    return staff(policy, "refills", "review")


def references(loaded: LoadedQueue) -> list[str]:
    return [item.reference for item in loaded.items.items]


def failing(kind: str, status: int = 500) -> Fault:
    """All questions about one type fail, the others are answered."""

    def fault(ehr: FakeEhr, request: Any) -> Any:
        if request.path.startswith(f"/fhir/{kind}"):
            return fails_with(status)(ehr, request)
        return works(ehr, request)

    return fault


# --- what is in it -------------------------------------------------------------------------------


def test_work_and_messages_are_there_with_their_patients(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.holds(
        MARIA,
        {"resourceType": "Patient", "id": "leo", "name": [{"text": "Leo Nguyen"}]},
        message_json("1", routing=routed(due=at(15))),
        task_json("9", "1", routing=routed(due=at(15))),
        message_json("2", patient="Patient/leo", routing=routed(due=at(14))),
        message_json("3", routing=routed("physician")),
    )

    loaded = load_queue(loader_for(), nurse, NOW)

    assert references(loaded) == ["Communication/2", "Task/9"]
    assert loaded.items.whole
    assert {reference: each.name for reference, each in loaded.patients.items()} == {
        "Patient/maria": "María López",
        "Patient/leo": "Leo Nguyen",
    }


def test_a_message_whose_work_is_in_another_queue_is_not_listed_beside_it(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.holds(
        message_json("1", routing=routed()),
        task_json("8", "1", routing=routed("physician")),
        message_json("2", routing=routed()),
        task_json("9", "2", status="completed"),
    )

    loaded = load_queue(loader_for(), nurse, NOW)

    assert references(loaded) == []
    assert loaded.items.is_known_empty


def test_what_nobody_answered_for_more_than_a_month_is_still_there(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    long_ago = at(9) - timedelta(days=200)
    ehr.holds(message_json("1", routing=routed(), sent=long_ago))
    ehr.holds(message_json("2", root="Communication/0", routing=routed(), sent=long_ago))
    ehr.holds(task_json("9", "0", status="completed", lastModified=at(12).isoformat()))

    assert references(load_queue(loader_for(), nurse, NOW)) == ["Communication/1"]


def test_hundreds_of_messages_are_looked_up_in_addresses_of_bearable_length(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    for number in range(90):
        ehr.holds(message_json(f"a-message-with-a-long-id-{number}", routing=routed()))
        ehr.holds(task_json(f"t{number}", f"a-message-with-a-long-id-{number}", status="completed"))

    loaded = load_queue(loader_for(), nurse, NOW)

    assert loaded.items.is_known_empty
    assert ehr.longest_address < 4000


def test_what_is_more_than_a_page_of_a_short_queue_is_on_the_next(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.holds(*(message_json(str(number), routing=routed()) for number in range(110)))

    def page(start: int) -> LoadedQueue:
        return load_queue(loader_for(), nurse, NOW, narrowing=Narrowing(start=start))

    first, second, beyond = page(0), page(100), page(900)

    assert (len(first.shown), first.goes_on) == (100, True)
    assert (len(second.shown), second.goes_on) == (10, False)
    assert len({*first.shown, *second.shown}) == 110
    assert beyond.shown == second.shown, "there is no page after the last"


def test_who_works_no_queue_sees_none_of_the_work(
    ehr: FakeEhr, loader_for: Callable[..., Loader], policy: Policy
) -> None:
    ehr.holds(message_json("1", routing=routed()), task_json("9", "2"))

    assert references(load_queue(loader_for(), staff(policy), NOW)) == []


def test_in_a_chart_only_its_patient_is_asked_for(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.holds(
        MARIA,
        message_json("1", routing=routed()),
        task_json("9", "5"),
        task_json("8", "2", patient="Patient/leo"),
        message_json("3", patient="Patient/leo", routing=routed()),
    )

    loaded = load_queue(loader_for("maria"), nurse, NOW)

    assert sorted(references(loaded)) == ["Communication/1", "Task/9"]
    assert set(loaded.patients) == {"Patient/maria"}
    assert loaded.items.whole


def test_who_has_it_is_known(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.holds(task_json("9", "1", **owned_by("Practitioner/ann", "Ann Wu")))

    (item,) = load_queue(loader_for(), nurse, NOW).items.items

    assert item.owner is not None
    assert item.owner.display == "Ann Wu"


# --- what no queue holds any more ----------------------------------------------------------------


def test_work_of_a_queue_that_was_renamed_is_seen_in_review(
    ehr: FakeEhr,
    loader_for: Callable[..., Loader],
    nurse: StaffMember,
    reviewer: StaffMember,
) -> None:
    ehr.holds(task_json("9", "1", routing=routed("a-former-name")))
    ehr.holds(task_json("8", "2", routing=routed("physician")))

    assert references(load_queue(loader_for(), reviewer, NOW)) == ["Task/9"]
    assert references(load_queue(loader_for(), nurse, NOW)) == []


def test_a_message_whose_decision_the_ehr_dropped_is_seen_in_review(
    ehr: FakeEhr, loader_for: Callable[..., Loader], reviewer: StaffMember
) -> None:
    ehr.holds(message_json("1"))

    assert references(load_queue(loader_for(), reviewer, NOW)) == ["Communication/1"]


def test_another_programs_work_is_not_ours_to_review(
    ehr: FakeEhr, loader_for: Callable[..., Loader], reviewer: StaffMember
) -> None:
    theirs = task_json("9", "1", performerType=None, code={"text": "Lab order"})
    ehr.holds(theirs | {"identifier": []})

    assert references(load_queue(loader_for(), reviewer, NOW)) == []


# --- an EHR without Tasks ------------------------------------------------------------------------


def test_without_rights_to_work_the_queue_is_derived_from_messages(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.holds(message_json("1", routing=routed()))

    loaded = load_queue(loader_for(scopes="user/Communication.rs user/Patient.rs"), nurse, NOW)

    assert references(loaded) == ["Communication/1"]
    assert ehr.asked("GET", "Task") == 0


# --- what could not be loaded --------------------------------------------------------------------


def test_a_queue_whose_work_could_not_be_loaded_is_not_shown_as_unclaimed_messages(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.holds(message_json("1", routing=routed()), task_json("9", "1", **owned_by(TOM)))
    ehr.always = failing("Task")

    loaded = load_queue(loader_for(), nurse, NOW)

    assert isinstance(loaded.items.failure, EhrServerError)
    assert references(loaded) == []


def test_work_that_is_forbidden_after_all_leaves_the_messages_flagged(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.holds(message_json("1", routing=routed()))
    ehr.always = failing("Task", 403)

    loaded = load_queue(loader_for(), nurse, NOW)

    assert references(loaded) == ["Communication/1"]
    assert not loaded.items.whole


def test_without_the_messages_the_work_is_shown_and_flagged(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.holds(task_json("9", "1"))
    ehr.always = failing("Communication")

    loaded = load_queue(loader_for(), nurse, NOW)

    assert references(loaded) == ["Task/9"]
    assert not loaded.items.whole
    assert loaded.items.failure is None


def test_without_the_messages_an_empty_queue_is_not_known_to_be_empty(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.always = failing("Communication")

    loaded = load_queue(loader_for(), nurse, NOW)

    assert loaded.items.failed
    assert not loaded.items.is_known_empty


def test_one_odd_piece_of_work_flags_the_queue_and_hides_no_other(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.holds(task_json("9", "1"), task_json("8", "2", input="none"))

    loaded = load_queue(loader_for(), nurse, NOW)

    assert references(loaded) == ["Task/9"]
    assert not loaded.items.whole


def test_messages_whose_work_could_not_be_looked_up_are_shown_and_flagged(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.holds(message_json("1", routing=routed()))

    def no_lookup(ehr: FakeEhr, request: Any) -> Any:
        return (fails_with(500) if "focus" in request.args else works)(ehr, request)

    ehr.always = no_lookup

    loaded = load_queue(loader_for(), nurse, NOW)

    assert references(loaded) == ["Communication/1"]
    assert not loaded.items.whole


@pytest.mark.parametrize("patient", [None, {"resourceType": "Patient", "id": "maria", "name": 5}])
def test_a_line_whose_patient_cannot_be_named_is_still_there(
    ehr: FakeEhr,
    loader_for: Callable[..., Loader],
    nurse: StaffMember,
    patient: Resource | None,
) -> None:
    ehr.holds(task_json("9", "1"), *([patient] if patient else []))

    loaded = load_queue(loader_for(), nurse, NOW)

    assert references(loaded) == ["Task/9"]
    assert loaded.patients == {}


def test_an_ehr_that_sends_no_patients_along_is_asked_for_them(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    ehr.ignores = frozenset({"_include"})
    ehr.holds(MARIA, task_json("9", "1"))

    assert set(load_queue(loader_for(), nurse, NOW).patients) == {"Patient/maria"}


def test_everything_that_can_be_asked_at_once_is_asked_at_once(
    ehr: FakeEhr, loader_for: Callable[..., Loader], reviewer: StaffMember
) -> None:
    together = threading.Barrier(3, timeout=5)
    first = threading.Semaphore(3)

    def waits(ehr: FakeEhr, request: Any) -> Any:
        if first.acquire(blocking=False):
            together.wait()
        return works(ehr, request)

    ehr.always = waits

    assert load_queue(loader_for(), reviewer, NOW).items.is_known_empty


def test_only_messages_of_the_last_month_are_looked_through(
    ehr: FakeEhr, loader_for: Callable[..., Loader], nurse: StaffMember
) -> None:
    seen: list[Sequence[str]] = []

    def notes(ehr: FakeEhr, request: Any) -> Any:
        seen.append(request.args.getlist("sent"))
        return works(ehr, request)

    ehr.always = notes
    load_queue(loader_for(), nurse, datetime(2026, 11, 20, tzinfo=NOW.tzinfo))

    assert ["ge2026-10-21"] in seen
