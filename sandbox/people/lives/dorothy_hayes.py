"""Dorothy Hayes, 80: ten medicines, many conditions, and fifteen years of results."""

from __future__ import annotations

from sandbox.people.builders.documents import note, pdf_beside
from sandbox.people.builders.money import account, coverage, invoice
from sandbox.people.builders.persons import WIDOWED, home, name, patient, phone, speaks
from sandbox.people.builders.plans import care_plan, goal, referral, step
from sandbox.people.builders.problems import allergy, condition, immunization, procedure, reaction
from sandbox.people.builders.results import report
from sandbox.people.builders.visits import appointment, visit
from sandbox.people.cast import (
    CLINIC,
    DR_LINDQVIST,
    DR_PATEL,
    HOSPITAL,
    LAKESHORE_SENIOR,
    NURSE_OKAFOR,
    PHARM_RUIZ,
    PRAIRIE_MUTUAL,
    RIVERSIDE,
)
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, problems, vaccines
from sandbox.people.codes.measures import HBA1C
from sandbox.people.codes.systems import loinc
from sandbox.people.dates import Days
from sandbox.people.lives.dorothy_medicines import medicines_of_dorothy
from sandbox.people.lives.dorothy_results import DOROTHY, results_of_dorothy
from sandbox.people.shapes import Concept, Json, concept, quantity, ref_to

SUMMARY = """AFTER-VISIT SUMMARY

Why you came: diabetes, kidneys and heart rhythm, every three months.

What we did
- Blood tests: see your results.
- Checked your feet: no sores.
- Looked through your ten medicines together.

Your medicines: no change today.

What happens next
- Blood tests again in three months.
- Eye exam for diabetes this year.

Call us if your weight goes up 3 pounds in one day, or your ankles swell.
Call 911 for a fall with a blow to the head (you take a blood thinner), chest pain,
or black stools.
"""
CONDITIONS = (
    ("type-2-diabetes", problems.TYPE_2_DIABETES, 17),
    ("hypertension", problems.HYPERTENSION, 24),
    ("high-cholesterol", problems.HIGH_CHOLESTEROL, 20),
    ("kidney-disease", problems.KIDNEY_DISEASE_STAGE_3, 4),
    ("atrial-fibrillation", problems.ATRIAL_FIBRILLATION, 6),
    ("underactive-thyroid", problems.UNDERACTIVE_THYROID, 14),
    ("osteoporosis", problems.OSTEOPOROSIS, 8),
    ("acid-reflux", problems.ACID_REFLUX, 10),
)


def life(days: Days) -> list[Json]:
    return [
        *_herself(days),
        *_health(days),
        *medicines_of_dorothy(days),
        *results_of_dorothy(days),
        *_visits(days),
        *_documents(days),
        *_plan(days),
        *_money(days),
    ]


def _herself(days: Days) -> list[Json]:
    return [
        patient(
            DOROTHY,
            100003,
            active=True,
            name=[name("Hayes", "Dorothy", "May"), name("Whitlock", "Dorothy", use="maiden")],
            telecom=[phone("+1-312-555-0303", use="home", rank=1)],
            gender="female",
            birthDate=days.born(80, "03-09"),
            maritalStatus=WIDOWED,
            address=[home("7 Linden Court")],
            contact=[
                {
                    "relationship": [care.SON],
                    "name": name("Hayes", "Peter"),
                    "telecom": [phone("+1-312-555-0304")],
                }
            ],
            communication=speaks("en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
        ),
        patient_team(
            DOROTHY,
            (DR_LINDQVIST, care.CARDIOLOGIST_ROLE),
            (PHARM_RUIZ, care.PHARMACIST_ROLE),
        ),
    ]


def _health(days: Days) -> list[Json]:
    flu = [
        immunization(
            DOROTHY, f"flu-{year}", vaccines.FLU, days.visit(100 + 365 * (5 - year)), NURSE_OKAFOR
        )
        for year in range(1, 6)
    ]
    return [
        *(condition(DOROTHY, slug, what, days.years_ago(n)) for slug, what, n in CONDITIONS),
        condition(
            DOROTHY,
            "broken-wrist",
            Concept("Broken left wrist"),
            days.years_ago(8, 60),
            until=days.years_ago(8, -40),
        ),
        allergy(
            DOROTHY,
            "penicillin",
            problems.PENICILLIN,
            criticality="high",
            reactions=[
                reaction(problems.HIVES, severity="moderate", description="In childhood"),
            ],
            onsetString="As a child",
        ),
        allergy(
            DOROTHY,
            "ibuprofen",
            problems.IBUPROFEN_ALLERGEN,
            criticality="high",
            type="intolerance",
            reactions=[reaction(Concept("Kidney function got worse"), severity="severe")],
        ),
        allergy(
            DOROTHY,
            "latex",
            problems.LATEX,
            category="environment",
            verification="unconfirmed",
            reactions=[reaction(problems.RASH, severity="mild")],
        ),
        *flu,
        immunization(
            DOROTHY, "shingles-1", vaccines.SHINGLES, days.years_ago(5), NURSE_OKAFOR, dose=1
        ),
        immunization(
            DOROTHY, "shingles-2", vaccines.SHINGLES, days.years_ago(5, -120), NURSE_OKAFOR, dose=2
        ),
        immunization(
            DOROTHY, "pneumococcal", vaccines.PNEUMOCOCCAL_ADULT, days.years_ago(12), NURSE_OKAFOR
        ),
        immunization(DOROTHY, "covid", vaccines.COVID, days.visit(130), NURSE_OKAFOR),
        procedure(DOROTHY, "ekg", care.EKG, days.years_ago(6), DR_LINDQVIST),
        procedure(DOROTHY, "wrist-cast", care.CAST, days.years_ago(8, 58), DR_PATEL),
        procedure(DOROTHY, "medicines-checked", care.MEDICINES_CHECKED, days.visit(40), PHARM_RUIZ),
    ]


def _visits(days: Days) -> list[Json]:
    quarterly = [
        visit(
            DOROTHY,
            f"visit-{number:02}",
            care.FOLLOW_UP,
            days.visit(40 + 91 * (12 - number)),
            DR_PATEL,
            reason=problems.TYPE_2_DIABETES,
            clock="11:00",
        )
        for number in range(1, 13)
    ]
    stay = visit(
        DOROTHY,
        "hospital-stay",
        care.HOSPITAL_STAY,
        days.years_ago(6),
        DR_LINDQVIST,
        kind="IMP",
        minutes=3 * 24 * 60,
        reason=problems.ATRIAL_FIBRILLATION,
        provider=HOSPITAL,
        hospitalization={"dischargeDisposition": Concept("Home")},
    )
    return [
        *quarterly,
        stay,
        note(
            DOROTHY,
            "summary-latest",
            care.AFTER_VISIT_SUMMARY,
            "After-visit summary: three-month check",
            days.visit(40),
            DR_PATEL,
            SUMMARY,
            visit=ref_to(quarterly[-1]),
        ),
        appointment(
            DOROTHY,
            "next-check",
            "Three-month diabetes and kidney check",
            days.booking(48),
            DR_PATEL,
            clock="11:00",
            patientInstruction="Bring all your medicine bottles. Do not eat for 8 hours before.",
        ),
        appointment(
            DOROTHY,
            "heart-clinic",
            "Heart rhythm check",
            days.booking(6),
            DR_LINDQVIST,
            clock="14:30",
            where=RIVERSIDE,
        ),
        appointment(
            DOROTHY, "cancelled-eye-exam", "Diabetic eye exam", days.visit(15), DR_PATEL,
            status="cancelled", cancelationReason=Concept("Patient was ill"),
        ),
    ]  # fmt: skip


def _documents(days: Days) -> list[Json]:
    scan = pdf_beside(
        DOROTHY,
        "bone-scan",
        care.IMAGING_REPORT,
        "Bone density scan",
        days.years_ago(2),
        DR_PATEL,
        ["Osteoporosis of the hip, unchanged in two years."],
    )
    return [
        *pdf_beside(
            DOROTHY,
            "discharge-summary",
            care.DISCHARGE_SUMMARY,
            "Hospital discharge summary",
            days.years_ago(6, -3),
            DR_LINDQVIST,
            ["Admitted with a fast, irregular heart beat.", "Started on apixaban and metoprolol."],
            custodian=HOSPITAL,
        ),
        *scan,
        _scan_report(days, scan[0]),
    ]


def _scan_report(days: Days, document: Json) -> Json:
    """The same file, found by way of the report: readers must not show it twice."""
    return report(
        DOROTHY,
        "bone-scan-report",
        Concept("Bone density scan"),
        (),
        days.years_ago(2),
        category=concept("Radiology", loinc("LP29684-5", "Radiology")),
        performer=HOSPITAL,
        presentedForm=[document["content"][0]["attachment"]],
        conclusion="Osteoporosis of the hip, unchanged in two years.",
    )


def _plan(days: Days) -> list[Json]:
    sugar = goal(
        DOROTHY,
        "sugar-goal",
        "Hemoglobin A1c below 7.5%",
        days.years_ago(2),
        achievement="sustaining",
        target={
            "measure": HBA1C.what,
            "detailQuantity": quantity(7.5, "%", "%") | {"comparator": "<"},
            "dueDate": days.ahead(50),
        },
    )
    walking = goal(
        DOROTHY, "walking-goal", "Walk to the park and back every day", days.visit(130),
        achievement="not-achieved",
    )  # fmt: skip
    return [
        sugar,
        walking,
        care_plan(
            DOROTHY,
            "diabetes-plan",
            "Diabetes, kidney and heart plan",
            "<p>Keep sugar steady without lows, protect the kidneys, prevent a stroke.</p>"
            "<table><tr><th>What</th><th>How often</th></tr>"
            "<tr><td>Blood tests</td><td>every 3 months</td></tr>"
            "<tr><td>Eye exam</td><td>every year</td></tr></table>",
            days.visit(40),
            DR_PATEL,
            goal=[ref_to(sugar), ref_to(walking)],
            steps=[
                step("Weigh yourself every morning"),
                step("Check your feet every evening"),
                step("Eye exam for diabetes", "not-started"),
                step("Do not take ibuprofen or similar pain tablets", doNotPerform=True),
            ],
        ),
        referral(
            DOROTHY,
            "eye-exam",
            care.EYE_REFERRAL,
            days.visit(40),
            DR_PATEL,
            HOSPITAL,
            reasonCode=[problems.TYPE_2_DIABETES],
        ),
    ]


def _money(days: Days) -> list[Json]:
    plan = coverage(
        DOROTHY, "Lakeshore Complete", LAKESHORE_SENIOR, "LS-77-1932", days.years_ago(15)
    )
    old = coverage(
        DOROTHY,
        "Prairie Retiree",
        PRAIRIE_MUTUAL,
        "PM-009117",
        days.years_ago(20),
        until=days.years_ago(15, 1),
        status="cancelled",
        slug="coverage-old",
    )
    return [
        plan,
        old,
        account(DOROTHY, plan, days.years_ago(15)),
        invoice(DOROTHY, "statement-1", {"Medicine not covered": 12.75}, days.visit(33)),
    ]
