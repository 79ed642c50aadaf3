"""What a nurse manager can ask of the policy: is it sound, and what would become of a case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from smartapp.errors import PolicyError, Problem
from smartapp.workflow.explanation import differences, explained
from smartapp.workflow.policy.cases import Case, read_cases
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.routing import Considered, consider


def lint(folder: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with the files, and every case that goes where it should not."""
    try:
        policy = load_policy(folder)
    except PolicyError as found:
        return found.problems
    return tuple(_problems_with_cases(policy, folder))


def explain(folder: Path, case_file: Path) -> str:
    """Step by step, what becomes of each case in the file. Raises PolicyError."""
    policy = load_policy(folder)
    cases = read_cases(policy, case_file.parent, case_file.name)
    return "\n\n".join("\n".join(explained(case, _considered(policy, case))) for case in cases)


def _problems_with_cases(policy: Policy, folder: Path) -> Iterator[Problem]:
    for path in sorted((folder / "cases").glob("*.toml")):
        try:
            cases = read_cases(policy, folder, f"cases/{path.name}")
        except PolicyError as found:
            yield from found.problems
            continue
        for case in cases:
            for what in differences(case, _considered(policy, case).decision):
                yield Problem(f"{case.place} ({case.name})", what)


def _considered(policy: Policy, case: Case) -> Considered:
    return consider(case.topic, case.answers, case.facts, case.at, policy.calendar)
