"""Walter Brooks, 72: home from a knee replacement; his daughter helps until he is well."""

from __future__ import annotations

from sandbox.people.builders.medicines import NINETY_DAYS, Sig, Supply, order
from sandbox.people.builders.money import account, coverage, explanation_of_benefit, invoice
from sandbox.people.builders.persons import home, name, patient, phone, related_person, speaks
from sandbox.people.builders.plans import care_plan, goal, lab_order, referral, step
from sandbox.people.builders.problems import allergy, condition, immunization, procedure, reaction
from sandbox.people.builders.results import blood_pressure, history, measured, observation, report
from sandbox.people.builders.trust import actor, consent
from sandbox.people.builders.visits import appointment, visit
from sandbox.people.cast import (
    CLINIC,
    DR_PATEL,
    HOSPITAL,
    LAKESHORE_SENIOR,
    NURSE_BERG,
    NURSE_OKAFOR,
    THERAPY,
)
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, measures, medicines, problems, vaccines
from sandbox.people.dates import Days, at
from sandbox.people.lives.walter_documents import SURGERY, WALTER, WENT_HOME, documents_of_walter
from sandbox.people.shapes import Concept, Json, Ref, period, quantity, ref_to

SUSAN = Ref("RelatedPerson", "susan-for-walter", "Susan Brooks")
GARY = Ref("RelatedPerson", "gary-for-walter", "Gary Mills")


def life(days: Days) -> list[Json]:
    return [
        *_himself(days),
        *_helpers(days),
        *_health(days),
        *_medicines(days),
        *_results(days),
        *_stay(days),
        *documents_of_walter(days),
        *_plan(days),
        *_money(days),
    ]


def _himself(days: Days) -> list[Json]:
    return [
        patient(
            WALTER,
            100007,
            active=True,
            name=[name("Brooks", "Walter", "Lee")],
            telecom=[phone("+1-312-555-0308", use="home")],
            gender="male",
            birthDate=days.born(72, "12-19"),
            address=[home("61 Station Road")],
            communication=speaks("en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
        ),
        patient_team(WALTER, (SUSAN, care.CAREGIVER_ROLE)),
    ]


def _helpers(days: Days) -> list[Json]:
    """His daughter may act for him for some weeks more; a neighbor's time has ended."""
    until = days.ahead(68)
    return [
        related_person(
            SUSAN,
            WALTER,
            care.DAUGHTER,
            names=[name("Brooks", "Susan")],
            start=days.ago(WENT_HOME),
            end=until,
            telecom=[phone("+1-312-555-0309")],
            gender="female",
        ),
        related_person(
            GARY,
            WALTER,
            Concept("Neighbor"),
            names=[name("Mills", "Gary")],
            start=days.ago(500),
            end=days.ago(320),
            active=False,
        ),
        consent(
            WALTER,
            "consent-daughter",
            days.ago(WENT_HOME),
            WALTER,
            {
                "type": "permit",
                "period": period(days.ago(WENT_HOME), until),
                "actor": [actor(SUSAN, "AGNT")],
            },
        ),
    ]


def _health(days: Days) -> list[Json]:
    return [
        condition(
            WALTER,
            "knee-arthritis",
            problems.KNEE_ARTHRITIS,
            days.years_ago(7),
            until=days.visit(SURGERY),
        ),
        condition(WALTER, "artificial-knee", problems.ARTIFICIAL_RIGHT_KNEE, days.visit(SURGERY)),
        condition(WALTER, "atrial-fibrillation", problems.ATRIAL_FIBRILLATION, days.years_ago(3)),
        allergy(
            WALTER,
            "sulfa",
            problems.SULFA,
            criticality="low",
            reactions=[reaction(problems.RASH, severity="moderate")],
        ),
        procedure(
            WALTER,
            "knee-replacement",
            care.KNEE_REPLACEMENT,
            days.visit(SURGERY),
            HOSPITAL,
            reasonReference=[Ref("Condition", "walter-brooks-knee-arthritis")],
            bodySite=[Concept("Right knee")],
            encounter=Ref("Encounter", "walter-brooks-hospital-stay"),
            followUp=[Concept("Stitches out after two weeks"), Concept("X-ray after six weeks")],
        ),
        procedure(WALTER, "appendix", care.APPENDIX_REMOVAL, days.years_ago(50), HOSPITAL),
        immunization(
            WALTER, "pneumococcal", vaccines.PNEUMOCOCCAL_ADULT, days.years_ago(6), NURSE_OKAFOR
        ),
        immunization(WALTER, "flu", vaccines.FLU, days.visit(100), NURSE_OKAFOR),
    ]


def _medicines(days: Days) -> list[Json]:
    for_pain = Sig(
        "Take 1 tablet by mouth every 6 hours as needed for strong pain",
        times=1,
        every=(6, "h"),
        as_needed=Concept("Strong pain"),
    )
    return [
        *order(
            WALTER,
            "apixaban",
            medicines.APIXABAN_5,
            Sig("Take 1 tablet by mouth twice a day", times=2, when=("MORN", "EVE")),
            on=days.ago(210),
            by=DR_PATEL,
            supply=Supply(amount=180, days=90, repeats=3),
            fills=days.each_ago(210, 120, 30),
        ),
        *order(
            WALTER,
            "oxycodone",
            medicines.OXYCODONE_5,
            for_pain,
            on=days.ago(WENT_HOME),
            by=DR_PATEL,
            supply=Supply(amount=20, days=5, repeats=0, valid_days=30),
            fills=days.each_ago(WENT_HOME),
            status="completed",
        ),
        *order(
            WALTER,
            "hydrochlorothiazide",
            medicines.HYDROCHLOROTHIAZIDE_25,
            Sig("Take 1 tablet by mouth every morning", when=("MORN",)),
            on=days.ago(190),
            by=DR_PATEL,
            supply=NINETY_DAYS,
            fills=days.each_ago(190, 100),
            status="on-hold",
            statusReason=Concept("Low blood pressure after surgery; the nurse will call"),
        ),
        *order(
            WALTER,
            "acetaminophen",
            medicines.ACETAMINOPHEN_500,
            Sig("Take 2 tablets by mouth every 8 hours", dose=2, every=(8, "h")),
            on=days.ago(WENT_HOME),
            by=DR_PATEL,
            supply=Supply(amount=120, days=20, repeats=1),
            fills=days.each_ago(WENT_HOME),
        ),
    ]


def _results(days: Days) -> list[Json]:
    dates = [days.visit(ago) for ago in (60, 23, 8)]
    blood = history(WALTER, measures.HEMOGLOBIN, [14.1, 10.2, 11.3], dates)
    white = measured(WALTER, measures.WHITE_CELLS, 9.8, dates[-1])
    platelets = measured(WALTER, measures.PLATELETS, 310, dates[-1])
    # A panel has no value of its own: it only gathers its members.
    panel = observation(
        WALTER,
        "blood-count-panel",
        measures.BLOOD_COUNT,
        at(dates[-1], "08:40"),
        hasMember=[ref_to(each) for each in (blood[-1], white, platelets)],
    )
    return [
        *blood,
        white,
        platelets,
        panel,
        report(
            WALTER,
            "blood-count",
            measures.BLOOD_COUNT,
            [panel, blood[-1], white, platelets],
            dates[-1],
            conclusion="Still a little anemic after surgery; getting better.",
        ),
        *history(WALTER, measures.TEMPERATURE, [98.4, 99.1], [days.visit(8), days.visit(3)]),
        blood_pressure(WALTER, 104, 62, days.visit(8)),
        measured(WALTER, measures.OXYGEN, 97, days.visit(8)),
    ]


def _stay(days: Days) -> list[Json]:
    out = days.visit(8)
    return [
        visit(
            WALTER,
            "hospital-stay",
            care.HOSPITAL_STAY,
            days.visit(SURGERY),
            DR_PATEL,
            kind="IMP",
            period=period(at(days.visit(SURGERY), "06:30"), at(days.ago(WENT_HOME), "11:00")),
            reason=problems.KNEE_ARTHRITIS,
            provider=HOSPITAL,
            hospitalization={"dischargeDisposition": Concept("Home")},
        ),
        visit(WALTER, "visit-stitches", care.FOLLOW_UP, out, DR_PATEL, minutes=20),
        appointment(
            WALTER,
            "therapy",
            "Physical therapy, second week",
            days.booking(2),
            NURSE_BERG,
            clock="08:30",
            minutes=45,
            others=[SUSAN],
            basedOn=[Ref("ServiceRequest", "walter-brooks-therapy")],
            patientInstruction="Wear loose trousers. Bring your walker.",
        ),
        appointment(
            WALTER,
            "x-ray",
            "X-ray of the knee and check",
            days.booking(20),
            DR_PATEL,
            status="pending",
        ),
    ]


def _plan(days: Days) -> list[Json]:
    bend = goal(
        WALTER,
        "knee-goal",
        "Bend the knee to 110 degrees",
        days.ago(WENT_HOME),
        target={
            "measure": Concept("Bending of the right knee"),
            "detailQuantity": quantity(110, "degrees", "deg"),
            "dueDate": days.ahead(30),
        },
    )
    return [
        bend,
        care_plan(
            WALTER,
            "recovery-plan",
            "Recovery after your knee replacement",
            "<p>Week by week, back to walking without help.</p>"
            "<ul><li>Weeks 1 to 2: walker</li><li>Weeks 3 to 4: cane</li></ul>",
            days.ago(WENT_HOME),
            DR_PATEL,
            until=days.ahead(60),
            goal=[ref_to(bend)],
            steps=[
                step("Stitches taken out", "completed"),
                step("Physical therapy twice a week"),
                step("X-ray of the knee", "scheduled"),
                step("Drive a car", "on-hold"),
            ],
        ),
        referral(
            WALTER,
            "therapy",
            care.PHYSICAL_THERAPY_REFERRAL,
            days.ago(WENT_HOME),
            DR_PATEL,
            THERAPY,
            reasonReference=[Ref("Condition", "walter-brooks-artificial-knee")],
        ),
        lab_order(
            WALTER,
            "x-ray-order",
            Concept("X-ray of the right knee"),
            days.visit(8),
            DR_PATEL,
            category=care.IMAGING_ORDER,
            occurrenceDateTime=days.booking(20),
        ),
    ]


def _money(days: Days) -> list[Json]:
    plan = coverage(WALTER, "Lakeshore Basic", LAKESHORE_SENIOR, "LS-41-2207", days.years_ago(7))
    return [
        plan,
        account(WALTER, plan, days.years_ago(7)),
        invoice(
            WALTER,
            "statement-1",
            {"Hospital stay, your share": 1480.0, "Walker": 42.5},
            days.visit(6),
        ),
        explanation_of_benefit(
            WALTER,
            "benefit-1",
            "Hospital stay for knee replacement",
            days.visit(SURGERY),
            plan,
            billed=31200.0,
            paid=29720.0,
            by=HOSPITAL,
        ),
    ]
