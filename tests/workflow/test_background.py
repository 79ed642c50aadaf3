"""What the rules are told of the record beyond the person, and what stays unknown."""

from datetime import date

import pytest

from smartapp.errors import EhrTooSlow
from smartapp.fhir.haul import Found
from smartapp.workflow.background import background_of, facts_about, facts_asked
from smartapp.workflow.person_facts import background_facts

TODAY = date(2026, 11, 20)


def order(name, status="active"):
    return {
        "resourceType": "MedicationRequest",
        "id": "1",
        "status": status,
        "intent": "order",
        "subject": {"reference": "Patient/maria"},
        "medicationCodeableConcept": {"text": name},
    }


def team(name, status="active"):
    return {"resourceType": "CareTeam", "id": "1", "status": status, "name": name}


@pytest.fixture
def told(policy):
    def facts(**got):
        return background_facts(background_of(got, someone_else_writes=False), policy.named)

    return facts


def test_a_topic_reads_only_what_its_rules_ask_for(policy):
    assert facts_asked(policy.topic("new-symptom")) >= {"medicine-groups", "care-programs"}
    assert "medicine-groups" not in facts_asked(policy.topic("feedback"))


def test_medicines_that_are_taken_now_belong_to_their_groups(told):
    found = told(medicines=Found((order("Apixaban 5 mg"), order("Warfarin", status="stopped"))))

    assert found["medicine-groups"] == {"blood-thinner"}
    assert found["active-medicines"] == 1


@pytest.mark.parametrize(
    "found",
    [
        None,
        EhrTooSlow(),
        Found((order("Apixaban 5 mg"),), complete=False),
        Found((order(""),)),
    ],
    ids=["not asked", "too slow", "not whole", "a medicine without a name"],
)
def test_a_list_that_is_not_sure_to_be_whole_says_nothing(told, found):
    assert "medicine-groups" not in told(medicines=found)


def test_care_teams_of_today_name_the_programs(told):
    teams = Found((team("Oncology day clinic"), team("Prenatal care", status="inactive")))

    assert told(teams=teams)["care-programs"] == {"cancer-treatment"}
    assert told(teams=Found(()))["care-programs"] == frozenset()
    assert "care-programs" not in told(teams=EhrTooSlow())


def test_the_place_of_the_last_visit_is_the_site(policy):
    visits = Found((visit("2026-01-01", "main-street"), visit("2026-08-01", "riverside")))
    background = background_of({"visits": visits}, someone_else_writes=True)

    assert background_facts(background, policy.named) == {
        "someone-else-writes": True,
        "site": "riverside",
    }


def visit(began, place):
    return {
        "resourceType": "Encounter",
        "id": began,
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": "Patient/maria"},
        "period": {"start": began},
        "location": [{"location": {"reference": f"Location/{place}"}}],
    }


def test_what_a_request_is_about_says_how_soon_and_how_bad():
    appointment = {"resourceType": "Appointment", "id": "1", "start": "2026-11-22T10:00:00-06:00"}
    critical = {"coding": [{"system": "x", "code": "HH"}]}
    result = {"resourceType": "Observation", "id": "1", "interpretation": [critical]}

    assert facts_about(appointment, TODAY) == {"days-until-appointment": 2}
    assert facts_about(result, TODAY) == {"result-is": "critical"}
    assert facts_about({"resourceType": "Encounter", "id": "1"}, TODAY) == {}
