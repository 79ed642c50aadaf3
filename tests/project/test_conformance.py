"""The document on conformance says what tests show, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import conformance


@pytest.fixture(scope="module")
def text(root: Path) -> str:
    return (root / "docs" / "conformance.md").read_text("utf-8")


def test_it_is_up_to_date(root: Path) -> None:
    command = [sys.executable, "scripts/conformance.py", "--check"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_a_document_that_claims_too_much_is_found(text: str) -> None:
    first = next(iter(sorted(conformance.claims(text))))
    invented = text.replace(first[1], f"{first[1]}\n  - it can fly (`tests/test_wings.py`)", 1)
    assert len(conformance.claims(invented) - conformance.claims(text)) == 1
    another_row = text.replace(first[0], f"{first[0]} And more.")
    assert conformance.claims(another_row) - conformance.claims(text)
    assert conformance.claims(text) - conformance.claims(invented) == set()


def test_nearly_every_row_is_shown_by_a_test(text: str) -> None:
    found = re.search(r"(\d+) of (\d+) rows are shown by tests", text)

    assert found
    assert int(found[1]) >= 130
    assert int(found[2]) == 150


def test_a_row_without_a_test_has_a_reason(text: str) -> None:
    rows = re.split(r"^- \*\*", text, flags=re.MULTILINE)[1:]

    assert len(rows) == 150
    for row in rows:
        assert "\n  - " in row, row


@pytest.mark.parametrize(
    ("said", "shown", "complaint"),
    [
        ({"1": "a"}, {}, "rows without a test and without a reason: 1"),
        ({}, {1: [conformance.Shown("t.py", "test_a", proof=False)]}, "nobody described: 1"),
    ],
)
def test_nothing_can_be_left_open(
    said: dict[str, str], shown: dict[int, list[conformance.Shown]], complaint: str
) -> None:
    part = {"title": "T", "page": "P", "rows": said}
    with pytest.raises(SystemExit, match=complaint):
        conformance.document({"part": [part], "reasons": {}}, shown)


def test_marks_are_read_from_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "ROOT", tmp_path)
    (tmp_path / "test_some.py").write_text(
        "import pytest\n\n@pytest.mark.proof\n@pytest.mark.smart(3, 5)\n"
        "def test_it_holds(): ...\n\ndef test_nothing(): ...\n"
    )

    (tmp_path / "test_long.py").write_text(
        "import pytest\n\npytestmark = pytest.mark.proof\n\n@pytest.mark.smart(7)\n"
        "def test_it_lasts(): ...\n"
    )

    found = conformance.shown_by_row(tmp_path)

    assert set(found) == {3, 5, 7}
    assert found[7][0].proof
    assert found[3][0].line == "it holds (`test_some.py`, *proof*)"
