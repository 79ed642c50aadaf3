"""The documents speak of what is there: every path and link in them leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
IN_CODE = re.compile(
    r"`((?:smartapp|sandbox|policy|templates|assets|scripts|tests|docs|requirements)/[\w./*<>-]*)`"
)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document):
    targets = LINK.findall(document.read_text("utf-8"))

    assert [each for each in targets if not (document.parent / each).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_is_named_exists(document):
    named = IN_CODE.findall(document.read_text("utf-8"))

    assert [each for each in named if not list(ROOT.glob(each.rstrip("/")))] == []


def test_each_decision_has_a_number_of_its_own():
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(path.name[:4]) for path in decisions]

    assert numbers == list(range(1, len(decisions) + 1))
    for number, path in zip(numbers, decisions, strict=True):
        assert path.read_text("utf-8").startswith(f"# {number}. "), path.name


def test_the_architecture_names_every_module_at_the_top_of_the_app():
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    modules = {
        path.stem
        for path in (ROOT / "smartapp").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem != "__init__"
    }

    assert {each for each in modules if f"smartapp/{each}" not in text} == set()


def test_the_readme_can_be_read_in_a_few_minutes():
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()

    assert 50 <= len(lines) <= 150
