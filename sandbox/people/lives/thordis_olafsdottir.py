"""Þórdís: a name longer and wider than most forms expect, in more than one script."""

from __future__ import annotations

from sandbox.people.builders.documents import note
from sandbox.people.builders.medicines import NINETY_DAYS, Sig, order, statement
from sandbox.people.builders.money import account, coverage
from sandbox.people.builders.persons import email, home, name, patient, phone, speaks
from sandbox.people.builders.problems import allergy, condition, immunization, reaction
from sandbox.people.builders.results import blood_pressure, history, report
from sandbox.people.builders.visits import appointment, visit
from sandbox.people.cast import CLINIC, DR_PATEL, NURSE_OKAFOR, PRAIRIE_MUTUAL
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, measures, medicines, problems, vaccines
from sandbox.people.dates import Days
from sandbox.people.shapes import Concept, Json, Ref, period, ref_to

FULL_NAME = (
    "Þórdís Guðrún Aðalbjörg Sigríður Ólafsdóttir "
    "von Brzęczyszczykiewicz-Nguyễn d’Ávila y Muñoz-Œhlenschlæger"
)
THORDIS = Ref("Patient", "thordis-olafsdottir", FULL_NAME)


def life(days: Days) -> list[Json]:
    return [*_herself(days), *_health(days), *_visits(days)]


def _herself(days: Days) -> list[Json]:
    plan = coverage(THORDIS, "Prairie Silver", PRAIRIE_MUTUAL, "PM-700001", days.ago(700))
    family = "Ólafsdóttir von Brzęczyszczykiewicz-Nguyễn d’Ávila y Muñoz-Œhlenschlæger"
    given = ["Þórdís", "Guðrún", "Aðalbjörg", "Sigríður"]
    return [
        patient(
            THORDIS,
            100011,
            active=True,
            name=[
                name(family, *given),
                name("欧阳", "思蒂", use="usual", period=period(days.years_ago(10))),
                {"use": "nickname", "text": "Dísa"},
            ],
            telecom=[phone("+1-312-555-0314"), email("thordis@example.org")],
            gender="female",
            birthDate=days.born(43, "06-17"),
            address=[home("1 Straße-der-Freundschaft Way, c/o Señora Żółć-Çelik")],
            communication=speaks("en", "pl"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
        ),
        patient_team(THORDIS),
        plan,
        account(THORDIS, plan, days.ago(700)),
    ]


def _health(days: Days) -> list[Json]:
    seen = [days.visit(400), days.visit(190), days.visit(50)]
    thyroid = history(THORDIS, measures.TSH, [6.9, 4.6, 2.2], seen)
    morning = Sig("Take 1 tablet by mouth every morning, before breakfast", when=("ACM",))
    return [
        condition(THORDIS, "thyroid", problems.UNDERACTIVE_THYROID, days.visit(400)),
        allergy(
            THORDIS,
            "aspirin",
            Concept("Aspirin (“magnýl”)"),
            criticality="unable-to-assess",
            verification="unconfirmed",
            reactions=[reaction(Concept("Útbrot (rash)"), severity="mild")],
        ),
        *order(
            THORDIS,
            "levothyroxine",
            medicines.LEVOTHYROXINE_75,
            morning,
            on=days.ago(190),
            by=DR_PATEL,
            supply=NINETY_DAYS,
            fills=days.each_ago(190, 98, 9),
        ),
        statement(
            THORDIS,
            "st-johns-wort",
            medicines.ST_JOHNS_WORT,
            "1 capsule a day in winter",
            days.ago(60),
        ),
        *thyroid,
        report(THORDIS, "thyroid-report", measures.THYROID_TEST, [thyroid[-1]], seen[-1]),
        blood_pressure(THORDIS, 118, 74, seen[-1]),
        immunization(THORDIS, "tdap", vaccines.TDAP, days.years_ago(3), NURSE_OKAFOR),
    ]


def _visits(days: Days) -> list[Json]:
    check = visit(THORDIS, "visit-thyroid", care.FOLLOW_UP, days.visit(50), DR_PATEL)
    return [
        check,
        note(
            THORDIS,
            "summary-thyroid",
            care.AFTER_VISIT_SUMMARY,
            "After-visit summary: thyroid (“skjaldkirtill”)",
            days.visit(50),
            DR_PATEL,
            "Your thyroid level is now normal. Keep taking levothyroxine 75 µg.\n"
            "Call us for a racing heart or if you lose weight without trying.",
            visit=ref_to(check),
        ),
        appointment(THORDIS, "next-visit", "Thyroid check", days.booking(70), DR_PATEL),
    ]
