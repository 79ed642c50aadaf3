"""Each type of question as a control: labelled, filled in again, and with its mistake beside it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string

from smartapp.fhir.element import Coding
from smartapp.fhir.questionnaire import Item, Option, Questionnaire
from smartapp.pages.form import fields_of
from smartapp.views import templating
from smartapp.words import words_for
from smartapp.workflow.forms import Fault, FieldFault

ROOT = Path(__file__).parents[2]
PAGE = '{% from "parts.html" import field with context %}{{ field(page) }}'
KG = Coding("urn:u", "kg", "kg")
LB = Coding("urn:u", "lb", "lb")
OPTIONS = (Option("a", "urn:x", {"en": "First"}), Option("b", "urn:x", {"en": "Second"}))


@pytest.fixture(scope="module")
def app() -> Flask:
    made = Flask("fields", template_folder=str(ROOT / "templates"))
    templating.register(made, ROOT)
    return made


def shown(app: Flask, kind: str, *posted: str, wrong: Fault | None = None, **more: Any) -> str:
    item = Item("q 1", kind, {"en": "How much?"}, **more)
    faults = (FieldFault("q 1", wrong, 3),) if wrong else ()
    form = Questionnaire("urn:f", "1", {"en": ""}, (item,))
    (field,) = fields_of(words_for("en"), form, {"q 1": list(posted)} if posted else {}, faults)
    with app.app_context():
        return render_template_string(PAGE, page=field)


@pytest.mark.parametrize(
    ("kind", "posted", "more", "expected"),
    [
        ("string", "a <b>", {}, ['value="a &lt;b&gt;"']),
        ("date", "2026-11-20", {}, ['type="date"', 'value="2026-11-20"']),
        ("dateTime", "2026-11-20T14:30", {}, ['type="datetime-local"']),
        ("time", "14:30", {}, ['type="time"', 'value="14:30"']),
        ("url", "https://a.example", {}, ['type="url"']),
        ("integer", "5", {"unit": KG}, ['inputmode="decimal"', ">kg</div>"]),
        ("quantity", "5", {"unit_options": (KG, LB)}, ['name="q 1~unit"', "Unit for: How much?"]),
        ("attachment", "", {}, ['value="file:q 1"', "Add a photo", "or a PDF."]),
        ("choice", "b", {"options": OPTIONS, "control": "drop-down"}, ['value="b" selected']),
        ("open-choice", "mine", {"options": OPTIONS}, ['name="q 1~other"', 'value="mine"']),
    ],
)
def test_a_question_has_a_control_with_a_label_and_its_answer(
    app: Flask, kind: str, posted: str, more: dict[str, Any], expected: list[str]
) -> None:
    html = shown(app, kind, posted, **more)

    for part in expected:
        assert part in html
    assert "How much? (you can skip this)" in html
    assert 'id="q 1' not in html
    assert "q_20_1" in html


@pytest.mark.parametrize("kind", ["string", "text", "date", "choice", "attachment", "url"])
def test_a_mistake_stands_beside_its_question_and_is_tied_to_it(app: Flask, kind: str) -> None:
    options = OPTIONS if kind == "choice" else ()
    html = shown(app, kind, "x", wrong=Fault.MISSING, options=options)

    assert "Answer this question" in html
    assert 'aria-describedby="q_20_1-error"' in html


def test_what_cannot_be_changed_has_no_control(app: Flask) -> None:
    html = shown(app, "string", read_only=True, initial=("Dr. Kim",))

    assert "Dr. Kim" in html
    assert "<input" not in html


def test_a_scale_says_what_its_ends_stand_for(app: Flask) -> None:
    ends = tuple(
        Item(control, "display", {"en": words}, control=control)
        for control, words in (("lower", "no pain"), ("upper", "the worst"))
    )
    html = shown(
        app, "integer", items=ends, min_value=Decimal(0), max_value=Decimal(10), control="slider"
    )

    assert "From 0 to 10. The scale goes from “no pain” to “the worst”." in html


def test_a_long_explanation_waits_until_it_is_asked_for(app: Flask) -> None:
    helped = Item("h", "display", {"en": "Look at the label. " * 20}, control="help")
    html = shown(app, "string", items=(helped,))

    assert "More about this question" in html
    assert "<details" in html
