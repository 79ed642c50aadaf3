"""Measurements, other observations, and the reports that group them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sandbox.people.cast import LAB, NURSE_OKAFOR
from sandbox.people.codes.measures import BLOOD_PRESSURE, DIASTOLIC, SYSTOLIC, Measure
from sandbox.people.codes.systems import HL7, hl7
from sandbox.people.dates import at
from sandbox.people.shapes import Concept, Json, Ref, code, concept, quantity, ref_to, resource

WORDS = {"L": "Low", "N": "Normal", "H": "High", "HH": "Critical high", "A": "Abnormal"}


def observation(of: Ref, slug: str, what: Concept, on: date | str | None, **more: Any) -> Json:
    """Any observation; the value is given as its FHIR element, such as `valueString`."""
    category = more.pop("category", "laboratory")
    return resource(
        "Observation",
        f"{of.id}-{slug}",
        status=more.pop("status", "final"),
        category=[code(f"{HL7}/observation-category", category)],
        code=what,
        subject=of,
        effectiveDateTime=on,
        **more,
    )


def measured(
    of: Ref, measure: Measure, value: float, on: date, *, slug: str = "", **more: Any
) -> Json:
    in_lab = measure.category == "laboratory"
    return observation(
        of,
        slug or measure.slug,
        measure.what,
        at(on, "08:40"),
        category=measure.category,
        issued=at(on, "17:10" if in_lab else "08:45"),
        performer=[LAB if in_lab else NURSE_OKAFOR],
        valueQuantity=quantity(measure.rounded(value), measure.unit, measure.ucum),
        interpretation=more.pop("interpretation", _judged(measure, measure.rounded(value))),
        referenceRange=_usual(measure),
        **more,
    )


def blood_pressure(
    of: Ref, upper: float, lower: float, on: date, *, slug: str = "blood-pressure", **more: Any
) -> Json:
    return observation(
        of,
        slug,
        BLOOD_PRESSURE,
        more.pop("effective", at(on, "08:40")),
        category="vital-signs",
        performer=more.pop("performer", [NURSE_OKAFOR]),
        component=[_component(SYSTOLIC, round(upper)), _component(DIASTOLIC, round(lower))],
        **more,
    )


def history(of: Ref, measure: Measure, values: Sequence[float], days: Sequence[date]) -> list[Json]:
    """The same thing measured again and again; both sequences run from the oldest on."""
    return [
        measured(of, measure, value, day, slug=f"{measure.slug}-{number:02}")
        for number, (value, day) in enumerate(zip(values, days, strict=True), 1)
    ]


def drift(seed: str, through: Sequence[float], count: int, wobble: float) -> list[float]:
    """A believable series: it passes through the given points, with a little noise, every time
    the same for the same seed."""
    noise = random.Random(seed)
    last = len(through) - 1
    series = []
    for step in range(count):
        place = step / max(1, count - 1) * last
        left = min(int(place), max(0, last - 1))
        right = min(left + 1, last)
        middle = through[left] + (through[right] - through[left]) * (place - left)
        series.append(middle + noise.gauss(0, wobble))
    return series


def report(
    of: Ref, slug: str, panel: Concept, results: Iterable[Json], on: date, **more: Any
) -> Json:
    return resource(
        "DiagnosticReport",
        f"{of.id}-{slug}",
        status=more.pop("status", "final"),
        category=[more.pop("category", concept("Laboratory", hl7("v2-0074", "LAB", "Laboratory")))],
        code=panel,
        subject=of,
        effectiveDateTime=at(on, "08:40"),
        issued=at(on, "17:15"),
        performer=[more.pop("performer", LAB)],
        result=[ref_to(result, result["code"]["text"]) for result in results],
        **more,
    )


def judgement(letter: str) -> list[Concept]:
    return [concept(WORDS[letter], hl7("v3-ObservationInterpretation", letter, WORDS[letter]))]


def _judged(measure: Measure, value: float) -> list[Concept] | None:
    if measure.low is None and measure.high is None:
        return None
    if measure.high is not None and value > measure.high:
        return judgement("H")
    if measure.low is not None and value < measure.low:
        return judgement("L")
    return judgement("N")


def _usual(measure: Measure) -> list[Json] | None:
    if measure.low is None and measure.high is None:
        return None
    limits = {"low": measure.low, "high": measure.high}
    coded = {
        side: quantity(limit, measure.unit, measure.ucum)
        for side, limit in limits.items()
        if limit is not None
    }
    return [coded]


def _component(what: Concept, value: int) -> Json:
    return {"code": what, "valueQuantity": quantity(value, "mmHg", "mm[Hg]")}
