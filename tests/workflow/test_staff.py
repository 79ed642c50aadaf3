"""Who of the clinic is here, and which queues they work: by the record, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from smartapp.errors import EhrServerError, MalformedAnswer, NotFound
from smartapp.fhir.client import FhirClient
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.staff import StaffMember, staff_member
from tests.workflow.fake_ehr import FakeEhr, Resource, fails_with

ROLES = "http://terminology.hl7.org/CodeSystem/practitioner-role"
TOM = {"resourceType": "Practitioner", "id": "tom", "name": [{"text": "Tom Berg, RN"}]}


NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def role(identity: str, name: str, of: str = "Practitioner/tom", **more: Any) -> Resource:
    return {
        "resourceType": "PractitionerRole",
        "id": identity,
        "practitioner": {"reference": of, "display": "Tom Berg, RN"},
        "code": [{"coding": [{"system": ROLES, "code": name}]}],
        **more,
    }


@pytest.fixture
def nobody(client_for: Callable[..., FhirClient]) -> FhirClient:
    return client_for(None)


def codes(staff: StaffMember) -> list[str]:
    return [queue.code for queue in staff.queues]


def tom(client: FhirClient, policy: Policy) -> StaffMember:
    return staff_member(client, "Practitioner/tom", policy, NOW)


def test_a_nurse_works_the_queues_of_nurses(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy
) -> None:
    ehr.holds(TOM, role("r", "nurse"))

    staff = tom(nobody, policy)

    assert (staff.reference, staff.name) == ("Practitioner/tom", "Tom Berg, RN")
    assert codes(staff) == ["nurse-triage", "refills", "review"]
    assert staff.works("refills")
    assert not staff.works("physician")


def test_two_roles_work_the_queues_of_both(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy
) -> None:
    ehr.holds(TOM, role("r", "pharmacist"), role("s", "doctor"))

    assert codes(tom(nobody, policy)) == ["refills", "pharmacy", "physician"]


def test_a_role_that_is_no_longer_active_does_not_count(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy
) -> None:
    ehr.holds(TOM, role("r", "nurse", active=False))

    assert codes(tom(nobody, policy)) == []


@pytest.mark.parametrize(
    ("period", "held"),
    [
        ({"end": "2026-11-19"}, False),
        ({"end": "2026-11-20"}, True),
        ({"end": "2026"}, True),
        ({"start": "2026-11-21"}, False),
        ({"start": "2026"}, True),
        ({"end": "9999-12-31"}, True),
        ({}, True),
    ],
)
def test_a_role_counts_while_it_is_held(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy, period: dict[str, str], held: bool
) -> None:
    ehr.holds(TOM, role("r", "nurse", period=period))

    assert bool(codes(tom(nobody, policy))) is held


@pytest.mark.parametrize(
    "other",
    [
        "Practitioner/tomas",
        "Practitioner/other",
        "https://elsewhere.example/fhir/Practitioner/tom",
        "Patient/tom",
    ],
)
def test_somebody_elses_role_does_not_count(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy, other: str
) -> None:
    ehr.ignores = frozenset({"practitioner"})
    ehr.holds(TOM, role("r", "nurse", of=other))

    assert codes(tom(nobody, policy)) == []


def test_a_code_of_another_system_is_no_role_here(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy
) -> None:
    ehr.holds(TOM, role("r", "nurse", code=[{"coding": [{"system": "urn:x", "code": "nurse"}]}]))

    assert codes(tom(nobody, policy)) == []


def test_the_same_address_written_in_full_is_the_same_person(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy
) -> None:
    ehr.ignores = frozenset({"practitioner"})
    ehr.holds(TOM, role("r", "nurse", of=f"{ehr.base}/Practitioner/tom"))

    assert "refills" in codes(tom(nobody, policy))


def test_one_odd_role_does_not_take_away_the_others(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy
) -> None:
    ehr.holds(TOM, role("r", "nurse"), role("s", "doctor", code="doctor"))

    assert "refills" in codes(tom(nobody, policy))


def test_a_role_that_may_be_among_the_missing_is_not_taken_for_none(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy
) -> None:
    ehr.holds(TOM, role("s", "doctor", code="doctor"))

    with pytest.raises(MalformedAnswer):
        tom(nobody, policy)


def test_an_ehr_that_does_not_say_who_works_here_is_not_taken_for_nobody(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy
) -> None:
    ehr.holds(TOM, role("r", "nurse"))
    ehr.fails("GET", fails_with(500))

    with pytest.raises(EhrServerError):
        tom(nobody, policy)


# --- by the role itself --------------------------------------------------------------------------


def test_who_comes_in_by_a_role_works_its_queues(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy
) -> None:
    ehr.holds(role("r", "doctor"))

    staff = staff_member(nobody, "PractitionerRole/r", policy, NOW)

    assert (staff.reference, staff.name) == ("PractitionerRole/r", "Tom Berg, RN")
    assert codes(staff) == ["physician"]


def test_who_comes_in_by_a_role_that_ended_works_none(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy
) -> None:
    ehr.holds(role("r", "doctor", active=False))

    assert codes(staff_member(nobody, "PractitionerRole/r", policy, NOW)) == []


@pytest.mark.parametrize("user", ["Patient/maria", "RelatedPerson/r", "Person/p", "", "Device/x"])
def test_who_is_not_of_the_clinic_is_no_staff(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy, user: str
) -> None:
    with pytest.raises(NotFound):
        staff_member(nobody, user, policy, NOW)

    assert ehr.heard == []


# --- what has no queue ---------------------------------------------------------------------------


@pytest.mark.parametrize("queue", ["", "a-queue-that-was-renamed"])
def test_what_belongs_to_no_queue_is_for_those_who_review(
    ehr: FakeEhr, nobody: FhirClient, policy: Policy, queue: str
) -> None:
    ehr.holds(TOM, role("r", "nurse"), role("d", "doctor", of="Practitioner/kim"))
    ehr.holds({"resourceType": "Practitioner", "id": "kim"})

    assert tom(nobody, policy).works(queue)
    assert not staff_member(nobody, "Practitioner/kim", policy, NOW).works(queue)
