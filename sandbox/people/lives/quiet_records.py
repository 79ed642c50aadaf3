"""Records with little in them, down to one without even a name: nothing here is a mistake."""

from __future__ import annotations

from sandbox.people.builders.persons import home, name, patient, phone, speaks
from sandbox.people.builders.problems import allergy, immunization
from sandbox.people.builders.results import blood_pressure
from sandbox.people.builders.visits import visit
from sandbox.people.cast import CLINIC, DR_PATEL, NURSE_OKAFOR
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, problems, vaccines
from sandbox.people.dates import Days
from sandbox.people.shapes import Json, Ref, absent

SAMUEL = Ref("Patient", "samuel-osei", "Samuel Osei")
HAROLD = Ref("Patient", "harold-finch", "Harold Finch")
NADIA = Ref("Patient", "nadia-petrov", "Nadia Petrov")
NO_NAME = Ref("Patient", "no-name")


def life(days: Days) -> list[Json]:
    return [*_samuel(days), *_harold(days), *_nadia(), *_no_name()]


def _samuel(days: Days) -> list[Json]:
    """Healthy, and his "no known allergies" is a finding, not an empty list."""
    yearly = days.visit(150)
    return [
        patient(
            SAMUEL,
            100012,
            active=True,
            name=[name("Osei", "Samuel", "Kofi")],
            telecom=[phone("+1-312-555-0315")],
            gender="male",
            birthDate=days.born(41, "04-04"),
            address=[home("77 Lake Road")],
            communication=speaks("en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
        ),
        patient_team(SAMUEL),
        allergy(
            SAMUEL, "no-known-allergies", problems.NO_KNOWN_ALLERGY, category=None,
            recordedDate=yearly,
        ),
        visit(SAMUEL, "visit-yearly", care.CHECK_UP, yearly, DR_PATEL),
        blood_pressure(SAMUEL, 118, 76, yearly),
        immunization(SAMUEL, "flu", vaccines.FLU, yearly, NURSE_OKAFOR),
    ]  # fmt: skip


def _harold(days: Days) -> list[Json]:
    """Seen once, long ago: no telephone, no address, gender not recorded."""
    once = days.years_ago(7)
    return [
        patient(
            HAROLD, 100013, name=[name("Finch", "Harold")], birthDate=f"{days.today.year - 66}"
        ),
        visit(HAROLD, "visit-once", care.PROBLEM_VISIT, once, DR_PATEL),
        blood_pressure(HAROLD, 142, 88, once),
    ]


def _nadia() -> list[Json]:
    """Registered this week: a name and nothing else."""
    return [patient(NADIA, 100014, active=True, name=[name("Petrov", "Nadia")])]


def _no_name() -> list[Json]:
    return [patient(NO_NAME, 100015, active=True, name=[absent("masked")])]
