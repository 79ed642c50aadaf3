"""What the rules may know about the person who asks."""

from dataclasses import replace
from datetime import date

import pytest

from smartapp.errors import EhrTooSlow
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.encounter import Visit
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.workflow.person_facts import (
    UNREAD,
    Background,
    appointment_facts,
    background_facts,
    months_between,
    person_facts,
    result_facts,
)
from smartapp.workflow.policy.conditions import Check
from smartapp.workflow.policy.facts import Known

TODAY = date(2026, 11, 20)


def patient(born):
    return Patient("p", "P", FhirDate.parse(born), None, None, None, True, ())


def visit(began, status="finished"):
    return Visit("v", status, FhirDate.parse(began))


def facts(*visits, whole=True, born="1946-11-21"):
    return person_facts(patient(born), Section(visits, whole), "en", TODAY)


def test_the_last_visit_is_the_latest_that_took_place_and_is_not_still_to_come():
    found = facts(
        visit("2024-02-01"),
        visit("2023-01-01"),
        visit("2026-01-01", status="cancelled"),
        visit("2027-01-01", status="arrived"),
    )

    assert found["months-since-last-visit"] == 33


def test_a_list_that_is_not_whole_leaves_the_last_visit_unknown():
    assert "months-since-last-visit" not in facts(visit("2015-01-01"), whole=False)
    failed = Section(whole=False, failure=EhrTooSlow())
    known = person_facts(patient("1946-11-21"), failed, "en", TODAY)
    assert "months-since-last-visit" not in known


def test_never_seen_is_unknown_rather_than_long_ago():
    assert "months-since-last-visit" not in facts()


def test_the_age_counts_whole_years_and_needs_a_whole_date():
    assert facts(born="1946-11-21")["age-in-years"] == 79
    assert facts(born="1946-11-20")["age-in-years"] == 80
    assert "age-in-years" not in facts(born="1946")


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [
        (date(2026, 10, 20), TODAY, 1),
        (date(2026, 10, 21), TODAY, 0),
        (date(2024, 2, 29), date(2025, 2, 28), 11),
        (date(2024, 2, 29), date(2025, 3, 1), 12),
    ],
)
def test_months_are_counted_when_they_are_whole(earlier, later, months):
    assert months_between(earlier, later) == months


# --- what else the record says --------------------------------------------------------------------


def test_medicines_and_care_teams_belong_to_what_the_clinic_named(policy):
    background = Background(
        medicines=("Apixaban 5 mg tablet", "Insulin glargine pen", "Aspirin-like thing"),
        care_teams=("Oncology team, day clinic",),
        places=("Location/elsewhere", "Location/riverside"),
        primary_provider=True,
    )

    assert background_facts(background, policy.named) == {
        "someone-else-writes": False,
        "active-medicines": 3,
        "medicine-groups": {"blood-thinner", "insulin"},
        "care-programs": {"cancer-treatment"},
        "site": "riverside",
        "has-primary-provider": True,
    }


def test_what_could_not_be_read_is_unknown_and_what_is_empty_is_known(policy):
    assert background_facts(UNREAD, policy.named) == {"someone-else-writes": False}
    read = background_facts(Background(medicines=(), care_teams=()), policy.named)
    assert read["medicine-groups"] == read["care-programs"] == frozenset()
    assert read["active-medicines"] == 0


@pytest.mark.parametrize(
    ("medicine", "groups"),
    [
        ("WARFARIN 2 MG", {"blood-thinner"}),
        ("Warfarinoid", set()),
        ("Methotrexate and heparin", {"weakens-defences", "blood-thinner"}),
    ],
)
def test_a_group_is_known_by_whole_words_of_the_name(policy, medicine, groups):
    found = background_facts(Background(medicines=(medicine,)), policy.named)

    assert found["medicine-groups"] == groups


def test_a_rule_can_protect_those_of_whom_the_record_says_nothing():
    check = Check("fact", "medicine-groups", "is", ("blood-thinner",), or_unknown=True)

    assert check.holds(Known({}, {}))
    assert not check.holds(Known({}, {"medicine-groups": frozenset()}))
    assert check.holds(Known({}, {"medicine-groups": frozenset({"blood-thinner"})}))
    assert not replace(check, or_unknown=False).holds(Known({}, {}))
    missing = Check("fact", "medicine-groups", "is_missing", (True,))
    assert missing.holds(Known({}, {}))
    assert not missing.holds(Known({}, {"medicine-groups": frozenset()}))


def test_an_appointment_that_is_over_is_no_longer_waited_for():
    assert appointment_facts(date(2026, 11, 22), TODAY) == {"days-until-appointment": 2}
    assert appointment_facts(TODAY, TODAY) == {"days-until-appointment": 0}
    assert appointment_facts(date(2026, 11, 19), TODAY) == {}
    assert appointment_facts(None, TODAY) == {}


@pytest.mark.parametrize(
    ("marks", "facts"),
    [
        (("H", "HH"), {"result-is": "critical"}),
        (("L",), {"result-is": "abnormal"}),
        (("N",), {"result-is": "normal"}),
        (("?",), {}),
        ((), {}),
    ],
)
def test_a_result_is_what_its_worst_mark_says(marks, facts):
    assert result_facts(marks) == facts
