"""The pages for administrators say what the code does."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from smartapp.audit import reading, verification
from smartapp.config import Ehr, environment

DOCS = Path(__file__).parents[2] / "docs"


def test_every_variable_is_documented():
    page = (DOCS / "configuration.md").read_text("utf-8")
    code = Path(environment.__file__).read_text("utf-8")

    for name in {*re.findall(r"\"(SMARTAPP_[A-Z_]+)\"", code), "REDIS_URL", "PORT"}:
        assert f"`{name}`" in page


def test_every_key_of_a_registration_is_documented():
    page = (DOCS / "configuration.md").read_text("utf-8")

    for field in fields(Ehr):
        if field.name != "client_secret":  # comes from the environment
            assert f"`{field.name}`" in page


def test_the_documented_example_is_a_valid_configuration(clinic):
    page = (DOCS / "configuration.md").read_text("utf-8")
    clinic.file.write_text(page.split("```json\n")[1].split("```")[0])
    clinic.environ["SMARTAPP_CLIENT_SECRET_NORTH_STAFF"] = "hush"

    settings = environment.load_settings(clinic.environ)

    assert [ehr.key for ehr in settings.ehrs] == ["north-patients", "north-staff"]
    assert settings.warnings == ()


def test_every_finding_is_documented():
    page = (DOCS / "audit.md").read_text("utf-8")
    for module in (reading, verification):
        code = Path(module.__file__).read_text("utf-8")
        for kind in re.findall(r"(?:_find|_note|Finding)\(\s*\"([a-z-]+)\"", code):
            assert f"`{kind}`" in page
