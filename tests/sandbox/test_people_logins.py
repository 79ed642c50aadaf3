"""Who may log in exists on record, and the table in the documentation is true."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path

import pytest

from sandbox.people import logins, resources

PEOPLE = {f"{each['resourceType']}/{each['id']}": each for each in resources(date(2026, 1, 31))}
LOGINS = {login.username: login for login in logins()}
TABLE = Path("docs/sandbox-people.md")


def test_usernames_are_given_once():
    assert len(LOGINS) == len(logins())


@pytest.mark.parametrize("login", logins(), ids=lambda login: login.username)
def test_a_login_is_someone_on_record_who_may_open_records_that_exist(login):
    kind = login.fhir_user.split("/")[0]

    assert login.fhir_user in PEOPLE
    assert all(f"Patient/{patient}" in PEOPLE for patient in login.patients)
    assert (kind == "Practitioner") == (login.role == "staff") == (not login.patients)


@pytest.mark.parametrize("login", logins(), ids=lambda login: login.username)
def test_whoever_opens_a_record_is_its_patient_or_stands_in_for_them(login):
    for patient in login.patients:
        assert any(
            user == f"Patient/{patient}" or acts_for(user, patient)
            for user in known_as(login.fhir_user_for(patient))
        )


def known_as(user: str) -> list[str]:
    """A Person is somebody in each record that they are linked to."""
    links = PEOPLE[user].get("link", []) if user.startswith("Person/") else []
    return [link["target"]["reference"] for link in links] or [user]


def acts_for(user: str, patient: str) -> bool:
    somebody = PEOPLE[user]
    return (
        somebody["resourceType"] == "RelatedPerson"
        and somebody["patient"]["reference"] == f"Patient/{patient}"
        and somebody["active"]
    )


def test_emily_is_herself_in_her_own_record_and_the_mother_in_leos():
    emily = LOGINS["emily"]

    assert emily.patients == ("emily-nguyen", "leo-nguyen")
    assert emily.fhir_user_for("emily-nguyen") == "Patient/emily-nguyen"
    assert emily.fhir_user_for("leo-nguyen") == "RelatedPerson/emily-for-leo"


def test_a_login_speaks_the_language_that_the_record_prefers():
    for login in logins():
        spoken = PEOPLE[login.fhir_user].get("communication", [])
        preferred = [
            each["language"]["coding"][0]["code"] for each in spoken if "preferred" in each
        ]
        assert preferred in ([], [login.language])


def test_every_active_patient_can_be_opened_by_someone():
    active = {
        each["id"]
        for each in PEOPLE.values()
        if each["resourceType"] == "Patient" and each.get("active", True)
    }

    assert active == {patient for login in logins() for patient in login.patients}


def test_nobody_changes_a_login():
    with pytest.raises(FrozenInstanceError):
        LOGINS["maria"].username = "someone-else"


@pytest.mark.parametrize("login", logins(), ids=lambda login: login.username)
def test_the_table_in_the_documentation_names_every_login(login):
    row = next(line for line in TABLE.read_text().splitlines() if f"`{login.username}`" in line)

    assert f"`{login.fhir_user}`" in row
    assert all(f"`{patient}`" in row or f"Patient/{patient}" in row for patient in login.patients)
