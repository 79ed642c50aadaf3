"""What the clinic says about its figures is checked at the start, with the line that is wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest

from smartapp.workflow.policy.model import Policy
from tests.workflow.conftest import Copy

LAST = "2026-10,1874,,,,"


def test_a_gap_in_the_clinics_own_figures_is_no_zero(policy: Policy) -> None:
    ledger = policy.numbers.ledger

    assert policy.numbers.before("phone_calls") == Decimal(2140)
    assert ledger["2026-10"] == {"phone_calls": Decimal(1874)}


def test_a_clinic_may_count_nothing(policy_copy: Copy) -> None:
    (policy_copy.folder / "numbers.csv").unlink()
    policy_copy.change("numbers.toml", 'baseline = "2026-03"\n', "")

    assert policy_copy.problems() == []


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (LAST, "2026-13,1,,,,", "line 5 month '2026-13' is not a month of its own such as 2026-03"),
        (LAST, "2026-09,1,,,,", "line 5 month '2026-09' is not a month of its own such as 2026-03"),
        (LAST, "2026-10,-1,,,,", "line 5 phone_calls '-1' is not a number of 0 or more"),
        (LAST, "2026-10,NaN,,,,", "line 5 phone_calls 'NaN' is not a number of 0 or more"),
        (LAST, "2026-10,=1+1,,,,", "line 5 phone_calls '=1+1' is not a number of 0 or more"),
        ("phone_calls", "calls", "line 2 has columns that mean nothing here: calls"),
    ],
)
def test_a_line_that_is_wrong_is_named(
    policy_copy: Copy, before: str, after: str, problem: str
) -> None:
    policy_copy.change("numbers.csv", before, after)

    assert policy_copy.problems()[0] == f"policy/numbers.csv: {problem}"


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('baseline = "2026-03"', 'baseline = "2025-03"', "baseline '2025-03' is not a month in"),
        ('["manager"] ', '["boss"] ', "seen_by[0] 'boss' is not a role"),
        ('["physician"]', '["doctors"]', "physician_queues[0] 'doctors' is not a queue"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    policy_copy: Copy, before: str, after: str, problem: str
) -> None:
    policy_copy.change("numbers.toml", before, after)

    assert problem in policy_copy.problems()[0]
