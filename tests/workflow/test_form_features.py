"""What forms in the wild are made of: each feature read, shown, filled and stored, or refused."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from smartapp.fhir.questionnaire import Option
from smartapp.fhir.questionnaire.values import Quantity
from smartapp.pages.form import Field
from smartapp.pages.form.rich import safe_html
from smartapp.pages.form.tree import FormFields
from smartapp.words import words_for
from smartapp.workflow.forms.answered import AnsweredForm
from smartapp.workflow.forms.beginning import begin, given_as_json, given_from_json, read_back
from smartapp.workflow.forms.fitness import Unfit, prepared
from smartapp.workflow.forms.parts import parts_of
from smartapp.workflow.forms.plan import FormRefused, Plan
from smartapp.workflow.forms.queries import queries_of
from smartapp.workflow.forms.steps import taken, with_row, without_row
from smartapp.workflow.forms.working_out import Known, work_out

SD = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1968-11-02",
           "name": [{"family": "Carter", "given": ["James"]}], "gender": "male"}  # fmt: skip
KNOWN = Known(now=NOW, context={"patient": PATIENT})
CODES = [
    {"valueCoding": {"system": "urn:x", "code": code, "display": code.upper()}} for code in "abc"
]


def q(link: str, kind: str = "string", *extensions: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {"linkId": link, "type": kind, "text": f"{link}?", **more}
    return {**made, "extension": list(extensions)} if extensions else made


def ext(name: str, **value: Any) -> dict[str, Any]:
    return {"url": f"{SD}{name}", **value}


def path(name: str, text: str, language: str = "text/fhirpath") -> dict[str, Any]:
    return {
        "url": f"{SDC}{name}",
        "valueExpression": {"language": language, "expression": text},
    }


def control(code: str) -> dict[str, Any]:
    coding = {"system": "http://hl7.org/fhir/questionnaire-item-control", "code": code}
    return ext("questionnaire-itemControl", valueCodeableConcept={"coding": [coding]})


def form(*items: dict[str, Any], **more: Any) -> Plan:
    return prepared(whole(*items, **more), now=NOW)


def whole(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {"resourceType": "Questionnaire", "url": "urn:form", "status": "active"}
    return {**made, "item": list(items), **more}


def fields(plan: Plan, locale: str = "en", **posted: list[str]) -> tuple[Field, ...]:
    done = work_out(plan, posted, KNOWN)
    shown = FormFields(words_for(locale), done, posted, UTC, complain=False)
    return shown.of(plan.form.items)


def field(plan: Plan, locale: str = "en", **posted: list[str]) -> Field:
    (found,) = fields(plan, locale, **posted)
    return found


# --- refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "json"),
    [
        (Unfit.MALFORMED, {"resourceType": "Questionnaire", "status": "active"}),
        (Unfit.MALFORMED, {"resourceType": "Patient"}),
        (Unfit.MALFORMED, whole({"linkId": "a"})),
        (Unfit.NOT_ACTIVE, whole(q("a"), status="retired")),
        (Unfit.NOT_ACTIVE, whole(q("a"), status="draft")),
        (Unfit.NOT_NOW, whole(q("a"), effectivePeriod={"end": "2026-11-01"})),
        (Unfit.NOT_NOW, whole(q("a"), effectivePeriod={"start": "2027"})),
        (Unfit.NOT_FOR_PATIENTS, whole(q("a"), subjectType=["Device"])),
        (Unfit.MODIFIER, whole(q("a", modifierExtension=[{"url": "urn:x"}]))),
        (Unfit.MODIFIER, whole(q("a"), implicitRules="urn:x")),
        (
            Unfit.CRITICAL,
            whole(q("a"), extension=[ext("rendering-criticalExtension", valueUri="urn:odd")]),
        ),
        (
            Unfit.ADAPTIVE,
            whole(
                q("a"),
                extension=[{"url": f"{SDC}questionnaireAdaptive", "valueBoolean": True}],
            ),
        ),
        (
            Unfit.MODULAR,
            whole(
                q("a"),
                extension=[{"url": f"{SDC}assemble-expectation", "valueCode": "assemble-root"}],
            ),
        ),
        (
            Unfit.MODULAR,
            whole(q("a", "display", {"url": f"{SDC}subQuestionnaire", "valueCanonical": "urn:b"})),
        ),
        (Unfit.SIGNATURE, whole(q("a", "string", ext("questionnaire-signatureRequired")))),
        (
            Unfit.OPTIONS_CHANGE,
            whole(q("a", "string", {"url": f"{SDC}answerOptionsToggleExpression"})),
        ),
        (Unfit.NO_OPTIONS, whole(q("a", "choice"))),
        (Unfit.NO_OPTIONS, whole(q("a", "choice", answerValueSet="urn:elsewhere"))),
        (Unfit.TYPE, whole(q("a", "question"))),
        (
            Unfit.FILE,
            whole(q("a", "attachment", ext("mimeType", valueCode="video/mp4"), required=True)),
        ),
        (Unfit.EXPRESSION, whole(q("a", "string", path("calculatedExpression", "'x")))),
        (Unfit.EXPRESSION, whole(q("a", "string", path("enableWhenExpression", "x", "text/cql")))),
        (Unfit.PATTERN, whole(q("a", "string", ext("regex", valueString="(?=a)b")))),
        (Unfit.TWICE, whole(q("a"), q("a"))),
        (
            Unfit.CIRCLE,
            whole(
                q(
                    "a",
                    enableWhen=[{"question": "a", "operator": "exists", "answerBoolean": True}],
                )
            ),
        ),
        (Unfit.TOO_LARGE, whole(*(q(str(number)) for number in range(2001)))),
    ],
)  # fmt: skip
def test_what_cannot_be_filled_in_here_says_why(reason: Unfit, json: dict[str, Any]) -> None:
    with pytest.raises(FormRefused) as refused:
        prepared(json, now=NOW)

    assert refused.value.reason == reason


def test_what_is_not_known_and_not_critical_is_passed_over() -> None:
    plan = form(q("a", "string", {"url": "urn:odd", "valueString": "x"}, control("sparkly")))

    assert field(plan).kind == "text"


def test_a_form_nested_without_end_is_refused() -> None:
    inner = q("leaf")
    for level in range(30):
        inner = q(f"g{level}", "group", item=[inner])
    with pytest.raises(FormRefused) as refused:
        form(inner)
    assert refused.value.reason == Unfit.MALFORMED


# --- how a form starts ----------------------------------------------------------------------------


def test_a_form_starts_with_what_it_says_and_with_what_the_launch_knows() -> None:
    plan = form(
        q("said", initial=[{"valueString": "hello"}]),
        q("born", "date", path("initialExpression", "%patient.birthDate")),
        q("name", "string", path("initialExpression", "%Patient.name.first().family")),
        q("age", "integer", path("initialExpression", "%patient.unheard.of()")),
        q("chosen", "choice", answerOption=[{**CODES[0], "initialSelected": True}, CODES[1]]),
        q("wrong", "choice", answerOption=CODES, initial=[{"valueCoding": {"code": "z"}}]),
        q("sex", "string", ext("questionnaire-hidden", valueBoolean=True),
          path("initialExpression", "%patient.gender")),
    )  # fmt: skip
    start = begin(plan, KNOWN)

    assert start.fields == {
        "said": ["hello"],
        "born": ["1968-11-02"],
        "name": ["Carter"],
        "chosen": ["a"],
    }
    assert start.given == {("sex", ()): ("male",)}
    assert start.prefilled == {"born", "name"}
    kept = given_as_json(plan, start.given)
    assert given_from_json(plan, kept) == start.given


def test_a_form_may_ask_the_record_of_this_patient_and_nothing_else() -> None:
    def variable(name: str, text: str) -> dict[str, Any]:
        expression = {"name": name, "language": "application/x-fhir-query", "expression": text}
        return ext("variable", valueExpression=expression)

    plan = form(
        q("a"),
        extension=[
            variable("w", "Observation?code=29463-7&patient={{%patient.id}}&_sort=-date&_count=1"),
            variable("other", "Patient?name=Smith"),
            variable("far", "https://evil.example/Observation?code=1"),
            variable("wide", "Observation?_include=*&code=1"),
            variable("up", "../Observation?code=1"),
            variable("chained", "Observation?code=1&patient.name=Smith"),
        ],
    )
    asked = queries_of(plan)

    assert [(each.name, each.kind) for each in asked] == [
        ("w", "Observation"),
        ("chained", "Observation"),
    ]
    assert asked[0].parameters == (("code", "29463-7"), ("_sort", "-date"), ("_count", "50"))
    assert all(
        name not in {"patient", "patient.name"} for each in asked for name, _ in each.parameters
    )


# --- options --------------------------------------------------------------------------------------


def test_options_come_from_a_set_inside_the_form_or_one_that_was_expanded() -> None:
    inside = {
        "resourceType": "ValueSet",
        "id": "vs",
        "expansion": {"contains": [{"system": "urn:x", "code": "a", "display": "A",
                                    "contains": [{"system": "urn:x", "code": "b"}]}]},
    }  # fmt: skip
    listed = {
        "resourceType": "ValueSet",
        "id": "list",
        "compose": {"include": [{"system": "urn:y", "concept": [{"code": "c", "display": "C"}]}]},
    }
    plan = form(
        q("one", "choice", answerValueSet="#vs"),
        q("two", "choice", answerValueSet="#list"),
        contained=[inside, listed],
    )
    elsewhere = prepared(
        whole(q("three", "choice", answerValueSet="urn:vs")),
        now=NOW,
        value_sets={"urn:vs": (Option("d", "urn:z", {"en": "D"}),)},
    )

    assert [o.code for o in plan.items["one"].options] == ["a", "b"]
    assert plan.items["two"].options[0].system == "urn:y"
    assert [o.code for o in elsewhere.items["three"].options] == ["d"]


def test_options_have_prefixes_and_scores_wherever_they_stand() -> None:
    prefix = ext("questionnaire-optionPrefix", valueString="(a)")
    beside = {**CODES[0], "extension": [ext("ordinalValue", valueDecimal=Decimal(2)), prefix]}
    weight = ext("itemWeight", valueDecimal=Decimal(3))
    inside = {"valueCoding": {**CODES[1]["valueCoding"], "extension": [weight]}}
    plan = form(q("a", "choice", answerOption=[beside, inside]))

    assert plan.scores == {("urn:x", "a"): Decimal(2), ("urn:x", "b"): Decimal(3)}
    assert [choice.text for choice in field(plan).choices] == ["(a) A", "B"]


# --- how it is shown ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("drop-down", "select"),
        ("autocomplete", "select"),
        ("radio-button", "radios"),
        ("check-box", "radios"),
        ("inline-choice", "radios"),
        ("unheard-of", "radios"),
    ],
)
def test_the_control_of_a_choice(code: str, kind: str) -> None:
    assert field(form(q("a", "choice", control(code), answerOption=CODES))).kind == kind


def test_a_question_is_shown_in_the_readers_language_or_else_as_it_was_written() -> None:
    parts = [{"url": "lang", "valueCode": "es-MX"}, {"url": "content", "valueString": "¿Cuánto?"}]
    translated = {"extension": [{"url": f"{SD}translation", "extension": parts}]}
    plan = form({"linkId": "a", "type": "string", "text": "How much?", "_text": translated,
                 "required": True})  # fmt: skip

    assert field(plan, "es").label == "¿Cuánto?"
    assert field(plan, "en").label == "How much?"


def test_text_with_looks_loses_what_could_do_harm() -> None:
    evil = (
        '<div onclick="x()" style="position:fixed" class="app-urgent" id="main">Look '
        '<b>here</b><script>alert(1)</script><img src="https://evil.example/x.png">'
        '<a href="javascript:alert(1)">a</a><a href="https://good.example">b</a></div>'
    )
    shown = {"linkId": "d", "type": "display", "text": "Look here",
             "_text": {"extension": [ext("rendering-xhtml", valueString=evil)]}}  # fmt: skip

    html = field(form(shown)).html

    assert html == (
        '<div>Look <b>here</b><a rel="noopener noreferrer">a</a>'
        '<a href="https://good.example" rel="noopener noreferrer">b</a></div>'
    )
    assert safe_html("x" * 30_000) == ""


def test_rows_of_a_group_can_be_a_table() -> None:
    plan = form(q("g", "group", control("gtable"), repeats=True, item=[q("a"), q("b", "date")]))
    table = field(plan, **{"g~rows": ["1", "2"]})

    assert table.kind == "rows"
    assert [column.label for column in table.columns] == [
        "a? (you can skip this)",
        "b? (you can skip this)",
    ]
    assert [row.number for row in table.rows] == [1, 2]
    assert table.rows[1].fields[0].name == "a~2"


def test_questions_with_the_same_answers_stand_together() -> None:
    same = [q(link, "choice", answerOption=CODES) for link in "xy"]
    odd = [*same, q("z")]

    assert field(form(q("g", "group", control("table"), item=same))).kind == "choices"
    assert field(form(q("g", "group", control("table"), item=odd))).kind == "group"


def test_a_grid_has_the_same_questions_in_each_row() -> None:
    rows = [
        q(side, "group", item=[q(f"{side}-{what}", text=what) for what in ("near", "far")])
        for side in ("left", "right")
    ]
    grid = field(form(q("g", "group", control("grid"), item=rows)))

    assert grid.kind == "rows"
    assert [row.label for row in grid.rows] == ["left?", "right?"]
    assert [column.label.split(" ")[0] for column in grid.columns] == ["near", "far"]
    assert not grid.add


def test_a_question_that_repeats_has_a_line_for_each_answer() -> None:
    plan = form(q("a", repeats=True))

    lines = field(plan, a=["one", ""])
    done = work_out(plan, {"a": ["one", "", "two"]}, KNOWN)

    assert (lines.kind, lines.values) == ("lines", ("one", ""))
    assert done.response_items()[0]["answer"] == [{"valueString": "one"}, {"valueString": "two"}]


def test_what_is_not_asked_is_there_for_the_script_and_hidden() -> None:
    plan = form(
        q("a", "boolean"),
        q("b", enableWhen=[{"question": "a", "operator": "=", "answerBoolean": True}]),
    )

    assert [each.shown for each in fields(plan)] == [True, False]
    assert [each.shown for each in fields(plan, a=["true"])] == [True, True]


def test_the_script_decides_nothing_about_what_stands_on_another_page() -> None:
    """It would hide for ever what depends on an answer that it cannot see."""
    only_if_yes = [{"question": "a", "operator": "=", "answerBoolean": True}]
    plan = form(q("a", "boolean"), q("b", enableWhen=only_if_yes))
    filled = work_out(plan, {"a": ["true"]}, KNOWN)
    shown = FormFields(words_for("en"), filled, {"a": ["true"]}, UTC, complain=False)

    together, alone = shown.of(plan.form.items)[1], shown.of(plan.form.items[1:])[0]

    assert together.asked_when
    assert (alone.asked_when, alone.shown) == ("", True)


def test_a_long_form_is_shown_in_parts() -> None:
    groups = [q(f"g{n}", "group", item=[q(f"g{n}.{m}") for m in range(5)]) for n in range(3)]
    plan = form(q("hello", "display"), *groups, q("last"))
    short = form(*groups[:2])

    assert [[i.link_id for i in part.items] for part in parts_of(plan)] == [
        ["hello", "g0"], ["g1"], ["g2"], ["last"],
    ]  # fmt: skip
    assert len(parts_of(short)) == 1


# --- steps ----------------------------------------------------------------------------------------


def test_a_step_takes_the_fields_of_its_part_and_nothing_else() -> None:
    plan = form(
        q("a"),
        q("many", "choice", repeats=True, answerOption=CODES),
        q("fixed", readOnly=True),
        q("secret", "string", ext("questionnaire-hidden", valueBoolean=True)),
    )
    done = work_out(plan, {}, KNOWN)
    posted = {"a": ["x"], "fixed": ["x"], "secret": ["x"], "~given": ["x"], "submission": ["x"]}

    assert taken(done, done.slots.values(), {}, posted) == {"a": ["x"]}
    kept = {"many": ["a", "b"]}
    assert taken(done, done.slots.values(), kept, {"many~shown": ["1"]})["many"] == []
    assert taken(done, done.slots.values(), kept, {})["many"] == ["a", "b"]


def test_a_row_goes_with_all_that_was_typed_in_it() -> None:
    plan = form(
        q("g", "group", repeats=True, item=[q("a"), q("h", "group", repeats=True, item=[q("b")])])
    )
    kept = {"g~rows": ["1", "2"], "a~1": ["x"], "a~2": ["y"], "b~1~1": ["z"], "b~2~1": ["w"]}
    done = work_out(plan, kept, KNOWN)

    after = without_row(done, kept, "g", 1)
    assert after == {"g~rows": ["2"], "a~2": ["y"], "b~2~1": ["w"]}
    assert with_row(done, kept, "g")["g~rows"] == ["1", "2", "3"]
    assert with_row(done, kept, "h~2")["h~2~rows"] == ["1", "2"]
    assert with_row(done, kept, "nothing") == kept


# --- what was stored ------------------------------------------------------------------------------


def test_stored_answers_go_into_the_form_again() -> None:
    unit = {"system": "http://unitsofmeasure.org", "code": "kg", "display": "kg"}
    plan = form(
        q("g", "group", repeats=True, item=[q("a")]),
        q("w", "quantity", ext("questionnaire-unit", valueCoding=unit)),
        q("when", "dateTime"),
        q("own", "open-choice", answerOption=CODES),
        q("fixed", readOnly=True),
    )
    given = {("fixed", ()): ("F",)}
    posted = {
        "g~rows": ["3", "7"], "a~3": ["x"], "a~7": ["y"], "w": ["72.50"],
        "when": ["2026-11-20T08:30"], "own": ["~other"], "own~other": ["mine"],
    }  # fmt: skip
    done = work_out(plan, posted, Known(now=NOW, given=given))
    stored = {"resourceType": "QuestionnaireResponse", "item": done.response_items()}

    again = read_back(plan, stored, UTC)

    assert again.fields["g~rows"] == ["1", "2"]
    assert again.fields["own"] == ["~other"]
    assert again.given == given
    back = work_out(plan, again.fields, Known(now=NOW, given=again.given))
    assert back.response_items() == done.response_items()
    assert back.values["w", ()] == (Quantity(Decimal("72.50"), "kg", unit["system"], "kg"),)


def test_what_was_sent_is_read_without_its_form() -> None:
    sent = AnsweredForm.from_fhir(
        {
            "resourceType": "QuestionnaireResponse",
            "id": "r",
            "status": "completed",
            "questionnaire": "urn:gone|1",
            "_questionnaire": {"extension": [ext("display", valueString="Old form")]},
            "authored": "2026-11-20",
            "item": [
                {"linkId": "g", "text": "Group", "item": [
                    {"linkId": "a", "text": "Born?", "answer": [{"valueDate": "1968-11-02"}]},
                    {"linkId": "b", "text": "Not answered"}]},
                {"linkId": "c", "answer": [{"valueCoding": {"code": "x", "display": "The X"}}]},
            ],
        }
    )  # fmt: skip

    assert sent is not None
    assert sent.title == "Old form"
    assert [(line.text, line.values, line.heading) for line in sent.lines] == [
        ("Group", (), True),
        ("Born?", (date(1968, 11, 2),), False),
        ("c", ("The X",), False),
    ]


def test_many_slow_expressions_together_hold_up_nobody() -> None:
    """Each ends in its own time; a form of them all would keep a worker for minutes."""
    slow = "(1 | 2).repeat(iif($this < 100, $this + 2, {})).count()"
    one = path("calculatedExpression", slow)
    plan = form(*(q(f"n{at}", "integer", one) for at in range(300)), q("name"))
    began = time.thread_time()

    filled = work_out(plan, {"name": ["Ann"]}, KNOWN)

    assert time.thread_time() - began < 3
    assert filled.broken
    assert filled.values["name", ()] == ("Ann",), "what was typed is kept"
