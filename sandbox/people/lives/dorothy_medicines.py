"""Dorothy's ten medicines, each at another point of its supply."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.people.builders.medicines import NINETY_DAYS, Sig, Supply, order, statement
from sandbox.people.cast import DR_LINDQVIST, DR_PATEL
from sandbox.people.codes import medicines
from sandbox.people.dates import Days
from sandbox.people.lives.dorothy_results import DOROTHY
from sandbox.people.shapes import Concept, Json, Ref, resource

METFORMIN = Ref("Medication", "metformin-500", "metformin 500 mg tablet")


@dataclass(frozen=True)
class Course:
    slug: str
    drug: Concept | Ref
    sig: Sig
    filled: tuple[int, ...]  # days ago, oldest first; the first is the day of the order
    supply: Supply = NINETY_DAYS
    by: Ref = DR_PATEL
    reason: str = ""


MORNING = Sig("Take 1 tablet by mouth every morning", when=("MORN",))
EVENING = Sig("Take 1 tablet by mouth every evening", when=("EVE",))
TWICE = Sig("Take 1 tablet by mouth twice a day", times=2, when=("MORN", "EVE"))

COURSES = (
    Course(
        "metformin", METFORMIN,
        Sig("Take 1 tablet by mouth twice a day with meals", times=2, when=("CM", "CV")),
        (250, 160, 70), Supply(amount=180, days=90, repeats=3), reason="type-2-diabetes",
    ),
    Course("lisinopril", medicines.LISINOPRIL_20, MORNING, (190, 100, 10), reason="hypertension"),
    Course("amlodipine", medicines.AMLODIPINE_5, EVENING, (82,), reason="hypertension"),
    Course("atorvastatin", medicines.ATORVASTATIN_20, EVENING, (355, 265, 175, 85)),
    Course(
        "apixaban", medicines.APIXABAN_5, TWICE, (175, 145, 115, 85, 55, 25),
        Supply(amount=60, days=30, repeats=11), DR_LINDQVIST, "atrial-fibrillation",
    ),
    Course(
        "metoprolol", medicines.METOPROLOL_ER_50, MORNING, (150, 60), by=DR_LINDQVIST,
        reason="atrial-fibrillation",
    ),
    # This prescription has run out of time, though not of repeats.
    Course("furosemide", medicines.FUROSEMIDE_20, MORNING, (400, 310, 88)),
    Course(
        "levothyroxine", medicines.LEVOTHYROXINE_75,
        Sig("Take 1 tablet by mouth on an empty stomach, 30 minutes before breakfast",
            when=("ACM",)),
        (170, 80), reason="underactive-thyroid",
    ),
    Course(
        "alendronate", medicines.ALENDRONATE_70,
        Sig("Take 1 tablet by mouth once a week, on Sunday, with a full glass of water",
            every=(1, "wk"), on_days=("sun",)),
        (110, 26), Supply(amount=12, days=84, repeats=3), reason="osteoporosis",
    ),
    Course(
        "omeprazole", medicines.OMEPRAZOLE_20,
        Sig("Take 1 capsule by mouth before breakfast", unit="capsule", when=("ACM",)),
        (95, 6), Supply(amount=90, days=90, repeats=3, unit="capsule"), reason="acid-reflux",
    ),
)  # fmt: skip


def medicines_of_dorothy(days: Days) -> list[Json]:
    shelf = resource("Medication", METFORMIN.id, code=medicines.METFORMIN_500, status="active")
    orders = [each for course in COURSES for each in _ordered(course, days)]
    return [
        shelf,
        *orders,
        statement(
            DOROTHY,
            "acetaminophen",
            medicines.ACETAMINOPHEN_500,
            "2 tablets when my hands hurt, not more than 6 a day",
            days.years_ago(3),
        ),
    ]


def _ordered(course: Course, days: Days) -> list[Json]:
    reason = Ref("Condition", f"{DOROTHY.id}-{course.reason}") if course.reason else None
    return order(
        DOROTHY,
        course.slug,
        course.drug,
        course.sig,
        on=days.ago(course.filled[0]),
        by=course.by,
        supply=course.supply,
        fills=days.each_ago(*course.filled),
        reasonReference=[reason],
    )
