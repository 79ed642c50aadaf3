"""James's results: cholesterol over the years, a corrected value, and a test under way."""

from __future__ import annotations

from sandbox.people.builders.results import (
    blood_pressure,
    drift,
    history,
    judgement,
    measured,
    observation,
    report,
)
from sandbox.people.codes import measures
from sandbox.people.codes.systems import snomed
from sandbox.people.dates import Days, at
from sandbox.people.lives.james_medicines import JAMES
from sandbox.people.shapes import Json, Ref, concept


def results_of_james(days: Days) -> list[Json]:
    yearly = [days.visit(ago) for ago in (1490, 1130, 760, 395, 2)]
    ldl = [168, 151, 118, 104, 96]
    hdl = [41, 42, 44, 43, 46]
    total = [245, 229, 198, 182, 171]
    fats = [180, 176, 165, 158, 144]
    lipids = [
        history(JAMES, measure, values, yearly)
        for measure, values in (
            (measures.LDL, ldl),
            (measures.HDL, hdl),
            (measures.CHOLESTEROL, total),
            (measures.TRIGLYCERIDES, fats),
        )
    ]
    panels = [
        report(
            JAMES,
            f"cholesterol-panel-{number}",
            measures.LIPID_PANEL,
            [test[number - 1] for test in lipids],
            day,
            conclusion="At goal on treatment." if number == len(yearly) else None,
        )
        for number, day in enumerate(yearly, 1)
    ]
    visits = [days.visit(ago) for ago in (760, 580, 395, 260, 120, 30)]
    upper = drift("james-blood-pressure", [152, 144, 138], len(visits), 2)
    return [
        *(result for test in lipids for result in test),
        *panels,
        *(
            blood_pressure(JAMES, value, value * 0.61, day, slug=f"blood-pressure-{number}")
            for number, (value, day) in enumerate(zip(upper, visits, strict=True), 1)
        ),
        *history(JAMES, measures.WEIGHT, [212, 209.5, 211, 206.4], visits[-4:]),
        *_potassium(days),
        observation(
            JAMES,
            "smoking",
            measures.SMOKING,
            at(days.visit(260)),
            category="social-history",
            valueCodeableConcept=concept("Former smoker", snomed("8517006", "Ex-smoker")),
        ),
        observation(
            JAMES,
            "covid-test",
            measures.COVID_TEST,
            at(days.visit(300)),
            valueCodeableConcept=concept("Not detected", snomed("260415000", "Not detected")),
        ),
    ]


def _potassium(days: Days) -> list[Json]:
    """A first number, corrected by the lab two days later, and a test still under way."""
    day = days.visit(30)
    corrected = measured(
        JAMES,
        measures.POTASSIUM,
        4.9,
        day,
        status="corrected",
        note=[{"text": "Corrected: the first value, 5.6, came from a damaged sample."}],
    )
    pending = measured(
        JAMES, measures.CREATININE, 1.0, days.visit(2), status="preliminary",
        interpretation=judgement("N"),
    )  # fmt: skip
    return [
        corrected,
        pending,
        report(
            JAMES, "potassium-report", measures.BASIC_PANEL, [corrected], day, status="corrected"
        ),
        report(
            JAMES,
            "kidney-report",
            measures.BASIC_PANEL,
            [pending],
            days.visit(2),
            status="preliminary",
            basedOn=[Ref("ServiceRequest", "james-carter-blood-test")],
        ),
    ]
