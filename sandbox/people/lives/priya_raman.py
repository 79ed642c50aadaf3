"""Priya Raman, 34: asthma, and an antibiotic on order that she is allergic to."""

from __future__ import annotations

from sandbox.people.builders.documents import note
from sandbox.people.builders.medicines import Sig, Supply, order, statement
from sandbox.people.builders.money import account, coverage
from sandbox.people.builders.persons import email, home, name, patient, phone, speaks
from sandbox.people.builders.plans import care_plan, goal, step
from sandbox.people.builders.problems import DIAGNOSIS, allergy, condition, immunization, reaction
from sandbox.people.builders.results import drift, history, measured
from sandbox.people.builders.visits import appointment, visit
from sandbox.people.cast import CLINIC, DR_PATEL, HOSPITAL, NURSE_OKAFOR, PRAIRIE_MUTUAL
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, measures, medicines, problems, vaccines
from sandbox.people.dates import Days
from sandbox.people.shapes import Concept, Json, Ref, quantity, ref_to

PRIYA = Ref("Patient", "priya-raman", "Priya Raman")
INHALED = Concept("Inhaled")

ACTION_PLAN = """<h2>Asthma action plan</h2>
<table>
  <tr><th>Zone</th><th>Peak flow</th><th>What to do</th></tr>
  <tr><td>Green</td><td>over 340</td><td>Fluticasone every morning and evening</td></tr>
  <tr><td>Yellow</td><td>210 to 340</td><td>Albuterol, 2 puffs every 4 hours; call us</td></tr>
  <tr><td>Red</td><td>under 210</td><td>Albuterol, 4 puffs; call 911</td></tr>
</table>"""


def life(days: Days) -> list[Json]:
    return [*_herself(days), *_health(days), *_medicines(days), *_results(days), *_visits(days)]


def _herself(days: Days) -> list[Json]:
    plan = coverage(PRIYA, "Prairie Bronze", PRAIRIE_MUTUAL, "PM-610482", days.ago(300))
    return [
        patient(
            PRIYA,
            100009,
            active=True,
            name=[name("Raman", "Priya", "Lakshmi")],
            telecom=[phone("+1-312-555-0312"), email("priya.raman@example.org")],
            gender="female",
            birthDate=days.born(34, "06-06"),
            address=[home("9 Mill Lane")],
            communication=speaks("en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
        ),
        patient_team(PRIYA),
        plan,
        account(PRIYA, plan, days.ago(300)),
    ]


def _health(days: Days) -> list[Json]:
    return [
        condition(PRIYA, "asthma", problems.ASTHMA, days.years_ago(21)),
        condition(
            PRIYA,
            "sore-throat",
            problems.STREP_THROAT,
            days.visit(2),
            category=DIAGNOSIS,
            verification="provisional",
        ),
        allergy(
            PRIYA,
            "penicillin",
            problems.PENICILLIN,
            criticality="high",
            type="allergy",
            onsetDateTime=f"{days.today.year - 19}",
            recordedDate=days.years_ago(10),
            lastOccurrence=f"{days.today.year - 19}",
            reactions=[
                reaction(
                    problems.ANAPHYLAXIS,
                    severity="severe",
                    description="Swollen face and trouble breathing, treated in an emergency room",
                ),
                reaction(problems.HIVES, severity="moderate"),
            ],
        ),
        allergy(
            PRIYA,
            "cats",
            Concept("Cat hair"),
            category="environment",
            criticality="low",
            reactions=[reaction(problems.COUGH, severity="mild")],
        ),
        immunization(PRIYA, "flu", vaccines.FLU, days.visit(105), NURSE_OKAFOR),
        immunization(PRIYA, "tdap", vaccines.TDAP, days.years_ago(4), NURSE_OKAFOR),
    ]


def _medicines(days: Days) -> list[Json]:
    controller = Sig(
        "Inhale 2 puffs twice a day. Rinse your mouth afterwards",
        dose=2, unit="puff", times=2, when=("MORN", "EVE"), route=INHALED,
    )  # fmt: skip
    rescue = Sig(
        "Inhale 2 puffs every 4 hours as needed for wheezing",
        dose=2, unit="puff", every=(4, "h"), as_needed=Concept("Wheezing"), route=INHALED,
    )  # fmt: skip
    burst = Sig("Take 2 tablets by mouth every morning for 5 days", dose=2, when=("MORN",))
    antibiotic = Sig("Take 1 capsule by mouth twice a day for 10 days", unit="capsule", times=2)
    return [
        *order(
            PRIYA, "fluticasone", medicines.FLUTICASONE_INHALER, controller, on=days.ago(128),
            by=DR_PATEL, supply=Supply(amount=1, days=30, repeats=11, unit="inhaler"),
            fills=days.each_ago(128, 95, 62, 29),
            reasonReference=[Ref("Condition", "priya-raman-asthma")],
        ),
        *order(
            PRIYA, "albuterol", medicines.ALBUTEROL_INHALER, rescue, on=days.ago(120),
            by=DR_PATEL, supply=Supply(amount=1, days=50, repeats=2, unit="inhaler"),
            fills=days.each_ago(120, 70, 40),
        ),
        *order(
            PRIYA, "prednisone", medicines.PREDNISONE_20, burst, on=days.ago(71), by=DR_PATEL,
            supply=Supply(amount=10, days=5, repeats=0, valid_days=14),
            fills=days.each_ago(71), status="completed",
        ),
        # The conflict that a careful reader must see: ordered elsewhere, not yet picked up.
        *order(
            PRIYA, "amoxicillin", medicines.AMOXICILLIN_500, antibiotic, on=days.visit(2),
            by=HOSPITAL, supply=Supply(amount=20, days=10, repeats=0, unit="capsule",
                                       valid_days=30),
        ),
        statement(PRIYA, "cetirizine", medicines.CETIRIZINE_10, "1 tablet in spring", days.ago(90)),
    ]  # fmt: skip


def _results(days: Days) -> list[Json]:
    mornings = [days.ago(ago) for ago in range(75, 3, -6)]
    flow = drift("priya-peak-flow", [360, 300, 270, 340, 390, 380], len(mornings), 8)
    return [
        *history(PRIYA, measures.PEAK_FLOW, flow, mornings),
        measured(PRIYA, measures.OXYGEN, 93, days.visit(71), slug="oxygen-attack"),
        measured(PRIYA, measures.OXYGEN, 98, days.visit(40)),
        measured(PRIYA, measures.BREATHING_RATE, 24, days.visit(71)),
        *history(PRIYA, measures.WEIGHT, [128.4, 130], [days.visit(300), days.visit(40)]),
    ]


def _visits(days: Days) -> list[Json]:
    emergency = visit(
        PRIYA,
        "emergency",
        care.EMERGENCY_VISIT,
        days.ago(71),
        DR_PATEL,
        kind="EMER",
        clock="22:10",
        minutes=240,
        reason=Concept("Asthma attack"),
        provider=HOSPITAL,
    )
    after = visit(
        PRIYA, "visit-asthma", care.FOLLOW_UP, days.visit(40), DR_PATEL, reason=problems.ASTHMA
    )
    urgent = visit(
        PRIYA,
        "urgent-care",
        care.PROBLEM_VISIT,
        days.visit(2),
        DR_PATEL,
        clock="18:20",
        reason=Concept("Sore throat"),
        provider=HOSPITAL,
    )
    calm = goal(
        PRIYA,
        "asthma-goal",
        "Use albuterol no more than twice a week",
        days.visit(40),
        achievement="improving",
        target={
            "measure": Concept("Use of albuterol"),
            "detailQuantity": quantity(2, "times a week"),
            "dueDate": days.ahead(60),
        },
    )
    return [
        emergency,
        after,
        urgent,
        note(
            PRIYA,
            "summary-asthma",
            care.AFTER_VISIT_SUMMARY,
            "After-visit summary: asthma",
            days.visit(40),
            DR_PATEL,
            "Your lungs are better. Fluticasone every day, also when you feel well.\n"
            "Call us if you need albuterol more than twice a week.\n"
            "Call 911 if you cannot finish a sentence, or your lips turn blue.",
            visit=ref_to(after),
        ),
        calm,
        care_plan(
            PRIYA,
            "asthma-plan",
            "Asthma action plan",
            ACTION_PLAN,
            days.visit(40),
            DR_PATEL,
            goal=[ref_to(calm)],
            steps=[
                step("Fluticasone every morning and evening"),
                step("Measure peak flow in the morning"),
                step("Flu vaccine every autumn", "completed"),
            ],
        ),
        appointment(PRIYA, "next-visit", "Asthma check", days.booking(22), DR_PATEL, clock="08:30"),
    ]
