"""Totals of the bundled instruments, against tables worked out by hand from what was published."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from smartapp.fhir.questionnaire import Item, Questionnaire
from smartapp.pages.answer_lines import band_of
from smartapp.workflow.forms.fitness import prepared
from smartapp.workflow.forms.plan import Plan
from smartapp.workflow.forms.scores import score_of
from smartapp.workflow.forms.working_out import Known, work_out
from smartapp.workflow.policy.clinic_forms import read_json

FORMS = Path(__file__).parents[2] / "policy" / "forms"
HOW_OFTEN = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")  # 0, 1, 2, 3


def plan(name: str) -> Plan:
    return prepared(read_json(FORMS / f"{name}.json"))


def scored(items: list[Item]) -> list[Item]:
    return [each for each in items if each.type == "choice" and each.options[0].score is not None]


def total(form: Plan, answers: dict[str, str]) -> tuple[Decimal | None, str]:
    done = work_out(form, {link: [code] for link, code in answers.items()}, Known())
    (slot,) = [each for each in done.slots.values() if score_of(each.item)]
    values = done.values.get(slot.key, ())
    number = values[0] if values else None
    assert number is None or isinstance(number, Decimal)
    return number, band_of(slot.item, values).removeprefix(" – ")


def spread(points: int, questions: int) -> list[int]:
    """So many points over the questions, the first ones as high as they go."""
    return [max(0, min(3, points - 3 * at)) for at in range(questions)]


# Kroenke, Spitzer, Williams 2001 (PHQ-9); Spitzer et al. 2006 (GAD-7); Kroenke et al. 2009 (PHQ-4).
BANDS = {
    "phq-9": (9, [(0, 4, "minimal"), (5, 9, "mild"), (10, 14, "moderate"),
                  (15, 19, "moderately severe"), (20, 27, "severe")]),
    "gad-7": (7, [(0, 4, "minimal"), (5, 9, "mild"), (10, 14, "moderate"), (15, 21, "severe")]),
    "phq-4": (4, [(0, 2, "normal"), (3, 5, "mild"), (6, 8, "moderate"), (9, 12, "severe")]),
}  # fmt: skip


@pytest.mark.parametrize("name", BANDS)
def test_every_total_and_every_band(name: str) -> None:
    questions, bands = BANDS[name]
    form = plan(name)
    links = [each.link_id for each in scored(list(form.form.all_items()))]
    assert len(links) == questions
    for low, high, words in bands:
        for points in range(low, high + 1):
            given = spread(points, questions)
            assert sum(given) == points
            answers = {link: HOW_OFTEN[p] for link, p in zip(links, given, strict=True)}
            number, band = total(form, answers)
            assert number == points
            assert band.split(": ")[1] == f"{words} ({low} to {high})", (points, band)


@pytest.mark.parametrize("name", BANDS)
def test_each_question_counts_once_whichever_it_is(name: str) -> None:
    form = plan(name)
    links = [each.link_id for each in scored(list(form.form.all_items()))]
    for link in links:
        for points, code in enumerate(HOW_OFTEN):
            answers = {**dict.fromkeys(links, HOW_OFTEN[0]), link: code}
            assert total(form, answers)[0] == points


@pytest.mark.parametrize("name", [*BANDS, "audit-c"])
def test_one_missing_answer_and_there_is_no_total(name: str) -> None:
    form = plan(name)
    items = scored(list(form.form.all_items()))
    whole = {each.link_id: each.options[1].code for each in items}
    assert total(form, whole)[0] is not None
    for link in whole:
        some = {each: code for each, code in whole.items() if each != link}
        assert total(form, some) == (None, "")
    assert total(form, {}) == (None, "")


# Bush et al. 1998: 0 to 4 points for each of three questions; positive from 3 (women) or 4 (men).
AUDIT = (
    ("LA6270-8", "LA18926-8", "LA18927-6", "LA18928-4", "LA18929-2"),
    ("LA15694-5", "LA15695-2", "LA18930-0", "LA18931-8", "LA18932-6"),
    ("LA6270-8", "LA18933-4", "LA18876-5", "LA18891-4", "LA18934-2"),
)


def test_audit_c_over_all_its_answers() -> None:
    form = plan("audit-c")
    for first, second, third in product(range(1, 5), range(5), range(5)):
        answers = {
            "/68518-0": AUDIT[0][first],
            "/68519-8": AUDIT[1][second],
            "/68520-6": AUDIT[2][third],
        }
        number, band = total(form, answers)
        assert number == first + second + third
        positive = "4 or more" if number >= 4 else "3 or more" if number == 3 else "below 3"
        assert positive in band


def test_who_never_drinks_is_asked_no_more_and_has_zero() -> None:
    form = plan("audit-c")
    done = work_out(form, {"/68518-0": ["LA6270-8"], "/68519-8": ["LA18932-6"]}, Known())

    assert done.complete
    assert total(form, {"/68518-0": "LA6270-8"})[0] == 0


@pytest.mark.parametrize(
    ("answers", "risk"),
    [
        (("LA28397-0", "LA28398-8"), "LA19952-3"),
        (("LA28398-8", "LA6729-3"), "LA19952-3"),
        (("LA6729-3", "LA15775-2"), "LA19952-3"),
        (("LA28398-8", "LA28398-8"), "LA19983-8"),
        (("LA28398-8", "LA15775-2"), None),
        (("LA15775-2", "LA15775-2"), None),
    ],
)
def test_the_hunger_vital_sign_names_a_risk(answers: tuple[str, str], risk: str | None) -> None:
    form = plan("hunger-vital-sign")
    posted = {"/88122-7": [answers[0]], "/88123-5": [answers[1]], "/88124-3": ["LA19983-8"]}
    done = work_out(form, posted, Known())

    assert done.values["/88124-3", ()] == ((risk,) if risk else ())


def editable_total(**more: Any) -> Plan:
    """As the PHQ-9 of US Core has it: a plain number that anyone could type."""
    json = dict(read_json(FORMS / "phq-9.json"))
    items = [dict(each) for each in json["item"]]
    items[-1] = {**items[-1], "readOnly": False, **more}
    return prepared({**json, "item": items})


def test_a_total_that_could_be_typed_is_worked_out_all_the_same() -> None:
    form = editable_total()
    links = [each.link_id for each in scored(list(form.form.all_items()))]
    posted = {**dict.fromkeys(links, HOW_OFTEN[1]), "/44261-6": "27"}

    assert total(form, posted)[0] == 9
    assert total(form, {"/44261-6": "27"})[0] is None


def test_a_total_in_another_language_is_worked_out_by_the_table() -> None:
    cql = {
        "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
        "valueExpression": {"language": "text/cql", "expression": "Total"},
    }
    form = editable_total(extension=[cql])
    links = [each.link_id for each in scored(list(form.form.all_items()))]

    assert total(form, dict.fromkeys(links, HOW_OFTEN[3]))[0] == 27


def test_scores_are_found_without_scores_in_the_form() -> None:
    json = read_json(FORMS / "phq-9.json")
    bare = [
        {**each, "answerOption": [{"valueCoding": o["valueCoding"]} for o in each["answerOption"]]}
        if "answerOption" in each
        else each
        for each in json["item"]
    ]
    form = prepared({**json, "item": bare})
    links = [
        link
        for link, item in form.items.items()
        if item.codes and "total" not in item.text["en"].lower()
    ]
    answers = {link: HOW_OFTEN[2] for link in links if link != "/69722-7"}

    assert total(form, answers)[0] == 18


def test_published_words_are_as_they_were_published() -> None:
    """The first words of each instrument, so that nobody mends them by the way."""
    titles = {name: plan(name).form for name in ("phq-9", "gad-7", "phq-4", "audit-c")}
    said: dict[str, list[str]] = {}
    for name, form in titles.items():
        assert isinstance(form, Questionnaire)
        assert form.copyright
        said[name] = [each.text["en"] for each in form.all_items() if each.type == "choice"]
    assert said["phq-9"][8] == (
        "Thoughts that you would be better off dead or of hurting yourself in some way"
    )
    assert said["gad-7"][4] == "Being so restless that it is hard to sit still"
    assert said["audit-c"][2] == "How often do you have six or more drinks on one occasion?"
