"""What set-up installs is known to the byte, and each machine gets it from its own registry."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

LOCKS = ("uv", "app", "build", "dev")
PIN = re.compile(r"^[a-z0-9][a-z0-9._-]*==[^ ]+( ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


@pytest.mark.parametrize("name", LOCKS)
def test_each_requirement_is_pinned_and_has_its_hashes(root: Path, name: str) -> None:
    lines = (root / "requirements" / f"{name}.txt").read_text().splitlines()
    odd = [line for line in lines if not PIN.match(line) and not HASH.match(line)]
    assert not odd

    pins = [number for number, line in enumerate(lines) if PIN.match(line)]
    assert pins
    assert all(HASH.match(lines[number + 1]) for number in pins)


@pytest.mark.parametrize("name", LOCKS)
def test_each_package_that_was_asked_for_is_locked(root: Path, name: str) -> None:
    asked = set((root / "requirements" / f"{name}.in").read_text().split("\n"))
    direct = {line for line in asked if line and not line.startswith(("#", "-r"))}
    assert {bare(line) for line in direct} <= set(versions(root, name))


def test_tests_run_with_the_versions_that_the_app_runs_with(root: Path) -> None:
    app, build, dev = (versions(root, name) for name in ("app", "build", "dev"))
    assert app.items() <= build.items()
    assert build.items() <= dev.items()


def test_the_kit_is_locked_without_a_registry(root: Path) -> None:
    text = (root / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert "node_modules/govuk-frontend" in installed
    assert all(package["integrity"].startswith("sha512-") for package in installed.values())
    assert "resolved" not in text
    assert "://" not in re.sub(r'"funding": \{[^}]*\}|"url": "[^"]*"', "", text)


def test_the_kit_is_the_one_that_its_macros_were_written_for(root: Path) -> None:
    wanted = json.loads((root / "package.json").read_text())["dependencies"]
    # govuk-frontend-jinja says in its changelog which version of the kit its macros follow.
    assert versions(root, "app")["govuk-frontend-jinja"] == "4.1.0"
    assert wanted["govuk-frontend"] == "6.3.0"


def versions(root: Path, name: str) -> dict[str, str]:
    lines = (root / "requirements" / f"{name}.txt").read_text().splitlines()
    pins = [line.split(" ")[0].split("==") for line in lines if PIN.match(line)]
    return dict(pins)


def bare(requirement: str) -> str:
    return re.split(r"[\[<>=~!; ]", requirement)[0].lower().replace(".", "-").replace("_", "-")
