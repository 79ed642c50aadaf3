"""What is committed is ours, and says nothing about the machines it was written on."""

from __future__ import annotations

import re
from pathlib import Path

# Our own tests of this name what they look for.
THIS_FOLDER = Path(__file__).parent

REGISTRY = re.compile(
    r"registry\.(npmjs|yarnpkg)|npmjs\.org|pypi\.org|pythonhosted|proxy\.golang|repo1?\.maven"
    r"|deb\.debian\.org|crates\.io"
)
MACHINE_PATH = re.compile(
    r"(?<![\w.:/-])(?:/work/|/home/\w+/|/root/|/Users/\w+/|/tmp/\w)|[A-Z]:\\Users\\"
)
OUR_OWN = (".css", ".scss", ".js", ".mjs", ".svg")
LICENCE_BANNER = re.compile(
    r"/\*!|@license|@preserve|sourceMappingURL|Copyright \(c\)", re.IGNORECASE
)


def test_no_file_names_a_package_registry(texts: dict[Path, str]) -> None:
    assert not places(texts, REGISTRY)


def test_no_file_names_a_folder_of_somebodys_machine(texts: dict[Path, str]) -> None:
    assert not places(texts, MACHINE_PATH)


def test_nothing_third_party_is_committed(committed: list[Path], root: Path) -> None:
    installed = {"node_modules", "vendor", "vendored", "third_party", "site-packages", "build"}
    found = [path for path in committed if installed & set(path.relative_to(root).parts)]
    assert not found


def test_styles_scripts_and_pictures_are_our_own(texts: dict[Path, str], root: Path) -> None:
    ours = {
        path: text
        for path, text in texts.items()
        if path.suffix in OUR_OWN and path.relative_to(root).parts[0] in {"assets", "static"}
    }
    assert ours
    assert not places(ours, LICENCE_BANNER)
    assert not [path for path in ours if path.name.endswith((".min.js", ".min.css"))]
    assert max(len(line) for text in ours.values() for line in text.splitlines()) < 200


def test_every_script_that_is_run_by_name_may_be_run(committed: list[Path], root: Path) -> None:
    scripts = [path for path in committed if path.read_bytes().startswith(b"#!")]
    assert root / ".ci" / "run" in scripts
    assert all(path.stat().st_mode & 0o100 for path in scripts)


def test_continuous_integration_does_what_a_person_does(root: Path) -> None:
    lines = (root / ".ci" / "run").read_text().splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]
    assert commands == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "make test"]


def places(texts: dict[Path, str], pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in texts.items()
        if THIS_FOLDER not in path.parents
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
