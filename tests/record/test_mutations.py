"""Whatever an EHR sends: no page breaks, and no part that could not be read says "none".

Elements are dropped, given another type, swapped with others or cut short, in every resource.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.record.held import Reader, reader
from tests.record.whole import NONE, record

Json = dict[str, Any]
Way = tuple[Any, ...]

ODD = (
    None, True, False, 0, -1, 10**30, "", " ", "x" * 3000, "\u202e", "<b>", "{{7*7}}", [], {},
    [None], [[]], [{}], {"text": []}, {"coding": {}}, {"reference": 7}, "9999-12-31", "0000",
    "entered-in-error", "2026-13-45",
)  # fmt: skip
# What says of itself that it is not there any more, or not now, may rightly be passed over.
STATES = {
    "status", "clinicalStatus", "verificationStatus", "doNotPerform", "intent", "start", "category",
    "system", "code", "resourceType",
}  # fmt: skip


@pytest.fixture(scope="module")
def ann() -> Iterator[Reader]:
    with reader("p") as found:
        yield found


def ways_into(value: object, way: Way = ()) -> Iterator[Way]:
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    for key, part in inner:
        yield (*way, key)
        yield from ways_into(part, (*way, key))


def mutated(dice: Random, whole: Json) -> tuple[Json, Way]:
    json = copy.deepcopy(whole)
    ways = list(ways_into(json))
    way = dice.choice(ways)
    holder: Any = json
    for key in way[:-1]:
        holder = holder[key]
    kind = dice.choice(("drop", "retype", "swap", "cut"))
    if kind == "drop":
        del holder[way[-1]]
    elif kind == "retype":
        holder[way[-1]] = copy.deepcopy(dice.choice(ODD))
    elif kind == "swap":
        other: Any = json
        for key in dice.choice(ways):
            other = other[key] if _has(other, key) else other
        holder[way[-1]] = copy.deepcopy(other)
    else:
        value = holder[way[-1]]
        holder[way[-1]] = value[: len(value) // 2] if isinstance(value, str | list) else None
    return json, way


def _has(holder: object, key: Any) -> bool:
    return (isinstance(holder, dict) and key in holder) or (
        isinstance(holder, list) and isinstance(key, int) and key < len(holder)
    )


def try_one(ann: Reader, seed: int, seen: Counter[str]) -> None:
    whole = record()
    dice = Random(seed)  # noqa: S311  (spoils records, hides nothing)
    place = dice.randrange(len(whole))
    odd, way = mutated(dice, whole[place])
    kind, identity = whole[place]["resourceType"], whole[place]["id"]
    # The others of its type stay out, so that "none" would be a lie about this one.
    ann.holds([each for each in whole if each["resourceType"] != kind])
    ann.answers(kind, odd)
    page, none = NONE.get(f"{kind}/{identity}", ("start", ""))
    answer = ann.opens(page)
    seen[kind] += 1

    assert answer.status_code != 500, (kind, way)
    text = answer.text
    assert "Something went wrong on our side" not in text, (kind, way)
    if none and not STATES.intersection(way) and answer.status_code == 200:
        assert none not in text, (kind, way, odd)


SEEDS = st.integers(0, 2**64 - 1)  # one number names a case, so that it can be tried again
RULES = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    database=None,
)


@settings(RULES, max_examples=150)
@given(seed=SEEDS)
def test_an_odd_resource_breaks_no_page_and_makes_no_none(ann: Reader, seed: int) -> None:
    try_one(ann, seed, Counter())


@pytest.mark.proof
def test_5000_odd_resources_break_no_page_and_make_no_none(ann: Reader) -> None:
    seen: Counter[str] = Counter()

    @settings(RULES, max_examples=5000)
    @given(seed=SEEDS)
    def prove(seed: int) -> None:
        try_one(ann, seed, seen)

    prove()
    print(f"{seen.total()} mutated resources: {dict(seen)}")
    assert seen.total() >= 5000


def test_the_whole_record_is_shown(ann: Reader) -> None:
    """Or the tests above would test nothing."""
    ann.holds(record())
    for page, none in NONE.values():
        answer = ann.opens(page)
        assert answer.status_code == 200, page
        assert none not in answer.text
    summary = ann.opens("summary").text
    for words in ("Penicillin", "Gout", "Flu", "Cast", "lisinopril", "ibuprofen", "Check-up"):
        assert words in summary
