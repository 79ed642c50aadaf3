"""Which medicines can be asked for, which not, and from when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.workflow.forms import fill
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import RefillLimits, RefillReason, Topic
from smartapp.workflow.refills import (
    OrderFacts,
    RefillCheck,
    check_refill,
    order_facts,
    with_supplies_for,
)
from tests.workflow.conftest import FOLDER, Given

TODAY = date(2026, 11, 20)
ACTIVE = OrderFacts(
    status="active",
    intent="order",
    do_not_perform=False,
    refills_left=2,
    valid_until=date(2027, 6, 30),
    last_fill=date(2026, 10, 28),  # lasts until the 27th of November
    days_supply=30,
    controlled=False,
    reported=False,
)


@pytest.fixture(scope="module")
def limits(refill: Topic) -> RefillLimits:
    assert refill.refills is not None
    return refill.refills


def order_with(changes: dict[str, object]) -> OrderFacts:
    return replace(ACTIVE, **changes)  # type: ignore[arg-type]  # named by each test


def check(limits: RefillLimits, **changes: object) -> RefillCheck:
    return check_refill(order_with(changes), limits, TODAY)


def test_an_active_order_with_refills_that_runs_low_can_be_asked_for(limits: RefillLimits) -> None:
    assert check(limits) == RefillCheck(True, RefillReason.READY)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "on-hold"}, "on-hold"),
        ({"status": "stopped"}, "no-longer-ordered"),
        ({"status": "cancelled"}, "no-longer-ordered"),
        ({"status": "entered-in-error"}, "no-longer-ordered"),
        ({"status": "completed"}, "finished"),
        ({"status": "draft"}, "not-ordered-yet"),
        ({"do_not_perform": True}, "do-not-take"),
        ({"reported": True}, "not-ordered-here"),
        ({"intent": "plan"}, "not-an-order"),
        ({"intent": "proposal"}, "not-an-order"),
        ({"valid_until": date(2026, 7, 22)}, "ended-long-ago"),
    ],
)
def test_what_cannot_be_asked_for_says_why(
    limits: RefillLimits, changes: dict[str, object], reason: str
) -> None:
    assert check(limits, **changes) == RefillCheck(False, RefillReason(reason))


def test_do_not_take_is_said_before_anything_else(limits: RefillLimits) -> None:
    check_ = check(limits, do_not_perform=True, status="stopped", reported=True)

    assert check_.reason == "do-not-take"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"refills_left": 0}, "renewal"),
        ({"refills_left": 0, "valid_until": None}, "renewal"),
        ({"valid_until": date(2026, 11, 19)}, "renewal"),
        ({"valid_until": date(2026, 7, 23), "refills_left": None}, "renewal"),
        ({"valid_until": TODAY}, "ready"),
        ({"refills_left": None}, "a-person-checks"),
        ({"status": "unknown"}, "a-person-checks"),
        ({"status": "something-new"}, "a-person-checks"),
        ({"intent": ""}, "a-person-checks"),
    ],
)
def test_what_cannot_be_known_is_asked_to_a_person_and_not_refused(
    limits: RefillLimits, changes: dict[str, object], reason: str
) -> None:
    assert check(limits, **changes) == RefillCheck(True, RefillReason(reason))


@pytest.mark.parametrize(
    ("last_fill", "from_when"),
    [
        (date(2026, 11, 4), None),  # runs out on the 4th of December: 14 days are left
        (date(2026, 11, 5), date(2026, 11, 21)),
        (date(2026, 11, 20), date(2026, 12, 6)),
    ],
)
def test_too_early_says_from_when(
    limits: RefillLimits, last_fill: date, from_when: date | None
) -> None:
    reason = RefillReason.TOO_EARLY if from_when else RefillReason.READY

    assert check(limits, last_fill=last_fill) == RefillCheck(from_when is None, reason, from_when)


def test_a_controlled_medicine_can_be_asked_for_later_than_others(limits: RefillLimits) -> None:
    assert check(limits, controlled=True) == RefillCheck(
        False, RefillReason.TOO_EARLY, date(2026, 11, 22)
    )


def test_a_clinic_can_keep_controlled_medicines_out(limits: RefillLimits) -> None:
    strict = replace(limits, controlled_can_be_asked=False)

    assert check(strict, controlled=True) == RefillCheck(False, RefillReason.CONTROLLED)
    assert check(strict).askable


@pytest.mark.parametrize(
    "slip",
    [
        {"last_fill": date(2062, 11, 1)},
        {"days_supply": 9000},
        {"days_supply": 0},
        {"days_supply": -30},
        {"days_supply": None},
        {"last_fill": None},
    ],
)
def test_a_slip_of_the_pen_keeps_nobody_from_asking(
    limits: RefillLimits, slip: dict[str, object]
) -> None:
    assert check(limits, **slip).askable
    assert "days-of-supply-left" not in order_facts(order_with(slip), TODAY)


def test_rules_see_the_order_without_what_is_not_known() -> None:
    assert order_facts(ACTIVE, TODAY) == {
        "controlled-substance": False,
        "days-of-supply-left": 7,
        "refills-left": 2,
        "order-expired": False,
    }
    bare = replace(ACTIVE, refills_left=None, valid_until=None, last_fill=None, controlled=True)
    assert order_facts(bare, TODAY) == {"controlled-substance": True}


def test_a_supply_that_ran_out_is_below_zero() -> None:
    late = replace(ACTIVE, last_fill=date(2026, 10, 1), valid_until=date(2026, 11, 1))

    assert order_facts(late, TODAY)["days-of-supply-left"] == -20
    assert order_facts(late, TODAY)["order-expired"] is True


@pytest.mark.parametrize(
    ("medicine", "controlled"),
    [
        ("Tramadol 50 mg tablet", True),
        ("oxyCODONE-acetaminophen 5 mg-325 mg", True),
        ("Tramadolor 50 mg", False),
        ("Lisinopril 10 mg", False),
        ("", False),
    ],
)
def test_the_clinics_list_says_what_is_controlled(
    limits: RefillLimits, medicine: str, controlled: bool
) -> None:
    assert limits.is_controlled(medicine) is controlled


LIMITS = load_policy(FOLDER).topic("refill").refills
some_day = st.none() | st.dates(date(2024, 1, 1), date(2030, 1, 1))
orders = st.builds(
    OrderFacts,
    status=st.sampled_from(["active", "unknown", "on-hold", "completed", "stopped", "?"]),
    intent=st.sampled_from(["order", "plan", "instance-order", ""]),
    do_not_perform=st.booleans(),
    refills_left=st.none() | st.integers(-1, 11),
    valid_until=some_day,
    last_fill=some_day,
    days_supply=st.none() | st.integers(-5, 500),
    controlled=st.booleans(),
    reported=st.booleans(),
)


@settings(deadline=None)
@given(orders)
def test_whoever_waits_until_the_day_we_named_can_ask_then(order: OrderFacts) -> None:
    assert LIMITS is not None
    found = check_refill(order, LIMITS, TODAY)

    assert found.reason in LIMITS.words
    assert (found.from_when is not None) == (found.reason == "too-early")
    if found.from_when is not None:
        assert found.from_when > TODAY
        day_before = found.from_when - timedelta(days=1)
        assert not check_refill(order, LIMITS, day_before).askable
        then = check_refill(order, LIMITS, found.from_when)
        assert then.askable or then.reason == "ended-long-ago"


# --- how much at a time ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("controlled", "offered"),
    [(False, ["30-days", "90-days", "180-days"]), (True, ["30-days"])],
)
def test_a_long_supply_is_offered_where_the_clinic_allows_it(
    refill: Topic, controlled: bool, offered: list[str]
) -> None:
    asked = with_supplies_for(refill, controlled=controlled).questionnaire.item("supply-length")

    assert asked is not None
    assert [each.code for each in asked.options] == offered


def test_a_supply_that_is_not_offered_is_no_answer(refill: Topic, usual_answers: Given) -> None:
    narrowed = with_supplies_for(refill, controlled=True)
    posted = {**as_posted(usual_answers), "supply-length": ["180-days"]}

    assert not fill(refill.questionnaire, posted).faults
    (fault,) = fill(narrowed.questionnaire, posted).faults
    assert fault.link_id == "supply-length"


def as_posted(answers: Given) -> dict[str, list[str]]:
    said = {True: "true", False: "false"}
    return {
        name: [said[each] if isinstance(each, bool) else each for each in values]
        for name, values in answers.items()
    }
