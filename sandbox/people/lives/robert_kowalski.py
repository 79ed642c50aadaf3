"""Robert Kowalski, 47: type 1 diabetes with insulin and a glucose sensor."""

from __future__ import annotations

from sandbox.people.builders.documents import note
from sandbox.people.builders.medicines import Sig, Supply, order
from sandbox.people.builders.money import account, coverage
from sandbox.people.builders.persons import email, home, name, patient, phone, speaks
from sandbox.people.builders.plans import care_plan, goal, lab_order, step
from sandbox.people.builders.problems import allergy, condition, immunization
from sandbox.people.builders.results import (
    blood_pressure,
    drift,
    history,
    measured,
    observation,
    report,
)
from sandbox.people.builders.visits import appointment, visit
from sandbox.people.cast import CLINIC, DR_PATEL, NURSE_OKAFOR, PHARM_RUIZ, PRAIRIE_MUTUAL
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, measures, medicines, problems, vaccines
from sandbox.people.dates import Days, at
from sandbox.people.shapes import Concept, Json, Ref, quantity, ref_to

ROBERT = Ref("Patient", "robert-kowalski", "Robert Kowalski")
LISPRO = Ref("", "lispro", medicines.INSULIN_LISPRO.text)  # contained in its order
UNDER_THE_SKIN = Concept("Under the skin")
MG_DL = ("mg/dL", "mg/dL")


def life(days: Days) -> list[Json]:
    return [
        *_himself(days),
        *_health(days),
        *_medicines(days),
        *_results(days),
        *_sensor(days),
        *_visits(days),
    ]


def _himself(days: Days) -> list[Json]:
    plan = coverage(ROBERT, "Prairie Gold", PRAIRIE_MUTUAL, "PM-118205", days.ago(2000))
    return [
        patient(
            ROBERT,
            100010,
            active=True,
            name=[name("Kowalski", "Robert", "Jan")],
            telecom=[phone("+1-312-555-0313"), email("robert.kowalski@example.org")],
            gender="male",
            birthDate=days.born(47, "02-25"),
            address=[home("330 Hill Street")],
            communication=speaks("en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
        ),
        patient_team(ROBERT, (PHARM_RUIZ, care.PHARMACIST_ROLE)),
        plan,
        account(ROBERT, plan, days.ago(2000)),
    ]


def _health(days: Days) -> list[Json]:
    return [
        condition(ROBERT, "type-1-diabetes", problems.TYPE_1_DIABETES, days.years_ago(30)),
        condition(
            ROBERT,
            "sprained-ankle",
            problems.SPRAINED_ANKLE,
            days.visit(900),
            status="inactive",
        ),
        allergy(ROBERT, "no-known-allergies", problems.NO_KNOWN_ALLERGY, category=None),
        immunization(ROBERT, "flu", vaccines.FLU, days.visit(98), NURSE_OKAFOR),
        immunization(ROBERT, "hepatitis-b", vaccines.HEPATITIS_B, days.years_ago(12), NURSE_OKAFOR),
    ]


def _medicines(days: Days) -> list[Json]:
    long_acting = Sig(
        "Inject 22 units under the skin every night at 10 PM",
        dose=22, unit="unit", at_times=("22:00:00",), route=UNDER_THE_SKIN,
    )  # fmt: skip
    with_meals = Sig(
        "Inject 6 to 10 units under the skin before each meal, by your carbohydrate count",
        dose=8, unit="unit", times=3, when=("ACM", "ACD", "ACV"), route=UNDER_THE_SKIN,
    )  # fmt: skip
    tablet = Sig("Take 1 tablet by mouth every evening", when=("EVE",))
    return [
        *order(
            ROBERT, "insulin-glargine", medicines.INSULIN_GLARGINE, long_acting,
            on=days.ago(150), by=DR_PATEL, supply=Supply(5, 60, 5, "pen"),
            fills=days.each_ago(150, 92, 33),
            reasonReference=[Ref("Condition", "robert-kowalski-type-1-diabetes")],
        ),
        *order(
            ROBERT, "insulin-lispro", LISPRO, with_meals,
            on=days.ago(150), by=DR_PATEL, supply=Supply(10, 90, 5, "pen"),
            fills=days.each_ago(150, 76),
            contained=[
                {"resourceType": "Medication", "id": "lispro", "code": medicines.INSULIN_LISPRO}
            ],
        ),
        # Talked about, not ordered: a plan is not something to take.
        *order(
            ROBERT, "atorvastatin-plan", medicines.ATORVASTATIN_20, tablet,
            on=days.visit(35), by=DR_PATEL, intent="plan",
            note=[{"text": "To be decided after the next cholesterol test."}],
        ),
    ]  # fmt: skip


def _results(days: Days) -> list[Json]:
    dates = [days.visit(ago) for ago in range(1130, 30, -91)]
    sugar = history(
        ROBERT,
        measures.HBA1C,
        drift("robert-hba1c", [8.8, 8.1, 7.6, 7.2], len(dates), 0.15),
        dates,
    )
    reports = [
        report(ROBERT, f"hba1c-report-{number:02}", measures.DIABETES_TEST, [result], day)
        for number, (result, day) in enumerate(zip(sugar, dates, strict=True), 1)
    ]
    return [
        *sugar,
        *reports,
        measured(ROBERT, measures.URINE_ALBUMIN, 9, dates[-1]),
        measured(ROBERT, measures.CREATININE, 0.94, dates[-1]),
        blood_pressure(ROBERT, 124, 78, dates[-1]),
        *history(ROBERT, measures.WEIGHT, [186, 184.5, 183], dates[-3:]),
    ]


def _sensor(days: Days) -> list[Json]:
    """What the glucose sensor reports: one observation for each shape that a value can have."""
    day = days.ago(5)
    worn = {"start": at(days.ago(19)), "end": at(day)}
    low, high = (quantity(value, *MG_DL) for value in (92, 138))
    values: dict[str, tuple[Concept, Json]] = {
        "sensor-worn": (Concept("Glucose sensor worn"), {"valuePeriod": worn}),
        "night-glucose": (
            Concept("Usual glucose at night"),
            {"valueRange": {"low": low, "high": high}},
        ),
        "long-acting-time": (
            Concept("Usual time of the long-acting insulin"),
            {"valueTime": "22:00:00"},
        ),
        "sensor-used": (Concept("Uses a glucose sensor"), {"valueBoolean": True}),
        "sensor-lows": (Concept("Lows in the past 14 days"), {"valueInteger": 3}),
        "sensor-model": (Concept("Glucose sensor"), {"valueString": "Worn on the upper arm"}),
        "sensor-above": (
            Concept("Highest glucose in the past 14 days"),
            {"valueQuantity": quantity(400, *MG_DL) | {"comparator": ">"}},
        ),
    }
    return [
        observation(ROBERT, slug, what, at(day, "07:00"), category="exam", **value)
        for slug, (what, value) in values.items()
    ]


def _visits(days: Days) -> list[Json]:
    seen = days.visit(35)
    check = visit(
        ROBERT, "visit-diabetes", care.VIDEO_VISIT, seen, DR_PATEL, kind="VR",
        reason=problems.TYPE_1_DIABETES,
    )  # fmt: skip
    aim = goal(
        ROBERT,
        "sugar-goal",
        "Hemoglobin A1c below 7%",
        days.visit(400),
        achievement="improving",
        target={
            "measure": measures.HBA1C.what,
            "detailQuantity": quantity(7, "%", "%") | {"comparator": "<"},
            "dueDate": days.ahead(80),
        },
    )
    return [
        check,
        note(
            ROBERT,
            "summary-diabetes",
            care.AFTER_VISIT_SUMMARY,
            "After-visit summary: diabetes",
            seen,
            DR_PATEL,
            "Your A1c keeps going down. No change of insulin today.\n"
            "Call us for two lows under 70 in one week.\n"
            "Call 911 if you have a low and cannot eat or drink.",
            visit=ref_to(check),
        ),
        aim,
        care_plan(
            ROBERT,
            "diabetes-plan",
            "Diabetes plan",
            "<p>Sensor on every day. Insulin before you eat.</p>",
            seen,
            DR_PATEL,
            goal=[ref_to(aim)],
            steps=[step("Wear the sensor"), step("Eye exam this year", "not-started")],
        ),
        lab_order(
            ROBERT,
            "a1c-order",
            measures.DIABETES_TEST,
            seen,
            DR_PATEL,
            occurrenceDateTime=days.booking(45),
        ),
        appointment(
            ROBERT,
            "video-visit",
            "Diabetes check by video",
            days.booking(50),
            DR_PATEL,
            clock="08:30",
            video="https://video.clinic.example.org/visit/robert-diabetes",
            patientInstruction="Share your sensor data before the visit.",
        ),
        appointment(
            ROBERT, "past-video-visit", "Diabetes check by video", seen, DR_PATEL,
            status="fulfilled", video="https://video.clinic.example.org/visit/robert-past",
        ),
    ]  # fmt: skip
