"""What another version of the policy would have made of what really came in. Nothing is written."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from smartapp.errors import PolicyError, Problem
from smartapp.workflow.commands import problems_with_cases
from smartapp.workflow.metrics.handled import Handled
from smartapp.workflow.metrics.reading import Given
from smartapp.workflow.policy.cases import NOTHING_SAID, Case
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.simulation import Moved, Pair, decided, moved

LARGEST = 200_000  # bytes of one file


@dataclass(frozen=True)
class Trial:
    """`problems` stop it; `cases` are the clinic's own, and no longer go where they should."""

    problems: tuple[Problem, ...] = ()
    cases: tuple[Problem, ...] = ()
    compared: int = 0
    left_out: int = 0  # decided then by more than the answers, so nothing can be said of them
    before: Mapping[str, int] | None = None  # by queue
    after: Mapping[str, int] | None = None
    moves: tuple[Moved, ...] = ()


@contextmanager
def edited(folder: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """The policy with these files in place of its own, in a folder that is gone afterwards.

    Raises PolicyError for a file that it does not have: where a new one belongs, nobody can tell.
    """
    own = {path.name: path for path in sorted(folder.rglob("*")) if _is_policy(path)}
    strange = [name for name in files if name not in own]
    large = [name for name, content in files.items() if len(content) > LARGEST]
    if strange or large:
        raise PolicyError(
            (
                *(Problem(name, "is not the name of a file of the policy") for name in strange),
                *(Problem(name, "is larger than a file of a policy can be") for name in large),
            )
        )
    with TemporaryDirectory(prefix="policy-") as made:
        copy = Path(made) / "policy"
        shutil.copytree(folder, copy)
        for name, content in files.items():
            (copy / own[name].relative_to(folder)).write_bytes(content)
        yield copy


def _is_policy(path: Path) -> bool:
    return path.is_file() and path.suffix in {".toml", ".json", ".csv"}


def tried(
    policy: Policy,
    folder: Path,
    files: Mapping[str, bytes],
    answers: Sequence[Given],
    items: Sequence[Handled],
) -> Trial:
    """By the answers alone: what else the record said at that time, nobody knows any more. So only
    what today's rules decide by them as it was decided then is compared.
    """
    try:
        with edited(folder, files) as copy:
            other = load_policy(copy)
            cases = tuple(problems_with_cases(other, copy))
    except PolicyError as found:
        return Trial(problems=found.problems)
    pairs = decided(policy, tuple(_cases(policy, answers)))
    rules = {each.submission: each.rule for each in items if each.rule}
    sure = [pair for pair in pairs if pair[1].rule == rules.get(pair[0].name)]
    known = (case for case, _ in sure if case.topic.code in other.topics)
    again = decided(other, tuple(_for(other, case) for case in known))
    return Trial(
        cases=cases,
        compared=len(sure),
        left_out=len(pairs) - len(sure),
        before=_by_queue(sure),
        after=_by_queue(again),
        moves=moved(sure, again),
    )


def _cases(policy: Policy, answers: Sequence[Given]) -> Iterator[Case]:
    """What was answered, as the simulation wants it: named by its submission."""
    by_form: dict[str, Topic] = {each.questionnaire.url: each for each in policy.topics.values()}
    for given in answers:
        topic = by_form.get(given.questionnaire)
        if topic is not None:
            yield Case(
                name=given.submission,
                place="",
                why="",
                topic=topic,
                at=given.at,
                answers=given.answers,
                facts={},
                expected=NOTHING_SAID,
            )


def _for(other: Policy, case: Case) -> Case:
    topic = other.topics[case.topic.code]
    return Case(case.name, "", "", topic, case.at, case.answers, {}, NOTHING_SAID)


def _by_queue(pairs: Sequence[Pair]) -> Mapping[str, int]:
    return Counter(decision.queue for _, decision in pairs)
