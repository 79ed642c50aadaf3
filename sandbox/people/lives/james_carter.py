"""James Carter, 58: every kind of refill question in one medicine list."""

from __future__ import annotations

from sandbox.people.builders.documents import STAFF_ONLY, note
from sandbox.people.builders.money import account, coverage, explanation_of_benefit, invoice
from sandbox.people.builders.persons import MARRIED, email, home, name, patient, phone, speaks
from sandbox.people.builders.plans import care_plan, goal, lab_order, referral, step
from sandbox.people.builders.problems import (
    DIAGNOSIS,
    allergy,
    condition,
    immunization,
    procedure,
    reaction,
)
from sandbox.people.builders.trust import actor, consent
from sandbox.people.builders.visits import appointment, visit
from sandbox.people.cast import (
    CLINIC,
    DR_LINDQVIST,
    DR_PATEL,
    NURSE_BERG,
    NURSE_OKAFOR,
    PRAIRIE_MUTUAL,
    RIVERSIDE,
)
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, measures, problems, vaccines
from sandbox.people.dates import Days
from sandbox.people.lives.james_medicines import JAMES, medicines_of_james
from sandbox.people.lives.james_results import results_of_james
from sandbox.people.shapes import Concept, Json, Ref, quantity, ref_to

SUMMARY = """AFTER-VISIT SUMMARY

Why you came: blood pressure and cholesterol.
Your blood pressure today: 138/84. Goal: below 130/80.

What we did
- Looked through all your medicines.
- Stopped amlodipine because of your ankle swelling.
- Sent you to the heart clinic for an EKG.

What happens next
- Heart clinic visit with Dr. Lindqvist.
- Blood test before that visit.

Call us if your blood pressure at home stays above 150/90 for two days.
Call 911 for chest pain, trouble breathing, or weakness on one side.
"""


def life(days: Days) -> list[Json]:
    return [
        *_himself(days),
        *_health(days),
        *medicines_of_james(days),
        *results_of_james(days),
        *_visits(days),
        *_plan(days),
        *_money(days),
    ]


def _himself(days: Days) -> list[Json]:
    return [
        patient(
            JAMES,
            100002,
            active=True,
            name=[name("Carter", "James", "Alan"), name("Carter", "Jim", use="nickname")],
            telecom=[phone("+1-312-555-0302"), email("james.carter@example.org")],
            gender="male",
            birthDate=days.born(58, "11-02"),
            maritalStatus=MARRIED,
            address=[home("410 Oak Street")],
            communication=speaks("en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
        ),
        patient_team(JAMES, (DR_LINDQVIST, care.CARDIOLOGIST_ROLE)),
        consent(
            JAMES,
            "consent",
            days.years_ago(3),
            JAMES,
            {"type": "permit", "actor": [actor(CLINIC)]},
        ),
    ]


def _health(days: Days) -> list[Json]:
    return [
        condition(JAMES, "hypertension", problems.HYPERTENSION, days.years_ago(9)),
        condition(JAMES, "high-cholesterol", problems.HIGH_CHOLESTEROL, days.years_ago(5)),
        condition(JAMES, "trouble-sleeping", problems.TROUBLE_SLEEPING, days.years_ago(1)),
        condition(
            JAMES,
            "common-cold",
            problems.COMMON_COLD,
            days.visit(300),
            until=days.visit(288),
            category=DIAGNOSIS,
        ),
        allergy(
            JAMES,
            "codeine",
            problems.CODEINE,
            criticality="low",
            reactions=[reaction(problems.NAUSEA, severity="moderate")],
            recordedDate=days.years_ago(12),
        ),
        allergy(
            JAMES,
            "bee-sting",
            problems.BEE_STING,
            category="environment",
            criticality="high",
            reactions=[reaction(problems.HIVES, severity="severe")],
        ),
        immunization(JAMES, "flu", vaccines.FLU, days.visit(110), NURSE_OKAFOR),
        immunization(JAMES, "covid", vaccines.COVID, days.visit(330), NURSE_OKAFOR),
        immunization(JAMES, "tdap", vaccines.TDAP, days.years_ago(6), NURSE_OKAFOR),
        procedure(
            JAMES,
            "colonoscopy",
            care.COLONOSCOPY,
            days.years_ago(4),
            DR_PATEL,
            outcome=Concept("Normal"),
            followUp=[Concept("Next colonoscopy in ten years")],
        ),
    ]


def _visits(days: Days) -> list[Json]:
    seen = days.visit(30)
    check = visit(
        JAMES, "visit-blood-pressure", care.FOLLOW_UP, seen, DR_PATEL, reason=problems.HYPERTENSION
    )
    call = visit(
        JAMES, "call-swelling", care.PHONE_CALL, days.visit(36), NURSE_BERG,
        kind="VR", minutes=10, reason=Concept("Ankle swelling"),
    )  # fmt: skip
    return [
        check,
        call,
        visit(JAMES, "visit-cold", care.PROBLEM_VISIT, days.visit(300), DR_PATEL),
        note(
            JAMES,
            "summary-blood-pressure",
            care.AFTER_VISIT_SUMMARY,
            "After-visit summary: blood pressure",
            seen,
            DR_PATEL,
            SUMMARY,
            visit=ref_to(check),
        ),
        note(
            JAMES,
            "staff-note",
            care.PROGRESS_NOTE,
            "Care coordination note for staff",
            days.visit(28),
            NURSE_BERG,
            "Staff only. Asked twice for early zolpidem. Check the prescription monitor first.",
            labels=STAFF_ONLY,
        ),
        appointment(
            JAMES,
            "heart-clinic",
            "First visit at the heart clinic",
            days.booking(12),
            DR_LINDQVIST,
            clock="13:00",
            where=RIVERSIDE,
            basedOn=[Ref("ServiceRequest", "james-carter-cardiology")],
            patientInstruction="Bring your medicines and your home blood pressure readings.",
            supportingInformation=[Ref("Questionnaire", "before-your-visit", "Before your visit")],
            created=days.visit(29),
        ),
        appointment(
            JAMES, "past-visit", "Blood pressure follow-up", seen, DR_PATEL, status="fulfilled"
        ),
        appointment(
            JAMES, "missed-visit", "Nurse blood pressure check", days.visit(75), NURSE_OKAFOR,
            minutes=15, status="noshow",
        ),
    ]  # fmt: skip


def _plan(days: Days) -> list[Json]:
    aim = goal(
        JAMES,
        "blood-pressure-goal",
        "Blood pressure below 130/80",
        days.visit(120),
        achievement="in-progress",
        target={
            "measure": measures.SYSTOLIC,
            "detailQuantity": quantity(130, "mmHg", "mm[Hg]") | {"comparator": "<"},
            "dueDate": days.ahead(90),
        },
    )
    return [
        aim,
        care_plan(
            JAMES,
            "heart-plan",
            "Heart and blood pressure plan",
            "<p>Bring blood pressure below 130/80 and keep cholesterol where it is.</p>"
            "<ol><li>Take your tablets every day.</li><li>See the heart clinic.</li></ol>",
            days.visit(30),
            DR_PATEL,
            goal=[ref_to(aim)],
            steps=[
                step("Walk 30 minutes a day, five days a week"),
                step("Visit the heart clinic", "scheduled"),
                step("Stop smoking", "completed"),
            ],
        ),
        referral(
            JAMES,
            "cardiology",
            care.CARDIOLOGY_REFERRAL,
            days.visit(30),
            DR_PATEL,
            DR_LINDQVIST,
            reasonCode=[problems.HYPERTENSION],
            patientInstruction="The heart clinic will do an EKG. It takes ten minutes.",
        ),
        lab_order(
            JAMES,
            "blood-test",
            measures.BASIC_PANEL,
            days.visit(30),
            DR_PATEL,
            occurrenceDateTime=days.booking(8),
            patientInstruction="You may eat and drink before this test.",
        ),
    ]


def _money(days: Days) -> list[Json]:
    plan = coverage(JAMES, "Prairie Gold", PRAIRIE_MUTUAL, "PM-210034", days.ago(900))
    return [
        plan,
        account(JAMES, plan, days.ago(900)),
        invoice(
            JAMES,
            "statement-1",
            {"Copayment, visit": 25.0, "Laboratory tests not covered": 18.4},
            days.visit(20),
        ),
        invoice(
            JAMES, "statement-2", {"Copayment, visit": 25.0}, days.visit(290), status="balanced"
        ),
        explanation_of_benefit(
            JAMES, "benefit-1", "Office visit", days.visit(30), plan, billed=165.0, paid=140.0,
            by=CLINIC,
        ),
    ]  # fmt: skip
