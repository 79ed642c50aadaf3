"""Zoe Bennett, 15, and her mother Rachel: a teenager's confidential care stays hers."""

from __future__ import annotations

from sandbox.people.builders.documents import ADOLESCENT, RESTRICTED, note
from sandbox.people.builders.medicines import Sig, Supply, order
from sandbox.people.builders.money import account, coverage
from sandbox.people.builders.persons import (
    email,
    home,
    name,
    patient,
    phone,
    related_person,
    speaks,
)
from sandbox.people.builders.plans import goal, referral
from sandbox.people.builders.problems import allergy, condition, immunization, reaction
from sandbox.people.builders.results import blood_pressure, history, observation
from sandbox.people.builders.trust import actor, consent
from sandbox.people.builders.visits import appointment, visit
from sandbox.people.cast import CLINIC, DR_PATEL, HOSPITAL, NURSE_OKAFOR, STATE_PLAN
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, measures, medicines, problems, vaccines
from sandbox.people.dates import Days, at
from sandbox.people.shapes import Coding, Concept, Json, Ref, ref_to

ZOE = Ref("Patient", "zoe-bennett", "Zoe Bennett")
RACHEL = Ref("RelatedPerson", "rachel-for-zoe", "Rachel Bennett")
CONFIDENTIAL = (RESTRICTED, ADOLESCENT)
BIRTHDAY = "09-30"


def life(days: Days) -> list[Json]:
    return [*_herself(days), *_mother(days), *_health(days), *_visits(days), *_confidential(days)]


def _herself(days: Days) -> list[Json]:
    plan = coverage(
        ZOE, "Family Health", STATE_PLAN, "SF-5501-2", days.ago(2200), relationship=care.CHILD
    )
    return [
        patient(
            ZOE,
            100006,
            active=True,
            name=[name("Bennett", "Zoe")],
            telecom=[
                phone("+1-312-555-0306", rank=1),
                phone("+1-312-555-0307", use="home"),
                email("zoe.bennett@example.org"),
            ],
            gender="female",
            birthDate=days.born(15, BIRTHDAY),
            address=[home("5 Birch Road")],
            communication=speaks("en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
        ),
        patient_team(ZOE),
        plan,
        account(ZOE, plan, days.ago(2200)),
    ]


def _mother(days: Days) -> list[Json]:
    """Her mother may see the record, but not what is labelled as the teenager's own."""
    born = days.born(15, BIRTHDAY)
    labels = [Coding(label.system, label.code, label.display) for label in CONFIDENTIAL]
    return [
        related_person(
            RACHEL,
            ZOE,
            care.MOTHER,
            names=[name("Bennett", "Rachel")],
            start=born,
            end=born.replace(year=born.year + 18),
            telecom=[phone("+1-312-555-0307")],
            gender="female",
        ),
        consent(
            ZOE,
            "consent-mother",
            days.visit(300),
            ZOE,
            {
                "type": "permit",
                "actor": [actor(RACHEL, "AGNT")],
                "provision": [
                    {"type": "deny", "actor": [actor(RACHEL, "AGNT")], "securityLabel": labels}
                ],
            },
        ),
    ]


def _health(days: Days) -> list[Json]:
    born = days.born(15, BIRTHDAY)
    gel = Sig(
        "Put a thin layer on the face at bedtime",
        unit="application",
        when=("HS",),
        route=Concept("On the skin"),
    )
    eleventh = days.visit((days.today - born).days - 11 * 366)
    return [
        condition(ZOE, "acne", problems.ACNE, days.visit(500)),
        allergy(
            ZOE,
            "amoxicillin",
            problems.AMOXICILLIN_ALLERGEN,
            criticality="low",
            reactions=[reaction(problems.RASH, severity="mild")],
            status="resolved",
            verification="refuted",
            note=[{"text": "Tested and tolerated two years ago: not allergic."}],
        ),
        *order(
            ZOE,
            "adapalene",
            medicines.ADAPALENE_GEL,
            gel,
            on=days.ago(150),
            by=DR_PATEL,
            supply=Supply(amount=45, days=60, repeats=5, unit="g"),
            fills=days.each_ago(150, 88, 30),
        ),
        immunization(ZOE, "tdap", vaccines.TDAP, eleventh, NURSE_OKAFOR),
        immunization(ZOE, "meningitis", vaccines.MENINGITIS, eleventh, NURSE_OKAFOR, dose=1),
        immunization(ZOE, "hpv-1", vaccines.HPV, eleventh, NURSE_OKAFOR, dose=1),
        immunization(ZOE, "hpv-2", vaccines.HPV, days.visit(900), NURSE_OKAFOR, dose=2),
        *history(ZOE, measures.HEIGHT, [62.0, 64.3], [days.visit(500), days.visit(90)]),
        *history(ZOE, measures.WEIGHT, [112, 121.5], [days.visit(500), days.visit(90)]),
        blood_pressure(ZOE, 108, 66, days.visit(90)),
    ]


def _visits(days: Days) -> list[Json]:
    return [
        visit(ZOE, "visit-yearly", care.WELL_CHILD, days.visit(90), DR_PATEL),
        note(
            ZOE,
            "summary-yearly",
            care.AFTER_VISIT_SUMMARY,
            "After-visit summary: yearly visit",
            days.visit(90),
            DR_PATEL,
            "Growing well. Keep using the gel for your skin. Sports form signed.",
            visit=Ref("Encounter", "zoe-bennett-visit-yearly"),
        ),
        referral(
            ZOE,
            "dermatology",
            care.DERMATOLOGY_REFERRAL,
            days.visit(90),
            DR_PATEL,
            HOSPITAL,
            reasonCode=[problems.ACNE],
        ),
        appointment(
            ZOE,
            "video-check",
            "Skin check by video",
            days.booking(15),
            DR_PATEL,
            clock="16:00",
            video="https://video.clinic.example.org/visit/zoe-skin-check",
            patientInstruction="Sit in a bright place. Have your gel with you.",
        ),
    ]


def _confidential(days: Days) -> list[Json]:
    """What Zoe spoke of alone with her doctor: each resource carries the label."""
    alone = visit(
        ZOE,
        "visit-confidential",
        care.PROBLEM_VISIT,
        days.visit(45),
        DR_PATEL,
        reason=problems.LOW_MOOD,
        meta={"security": CONFIDENTIAL},
    )
    mood = condition(
        ZOE, "low-mood", problems.LOW_MOOD, days.visit(45), meta={"security": CONFIDENTIAL}
    )
    score = observation(
        ZOE,
        "phq9",
        measures.PHQ9_TOTAL,
        at(days.visit(45)),
        category="survey",
        valueInteger=9,
        meta={"security": CONFIDENTIAL},
    )
    return [
        alone,
        mood,
        score,
        note(
            ZOE,
            "confidential-note",
            care.PROGRESS_NOTE,
            "Confidential visit note",
            days.visit(45),
            DR_PATEL,
            "Seen alone at her wish. Low mood for two months, no thoughts of self-harm. "
            "Talked about contraception. Wishes that this is not shared with her mother.",
            labels=CONFIDENTIAL,
            visit=ref_to(alone),
        ),
        goal(
            ZOE,
            "mood-goal",
            "Talk to someone I trust every week",
            days.visit(45),
            meta={"security": CONFIDENTIAL},
        ),
    ]
