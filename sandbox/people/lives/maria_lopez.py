"""María López, 54: speaks Spanish, blood pressure well treated, a refill is due."""

from __future__ import annotations

from sandbox.people.builders.documents import note, pdf_beside
from sandbox.people.builders.medicines import NINETY_DAYS, Sig, order, statement
from sandbox.people.builders.money import account, coverage, invoice
from sandbox.people.builders.persons import MARRIED, email, home, name, patient, phone, speaks
from sandbox.people.builders.plans import care_plan, goal, lab_order, step
from sandbox.people.builders.problems import (
    DIAGNOSIS,
    allergy,
    condition,
    immunization,
    procedure,
    reaction,
)
from sandbox.people.builders.results import blood_pressure, drift, history, measured, observation
from sandbox.people.builders.results import report as lab_report
from sandbox.people.builders.trust import actor, consent, provenance
from sandbox.people.builders.visits import appointment, kind_of_appointment, visit
from sandbox.people.cast import CLINIC, DR_PATEL, NURSE_OKAFOR, PHARM_RUIZ, PRAIRIE_MUTUAL
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, measures, medicines, problems, vaccines
from sandbox.people.codes.systems import snomed
from sandbox.people.dates import Days, at
from sandbox.people.shapes import Coding, Json, Ref, concept, quantity, ref_to

MARIA = Ref("Patient", "maria-lopez", "María López")
INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"

SUMMARY = """RESUMEN DE SU VISITA

Motivo: control de la presión arterial.
Su presión hoy: 128/78. Está en la meta (menos de 130/80).

Qué hicimos
- Revisamos sus medicinas.
- Pedimos un análisis de sangre para el azúcar y los riñones.

Sus medicinas
- Lisinopril 10 mg: 1 tableta por la mañana.

Qué sigue
- Análisis de sangre antes de la próxima visita.
- Próxima visita con la Dra. Patel.

Llámenos si tiene mareos o tos seca que no se quita.
Llame al 911 si se le hinchan la cara o los labios, le duele el pecho o le cuesta respirar.
"""
PLAN = """<h2>Su plan para la presión arterial</h2>
<ul>
  <li>Tome lisinopril 10 mg cada mañana.</li>
  <li>Mídase la presión en casa tres veces por semana.</li>
  <li>Use menos sal. Camine 30 minutos cinco días por semana.</li>
</ul>"""


def life(days: Days) -> list[Json]:
    return [
        *_herself(days),
        *_health(days),
        *_medicines(days),
        *_results(days),
        *_visits(days),
        *_plan(days),
        *_money(days),
    ]


def _herself(days: Days) -> list[Json]:
    may_see = {
        "type": "permit",
        "actor": [actor(CLINIC)],
        "purpose": [Coding("http://terminology.hl7.org/CodeSystem/v3-ActReason", "TREAT")],
    }
    return [
        patient(
            MARIA,
            100001,
            extension=[{"url": INTERPRETER, "valueBoolean": True}],
            active=True,
            name=[name("López", "María", "Elena") | {"text": "María Elena López"}],
            telecom=[phone("+1-312-555-0301"), email("maria.lopez@example.org")],
            gender="female",
            birthDate=days.born(54, "05-17"),
            maritalStatus=MARRIED,
            address=[home("88 Cedar Lane, Apt 3")],
            communication=speaks("es", "en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
        ),
        patient_team(MARIA, (PHARM_RUIZ, care.PHARMACIST_ROLE)),
        consent(MARIA, "consent", days.years_ago(2), MARIA, may_see),
    ]


def _health(days: Days) -> list[Json]:
    return [
        condition(MARIA, "hypertension", problems.HYPERTENSION, days.years_ago(6)),
        condition(MARIA, "prediabetes", problems.PREDIABETES, days.years_ago(2)),
        condition(
            MARIA,
            "strep-throat",
            problems.STREP_THROAT,
            days.years_ago(1, 40),
            until=days.years_ago(1, 28),
            category=DIAGNOSIS,
        ),
        allergy(
            MARIA,
            "sulfa",
            problems.SULFA,
            criticality="low",
            reactions=[
                reaction(problems.RASH, severity="mild", description="Ronchas en los brazos")
            ],
            recordedDate=days.years_ago(9),
        ),
        immunization(MARIA, "flu", vaccines.FLU, days.visit(120), NURSE_OKAFOR),
        immunization(MARIA, "shingles-1", vaccines.SHINGLES, days.visit(400), NURSE_OKAFOR, dose=1),
        immunization(MARIA, "shingles-2", vaccines.SHINGLES, days.visit(280), NURSE_OKAFOR, dose=2),
        procedure(MARIA, "mammogram", care.MAMMOGRAM, days.visit(210), DR_PATEL),
    ]


def _medicines(days: Days) -> list[Json]:
    every_morning = Sig(
        "Take 1 tablet by mouth every morning",
        when=("MORN",),
        for_patient="Tome 1 tableta por la boca cada mañana",
    )
    return [
        *order(
            MARIA,
            "lisinopril-10",
            medicines.LISINOPRIL_10,
            every_morning,
            on=days.ago(260),
            by=DR_PATEL,
            supply=NINETY_DAYS,
            fills=days.each_ago(260, 170, 80),
            reasonReference=[Ref("Condition", "maria-lopez-hypertension")],
        ),
        statement(
            MARIA, "vitamin-d", medicines.VITAMIN_D3, "1 cápsula al día, con la comida", "2023"
        ),
    ]


def _results(days: Days) -> list[Json]:
    sugar = drift("maria-hba1c", [5.6, 5.8, 6.0], 4, 0.05)
    sugar_days = [days.visit(ago) for ago in (740, 480, 260, 3)]
    latest = sugar_days[-1]
    glucose = measured(MARIA, measures.GLUCOSE, 108, latest)
    creatinine = measured(MARIA, measures.CREATININE, 0.8, latest)
    potassium = measured(MARIA, measures.POTASSIUM, 4.3, latest)
    pressure = drift("maria-home", [134, 127], 12, 3)
    at_home = [
        blood_pressure(
            MARIA,
            upper,
            upper * 0.61,
            days.ago(42 - 3 * n),
            slug=f"home-blood-pressure-{n + 1:02}",
            effective=at(days.ago(42 - 3 * n), "07:30"),
            performer=[MARIA],
            note=[{"text": "Medida en casa"}],
        )
        for n, upper in enumerate(pressure)
    ]
    return [
        *history(MARIA, measures.HBA1C, sugar, sugar_days),
        glucose,
        creatinine,
        potassium,
        lab_report(
            MARIA,
            "basic-panel",
            measures.BASIC_PANEL,
            [glucose, creatinine, potassium],
            latest,
            basedOn=[Ref("ServiceRequest", "maria-lopez-blood-test")],
            conclusion="Glucose slightly above range. Kidney function normal.",
        ),
        *history(
            MARIA, measures.WEIGHT, [168.0, 166.5, 163.2], [days.visit(n) for n in (480, 260, 10)]
        ),
        blood_pressure(MARIA, 128, 78, days.visit(10)),
        observation(
            MARIA,
            "smoking",
            measures.SMOKING,
            at(days.visit(260)),
            category="social-history",
            valueCodeableConcept=concept(
                "Never smoked", snomed("266919005", "Never smoked tobacco")
            ),
        ),
        observation(
            MARIA,
            "phq9",
            measures.PHQ9_TOTAL,
            at(days.visit(260)),
            category="survey",
            performer=[NURSE_OKAFOR],
            valueInteger=4,
        ),
        *at_home,
        provenance(
            "maria-lopez-home-readings",
            [ref_to(reading) for reading in at_home],
            MARIA,
            days.ago(9),
            words="Readings taken at home and brought to the visit",
            role="author",
        ),
    ]


def _visits(days: Days) -> list[Json]:
    seen = days.visit(10)
    check = visit(
        MARIA,
        "visit-blood-pressure",
        care.FOLLOW_UP,
        seen,
        DR_PATEL,
        reason=problems.HYPERTENSION,
        clock="09:30",
    )
    next_visit = days.booking(18)
    return [
        check,
        note(
            MARIA,
            "summary-blood-pressure",
            care.AFTER_VISIT_SUMMARY,
            "Resumen de su visita: presión arterial",
            seen,
            DR_PATEL,
            SUMMARY,
            visit=ref_to(check),
            language="es",
        ),
        *pdf_beside(
            MARIA,
            "mammogram-report",
            care.IMAGING_REPORT,
            "Mammogram report",
            days.visit(208),
            DR_PATEL,
            ["No sign of cancer was seen.", "Next mammogram: in two years."],
        ),
        visit(MARIA, "visit-check-up", care.CHECK_UP, days.visit(260), DR_PATEL, minutes=40),
        appointment(
            MARIA,
            "next-visit",
            "Control de la presión con intérprete",
            next_visit,
            DR_PATEL,
            clock="10:30",
            appointmentType=kind_of_appointment("FOLLOWUP", "Follow-up visit"),
            reasonCode=[problems.HYPERTENSION],
            patientInstruction="Traiga su medidor de presión y sus medicinas. Puede desayunar.",
            comment="Spanish interpreter booked.",
            created=days.visit(10),
        ),
        appointment(
            MARIA, "past-visit", "Blood pressure check", seen, DR_PATEL, clock="09:30",
            status="fulfilled",
        ),
    ]  # fmt: skip


def _plan(days: Days) -> list[Json]:
    aim = goal(
        MARIA,
        "blood-pressure-goal",
        "Presión arterial menor de 130/80",
        days.visit(260),
        achievement="achieved",
        target={
            "measure": measures.SYSTOLIC,
            "detailQuantity": quantity(130, "mmHg", "mm[Hg]") | {"comparator": "<"},
            "dueDate": days.ahead(60),
        },
    )
    return [
        aim,
        care_plan(
            MARIA,
            "blood-pressure-plan",
            "Plan para la presión arterial",
            PLAN,
            days.visit(260),
            DR_PATEL,
            language="es",
            goal=[ref_to(aim)],
            addresses=[Ref("Condition", "maria-lopez-hypertension")],
            careTeam=[Ref("CareTeam", "maria-lopez-team")],
            steps=[
                step("Tomar lisinopril 10 mg cada mañana"),
                step("Medirse la presión en casa tres veces por semana"),
                step("Análisis de sangre", "completed"),
            ],
        ),
        lab_order(
            MARIA,
            "blood-test",
            measures.BASIC_PANEL,
            days.visit(10),
            DR_PATEL,
            status="completed",
            reasonCode=[problems.HYPERTENSION],
        ),
    ]


def _money(days: Days) -> list[Json]:
    plan = coverage(MARIA, "Prairie Silver", PRAIRIE_MUTUAL, "PM-448120", days.ago(400))
    return [
        plan,
        account(MARIA, plan, days.ago(400)),
        invoice(MARIA, "statement-1", {"Copayment, visit": 25.0}, days.visit(8)),
    ]
