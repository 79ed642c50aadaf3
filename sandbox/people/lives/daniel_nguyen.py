"""Daniel Nguyen, 38, Leo's father: a patient here, who also acts for his son.

He logs in as the Person that he is, which is neither of the two that the record knows him as.
"""

from __future__ import annotations

from sandbox.people.builders.persons import (
    email,
    name,
    patient,
    person,
    phone,
    related_person,
    speaks,
)
from sandbox.people.builders.problems import allergy
from sandbox.people.builders.results import blood_pressure
from sandbox.people.builders.visits import visit
from sandbox.people.cast import CLINIC, DR_PATEL
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, problems
from sandbox.people.dates import Days
from sandbox.people.lives.nguyen_family import ADDRESS, LEO
from sandbox.people.shapes import Json, Ref

HIMSELF = Ref("Person", "daniel-nguyen", "Daniel Nguyen")
AS_PATIENT = Ref("Patient", "daniel-nguyen", "Daniel Nguyen")
FOR_LEO = Ref("RelatedPerson", "daniel-for-leo", "Daniel Nguyen")


def life(days: Days) -> list[Json]:
    yearly, birthday = days.visit(200), days.born(38, "02-17")
    names = [name("Nguyen", "Daniel", "Quang")]
    telecom = [phone("+1-312-555-0319"), email("daniel.nguyen@example.org")]
    return [
        person(HIMSELF, AS_PATIENT, FOR_LEO, name=names, telecom=telecom, birthDate=birthday),
        patient(
            AS_PATIENT,
            100019,
            active=True,
            name=names,
            telecom=telecom,
            gender="male",
            birthDate=birthday,
            address=[ADDRESS],
            communication=speaks("en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
        ),
        patient_team(AS_PATIENT),
        allergy(AS_PATIENT, "no-known-allergies", problems.NO_KNOWN_ALLERGY, category=None),
        visit(AS_PATIENT, "visit-yearly", care.CHECK_UP, yearly, DR_PATEL),
        blood_pressure(AS_PATIENT, 124, 80, yearly),
        related_person(
            FOR_LEO,
            LEO,
            care.FATHER,
            names=names,
            start=days.born(7, "04-11"),
            gender="male",
            telecom=telecom,
        ),
    ]
