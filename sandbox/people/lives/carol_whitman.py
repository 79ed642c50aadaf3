"""Carol Whitman, 63: two records that were merged; the old one still holds things that matter."""

from __future__ import annotations

from sandbox.people.builders.documents import note
from sandbox.people.builders.medicines import NINETY_DAYS, Sig, order
from sandbox.people.builders.money import account, coverage
from sandbox.people.builders.persons import home, link, name, patient, phone, speaks
from sandbox.people.builders.problems import allergy, condition, immunization, reaction
from sandbox.people.builders.results import blood_pressure, measured
from sandbox.people.builders.visits import appointment, visit
from sandbox.people.cast import CLINIC, DR_PATEL, NURSE_OKAFOR, PRAIRIE_MUTUAL
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, measures, medicines, problems, vaccines
from sandbox.people.dates import Days
from sandbox.people.shapes import Json, Ref, ref_to

CAROL = Ref("Patient", "carol-whitman", "Carol Whitman")
OLD_CAROL = Ref("Patient", "carol-whitman-old", "Carol Dunn")


def life(days: Days) -> list[Json]:
    return [*_herself(days), *_old_record(days), *_health(days)]


def _herself(days: Days) -> list[Json]:
    born = days.born(63, "10-12")
    plan = coverage(CAROL, "Prairie Gold", PRAIRIE_MUTUAL, "PM-230555", days.ago(1100))
    return [
        patient(
            CAROL,
            100016,
            active=True,
            name=[name("Whitman", "Carol", "Jean"), name("Dunn", "Carol", use="old")],
            telecom=[phone("+1-312-555-0316")],
            gender="female",
            birthDate=born,
            address=[home("18 Garden Street")],
            communication=speaks("en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
            link=[link(OLD_CAROL, "replaces")],
        ),
        patient(
            OLD_CAROL,
            100017,
            active=False,
            name=[name("Dunn", "Carol")],
            gender="female",
            birthDate=born,
            link=[link(CAROL, "replaced-by")],
        ),
        patient_team(CAROL),
        plan,
        account(CAROL, plan, days.ago(1100)),
    ]


def _old_record(days: Days) -> list[Json]:
    """An allergy and a vaccine that nobody carried over."""
    return [
        allergy(
            OLD_CAROL,
            "penicillin",
            problems.PENICILLIN,
            criticality="high",
            reactions=[reaction(problems.HIVES, severity="severe")],
        ),
        immunization(
            OLD_CAROL, "pneumococcal", vaccines.PNEUMOCOCCAL_ADULT, days.years_ago(5), NURSE_OKAFOR
        ),
        visit(OLD_CAROL, "visit-last", care.CHECK_UP, days.years_ago(4), DR_PATEL),
        blood_pressure(OLD_CAROL, 138, 86, days.years_ago(4)),
    ]


def _health(days: Days) -> list[Json]:
    check = visit(CAROL, "visit-yearly", care.CHECK_UP, days.visit(100), DR_PATEL)
    return [
        condition(CAROL, "high-cholesterol", problems.HIGH_CHOLESTEROL, days.visit(900)),
        *order(
            CAROL,
            "atorvastatin",
            medicines.ATORVASTATIN_20,
            Sig("Take 1 tablet by mouth every evening", when=("EVE",)),
            on=days.ago(270),
            by=DR_PATEL,
            supply=NINETY_DAYS,
            fills=days.each_ago(270, 180, 88),
        ),
        measured(CAROL, measures.LDL, 92, days.visit(100)),
        check,
        note(
            CAROL,
            "summary-yearly",
            care.AFTER_VISIT_SUMMARY,
            "After-visit summary: yearly check",
            days.visit(100),
            DR_PATEL,
            "Cholesterol is at goal. Come back in one year.",
            visit=ref_to(check),
        ),
        appointment(CAROL, "next-visit", "Yearly check", days.booking(80), DR_PATEL),
    ]
