"""Forms on a phone: with a script and without one, and every type of question looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template
from playwright.sync_api import Page, Route, expect

from smartapp.pages.filling import form_page
from smartapp.pages.shell import shell
from smartapp.views import templating
from smartapp.words import words_for
from smartapp.workflow.forms.fitness import prepared
from smartapp.workflow.forms.parts import parts_of
from smartapp.workflow.forms.working_out import Known, work_out
from tests.journeys.browsers import Windows
from tests.journeys.looking import Inspector
from tests.journeys.people import Patient

pytestmark = pytest.mark.journey

ROOT = Path(__file__).parents[2]
SD = "http://hl7.org/fhir/StructureDefinition/"


def opens(patient: Patient, title: str) -> None:
    patient.goes_to("forms")
    patient.page.get_by_role("link", name=title).click()
    patient.page.locator("form[data-questions]").wait_for()


def goes_on(page: Page) -> None:
    page.locator("button.govuk-button[value=next]").click()


def adds(page: Page, name: str) -> None:
    page.locator(f"button[value='add:{name}']").click()


def tick(page: Page, name: str, value: str) -> None:
    page.locator(f"input[name='{name}'][value='{value}']").check()


def test_a_history_is_filled_in_on_a_phone(patient: Patient, windows: Windows) -> None:
    patient.is_signed_in_as("maria")  # who reads Spanish
    page, see = patient.page, Inspector(patient.page)
    patient.goes_to("forms")
    see.look("forms")
    patient.goes_to("forms/first-visit")
    see.look("papers of a first visit")
    page.get_by_role("link", name="Su salud hasta ahora").last.click()
    page.locator("form[data-questions]").wait_for()
    expect(page.locator("input[name='cancer-what']")).to_be_hidden()
    tick(page, "had", "cancer")
    expect(page.locator("input[name='cancer-what']")).to_be_visible()
    tick(page, "had", "none")  # goes alone, and the script knows it
    expect(page.locator("input[name=had][value=cancer]")).not_to_be_checked()
    tick(page, "had", "asthma")
    goes_on(page)
    page.locator(".govuk-error-summary").wait_for()
    see.look("form with a mistake")
    tick(page, "operations", "true")
    page.locator("input[name='operation-what~1']").fill("Apéndice")
    page.locator("input[name='operation-year~1']").fill("1998")
    adds(page, "operation")
    page.locator("input[name='operation-what~2']").fill("Rodilla")
    see.look("form with rows")
    goes_on(page)
    expect(page.locator(".app-form__progress")).to_have_text("Parte 2 de 4")
    page.locator("input[name=medicine]").fill("Aspirina")
    adds(page, "medicine")
    page.locator("input[name=medicine]").nth(1).fill("Vitamina D")
    tick(page, "allergic", "false")
    goes_on(page)
    goes_on(page)  # nothing of the family has to be said
    tick(page, "smoking", "never")
    page.locator("input[name=weight]").fill("72,5")
    page.locator("select[name='weight~unit']").select_option("kg")
    goes_on(page)
    page.wait_for_url("**/review")
    expect(page.locator("main")).to_contain_text("Rodilla")
    expect(page.locator("main")).to_contain_text("72.5 kg")
    see.look("review")
    page.locator("main form button").click()
    page.wait_for_url("**/requests/*")
    expect(page.locator(".app-receipt__title")).to_be_visible()
    patient.goes_to("forms")
    page.locator("a[href*='/forms/sent/']").first.click()
    see.look("form that was sent")
    assert not see.findings, see


def test_a_form_works_without_a_script(windows: Windows) -> None:
    patient = Patient(windows.open(javascript=False), windows.programs)
    patient.is_signed_in_as("james")
    page = patient.page
    opens(patient, "PHQ-9")
    for several_days in page.locator("input[value='LA6569-3']").all():
        several_days.check()
    goes_on(page)
    expect(page.locator("main")).to_contain_text("988")
    expect(page.locator("main")).to_contain_text("Your answers bring up more questions.")
    tick(page, "/69722-7", "LA6573-5")
    goes_on(page)
    page.wait_for_url("**/review")
    expect(page.locator("main")).to_contain_text("988")


# --- every type of question -----------------------------------------------------------------------


def control(code: str) -> dict[str, Any]:
    coding = {"system": "http://hl7.org/fhir/questionnaire-item-control", "code": code}
    return {"url": f"{SD}questionnaire-itemControl", "valueCodeableConcept": {"coding": [coding]}}


def options(number: int = 3) -> list[dict[str, Any]]:
    return [
        {"valueCoding": {"system": "urn:x", "code": f"o{n}", "display": f"Answer {n}"}}
        for n in range(number)
    ]


def q(link: str, kind: str, *extensions: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {"linkId": link, "type": kind, "text": f"The question {link}", **more}
    return {**made, "extension": list(extensions)} if extensions else made


UNITS = [
    {"url": f"{SD}questionnaire-unitOption", "valueCoding": {"code": code, "display": code}}
    for code in ("kg", "lb")
]
HELP = {
    "linkId": "h",
    "type": "display",
    "text": "Where to find it.",
    "extension": [control("help")],
}
EVERYTHING = {
    "resourceType": "Questionnaire",
    "url": "urn:everything",
    "status": "active",
    "title": "Everything",
    "item": [
        q("boolean", "boolean"),
        q("decimal", "decimal", required=True),
        q("integer", "integer", {"url": f"{SD}minValue", "valueInteger": 1}),
        q("date", "date"),
        q("year", "date", {"url": f"{SD}entryFormat", "valueString": "YYYY"}),
        q("dateTime", "dateTime"),
        q("time", "time"),
        q("string", "string", item=[HELP]),
        q("text", "text", maxLength=100),
        q("url", "url"),
        q("choice", "choice", answerOption=options()),
        q("boxes", "choice", repeats=True, answerOption=options()),
        q("list", "choice", answerOption=options(12)),
        q("own", "open-choice", answerOption=options()),
        q("own-list", "open-choice", control("drop-down"), answerOption=options()),
        q("quantity", "quantity", *UNITS),
        q("fixed", "string", readOnly=True),
        q("file", "attachment"),
        q("lines", "string", repeats=True),
        q("display", "display"),
        q("rows", "group", repeats=True, item=[q("in-row", "string")]),
        q("table", "group", control("gtable"), repeats=True,
          item=[q("a", "string"), q("b", "date")]),
        q("same", "group", control("table"),
          item=[q(link, "choice", answerOption=options()) for link in ("s1", "s2")]),
        q("grid", "group", control("grid"), item=[
            q("left", "group", item=[q("l", "string", text="Near")]),
            q("right", "group", item=[q("r", "string", text="Near")])]),
    ],
}  # fmt: skip


def everything(language: str) -> list[str]:
    """Each part of it, as a page."""
    plan = prepared(EVERYTHING)
    fields = {"table~rows": ["1", "2"], "rows~rows": ["1", "2"], "decimal": ["a lot"]}
    filled = work_out(plan, fields, Known())
    words = words_for(language)
    parts = parts_of(plan)
    app = Flask(
        "forms", static_folder=str(ROOT / "static"), template_folder=str(ROOT / "templates")
    )
    templating.register(app, ROOT)
    pages = [
        form_page(
            words,
            shell(words, app_name="Portal", title="Everything", failing=True),
            filled=filled,
            fields=fields,
            zone=Known().reading.zone,
            parts=parts,
            part=part,
            dangers=(),
            notes=(),
            saved_until="",
            action="/nowhere",
            complain=True,
        )
        for part in parts
    ]
    with app.test_request_context():
        return [render_template("pages/form.html", page=page) for page in pages]


@pytest.mark.parametrize(
    ("language", "width"), [("en", 360), pytest.param("es", 1280, marks=pytest.mark.proof)]
)
def test_every_type_of_question_is_for_everybody(
    windows: Windows, language: str, width: int
) -> None:
    page = windows.open(width=width)
    see = Inspector(page)
    for number, html in enumerate(everything(language)):
        show(page, f"{windows.programs.app}/everything-{number}", html)
        see.look(f"part {number}")
        reached = reached_by_keyboard(page)
        names = page.locator("main form [name]:not([type=hidden]):visible").evaluate_all(
            "all => [...new Set(all.filter((each) => each.tabIndex >= 0).map((each) => each.name))]"
        )
        assert set(names) <= reached, set(names) - reached
    assert not see.findings, see
    assert len(see.looked_at) == 5


def show(page: Page, address: str, html: str) -> None:
    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.route(address, answer)
    page.goto(address)


AT = """() => {
  const each = document.activeElement;
  return [each.getAttribute("name") ?? "", each.value ?? ""];
}"""


def reached_by_keyboard(page: Page) -> set[str]:
    """The names of all controls at which the Tab key stops."""
    reached: set[str] = set()
    for _ in range(150):
        page.keyboard.press("Tab")
        name, value = page.evaluate(AT)
        reached.add(name)
        if value == "save":
            break
    return reached
