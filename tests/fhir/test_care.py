"""The read models of a patient's care, as records really hold them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from smartapp.errors import MalformedAnswer
from smartapp.fhir.appointment import VIRTUAL_SERVICE, Appointment
from smartapp.fhir.consent import Consent
from smartapp.fhir.document import Document, version_of
from smartapp.fhir.encounter import Visit
from smartapp.fhir.labels import labels_of
from smartapp.fhir.money import Account, Benefit, Bill, Coverage
from smartapp.fhir.order import Order
from smartapp.fhir.people import CareTeam
from smartapp.fhir.place import Place
from smartapp.fhir.plan import CarePlan, Goal

MODELS = {
    "Appointment": Appointment,
    "Encounter": Visit,
    "DocumentReference": Document,
    "ServiceRequest": Order,
    "CarePlan": CarePlan,
    "Goal": Goal,
    "CareTeam": CareTeam,
    "Coverage": Coverage,
    "Account": Account,
    "Invoice": Bill,
    "ExplanationOfBenefit": Benefit,
    "Consent": Consent,
}
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", MODELS)
def test_what_was_entered_in_error_is_nothing_even_with_no_more_than_its_id(kind: str) -> None:
    status = "lifecycleStatus" if kind == "Goal" else "status"
    withdrawn = {"resourceType": kind, "id": "x", status: "entered-in-error"}

    assert MODELS[kind].from_fhir(withdrawn) is None


@pytest.mark.parametrize("kind", MODELS)
def test_what_has_nothing_but_an_id_is_read_without_a_guess(kind: str) -> None:
    bare = MODELS[kind].from_fhir({"resourceType": kind, "id": "x"})

    assert bare is not None
    assert getattr(bare, "status", "unknown") == "unknown"


@pytest.mark.parametrize("kind", sorted(set(MODELS) - {"DocumentReference", "Encounter"}))
def test_a_modifier_that_nobody_understands_stops_the_reading(kind: str) -> None:
    odd = {"resourceType": kind, "id": "x", "modifierExtension": [{"url": "urn:not"}]}

    with pytest.raises(MalformedAnswer):
        MODELS[kind].from_fhir(odd)


@pytest.mark.parametrize("kind", MODELS)
def test_another_type_is_refused(kind: str) -> None:
    with pytest.raises(MalformedAnswer):
        MODELS[kind].from_fhir({"resourceType": "Basic", "id": "x"})


def appointment(**more: Any) -> Appointment:
    found = Appointment.from_fhir(
        {"resourceType": "Appointment", "id": "a", "status": "booked"} | more
    )
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://video.example/room?x=1", "https://video.example/room?x=1"),
        ("http://video.example/room", ""),
        ("javascript:alert(1)", ""),
        ("https://user@video.example/", ""),
        ("//video.example", ""),
        ("https://video.example/\nSet-Cookie: x", ""),
        ("data:text/html,x", ""),
    ],
)
def test_a_video_link_is_one_https_address_or_none(address: str, link: str) -> None:
    inner = [{"url": "address", "valueUrl": address}]

    assert appointment(extension=[{"url": VIRTUAL_SERVICE, "extension": inner}]).video == link


@pytest.mark.parametrize(
    ("more", "coming"),
    [
        ({"start": "2026-03-02T10:00:00Z"}, True),
        ({"start": "2026-03-01T11:50:00Z", "end": "2026-03-01T12:10:00Z"}, True),
        ({"start": "2026-03-01T11:00:00Z", "end": "2026-03-01T11:30:00Z"}, False),
        ({"start": "2026-03-01"}, True),
        ({}, True),
        ({"start": "2026-03-02T10:00:00Z", "status": "cancelled"}, False),
        ({"start": "2026-03-02T10:00:00Z", "status": "fulfilled"}, False),
        ({"status": "proposed"}, True),
    ],
)
def test_an_appointment_is_coming_until_it_is_over(more: dict[str, Any], coming: bool) -> None:
    assert appointment(**more).is_coming(NOW) is coming


def test_who_takes_part_is_told_apart_and_the_patient_left_out() -> None:
    found = appointment(
        participant=[
            {"actor": {"reference": "Patient/maria", "display": "Maria"}},
            {"actor": {"reference": "Practitioner/p", "display": "Dr. Patel"}},
            {"actor": {"reference": "Location/l", "display": "Main Street"}},
            {"actor": {"display": "An interpreter"}},
            {"actor": {}},
            {},
        ]
    )

    assert [each.name for each in found.people] == ["Dr. Patel"]
    assert [each.name for each in found.places] == ["Main Street"]
    assert [each.name for each in found.participants][-1] == "An interpreter"


def test_an_organization_and_a_location_write_their_address_differently() -> None:
    address = {"line": ["12 Main"], "city": "Lindenfield", "state": "IL", "postalCode": "60099"}
    phones = [
        {"system": "phone", "value": "<script>", "use": "work"},
        {"system": "phone", "value": "+1-312-555-0100"},
        {"system": "email", "value": "x@example.org"},
    ]
    for kind, stated in (("Location", address), ("Organization", [address])):
        place = Place.from_fhir(
            {"resourceType": kind, "id": "x", "name": "Office", "address": stated,
             "telecom": phones}
        )  # fmt: skip
        assert place.address == ("12 Main", "Lindenfield IL 60099")
        assert place.phone == "+1-312-555-0100"
        assert place.reference == f"{kind}/x"


def test_a_document_has_the_version_of_the_ehr_or_one_that_changes_with_it() -> None:
    numbered = {"resourceType": "DocumentReference", "id": "d", "meta": {"versionId": "7"}}
    bare = {"resourceType": "DocumentReference", "id": "d", "description": "one"}

    assert version_of(numbered) == "7"
    assert version_of(bare) == version_of(dict(bare))
    assert version_of(bare) != version_of(bare | {"description": "two"})


def test_labels_are_read_from_the_envelope_and_from_the_document() -> None:
    label = {"system": "urn:l", "code": "R"}
    document = {
        "resourceType": "DocumentReference",
        "meta": {"security": [label]},
        "securityLabel": [{"coding": [{"system": "urn:l", "code": "S"}]}],
    }

    assert labels_of(document) == {("urn:l", "R"), ("urn:l", "S")}
    assert labels_of({"resourceType": "Goal", "securityLabel": "x"}) == frozenset()
    with pytest.raises(MalformedAnswer):
        labels_of({"resourceType": "Goal", "meta": {"security": "R"}})


def test_a_plan_has_steps_but_what_is_not_to_be_done_is_none() -> None:
    plan = CarePlan.from_fhir(
        {
            "resourceType": "CarePlan",
            "id": "p",
            "activity": [
                {"detail": {"status": "completed", "description": "Walk"}},
                {"detail": {"status": "scheduled", "description": "Run", "doNotPerform": True}},
                {"reference": {"display": "An order"}},
                {"detail": {"status": "scheduled"}},
                {},
            ],
        }
    )

    assert plan is not None
    assert [(each.what, each.status) for each in plan.steps] == [
        ("Walk", "completed"),
        ("An order", "unknown"),
    ]


def test_a_bill_is_its_lines_and_its_total_and_no_total_is_not_nothing() -> None:
    bill = {
        "resourceType": "Invoice",
        "id": "b",
        "status": "issued",
        "lineItem": [{"chargeItemCodeableConcept": {"text": "Visit"}}, {}],
    }
    read = Bill.from_fhir(bill | {"totalGross": {"value": Decimal("1.50"), "currency": "USD"}})
    bare = Bill.from_fhir(bill)

    assert read is not None
    assert read.total is not None
    assert (read.lines, read.total.amount) == (("Visit",), Decimal("1.50"))
    assert bare is not None
    assert bare.total is None


def test_an_exception_from_a_consent_stays_an_exception() -> None:
    consent = Consent.from_fhir(
        {
            "resourceType": "Consent",
            "id": "c",
            "status": "active",
            "provision": {
                "type": "permit",
                "actor": [{"reference": {"display": "Rachel"}}],
                "provision": [{"type": "deny", "securityLabel": [{"code": "R"}]}],
            },
        }
    )

    assert consent is not None
    assert consent.provision is not None
    assert consent.provision.permits is True
    (exception,) = consent.provision.exceptions
    assert (exception.permits, exception.labels) == (False, ("R",))
