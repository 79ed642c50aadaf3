"""Templates: a name that is not there fails, every page renders, and what people write is text."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import template_rendered
from jinja2 import StrictUndefined, Template, UndefinedError

from tests.app import people
from tests.app.page import Page
from tests.app.people import PLAIN, Patient, Staff
from tests.app.world import ROOT, World

PAGES = {path.stem for path in Path(ROOT / "templates" / "pages").glob("*.html")}
# Need another configuration: tests/app/test_leaving_by_post.py and test_own_window.py
ELSEWHERE = {"leaving", "on_the_way", "own_window"}
ELSEWHERE |= {"item_gone"}  # test_acting.py
ELSEWHERE |= {"several", "several_close"}  # test_queue_page.py
ELSEWHERE |= {"numbers"}  # test_numbers.py
ELSEWHERE |= {"workbench", "workbench_trial", "workbench_why"}  # test_workbench.py
ELSEWHERE |= {"forms", "form", "form_review", "form_sent", "form_refused"}  # test_forms.py
ELSEWHERE |= {"first_visit", "form_changed"}  # test_first_visit.py and test_form_versions.py

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "' onmouseover='alert(1) {{ 7 * 7 }}{% raw %} &lt;b&gt; javascript:alert(1)",
)


def test_a_name_that_is_not_there_is_a_mistake_that_shows(world: World) -> None:
    environment = world.app.jinja_env

    assert environment.undefined is StrictUndefined
    assert environment.autoescape is not False
    template = environment.from_string("{{ page.nothing }}")
    with pytest.raises(UndefinedError):
        template.render(page=object())


def test_every_template_is_of_use(world: World, patient: Patient, nurse: Staff) -> None:
    """The whole way once: each page is rendered on it, and none is left over."""
    rendered: list[str] = []

    def note(_: object, template: Template, **__: object) -> None:
        if (template.name or "").startswith("pages/"):
            rendered.append(Path(template.name or "").stem)

    with template_rendered.connected_to(note, world.app):
        patient.logs_in("james")
        patient.go("medicines")
        patient.go("ask")
        patient.asks_for("lisinopril")
        assert "Choose first what it is about." in patient.go("ask/refill?about=none").text
        patient.go("ask/refill")
        patient.go("ask/form-or-letter")
        patient.go("ask/form-or-letter/files")
        patient.go("times")
        patient.go("readings")
        patient.go("help")
        form = patient.go("readings/weight").form("/weight")
        today = world.services.policy.calendar.local(world.services.now()).date()
        patient.browser.submit(form, {"lines": f"{today}, 00:00, 180", "then": "check"})
        patient.go("requests")
        patient.go("all")
        patient.go("visits")
        patient.browser.click("Follow-up visit")
        patient.go("visits")
        patient.browser.get(next(h for _, h in patient.browser.page.links if "/visits/" in h))
        for page in ("plan", "costs", "access", "settings", "download", "team"):
            patient.go(page)
        patient.browser.click("Dr. Anita Patel")
        patient.go("documents")
        patient.browser.click("After-visit summary")
        for page in ("allergies", "words", "summary", "immunizations", "results"):
            patient.go(page)
        patient.browser.click("Potassium")
        patient.go("nowhere", status=404)
        nurse.opens("tom")
        nurse.browser.get(f"{nurse.home}/queue/unworked")
        nurse.answers_and_closes()
        patient.browser.submit(patient.go("start").form("/sign-out"))

    assert set(rendered) == PAGES - ELSEWHERE


def test_templates_decide_no_words() -> None:
    """Words come from page models, in the reader's language; a template only places them."""
    for path in Path(ROOT / "templates").rglob("*.html"):
        html = path.read_text()
        assert "_(" not in html, path.name
        assert "|safe" not in html.replace(" ", ""), path.name
        assert "autoescape" not in html, path.name
        assert " style=" not in html, path.name
        assert "onclick" not in html, path.name


# --- what people write ------------------------------------------------------------------------


def is_only_text(page: Page, planted: str) -> None:
    """Shown to the letter, and nothing that a browser would run."""
    assert " ".join(planted.split()) in page.text + str(page.forms), page.path
    assert page.scripts == ("",)
    assert page.handlers == ()
    assert "<img src=x" not in page.html
    assert all(not href.startswith("javascript:") for _, href in page.links)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_patient_writes_is_text_to_everybody(
    world: World, patient: Patient, nurse: Staff, hostile: str
) -> None:
    patient.logs_in("james")
    patient.browser.planted = nurse.browser.planted = hostile
    form = patient.opens_form("lisinopril")
    wrong = patient.answers(form, {**PLAIN, "taking": ""}, status=422, more=hostile)
    is_only_text(wrong, hostile)
    check = patient.answers(form, more=hostile)
    is_only_text(check, hostile)
    receipt = patient.sends(check)
    is_only_text(receipt, hostile)

    nurse.opens("tom")
    item = nurse.takes(nurse.opens_item())
    is_only_text(item, hostile)
    again = nurse.answers(item, text=hostile, then="close", status=422)
    is_only_text(again, hostile)
    is_only_text(nurse.answers(item, text=hostile, then="keep"), hostile)
    is_only_text(patient.browser.get(receipt.url), hostile)


def test_what_the_record_says_is_text(world: World, patient: Patient, nurse: Staff) -> None:
    hostile = HOSTILE[1]
    james = world.ehr.read("Patient", "james-carter")
    assert james is not None
    world.ehr.update({**james, "name": [{"text": hostile}]})
    world.prescribes("james-carter", f"pill {hostile}")
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "hostile",
        "patient": {"reference": "Patient/james-carter"},
        "code": {"text": f"allergy {hostile}"},
        "reaction": [{"manifestation": [{"text": f"reaction {hostile}"}]}],
    }
    world.ehr.load([allergy])
    patient.logs_in("james")
    for path in ("start", "medicines"):
        is_only_text(patient.go(path), hostile)
    receipt = patient.asks_for("pill")
    is_only_text(receipt, f"pill {hostile}")

    queue = nurse.opens("tom", "james-carter")
    is_only_text(queue, f"pill {hostile}")
    item = nurse.opens_item()
    is_only_text(item, f"pill {hostile}")
    is_only_text(item, f"allergy {hostile}")
    is_only_text(item, hostile)


def test_a_name_cannot_turn_the_page_around(world: World) -> None:
    """Signs that reverse or hide text are taken out of names."""
    james = world.ehr.read("Patient", "james-carter")
    assert james is not None
    world.ehr.update({**james, "name": [{"text": "James\u202eretraC\u200b" + "x" * 400}]})
    patient = people.patient(world)
    home = patient.logs_in("james")

    assert "\u202e" not in home.html
    assert "\u200b" not in home.html
    assert "x" * 100 not in home.text


def test_long_words_of_a_patient_are_shown_whole(patient: Patient) -> None:
    patient.logs_in("james")
    words = "word " * 99 + "end"
    receipt = patient.asks_for("lisinopril", more=words)

    assert words in receipt.text
