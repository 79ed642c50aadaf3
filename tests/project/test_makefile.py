"""`make help` tells the truth."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def makefile(root: Path) -> str:
    return (root / "Makefile").read_text()


def test_help_lists_every_target_with_what_it_does(root: Path, makefile: str) -> None:
    listed = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True)
    shown = dict(re.findall(r"^  make (\w+) +(\S.+)$", listed.stdout, re.MULTILINE))

    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    assert set(shown) == set(phony.group(1).split())
    assert set(shown) >= {"help", "demo", "test", "check", "run", "sandbox"}


@pytest.mark.parametrize("failing", ["", "check", "-m pytest tests/journeys", "-m pytest -n 2"])
def test_test_means_check_and_all_tests(root: Path, tmp_path: Path, failing: str) -> None:
    """All run to their end, and each of them alone can fail the whole."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(root / "scripts" / "test.sh", tmp_path / "scripts")
    status = int(failing == "check")
    (tmp_path / "Makefile").write_text(f"check:\n\t@echo checked; exit {status}\n")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(
        '#!/bin/sh\n[ "$1" = -m ] || exit 0\necho "$@"\n'
        f'case "$*" in "{failing or "none"}"*) exit 1;; esac\n'
    )
    python.chmod(0o700)

    ended = subprocess.run([tmp_path / "scripts" / "test.sh"], capture_output=True, text=True)

    assert (ended.returncode == 0) is (failing == "")
    assert "-m pytest -n 2 --dist worksteal --ignore tests/journeys" in ended.stdout
    assert "-m pytest tests/journeys" in ended.stdout
    assert ("checked" in ended.stdout) is (failing == "check")  # what went well needs no words


def test_some_tests_can_be_asked_for(root: Path, tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(root / "scripts" / "test.sh", tmp_path / "scripts")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\n[ "$1" = -m ] || exit 0\necho "$@"\nexit 3\n')
    python.chmod(0o700)

    command = [tmp_path / "scripts" / "test.sh", "-m", "proof", "-s"]
    ended = subprocess.run(command, capture_output=True, text=True)

    assert (ended.returncode, ended.stdout) == (3, "-m pytest -m proof -s\n")


def test_what_was_compiled_is_kept_whatever_the_shell_says(root: Path, tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "kept: ${PYTHONDONTWRITEBYTECODE-yes}"\n')
    python.chmod(0o700)
    shutil.copy(root / "Makefile", tmp_path)
    command = ["make", "--assume-old=.venv/.ready-dev", "conformance"]
    for stamp in (".venv/.ready-dev", ".venv/.ready-build"):
        (tmp_path / stamp).touch()
    (tmp_path / "requirements").mkdir()

    ended = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )

    assert "kept: yes" in ended.stdout.splitlines(), ended.stderr


def test_check_means_format_lint_types_and_imports(makefile: str) -> None:
    recipe = re.search(r"^check:.*\n((?:\t.+\n)+)", makefile, re.MULTILINE)
    assert recipe
    for command in ("ruff format --check", "ruff check", "mypy", "lint-imports"):
        assert f"$(bin)/{command}\n" in recipe.group(1)


def test_nothing_is_installed_a_second_time(root: Path, tmp_path: Path) -> None:
    """On a copy in which everything is in place, set-up has nothing to do."""
    for name in ("Makefile", "package.json", "package-lock.json", ".npmrc"):
        (tmp_path / name).write_bytes((root / name).read_bytes())
    for folder in ("requirements", "scripts", "assets/css"):
        (tmp_path / folder).mkdir(parents=True)
        for file in (root / folder).iterdir():
            if file.is_file():
                (tmp_path / folder / file.name).write_bytes(file.read_bytes())
    stamps = (".venv/.ready-build", "node_modules/.ready", "static/build/manifest.json")
    for stamp in stamps:
        (tmp_path / stamp).parent.mkdir(parents=True)
        (tmp_path / stamp).touch()

    def to_do() -> str:
        command = ["make", "--dry-run", stamps[-1]]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    assert "up to date" in to_do()

    later = (tmp_path / stamps[-1]).stat().st_mtime + 5
    changed = tmp_path / "requirements" / "build.txt"
    changed.touch()
    os.utime(changed, (later, later))
    assert "scripts/install.sh build" in to_do()
