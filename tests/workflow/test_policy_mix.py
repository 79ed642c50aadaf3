"""A day's requests in a stated mix: each where it should go, danger urgent, few for physicians."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from smartapp.workflow.policy.cases import read_cases
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Priority
from smartapp.workflow.routing import decide
from tests.workflow.conftest import FOLDER, asked_for

POLICY = load_policy(FOLDER)
MIX = [
    case
    for path in sorted((FOLDER / "cases" / "mix").glob("*.toml"))
    for case in read_cases(POLICY, path.parent, path.name)
]
DECIDED = [
    (each, decide(each.topic, each.answers, each.facts, each.at, POLICY.calendar)) for each in MIX
]


def test_at_least_150_requests_stand_in_the_mix_that_the_handbook_states() -> None:
    handbook = (FOLDER.parent / "docs" / "policy.md").read_text(encoding="utf-8")
    table = handbook.split("| topic | of 162 |")[1].split("\n\n")[0]
    stated = {topic: int(count) for topic, count in re.findall(r"\| ([a-z-]+) \| (\d+) \|", table)}

    assert stated == Counter(each.topic.code for each in MIX)
    assert set(stated) == set(asked_for(POLICY))
    assert sum(stated.values()) == len(MIX) == 162


def test_each_goes_where_its_label_says() -> None:
    wrong = [
        (each.name, made.queue, made.priority)
        for each, made in DECIDED
        if (made.queue, made.priority) != (each.expected.queue, each.expected.priority)
    ]

    assert wrong == []
    assert all(each.expected.queue and each.expected.priority and each.why for each in MIX)


def test_every_red_flag_of_every_topic_is_urgent_and_goes_to_a_nurse() -> None:
    flagged = 0
    for each in MIX:
        for flag in each.topic.red_flags:
            for answer in flag.answers:
                answers = {**each.answers, flag.question: (answer,)}
                made = decide(each.topic, answers, each.facts, each.at, POLICY.calendar)
                assert made.priority.rank >= Priority.URGENT.rank, (each.name, flag.name)
                assert made.queue == "nurse-triage"
                flagged += 1
    assert flagged > 500


def test_under_15_in_100_need_a_physician() -> None:
    physicians = [each.name for each, made in DECIDED if made.queue == "physician"]

    assert 0 < len(physicians) / len(DECIDED) < 0.15


@pytest.mark.parametrize("each", MIX, ids=[each.name for each in MIX])
def test_nobody_waits_longer_because_the_record_could_not_be_read(each) -> None:
    """Without any fact of the record: nobody turned away, nothing less pressing for want of it,
    where the rules hurry for a fact that says so.
    """
    told = decide(each.topic, each.answers, {}, each.at, POLICY.calendar)

    assert told.due
    if each.expected.priority in {"stat", "asap"} and told.priority.rank < Priority.ASAP.rank:
        assert each.name in KNOWN_ONLY_FROM_THE_RECORD


# These are pressing only for what the record says; without it, nobody could know.
KNOWN_ONLY_FROM_THE_RECORD = {
    "asks about a potassium marked critical",
    "pain medicine, controlled, two days left",  # goes on as almost out: urgent, to the refill team
}
