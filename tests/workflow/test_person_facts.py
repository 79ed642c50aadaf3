"""What the rules may know about the person who asks."""

from datetime import date

import pytest

from smartapp.errors import EhrTooSlow
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.encounter import Visit
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.workflow.person_facts import months_between, person_facts

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
