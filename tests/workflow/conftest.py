"""The clinic's own policy, and a copy of it that a test may spoil."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from smartapp.workflow.commands import lint
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy, Topic

FOLDER = Path(__file__).parents[2] / "policy"

Given = dict[str, tuple[str | bool, ...]]  # answers that a test can change


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(FOLDER)


@pytest.fixture(scope="session")
def refill(policy: Policy) -> Topic:
    return policy.topic("refill")


@pytest.fixture
def usual_answers() -> Given:
    """A refill with nothing unusual about it."""
    return {
        "red-flags": ("none",),
        "supply-left": ("over-a-week",),
        "taking": ("yes",),
        "side-effects": (False,),
        "pharmacy": ("usual",),
    }


@dataclass(frozen=True)
class Copy:
    """The clinic's policy in a folder of its own."""

    folder: Path

    def change(self, file: str, old: str, new: str, times: int = 1) -> Copy:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, times), encoding="utf-8")
        return self

    def problems(self) -> list[str]:
        return [str(problem) for problem in lint(self.folder)]


@pytest.fixture
def policy_copy(tmp_path: Path) -> Copy:
    return Copy(Path(shutil.copytree(FOLDER, tmp_path / "policy")))


@pytest.fixture
def problems_after(policy_copy: Copy) -> Callable[[str, str, str], list[str]]:
    """What is said about the policy after one change in one file."""

    def after(file: str, old: str, new: str) -> list[str]:
        return policy_copy.change(file, old, new).problems()

    return after
