"""Emily Nguyen, 36, and her son Leo, 7: she has a record of her own and acts for him."""

from __future__ import annotations

from datetime import timedelta

from sandbox.people.builders.documents import document, inside, note, pdf_beside
from sandbox.people.builders.medicines import Sig, Supply, order
from sandbox.people.builders.money import account, coverage, invoice
from sandbox.people.builders.persons import (
    MARRIED,
    email,
    home,
    link,
    name,
    patient,
    phone,
    related_person,
    speaks,
)
from sandbox.people.builders.plans import care_plan, step
from sandbox.people.builders.problems import (
    DIAGNOSIS,
    allergy,
    condition,
    immunization,
    procedure,
    reaction,
)
from sandbox.people.builders.results import blood_pressure, history, measured
from sandbox.people.builders.trust import actor, consent
from sandbox.people.builders.visits import appointment, visit
from sandbox.people.cast import CLINIC, DR_PATEL, NURSE_OKAFOR, PRAIRIE_MUTUAL
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, measures, medicines, problems, vaccines
from sandbox.people.dates import Days
from sandbox.people.shapes import Concept, Json, Ref, period, ref_to

EMILY = Ref("Patient", "emily-nguyen", "Emily Nguyen")
LEO = Ref("Patient", "leo-nguyen", "Leo Nguyen")
EMILY_FOR_LEO = Ref("RelatedPerson", "emily-for-leo", "Emily Nguyen")

ADDRESS = home("29 Maple Avenue")

# Vaccine, slug, and age in days at each dose.
CHILDHOOD = (
    (vaccines.HEPATITIS_B, "hepatitis-b", (2, 40, 190)),
    (vaccines.ROTAVIRUS, "rotavirus", (62, 124)),
    (vaccines.DTAP, "dtap", (62, 124, 186, 480, 1510)),
    (vaccines.HIB, "hib", (62, 124, 400)),
    (vaccines.PNEUMOCOCCAL_CHILD, "pneumococcal", (62, 124, 186, 400)),
    (vaccines.POLIO, "polio", (62, 124, 190, 1510)),
    (vaccines.MMR, "mmr", (400, 1510)),
    (vaccines.CHICKENPOX, "chickenpox", (400, 1510)),
    (vaccines.HEPATITIS_A, "hepatitis-a", (400, 590)),
)
WELL_CHILD_SUMMARY = """AFTER-VISIT SUMMARY FOR LEO

Leo is growing well. His vaccines are up to date.

At home
- Brush teeth twice a day. See a dentist every six months.
- A booster seat in the car until he is 4 feet 9 inches tall.

Call us for a fever over 104 °F, or a fever that lasts more than three days.
Call 911 if he has trouble breathing or will not wake up.
"""


def life(days: Days) -> list[Json]:
    return [*_emily(days), *_leo(days), *_leo_health(days), *_leo_growth(days), *_leo_visits(days)]


def _emily(days: Days) -> list[Json]:
    plan = coverage(EMILY, "Prairie Family", PRAIRIE_MUTUAL, "PM-330871", days.ago(1500))
    attack = Sig(
        "Take 1 tablet at the first sign of a migraine; may repeat once after 2 hours",
        as_needed=problems.MIGRAINE,
    )
    return [
        patient(
            EMILY,
            100004,
            active=True,
            name=[name("Nguyen", "Emily", "Anne"), name("Porter", "Emily", use="maiden")],
            telecom=[phone("+1-312-555-0305"), email("emily.nguyen@example.org")],
            gender="female",
            birthDate=days.born(36, "08-21"),
            maritalStatus=MARRIED,
            address=[ADDRESS],
            communication=speaks("en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
            # The same person, as she appears in her son's record.
            link=[link(EMILY_FOR_LEO, "seealso")],
        ),
        patient_team(EMILY),
        plan,
        account(EMILY, plan, days.ago(1500)),
        condition(EMILY, "migraine", problems.MIGRAINE, days.years_ago(11)),
        allergy(EMILY, "no-known-allergies", problems.NO_KNOWN_ALLERGY, category=None),
        *order(
            EMILY,
            "sumatriptan",
            medicines.SUMATRIPTAN_50,
            attack,
            on=days.ago(140),
            by=DR_PATEL,
            supply=Supply(amount=9, days=30, repeats=5),
            fills=days.each_ago(140, 60),
        ),
        blood_pressure(EMILY, 114, 72, days.visit(140)),
        *history(EMILY, measures.WEIGHT, [138, 139.4], [days.visit(500), days.visit(140)]),
        immunization(EMILY, "flu", vaccines.FLU, days.visit(95), NURSE_OKAFOR),
        procedure(EMILY, "cesarean", care.CESAREAN, days.born(7, "04-11"), DR_PATEL),
        visit(
            EMILY,
            "visit-migraine",
            care.PROBLEM_VISIT,
            days.visit(140),
            DR_PATEL,
            reason=problems.MIGRAINE,
        ),
    ]


def _leo(days: Days) -> list[Json]:
    born = days.born(7, "04-11")
    plan = coverage(
        LEO, "Prairie Family", PRAIRIE_MUTUAL, "PM-330871", born, relationship=care.CHILD
    )
    grown_up = born.replace(year=born.year + 18)
    return [
        patient(
            LEO,
            100005,
            active=True,
            name=[name("Nguyen", "Leo", "Minh")],
            telecom=[phone("+1-312-555-0305")],
            gender="male",
            birthDate=born,
            address=[ADDRESS],
            contact=[
                {
                    "relationship": [care.MOTHER],
                    "name": name("Nguyen", "Emily"),
                    "telecom": [phone("+1-312-555-0305")],
                }
            ],
            communication=speaks("en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
        ),
        related_person(
            EMILY_FOR_LEO,
            LEO,
            care.MOTHER,
            names=[name("Nguyen", "Emily", "Anne")],
            start=born,
            end=grown_up,
            gender="female",
            telecom=[phone("+1-312-555-0305"), email("emily.nguyen@example.org")],
            birthDate=days.born(36, "08-21"),
        ),
        consent(
            LEO,
            "consent-mother",
            days.years_ago(3),
            EMILY_FOR_LEO,
            {
                "type": "permit",
                "period": period(born, grown_up),
                "actor": [actor(EMILY_FOR_LEO, "AGNT")],
            },
        ),
        patient_team(LEO, (EMILY_FOR_LEO, care.CAREGIVER_ROLE)),
        plan,
        account(LEO, plan, born),
        invoice(LEO, "statement-1", {"School form": 10.0}, days.visit(24), status="balanced"),
    ]


def _leo_health(days: Days) -> list[Json]:
    born = days.born(7, "04-11")
    syrup = Sig("Take 8 mL by mouth twice a day for 10 days", dose=8, unit="mL", times=2)
    return [
        *(
            immunization(
                LEO,
                f"{slug}-{dose}",
                vaccine,
                born + timedelta(days=age),
                NURSE_OKAFOR,
                dose=dose,
            )
            for vaccine, slug, ages in CHILDHOOD
            for dose, age in enumerate(ages, 1)
        ),
        immunization(LEO, "flu", vaccines.FLU, days.visit(95), NURSE_OKAFOR),
        condition(
            LEO,
            "ear-infection",
            problems.EAR_INFECTION,
            days.visit(420),
            until=days.visit(405),
            category=DIAGNOSIS,
        ),
        allergy(
            LEO,
            "peanut",
            problems.PEANUT,
            category="food",
            criticality="high",
            reactions=[
                reaction(
                    problems.HIVES,
                    problems.SHORT_OF_BREATH,
                    severity="severe",
                    onset=days.visit(1200).isoformat(),
                )
            ],
        ),
        *order(
            LEO,
            "amoxicillin",
            Concept("amoxicillin 400 mg/5 mL liquid"),
            syrup,
            on=days.visit(420),
            by=DR_PATEL,
            supply=Supply(amount=160, days=10, repeats=0, unit="mL", valid_days=30),
            fills=[days.visit(420)],
            status="completed",
        ),
        *order(
            LEO,
            "epinephrine",
            Concept("epinephrine 0.15 mg auto-injector"),
            Sig("Use at once for a severe allergic reaction, then call 911", unit="injection",
                as_needed=Concept("Severe allergic reaction"),
                route=Concept("Into the outer thigh")),
            on=days.ago(200),
            by=DR_PATEL,
            supply=Supply(amount=2, days=365, repeats=1, unit="injectors"),
            fills=days.each_ago(198),
        ),
    ]  # fmt: skip


def _leo_growth(days: Days) -> list[Json]:
    seen = [days.visit(ago) for ago in (1850, 1490, 1120, 760, 390, 25)]
    heights = [34.8, 37.9, 40.6, 43.2, 45.8, 48.1]
    weights = [28.0, 32.1, 36.4, 41.0, 46.3, 52.2]
    return [
        *history(LEO, measures.HEIGHT, heights, seen),
        *history(LEO, measures.WEIGHT, weights, seen),
        measured(LEO, measures.TEMPERATURE, 101.8, days.visit(420)),
        measured(LEO, measures.BMI, 15.9, seen[-1]),
    ]


def _leo_visits(days: Days) -> list[Json]:
    yearly = days.visit(25)
    check = visit(LEO, "visit-well-child", care.WELL_CHILD, yearly, DR_PATEL, clock="15:30")
    ear = visit(
        LEO,
        "visit-ear",
        care.PROBLEM_VISIT,
        days.visit(420),
        DR_PATEL,
        reason=problems.EAR_INFECTION,
    )
    allergy_plan = (
        "<h1>Allergy plan for school</h1><p><strong>Leo is allergic to peanuts.</strong></p>"
        "<ul><li>Hives only: call his mother.</li>"
        "<li>Trouble breathing: give epinephrine, call 911.</li></ul>"
    )
    return [
        check,
        ear,
        note(
            LEO,
            "summary-well-child",
            care.AFTER_VISIT_SUMMARY,
            "After-visit summary: well-child visit",
            yearly,
            DR_PATEL,
            WELL_CHILD_SUMMARY,
            visit=ref_to(check),
        ),
        *pdf_beside(
            LEO,
            "school-form",
            care.FORM,
            "School health form",
            days.visit(24),
            NURSE_OKAFOR,
            ["Leo may take part in all school activities.", "Vaccines complete for his age."],
        ),
        document(
            LEO,
            "allergy-plan",
            care.LETTER,
            "Peanut allergy plan for school",
            days.visit(200),
            DR_PATEL,
            [inside(allergy_plan, "text/html", title="Peanut allergy plan")],
        ),
        appointment(
            LEO,
            "next-visit",
            "Flu vaccine",
            days.booking(9),
            NURSE_OKAFOR,
            clock="16:00",
            minutes=15,
            others=[EMILY_FOR_LEO],
        ),
        care_plan(
            LEO,
            "allergy-care",
            "Peanut allergy",
            "<p>Keep two epinephrine injectors close to Leo: one at home, one at school.</p>",
            days.visit(200),
            DR_PATEL,
            steps=[step("Carry epinephrine"), step("Renew the injectors", "not-started")],
        ),
    ]
