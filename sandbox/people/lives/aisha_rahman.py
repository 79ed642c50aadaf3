"""Aisha Rahman, 29: expecting her first child, about two thirds of the way."""

from __future__ import annotations

from datetime import timedelta

from sandbox.people.builders.documents import note
from sandbox.people.builders.medicines import Sig, order
from sandbox.people.builders.money import account, coverage, invoice
from sandbox.people.builders.persons import MARRIED, email, home, name, patient, phone, speaks
from sandbox.people.builders.plans import care_plan, goal, lab_order, step
from sandbox.people.builders.problems import allergy, condition, immunization
from sandbox.people.builders.results import (
    blood_pressure,
    history,
    judgement,
    measured,
    observation,
    report,
)
from sandbox.people.builders.visits import appointment, visit
from sandbox.people.cast import CLINIC, DR_OSMAN, NURSE_OKAFOR, PRAIRIE_MUTUAL
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, measures, medicines, problems, vaccines
from sandbox.people.codes.systems import snomed
from sandbox.people.dates import Days, at
from sandbox.people.shapes import Concept, Json, Ref, concept, quantity, ref_to

AISHA = Ref("Patient", "aisha-rahman", "Aisha Rahman")
PREGNANT_DAYS = 27 * 7  # counted from the first day of her last period
TERM = 280
PRENATAL_VISITS = (125, 97, 69, 41, 13)  # days ago

SUMMARY = """AFTER-VISIT SUMMARY

You are in week 25 of your pregnancy. The baby's heart beat is normal.

What we did
- Measured your belly, weight and blood pressure: all as expected.
- Ordered the test for diabetes in pregnancy.

What happens next
- Glucose test: drink the sweet drink, blood test one hour later.
- Whooping cough booster (Tdap) at the next visit.

Call us the same day for bleeding, a bad headache, or if the baby moves much less.
Call 911 for heavy bleeding, a seizure, or if your waters break and you see the cord.
"""


def life(days: Days) -> list[Json]:
    return [
        *_herself(days),
        *_pregnancy(days),
        *_results(days),
        *_visits(days),
        *_plan(days),
    ]


def _herself(days: Days) -> list[Json]:
    plan = coverage(AISHA, "Prairie Silver", PRAIRIE_MUTUAL, "PM-509933", days.ago(800))
    return [
        patient(
            AISHA,
            100008,
            active=True,
            name=[name("Rahman", "Aisha")],
            telecom=[phone("+1-312-555-0310"), email("aisha.rahman@example.org")],
            gender="female",
            birthDate=days.born(29, "01-30"),
            maritalStatus=MARRIED,
            address=[home("140 Park Street, Apt 12")],
            contact=[
                {
                    "relationship": [Concept("Husband")],
                    "name": name("Rahman", "Imran"),
                    "telecom": [phone("+1-312-555-0311")],
                }
            ],
            communication=speaks("en"),
            generalPractitioner=[DR_OSMAN],
            managingOrganization=CLINIC,
        ),
        patient_team(AISHA, doctor=DR_OSMAN),
        plan,
        account(AISHA, plan, days.ago(800)),
        invoice(AISHA, "statement-1", {"Ultrasound, your share": 60.0}, days.visit(50)),
    ]


def _pregnancy(days: Days) -> list[Json]:
    last_period = days.ago(PREGNANT_DAYS)
    return [
        condition(AISHA, "pregnancy", problems.PREGNANT, last_period + timedelta(days=35)),
        observation(
            AISHA, "last-period", measures.LAST_PERIOD, at(days.visit(125)), category="exam",
            valueDateTime=last_period.isoformat(),
        ),
        observation(
            AISHA, "due-date", measures.DUE_DATE, at(days.visit(125)), category="exam",
            valueDateTime=(last_period + timedelta(days=TERM)).isoformat(),
        ),
        allergy(AISHA, "no-known-allergies", problems.NO_KNOWN_ALLERGY, category=None),
        *order(
            AISHA, "prenatal-vitamin", medicines.PRENATAL_VITAMIN,
            Sig("Take 1 tablet by mouth every day", when=("CM",)),
            on=days.visit(125), by=DR_OSMAN, reportedBoolean=True,
            note=[{"text": "Bought without a prescription."}],
        ),
        immunization(AISHA, "flu", vaccines.FLU, days.visit(97), NURSE_OKAFOR),
    ]  # fmt: skip


def _results(days: Days) -> list[Json]:
    seen = [days.visit(ago) for ago in PRENATAL_VISITS]
    first = seen[0]
    blood = history(AISHA, measures.HEMOGLOBIN, [12.8, 11.4], [first, seen[-1]])
    group = observation(
        AISHA,
        "blood-group",
        measures.BLOOD_GROUP,
        at(first),
        valueCodeableConcept=concept(
            "A positive", snomed("278149003", "Blood group A Rh(D) positive")
        ),
    )
    pressures = [
        blood_pressure(AISHA, upper, lower, day, slug=f"blood-pressure-{number}")
        for number, (upper, lower, day) in enumerate(
            zip((110, 108, 106, 112, 116), (68, 66, 64, 70, 72), seen, strict=True), 1
        )
    ]
    return [
        *blood,
        group,
        report(
            AISHA, "first-blood-tests", Concept("First pregnancy blood tests"),
            [blood[0], group], first,
        ),
        *pressures,
        *history(AISHA, measures.WEIGHT, [131, 134.2, 138, 142.6, 146.8], seen),
        measured(AISHA, measures.HEART_RATE, 84, seen[-1]),
        observation(
            AISHA,
            "glucose-screen",
            measures.GLUCOSE_SCREEN,
            at(days.visit(1), "08:40"),
            issued=at(days.visit(1), "16:50"),
            valueQuantity=quantity(148, "mg/dL", "mg/dL"),
            interpretation=judgement("H"),
            referenceRange=[{"high": quantity(139, "mg/dL", "mg/dL"), "text": "139 or lower"}],
            basedOn=[Ref("ServiceRequest", "aisha-rahman-glucose-test")],
        ),
    ]  # fmt: skip


def _visits(days: Days) -> list[Json]:
    visits = [
        visit(
            AISHA,
            f"visit-{number}",
            care.PRENATAL_VISIT,
            days.visit(ago),
            DR_OSMAN,
            reason=problems.PREGNANT,
            clock="13:30",
        )
        for number, ago in enumerate(PRENATAL_VISITS, 1)
    ]
    coming = [
        appointment(
            AISHA,
            f"prenatal-{number}",
            "Prenatal visit",
            days.booking(ahead),
            DR_OSMAN,
            clock="13:30",
            patientInstruction="We will give the whooping cough booster." if number == 1 else None,
        )
        for number, ahead in enumerate((5, 26, 40), 1)
    ]
    return [
        *visits,
        *coming,
        appointment(
            AISHA,
            "class",
            "Birth class by video",
            days.booking(10),
            NURSE_OKAFOR,
            clock="17:00",
            minutes=60,
            video="https://video.clinic.example.org/visit/birth-class",
        ),
        note(
            AISHA,
            "summary-latest",
            care.AFTER_VISIT_SUMMARY,
            "After-visit summary: week 25",
            days.visit(PRENATAL_VISITS[-1]),
            DR_OSMAN,
            SUMMARY,
            visit=ref_to(visits[-1]),
        ),
        note(
            AISHA,
            "ultrasound",
            care.IMAGING_REPORT,
            "Ultrasound at 20 weeks",
            days.visit(50),
            DR_OSMAN,
            "One baby, growing as expected. Placenta at the back, away from the cervix.",
        ),
    ]


def _plan(days: Days) -> list[Json]:
    return [
        goal(AISHA, "weight-goal", "Gain 25 to 35 pounds during the pregnancy", days.visit(125)),
        care_plan(
            AISHA,
            "pregnancy-plan",
            "Your pregnancy, step by step",
            "<p>Visits every four weeks, then every two weeks from week 28.</p>",
            days.visit(125),
            DR_OSMAN,
            until=days.ahead(TERM - PREGNANT_DAYS),
            steps=[
                step("Ultrasound at 20 weeks", "completed"),
                step("Test for diabetes in pregnancy", "completed"),
                step("Whooping cough booster", "scheduled"),
                step("Write your birth wishes", "not-started"),
            ],
        ),
        lab_order(
            AISHA,
            "glucose-test",
            measures.GLUCOSE_SCREEN,
            days.visit(13),
            DR_OSMAN,
            status="completed",
        ),
        lab_order(
            AISHA,
            "glucose-follow-up",
            Concept("Three-hour glucose test"),
            days.visit(1),
            DR_OSMAN,
            priority="urgent",
            occurrenceDateTime=days.booking(3),
            patientInstruction="Eat and drink nothing but water for 8 hours before. Plan 4 hours.",
        ),
    ]
