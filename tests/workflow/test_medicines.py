"""What the refill rules are told about an order: only what is known for sure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from smartapp.errors import EhrTooSlow
from smartapp.fhir.medication import Dispense, MedicationOrder
from smartapp.fhir.section import Section
from smartapp.workflow.medicines import Offer, facts_of, offers
from smartapp.workflow.policy.model import RefillLimits, RefillReason, Topic
from smartapp.workflow.refills import OrderFacts
from smartapp.workflow.requests import Request, requests_of
from tests.workflow.threads import message, task

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def limits(refill: Topic) -> RefillLimits:
    return refill.limits


def order(**json: Any) -> MedicationOrder:
    usual = {
        "resourceType": "MedicationRequest",
        "id": "88",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "lisinopril 10 mg"},
        "dispenseRequest": {
            "numberOfRepeatsAllowed": 3,
            "validityPeriod": {"end": "2027-06-30"},
            "expectedSupplyDuration": {"value": 30, "code": "d"},
        },
    }
    found = MedicationOrder.from_fhir(usual | json, {})
    assert found is not None
    return found


def fill(
    when: str | None, of: str = "88", status: str = "completed", days: int | None = 30
) -> Dispense:
    json: dict[str, Any] = {
        "resourceType": "MedicationDispense",
        "id": f"{when}",
        "status": status,
        "authorizingPrescription": [{"reference": f"MedicationRequest/{of}"}],
    }
    json |= {"whenHandedOver": when} if when else {}
    json |= {"daysSupply": {"value": days, "code": "d"}} if days else {}
    return Dispense.from_fhir(json)


def facts(limits: RefillLimits, *fills: Dispense, whole: bool = True, **json: Any) -> OrderFacts:
    return facts_of(order(**json), Section(fills, whole), limits)


# --- fills ---------------------------------------------------------------------------------------


def test_the_last_fill_and_what_is_left_are_counted(limits: RefillLimits) -> None:
    found = facts(limits, fill("2026-10-28"), fill("2026-09-28"))

    assert found.last_fill == date(2026, 10, 28)
    assert found.refills_left == 2  # the first fill is no refill
    assert found.days_supply == 30


def test_an_order_that_was_never_filled_has_all_its_refills(limits: RefillLimits) -> None:
    found = facts(limits)

    assert (found.refills_left, found.last_fill) == (3, None)


def test_more_fills_than_were_allowed_leave_none(limits: RefillLimits) -> None:
    assert facts(limits, *[fill(f"2026-0{month}-01") for month in range(1, 8)]).refills_left == 0


@pytest.mark.parametrize(
    "other", [fill("2026-11-10", of="99"), fill("2026-11-10", status="cancelled")]
)
def test_other_fills_do_not_count(limits: RefillLimits, other: Dispense) -> None:
    assert facts(limits, other, fill("2026-10-28")).last_fill == date(2026, 10, 28)


def test_with_a_part_of_the_fills_nothing_is_known_of_them(limits: RefillLimits) -> None:
    found = facts(limits, fill("2026-10-28"), whole=False)

    assert (found.refills_left, found.last_fill) == (None, None)


@pytest.mark.parametrize("when", [None, "2026-11", "2026"])
def test_a_fill_on_an_unknown_day_may_be_the_last(limits: RefillLimits, when: str | None) -> None:
    found = facts(limits, fill("2026-10-28"), fill(when))

    assert found.last_fill is None
    assert found.refills_left == 2


def test_refills_that_the_order_does_not_state_are_not_known(limits: RefillLimits) -> None:
    assert facts(limits, dispenseRequest={}).refills_left is None


def test_the_supply_of_the_last_fill_counts_before_that_of_the_order(limits: RefillLimits) -> None:
    assert facts(limits, fill("2026-10-28", days=90)).days_supply == 90
    assert facts(limits, fill("2026-10-28", days=None)).days_supply == 30


# --- the order -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "last_day"),
    [
        ("2026", date(2026, 12, 31)),
        ("2026-11", date(2026, 11, 30)),
        ("2026-11-20", date(2026, 11, 20)),
        ("9999-12-31", None),
    ],
)
def test_an_order_is_good_until_the_end_of_what_it_states(
    limits: RefillLimits, end: str, last_day: date | None
) -> None:
    found = facts(limits, dispenseRequest={"validityPeriod": {"end": end}})

    assert found.valid_until == last_day


def test_a_controlled_substance_is_known_by_any_of_its_names(limits: RefillLimits) -> None:
    controlled = limits.controlled_substances[0]
    coded = {"text": "pain tablets", "coding": [{"display": f"{controlled} 5 MG Oral Tablet"}]}

    assert facts(limits, medicationCodeableConcept=coded).controlled
    assert facts(limits, medicationCodeableConcept={"text": controlled}).controlled
    assert not facts(limits).controlled


# --- what was asked for already ------------------------------------------------------------------

ABOUT = [("MedicationRequest/88", "lisinopril 10 mg")]


def offer(limits: RefillLimits, *requests: Request, whole: bool = True) -> Offer:
    (found,) = offers(
        Section((order(),)), Section(()), Section(requests, whole), limits, TODAY
    ).items
    return found


def test_an_order_that_nobody_asked_for_can_be_asked_for(limits: RefillLimits) -> None:
    found = offer(limits)

    assert found.request is None
    assert not found.is_asked_for
    assert found.check.reason is RefillReason.READY


def test_an_order_that_was_asked_for_is_asked_for_until_that_is_closed(
    limits: RefillLimits,
) -> None:
    (waiting,) = requests_of([message("1", about=ABOUT)], [])
    (closed,) = requests_of([message("1", about=ABOUT)], [task("9", "1", status="completed")])

    assert offer(limits, waiting).is_asked_for
    assert offer(limits, closed).request is closed
    assert not offer(limits, closed).is_asked_for


def test_an_older_request_that_is_still_open_is_not_hidden_by_a_newer_one(
    limits: RefillLimits,
) -> None:
    (waiting,) = requests_of([message("1", about=ABOUT)], [])
    (closed,) = requests_of([message("2", about=ABOUT)], [task("9", "2", status="completed")])

    assert offer(limits, closed, waiting).request is waiting


def test_a_request_for_another_order_is_none_for_this(limits: RefillLimits) -> None:
    (other,) = requests_of([message("1", about=[("MedicationRequest/8", "")])], [])

    assert offer(limits, other).request is None


def test_offers_are_as_whole_as_the_orders_are(limits: RefillLimits) -> None:
    failed = offers(
        Section(whole=False, failure=EhrTooSlow()), Section(()), Section(()), limits, TODAY
    )
    partial = offers(Section((order(),), whole=False), Section(()), Section(()), limits, TODAY)

    assert failed.failed
    assert not failed.is_known_empty
    assert not partial.whole


def test_without_the_fills_the_order_can_still_be_asked_for(limits: RefillLimits) -> None:
    fills: Section[Dispense] = Section(whole=False, failure=EhrTooSlow())
    (found,) = offers(Section((order(),)), fills, Section(()), limits, TODAY).items

    assert found.check.askable
    assert found.check.reason is RefillReason.A_PERSON_CHECKS


def test_facts_are_those_of_the_order(limits: RefillLimits) -> None:
    told = facts(limits, doNotPerform=True, status="on-hold", intent="plan", reportedBoolean=True)

    assert told == replace(
        facts(limits), do_not_perform=True, status="on-hold", intent="plan", reported=True
    )
