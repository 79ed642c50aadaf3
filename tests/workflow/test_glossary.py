"""The glossary: plain words by code first, by the whole name else; each mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from smartapp.fhir.codes import LOINC
from smartapp.workflow.policy.glossary import Glossary, read_glossary
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.policy.reading import Reading

A1C = """
[[tests]]
names = ["Hemoglobin A1c", "A1c"]
codes = ["loinc:4548-4"]
means.en = "Sugar over three months."
means.es = "Azúcar en tres meses."
"""


def glossary(folder: Path, text: str) -> tuple[Glossary, list[str]]:
    (folder / "glossary.toml").write_text(text)
    reading = Reading(folder, languages=("en", "es"))
    found = read_glossary(reading)
    return found, [str(problem) for problem in reading.problems]


def test_a_code_is_found_whatever_the_record_calls_it(tmp_path: Path) -> None:
    found, problems = glossary(tmp_path, A1C)

    assert problems == []
    meaning = found.find("Glycohemoglobin, blood", [("urn:own", "7"), (LOINC, "4548-4")])
    assert meaning is not None
    assert meaning["en"] == "Sugar over three months."


@pytest.mark.parametrize("name", ["hemoglobin a1c", "A1C", "Hemoglobin  A1c"])
def test_a_name_is_found_however_it_is_written(tmp_path: Path, name: str) -> None:
    assert glossary(tmp_path, A1C)[0].find(name) is not None


@pytest.mark.parametrize("name", ["Hemoglobin", "Hemoglobin A1c in a goat", ""])
def test_a_part_of_a_name_explains_nothing(tmp_path: Path, name: str) -> None:
    assert glossary(tmp_path, A1C)[0].find(name) is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("loinc:4548-4", "4548-4"), "'4548-4' is not a code such as 'loinc:4548-4'"),
        (("loinc:", "lionc:"), "'lionc' is not a code system; did you mean 'loinc'?"),
        (('means.es = "Azúcar en tres meses."', ""), "means.es is missing"),
        (("names =", "name ="), "names is missing"),
        (("[[tests]]", "[[test]]"), "test is not something that can stand here"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, change: tuple[str, str], problem: str
) -> None:
    problems = glossary(tmp_path, A1C.replace(*change))[1]
    assert any(problem in each for each in problems), problems


def test_nothing_is_explained_twice(tmp_path: Path) -> None:
    problems = glossary(tmp_path, A1C + A1C)[1]
    assert any("is explained twice" in each for each in problems)


def test_the_clinics_own_glossary_explains_each_kind_of_thing(policy: Policy) -> None:
    kinds = {term.kind for term in policy.glossary.terms}
    assert {"tests", "conditions", "vaccines", "units", "words"} <= kinds
    assert len(policy.glossary.terms) > 80
