"""James's medicines: one order for each answer that a refill request can get."""

from __future__ import annotations

from sandbox.people.builders.medicines import NINETY_DAYS, Sig, Supply, order, statement
from sandbox.people.cast import DR_PATEL
from sandbox.people.codes import medicines, problems
from sandbox.people.dates import Days
from sandbox.people.shapes import Concept, Json, Ref

JAMES = Ref("Patient", "james-carter", "James Carter")


def medicines_of_james(days: Days) -> list[Json]:
    """One order for each answer that a refill request can get."""
    morning = Sig("Take 1 tablet by mouth every morning", when=("MORN",))
    evening = Sig("Take 1 tablet by mouth every evening", when=("EVE",))
    bedtime = Sig(
        "Take 1 tablet by mouth at bedtime as needed for sleep",
        when=("HS",),
        as_needed=problems.TROUBLE_SLEEPING,
    )
    capsules = Sig("Take 1 capsule by mouth three times a day for 7 days", unit="capsule", times=3)
    return [
        *order(
            JAMES, "lisinopril-10", medicines.LISINOPRIL_10, morning, on=days.ago(260),
            by=DR_PATEL, supply=NINETY_DAYS, fills=days.each_ago(260, 170, 80),
            reasonReference=[Ref("Condition", "james-carter-hypertension")],
        ),
        *order(
            JAMES, "atorvastatin-40", medicines.ATORVASTATIN_40, evening, on=days.ago(95),
            by=DR_PATEL, supply=NINETY_DAYS, fills=days.each_ago(95, 5),
            reasonReference=[Ref("Condition", "james-carter-high-cholesterol")],
        ),
        *order(
            JAMES, "hydrochlorothiazide-25", medicines.HYDROCHLOROTHIAZIDE_25, morning,
            on=days.ago(176), by=DR_PATEL, supply=Supply(amount=90, days=90, repeats=1),
            fills=days.each_ago(176, 86),
            reasonReference=[Ref("Condition", "james-carter-hypertension")],
        ),
        *order(
            JAMES, "amlodipine-5", medicines.AMLODIPINE_5, morning, on=days.ago(300),
            by=DR_PATEL, supply=NINETY_DAYS, fills=days.each_ago(300, 210, 120), status="stopped",
            statusReason=Concept("Ankle swelling"),
        ),
        *order(
            JAMES, "zolpidem-5", medicines.ZOLPIDEM_5, bedtime, on=days.ago(62), by=DR_PATEL,
            supply=Supply(amount=30, days=30, repeats=2, valid_days=180),
            fills=days.each_ago(62, 31),
            note=[{"text": "Schedule IV controlled substance."}],
        ),
        *order(
            JAMES, "amoxicillin-500", medicines.AMOXICILLIN_500, capsules, on=days.visit(300),
            by=DR_PATEL, supply=Supply(21, days=7, repeats=0, unit="capsule", valid_days=30),
            fills=days.each_ago(300), status="completed",
        ),
        statement(
            JAMES, "ibuprofen", medicines.IBUPROFEN_200, "1 or 2 tablets when my back hurts",
            days.ago(200),
        ),
    ]  # fmt: skip
