"""Checking the policy, and telling step by step what becomes of a case."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from smartapp.errors import PolicyError
from smartapp.workflow.commands import advice, explain, simulate
from smartapp.workflow.explanation import differences
from smartapp.workflow.policy.cases import Case, read_cases
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.routing import decide
from tests.workflow.conftest import FOLDER, Copy, asked_for

POLICY = load_policy(FOLDER)
CASES = [
    case
    for path in sorted((FOLDER / "cases").rglob("*.toml"))
    for case in read_cases(POLICY, FOLDER, str(path.relative_to(FOLDER)))
]

A_CASE = """
[[cases]]
name = "a few days left on a Friday"
why = "It could run out over the weekend."
topic = "refill"
at = 2026-11-20T10:00:00
answers = { red-flags = "none", supply-left = "1-3-days", taking = "yes", side-effects = false }
facts = { age-in-years = 54 }
expect = { queue = "refills", priority = "asap", due = 2026-11-20T11:00:00 }
"""


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_golden(case: Case) -> None:
    made = decide(case.topic, case.answers, case.facts, case.at, POLICY.calendar)

    assert list(differences(case, made)) == []


def test_there_are_enough_golden_cases_and_few_need_a_physician() -> None:
    to_physicians = [case for case in CASES if case.expected.queue == "physician"]

    assert len(CASES) >= 25
    assert all(case.expected.queue and case.expected.priority and case.why for case in CASES)
    assert len(to_physicians) / len(CASES) < 0.15


@pytest.mark.parametrize("code", asked_for(POLICY))
def test_every_rule_has_a_golden_case(code: str) -> None:
    topic = POLICY.topic(code)
    decided = {
        decide(case.topic, case.answers, case.facts, case.at, POLICY.calendar).rule
        for case in CASES
        if case.topic is topic
    }

    assert [rule.name for rule in topic.rules if rule.name not in decided] == []


def test_every_red_flag_of_the_refill_topic_has_a_golden_case() -> None:
    decided = {
        decide(case.topic, case.answers, case.facts, case.at, POLICY.calendar).rule
        for case in CASES
    }

    assert {flag.name for flag in POLICY.topic("refill").red_flags} <= decided


def test_a_case_that_goes_where_it_should_not_is_a_problem(policy_copy: Copy) -> None:
    hurry = 'respond_within = "1 business hour"\nreason.patient.en = "Your medicine'
    policy_copy.change("topics/refill.toml", hurry, hurry.split("\n")[1])
    cost = 'is = "cost" }\nqueue = "pharmacy"'
    policy_copy.change("topics/refill.toml", cost, cost.replace("pharmacy", "billing"))

    assert policy_copy.problems() == [
        "policy/cases/refill-running-out.toml: cases[5] (a few days left on a Friday) should be due"
        " Friday 2026-10-16 11:00 CDT: it is due Tuesday 2026-10-20 10:00 CDT",
        "policy/cases/refill-running-out.toml: cases[6] (a few days left before Thanksgiving)"
        " should be due Wednesday 2026-11-25 11:00 CST: it is due Tuesday 2026-12-01 10:00 CST",
        "policy/cases/refill-taking-it.toml: cases[5] (skips it because of the price) should go to"
        " 'pharmacy': 'costs-too-much' sends it to 'billing'",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "2026-11-20T10:00:00",
            '"Friday"',
            "at is not a date and time such as 2026-12-24T15:30:00",
        ),
        ("supply-left", "suply-left", "answers 'suply-left' is not a question of the form"),
        ("age-in-years", "age", "facts 'age' is not a fact"),
        ('"asap"', '"asp"', "expect.priority 'asp' is not a priority; did you mean 'asap'?"),
        ('"refills"', '"refils"', "expect.queue 'refils' is not a queue; did you mean 'refills'?"),
        ('"refill"', '"refil"', "topic 'refil' is not a topic; did you mean 'refill'?"),
        ("why =", "because =", "why is missing"),
    ],
)
def test_a_case_that_cannot_be_read_is_a_problem(
    policy_copy: Copy, old: str, new: str, problem: str
) -> None:
    path = policy_copy.folder / "cases" / "new.toml"
    path.write_text(A_CASE.replace(old, new, 1), encoding="utf-8")

    place = "policy/cases/new.toml: cases[0]."
    assert any(said.startswith(f"{place}{problem}") for said in policy_copy.problems())


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "friday.toml"
    path.write_text(A_CASE, encoding="utf-8")
    return path


def test_an_explanation_says_why_each_rule_fits_or_not_and_what_comes_of_it(
    case_file: Path,
) -> None:
    told = explain(FOLDER, case_file)

    lines = [" ".join(line.split()) for line in told.splitlines()]
    for expected in [
        "Case: a few days left on a Friday (topic refill)",
        "sent Friday 2026-11-20 10:00 CST; the clinic is open, closed days from tomorrow: 2",
        "in short: no red flags, 1 to 3 days left, takes it as prescribed, no side effects",
        "no swelling-of-the-face: red-flags is none",
        "no side-effects",
        "no answer side-effects is yes: it is no",
        "no answer taking-why is side-effects: it is not known",
        "no fact controlled-substance is yes: it is not known",
        "yes would-run-out-while-closed",
        "yes fact closed-days-ahead is at least 2: it is 2",
        "queue refills",
        "priority asap",
        "due Friday 2026-11-20 11:00 CST",
        "rule would-run-out-while-closed, policy 2026.11",
        "As expected",
    ]:
        assert expected in lines, told
    assert "not looked at: almost-out, child" in told


def test_a_simulation_counts_who_would_get_how_many() -> None:
    lines = [" ".join(line.split()) for line in simulated().splitlines()]

    assert lines[0] == "162 cases"
    assert "nurse-triage 68 42.0% 31 16 12 9" in lines
    assert "physician 4 2.5% 1 2 1 0" in lines
    assert "Nothing would change." not in lines


def test_a_simulation_says_what_another_policy_would_move(tmp_path: Path) -> None:
    other = Copy(Path(shutil.copytree(FOLDER, tmp_path / "other")))
    other.change("topics/referral.toml", 'queue = "front-desk"', 'queue = "nurse-triage"')
    other.change("policy.toml", '"proxy-access"', '"proxy-access", "gone"')
    other.change("policy.toml", ', "gone"', "")
    (other.folder / "topics" / "feedback.toml").unlink()
    other.change("desk.toml", 'feedback = ["visits"]', "")
    other.change("policy.toml", 'topics = ["feedback"]', 'topics = ["proxy-access"]')
    other.change("policy.toml", '"record-correction", "proxy-access"', '"record-correction"')

    told = simulated(against=other.folder)

    assert f"By {other.folder}:\n160 cases" in told
    assert "5 would change" in told
    assert (
        "  referral: where is my referral\n"
        "    now    front-desk, routine, due Thursday 2026-10-15 10:00 (everything-else)\n"
        "    other  nurse-triage, routine, due Thursday 2026-10-15 10:00 (everything-else)"
    ) in told
    assert (
        "  feedback: praise for the nurse\n"
        "    now    management, routine, due Friday 2026-10-16 10:00 (everything-else)\n"
        "    other  the topic is not offered"
    ) in told


def test_the_same_policy_moves_nothing() -> None:
    assert "Nothing would change." in simulated(against=FOLDER)


def test_advice_names_a_rule_that_takes_what_is_more_pressing() -> None:
    assert [str(each) for each in advice(FOLDER)] == [
        "policy/topics/refill.toml: rules[4] 'stopped-taking-it' takes some of what"
        " 'would-run-out-while-closed' after it would make more pressing"
    ]


def simulated(against: Path | None = None) -> str:
    return simulate(FOLDER, FOLDER / "cases" / "mix", against)


def test_an_explanation_says_what_was_expected_instead(case_file: Path) -> None:
    case_file.write_text(A_CASE.replace('queue = "refills"', 'queue = "physician"'), "utf-8")

    assert (
        "NOT as expected\n  should go to 'physician':"
        " 'would-run-out-while-closed' sends it to 'refills'"
    ) in explain(FOLDER, case_file)


def test_an_explanation_of_a_red_flag_shows_what_the_patient_was_told(case_file: Path) -> None:
    case_file.write_text(A_CASE.replace('"none"', '"swelling"'), "utf-8")

    told = explain(FOLDER, case_file)

    assert "yes swelling-of-the-face: red-flags is swelling\n        shown: Call 911 now." in told
    assert "none was looked at: a red flag wins over every rule" in told


def test_an_explanation_says_why_the_rules_could_not_decide(case_file: Path) -> None:
    case_file.write_text(A_CASE.replace('"1-3-days"', '"a handful"'), "utf-8")

    told = explain(FOLDER, case_file)

    assert "could not decide: the answer to supply-left is not one that the form offers" in told
    assert "queue     review" in told


def test_a_case_without_an_expectation_is_only_explained(case_file: Path) -> None:
    case_file.write_text(A_CASE.split("expect")[0], "utf-8")

    assert "xpected" not in explain(FOLDER, case_file)


def test_a_case_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nowhere\.toml: is missing"):
        explain(FOLDER, tmp_path / "nowhere.toml")
