"""The project's own files, as the version control knows them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def committed(root: Path) -> list[Path]:
    """Every file that is in the repository, or would be with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := root / name).is_file()]


@pytest.fixture(scope="session")
def texts(committed: list[Path]) -> dict[Path, str]:
    found = {}
    for path in committed:
        try:
            found[path] = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return found
