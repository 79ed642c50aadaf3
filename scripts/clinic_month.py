"""Writes a month at the clinic for the sandbox: what was asked for, and what staff did with it.

The story is the sandbox's (`sandbox/month/`). Here it gets the shapes that the app itself writes,
by the app's own rules, under the app's own seal: so the key is asked for. Two files come of it:
the resources, and the log of the truth that figures can be held against.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sandbox import month
from sandbox.people.dates import CLINIC_TIME, Days
from scripts.month_writer import MonthWriter
from smartapp.config import secret_keys_of
from smartapp.fhir.codes import Vocabulary
from smartapp.workflow.policy.cases import Case, read_cases
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.routing import decide
from smartapp.workflow.seal import Seal

SEED = 2026
PEOPLE = 260
LENGTH = 31  # days
RESOURCES, TRUTH = "month.jsonl", "month-truth.jsonl"

Json = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _options(arguments)
    policy = load_policy(chosen.policy)
    seal = Seal(secret_keys_of(os.environ))
    made = a_month(policy, chosen.policy, seal, end=chosen.end, seed=chosen.seed)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    _write(chosen.folder / RESOURCES, made.resources)
    _write(chosen.folder / TRUTH, made.story.lines())
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--policy", type=Path, default=Path("policy"), help="the clinic's rules")
    parser.add_argument("--folder", type=Path, required=True, help="where the two files go")
    parser.add_argument("--seed", type=int, default=SEED, help="another number, another month")
    parser.add_argument(
        "--end",
        type=datetime.fromisoformat,
        default=datetime.now(UTC),
        help="the last moment of it, as 2026-11-30T09:00-06:00; now if left out",
    )
    return parser.parse_args(arguments)


def _write(file: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Whole or not at all: half a month would look like a quiet one."""
    half = file.with_suffix(".part")
    with half.open("w", encoding="utf-8") as out:
        for line in lines:
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    half.replace(file)


@dataclass(frozen=True)
class Month:
    story: month.Story
    resources: tuple[Json, ...]


def a_month(
    policy: Policy,
    folder: Path,
    seal: Seal,
    *,
    end: datetime,
    seed: int = SEED,
    people: int = PEOPLE,
    length: int = LENGTH,
    a_day: float = 23.0,
) -> Month:
    """The same arguments, the same month. `folder` is the policy's: its cases are what is asked."""
    dice = Random(seed)  # noqa: S311  (a story needs no cryptographic dice)
    end = end.astimezone(CLINIC_TIME).replace(microsecond=0)
    days = Days(end.date())
    known = month.population(dice, people)
    records = tuple(month.records(dice, known, days, length))
    story = month.tell(
        dice,
        known,
        _Rules(policy, _cases(policy, folder)).place,
        end=end,
        length=length,
        a_day=a_day,
        holidays=frozenset(policy.calendar.holidays),
    )
    writer = MonthWriter(policy, Vocabulary(policy.code_system), seal)
    written = (each for asked in story.requests for each in writer.resources(asked))
    return Month(story, (*records, *written))


def _cases(policy: Policy, folder: Path) -> Mapping[str, list[Case]]:
    """Requests as they come in, which the clinic keeps beside its rules."""
    found: dict[str, list[Case]] = {}
    for file in sorted((folder / "cases" / "mix").glob("*.toml")):
        for case in read_cases(policy, folder, str(file.relative_to(folder))):
            found.setdefault(case.topic.code, []).append(case)
    return found


@dataclass(frozen=True)
class _Rules:
    policy: Policy
    cases: Mapping[str, list[Case]]

    def place(self, dice: Random, code: str, at: datetime) -> month.Placed | None:
        topic, cases = self.policy.topics.get(code), self.cases.get(code)
        if topic is None or not cases:
            return None
        case = dice.choice(cases)
        decision = decide(topic, case.answers, case.facts, at, self.policy.calendar)
        return month.Placed(
            topic=code,
            answers=case.answers,
            queue=decision.queue,
            priority=str(decision.priority),
            due=decision.due,
            rule=decision.rule,
            outcomes=tuple(each.code for each in topic.outcomes) or ("done",),
            decision=decision,
        )


if __name__ == "__main__":
    sys.exit(main())
