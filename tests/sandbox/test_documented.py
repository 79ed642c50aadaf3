"""A tester finds every fault and every switch of the sandbox in its documentation."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from sandbox.faults.kinds import KINDS
from sandbox.faults.orders import Forgery
from sandbox.faults.rules import Match
from sandbox.smart.settings import Settings

TEXT = Path("docs/sandbox.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fault_has_a_line_that_names_its_fields(kind: str) -> None:
    [line] = [line for line in TEXT.splitlines() if line.startswith(f"| `{kind}` |")]

    for part in fields(KINDS[kind]):  # type: ignore[arg-type]  # every kind is a dataclass
        assert f"`{part.name}`" in line


@pytest.mark.parametrize("forgery", get_args(Forgery))
def test_every_forgery_is_named(forgery: str) -> None:
    assert f"`{forgery}`" in TEXT


@pytest.mark.parametrize("kind", [Match, Settings])
def test_every_part_of_a_match_and_of_the_settings_is_named(kind: type) -> None:
    assert {part.name for part in fields(kind) if f"`{part.name}`" not in TEXT} == set()


@pytest.mark.parametrize(
    "path", ["/faults", "/ledger", "/settings", "/tokens/expire", "/keys/rotate", "/canary"]
)
def test_every_switch_is_named(path: str) -> None:
    assert f"{path}`" in TEXT
