"""Fifteen years of Dorothy's results: blood tests and vital signs every three months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sandbox.people.builders.results import (
    blood_pressure,
    drift,
    history,
    judgement,
    measured,
    observation,
    report,
)
from sandbox.people.builders.trust import provenance
from sandbox.people.cast import LAB
from sandbox.people.codes import measures
from sandbox.people.codes.measures import Measure
from sandbox.people.codes.systems import snomed
from sandbox.people.dates import Days, at
from sandbox.people.shapes import Concept, Json, Ref, concept, ref_to

DOROTHY = Ref("Patient", "dorothy-hayes", "Dorothy Hayes")
LATEST = 40  # days ago: her last quarterly visit
QUARTERS = 60
YEARS = 15

# Where each series starts, what it passes through, and where it is now.
QUARTERLY = (
    (measures.HBA1C, (6.6, 7.2, 8.4, 7.6, 7.1, 7.3), 0.15),
    (measures.POTASSIUM, (4.2, 4.3, 4.6, 4.5, 4.9), 0.2),
    (measures.SODIUM, (140, 139, 138), 1.2),
    (measures.GLUCOSE, (128, 145, 178, 150, 138), 9),
)
YEARLY = (
    (measures.TSH, (7.8, 3.1, 2.4, 2.8), 0.3),
    (measures.URINE_ALBUMIN, (12, 18, 35, 62, 48), 4),
    (measures.HEMOGLOBIN, (13.4, 12.9, 12.3, 11.8), 0.2),
)
LIPIDS = (
    (measures.CHOLESTEROL, (238, 196, 172, 164), 6),
    (measures.LDL, (154, 112, 88, 79), 5),
    (measures.HDL, (48, 50, 52), 2),
    (measures.TRIGLYCERIDES, (190, 165, 150), 10),
)


def results_of_dorothy(days: Days) -> list[Json]:
    quarters = [days.visit(LATEST + 91 * ago) for ago in reversed(range(QUARTERS))]
    years = [days.visit(LATEST + 364 * ago) for ago in reversed(range(YEARS))]
    return [
        *_blood_tests(quarters),
        *_lipids(years),
        *(each for row in YEARLY for each in _series(*row, days=years)),
        *_vital_signs(quarters),
        *_emergency(days),
        *_ways_of_life(days),
    ]


def _series(
    measure: Measure, through: Sequence[float], wobble: float, *, days: list[date]
) -> list[Json]:
    values = drift(f"dorothy-{measure.slug}", through, len(days), wobble)
    return history(DOROTHY, measure, values, days)


def _blood_tests(quarters: list[date]) -> list[Json]:
    raw = drift("dorothy-creatinine", (0.84, 0.92, 1.05, 1.18, 1.22), QUARTERS, 0.03)
    creatinine = [measures.CREATININE.rounded(value) for value in raw]
    ages = [65 + number / 4 for number in range(QUARTERS)]
    filtration = [_egfr(value, age) for value, age in zip(creatinine, ages, strict=True)]
    tests = [
        *(_series(*row, days=quarters) for row in QUARTERLY),
        history(DOROTHY, measures.CREATININE, creatinine, quarters),
        history(DOROTHY, measures.EGFR, filtration, quarters),
    ]
    panels = [
        report(
            DOROTHY,
            f"basic-panel-{number + 1:02}",
            measures.BASIC_PANEL,
            [test[number] for test in tests],
            day,
        )
        for number, day in enumerate(quarters)
    ]
    return [*(result for test in tests for result in test), *panels]


def _egfr(creatinine: float, age: float) -> float:
    """The CKD-EPI 2021 estimate for women, so that the two series agree."""
    ratio = creatinine / 0.7
    low, high = pow(min(ratio, 1.0), -0.241), pow(max(ratio, 1.0), -1.2)
    return float(142 * low * high * pow(0.9938, age) * 1.012)


def _lipids(years: list[date]) -> list[Json]:
    tests = [_series(*row, days=years) for row in LIPIDS]
    panels = [
        report(
            DOROTHY,
            f"cholesterol-panel-{number + 1:02}",
            measures.LIPID_PANEL,
            [test[number] for test in tests],
            day,
        )
        for number, day in enumerate(years)
    ]
    return [*(result for test in tests for result in test), *panels]


def _vital_signs(quarters: list[date]) -> list[Json]:
    upper = drift("dorothy-systolic", (158, 146, 138, 134, 136), QUARTERS, 5)
    lower = drift("dorothy-diastolic", (88, 82, 76, 72, 70), QUARTERS, 3)
    pressures = [
        blood_pressure(DOROTHY, *both, day, slug=f"blood-pressure-{number:02}")
        for number, (both, day) in enumerate(
            zip(zip(upper, lower, strict=True), quarters, strict=True), 1
        )
    ]
    return [
        *pressures,
        *_series(measures.WEIGHT, (172, 175, 168, 160, 157), 0.9, days=quarters),
        *_series(measures.HEART_RATE, (76, 78, 92, 68, 66), 3, days=quarters),
        measured(DOROTHY, measures.HEIGHT, 62.5, quarters[-1]),
    ]


def _emergency(days: Days) -> list[Json]:
    """The hospital's lab, six years ago: a critical value, amended the same day."""
    day = days.years_ago(6)
    critical = measured(
        DOROTHY,
        measures.POTASSIUM,
        6.2,
        day,
        slug="potassium-hospital",
        status="amended",
        interpretation=judgement("HH"),
        note=[{"text": "Amended: repeated in a second sample, confirmed."}],
    )
    return [
        critical,
        provenance(
            "dorothy-hayes-amended-potassium",
            [ref_to(critical)],
            LAB,
            day,
            words="Result amended after a second sample",
            role="performer",
        ),
    ]


def _ways_of_life(days: Days) -> list[Json]:
    return [
        observation(
            DOROTHY,
            "smoking",
            measures.SMOKING,
            at(days.visit(LATEST)),
            category="social-history",
            valueCodeableConcept=concept(
                "Never smoked", snomed("266919005", "Never smoked tobacco")
            ),
        ),
        observation(
            DOROTHY,
            "lives-alone",
            Concept("Lives alone"),
            at(days.visit(LATEST)),
            category="social-history",
            valueBoolean=True,
        ),
        observation(
            DOROTHY,
            "falls",
            Concept("Falls in the past year"),
            at(days.visit(LATEST)),
            category="survey",
            valueInteger=1,
        ),
    ]
