"""What a nurse manager can ask of the policy: is it sound, and what would become of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from smartapp.errors import PolicyError, Problem
from smartapp.workflow.explanation import differences, explained
from smartapp.workflow.policy.cases import Case, cases_known_to, read_cases
from smartapp.workflow.policy.lint import advice_on
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.routing import Considered, consider
from smartapp.workflow.simulation import decided, moved, shares, told_moves


def lint(folder: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with the files, and every case that goes where it should not."""
    try:
        policy = load_policy(folder)
    except PolicyError as found:
        return found.problems
    return tuple(problems_with_cases(policy, folder))


def explain(folder: Path, case_file: Path) -> str:
    """Step by step, what becomes of each case in the file. Raises PolicyError."""
    policy = load_policy(folder)
    cases = read_cases(policy, case_file.parent, case_file.name)
    return "\n\n".join("\n".join(explained(case, _considered(policy, case))) for case in cases)


def advice(folder: Path) -> tuple[Problem, ...]:
    """What may be meant so, and is worth a second look. Raises PolicyError."""
    return tuple(
        Problem(f"{folder.name}/topics/{topic.code}.toml: {place}", what)
        for topic in load_policy(folder).topics.values()
        for place, what in advice_on(topic)
    )


def simulate(folder: Path, cases: Path, against: Path | None) -> str:
    """Who would get how many of these cases, and what another policy would move."""
    policy = load_policy(folder)
    files = sorted(cases.rglob("*.toml")) if cases.is_dir() else [cases]
    before = decided(policy, _cases_in(files, policy, read_cases))
    lines = list(shares(policy, before))
    if against is not None:
        other = load_policy(against)
        after = decided(other, _cases_in(files, other, cases_known_to))
        lines += [
            "",
            f"By {against}:",
            *shares(other, after),
            "",
            *told_moves(moved(before, after)),
        ]
    return "\n".join(lines)


def _cases_in(
    files: Sequence[Path], policy: Policy, read: Callable[[Policy, Path, str], tuple[Case, ...]]
) -> tuple[Case, ...]:
    return tuple(case for file in files for case in read(policy, file.parent, file.name))


def problems_with_cases(policy: Policy, folder: Path) -> Iterator[Problem]:
    """The clinic's own cases that do not go where it says they should."""
    for path in sorted((folder / "cases").rglob("*.toml")):
        try:
            cases = read_cases(policy, folder, str(path.relative_to(folder)))
        except PolicyError as found:
            yield from found.problems
            continue
        for case in cases:
            for what in differences(case, _considered(policy, case).decision):
                yield Problem(f"{case.place} ({case.name})", what)


def _considered(policy: Policy, case: Case) -> Considered:
    return consider(case.topic, case.answers, case.facts, case.at, policy.calendar)
