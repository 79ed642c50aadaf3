"""The style sheet and the script are small, and ask for nothing from elsewhere."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

LIMIT = 45 * 1024  # both together, as they travel


@pytest.fixture(scope="module")
def built(root: Path) -> dict[str, bytes]:
    folder = root / "static" / "build"
    assert (folder / "manifest.json").is_file(), "run: make static/build/manifest.json"
    return {name: (folder / name).read_bytes() for name in ("app.css", "app.js")}


def test_style_and_script_together_are_small(built: dict[str, bytes]) -> None:
    sizes = {name: len(gzip.compress(content, 9)) for name, content in built.items()}
    print(sizes)
    assert sum(sizes.values()) <= LIMIT


def test_the_manifest_has_the_hash_of_each(root: Path, built: dict[str, bytes]) -> None:
    manifest = json.loads((root / "static" / "build" / "manifest.json").read_text())
    assert manifest == {
        name: hashlib.sha256(content).hexdigest()[:8] for name, content in built.items()
    }


def test_the_style_sheet_loads_nothing_and_has_no_crown_and_no_gds_typeface(
    built: dict[str, bytes],
) -> None:
    style = built["app.css"].decode()
    for word in ("url(", "@font-face", "@import", "GDS Transport", "crown-icon", "govuk-header"):
        assert word not in style.split("*/", 1)[1]


def test_the_script_is_one_module_that_asks_only_its_own_session(
    built: dict[str, bytes],
) -> None:
    script = built["app.js"].decode()
    assert not re.search(r"\bimport\s*[\"'({]|XMLHttpRequest|eval\(", script)
    asked = re.findall(r"\bfetch\(([^,]*),", script)
    assert {each.partition(".")[2] for each in asked} == {
        "dataset.session",  # how long it lasts
        "action",  # of the form whose typed words are kept
        "href",  # of a copy of the record, as the page offers it
        "dataset.live",  # the queue as it is now
        "",  # how many answers are new
    }


def test_no_rule_fixes_what_the_reader_may_choose(built: dict[str, bytes]) -> None:
    """Dark and light, less motion and paper are the reader's choice, and the sheet follows."""
    style = built["app.css"].decode()
    for query in ("prefers-color-scheme: dark", "prefers-reduced-motion", "@media print"):
        assert query.replace(" ", "") in style.replace(" ", "")


def test_every_class_that_a_template_uses_has_a_rule(root: Path, built: dict[str, bytes]) -> None:
    style = built["app.css"].decode()
    attribute = re.compile(r'class="([^"]*)"')
    used: set[str] = set()
    for template in (root / "templates").rglob("*.html"):
        for value in attribute.findall(template.read_text("utf-8")):
            plain = re.sub(r"\{[{%].*?[%}]\}", " ", value)
            used |= {name for name in plain.split() if name.startswith("app-")}
    unknown = {name for name in used if not name.endswith("--") and f".{name}" not in style}
    assert used
    assert not unknown
