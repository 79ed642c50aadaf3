"""A form worked out anew at each step: rows, what is asked, what is calculated, what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from smartapp.fhir.questionnaire import Questionnaire
from smartapp.workflow.forms import Fault
from smartapp.workflow.forms.plan import FormRefused, Plan, plan_of
from smartapp.workflow.forms.tree import FilledForm
from smartapp.workflow.forms.working_out import Known, work_out

HL7 = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def q(link_id: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"linkId": link_id, "type": kind, "text": f"{link_id}?", **more}


def group(link_id: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return q(link_id, "group", item=list(items), **more)


def when(question: str, operator: str = "=", **answer: Any) -> dict[str, Any]:
    return {"question": question, "operator": operator, **(answer or {"answerBoolean": True})}


def path(text: str, name: str = "") -> dict[str, Any]:
    named = {"name": name} if name else {}
    return {"valueExpression": {"language": "text/fhirpath", "expression": text, **named}}


def calculated(text: str) -> dict[str, Any]:
    return {"url": f"{SDC}calculatedExpression", **path(text)}


def enabled(text: str) -> dict[str, Any]:
    return {"url": f"{SDC}enableWhenExpression", **path(text)}


def variable(name: str, text: str) -> dict[str, Any]:
    return {"url": f"{HL7}variable", **path(text, name)}


def form(*items: dict[str, Any], **more: Any) -> Plan:
    return plan_of(
        Questionnaire.from_fhir(
            {
                "resourceType": "Questionnaire",
                "url": "urn:form",
                "version": "1",
                "status": "active",
                "item": list(items),
                **more,
            }
        )
    )


def filled(plan: Plan, known: Known | None = None, **fields: Any) -> FilledForm:
    posted = {
        name: [value] if isinstance(value, str) else list(value) for name, value in fields.items()
    }
    return work_out(plan, posted, known or Known(now=NOON))


def value(done: FilledForm, link_id: str, *rows: int) -> object:
    found = done.values.get((link_id, rows), ())
    return found[0] if len(found) == 1 else found or None


def asked(done: FilledForm) -> set[str]:
    return {link for link, _ in done.asked}


# --- rows -----------------------------------------------------------------------------------------


def family() -> Plan:
    return form(
        group(
            "child",
            q("name", required=True),
            q("ill", "boolean"),
            q("what", enableWhen=[when("ill")]),
            group("visit", q("when", "date"), repeats=True),
            repeats=True,
        ),
        q("any", enableWhen=[when("ill")]),
    )


def test_a_group_that_repeats_has_as_many_rows_as_were_added() -> None:
    one = filled(family())
    two = filled(family(), **{"child~rows": ["1", "4"], "name~4": "Leo", "visit~4~rows": ["2"]})

    assert one.rows["child", ()] == (1,)
    assert two.rows["child", ()] == (1, 4)
    assert value(two, "name", 4) == "Leo"
    assert ("when", (4, 2)) in two.slots


def test_a_condition_looks_into_its_own_row_first() -> None:
    done = filled(
        family(),
        **{"child~rows": ["1", "2"], "ill~2": "true", "what~1": "a", "what~2": "b"},
    )

    assert ("what", (2,)) in done.asked
    assert ("what", (1,)) not in done.asked
    assert "any" in asked(done)  # from outside, any row will do


def test_rows_stand_in_the_response_as_items_of_the_same_name() -> None:
    done = filled(
        family(),
        **{
            "child~rows": ["1", "2", "3"],
            "name~1": "Ana",
            "name~3": "Leo",
            "visit~3~rows": ["1", "2"],
            "when~3~1": "2026-01-01",
            "when~3~2": "2026-02-01",
        },
    )
    items = done.response_items()

    assert [each["linkId"] for each in items] == ["child", "child"]
    assert [each["linkId"] for each in items[1]["item"]] == ["name", "visit", "visit"]
    assert items[1]["item"][2]["item"][0]["answer"] == [{"valueDate": "2026-02-01"}]


def test_rows_that_make_no_sense_are_not_there() -> None:
    done = filled(family(), **{"child~rows": ["x", "-1", "9" * 9, "2", "2", *map(str, range(99))]})

    assert len(done.rows["child", ()]) == 40
    assert done.rows["child", ()][:2] == (2, 0)


def test_too_many_and_too_few_rows_are_said() -> None:
    occurs = [
        {"url": f"{HL7}questionnaire-minOccurs", "valueInteger": 2},
        {"url": f"{HL7}questionnaire-maxOccurs", "valueInteger": 2},
    ]
    plan = form(group("g", q("a"), repeats=True, extension=occurs))

    few = filled(plan, **{"a~1": "x"})
    many = filled(plan, **{"g~rows": ["1", "2", "3"], "a~1": "x", "a~2": "x", "a~3": "x"})

    assert [fault.fault for fault in few.faults.values()] == [Fault.TOO_FEW]
    assert [fault.fault for fault in many.faults.values()] == [Fault.TOO_MANY]
    assert filled(plan, **{"a~1": "x", "a~2": "x"}).complete


# --- what is asked --------------------------------------------------------------------------------


def test_a_chain_falls_with_its_first_whatever_the_order_of_the_form() -> None:
    plan = form(
        q("c", enableWhen=[when("b", answerString="yes")]),
        q("b", enableWhen=[when("a")]),
        q("a", "boolean"),
    )

    assert asked(filled(plan, a="true", b="yes", c="x")) == {"a", "b", "c"}
    fallen = filled(plan, a="false", b="yes", c="x")
    assert asked(fallen) == {"a"}
    assert [slot.item.link_id for slot in fallen.dropped()] == ["c", "b"]


def test_what_an_answer_that_fell_away_had_switched_off_is_asked_again() -> None:
    plan = form(
        q("a", "boolean"),
        q("b", "boolean", enableWhen=[when("a")]),
        q("c", enableWhen=[when("b", "exists", answerBoolean=False)]),
    )

    assert asked(filled(plan, a="false", b="true")) == {"a", "c"}


def test_thirty_three_conditions_on_one_question() -> None:
    conditions = [when(f"q{n}", answerInteger=n) for n in range(33)]
    questions = [q(f"q{n}", "integer") for n in range(33)]
    plan = form(*questions, q("any", enableWhen=conditions, enableBehavior="any"))
    every = form(*questions, q("all", enableWhen=conditions, enableBehavior="all"))

    assert "any" not in asked(filled(plan, q32="31"))
    assert "any" in asked(filled(plan, q32="32"))
    right = {f"q{n}": str(n) for n in range(33)}
    assert "all" in asked(filled(every, **right))
    assert "all" not in asked(filled(every, **right | {"q7": "8"}))


def test_a_form_whose_questions_wait_for_each_other_is_refused() -> None:
    with pytest.raises(FormRefused, match="goes-in-circles"):
        form(q("a", enableWhen=[when("b")]), q("b", enableWhen=[when("a")]))


def test_a_form_with_a_name_twice_is_refused() -> None:
    with pytest.raises(FormRefused, match="link-id-twice: a"):
        form(q("a"), group("g", q("a")))


def test_a_chain_of_a_thousand_questions_is_followed() -> None:
    chain = [
        q(f"q{n}", "boolean", enableWhen=[when(f"q{n - 1}")] if n else []) for n in range(1000)
    ]

    assert len(asked(filled(form(*chain), **{f"q{n}": "true" for n in range(1000)}))) == 1000


def test_a_question_can_wait_for_an_expression() -> None:
    plan = form(
        q("age", "integer"),
        q("why", extension=[enabled("%resource.item.where(linkId='age').answer.value > 17")]),
        q("more", enableWhen=[when("why", answerString="x")]),
    )

    assert asked(filled(plan, age="17", why="x")) == {"age"}
    assert asked(filled(plan, age="18", why="x")) == {"age", "why", "more"}


def test_what_cannot_be_worked_out_is_asked_and_keeps_the_form_open() -> None:
    broken = filled(form(q("a", extension=[enabled("%nobody.knows.this")])))

    assert asked(broken) == {"a"}
    assert broken.broken == ("a",)
    assert not broken.complete


# --- what is calculated ---------------------------------------------------------------------------

BMI = "(%weight / (%height / 100).power(2)).round(1)"


def bmi(**more: Any) -> Plan:
    where = "%resource.item.where(linkId='{}').answer.value"
    return form(
        q("w", "decimal"),
        q("h", "decimal"),
        q("bmi", "decimal", extension=[calculated(BMI)], **more),
        extension=[variable("weight", where.format("w")), variable("height", where.format("h"))],
    )


def test_a_value_is_calculated_from_others() -> None:
    assert value(filled(bmi(readOnly=True), w="72", h="180"), "bmi") == Decimal("22.2")
    assert value(filled(bmi(readOnly=True), w="72"), "bmi") is None


def test_a_calculated_value_is_not_taken_from_the_post() -> None:
    assert value(filled(bmi(readOnly=True), w="72", h="180", bmi="1"), "bmi") == Decimal("22.2")


def test_a_calculated_value_that_was_edited_stays_as_it_was_edited() -> None:
    edited = filled(bmi(), w="80", h="180", bmi="25", **{"bmi~was": "22.2"})
    untouched = filled(bmi(), w="80", h="180", bmi="22.2", **{"bmi~was": "22.2"})

    assert value(edited, "bmi") == Decimal(25)
    assert value(untouched, "bmi") == Decimal("24.7")


def test_calculations_in_a_circle_end_and_keep_the_form_open() -> None:
    one = "%resource.item.where(linkId='{}').answer.value.first() + 1"
    plan = form(
        q("start", "integer"),
        q(
            "a",
            "integer",
            readOnly=True,
            extension=[calculated(f"iif({one.format('b')} > 0, {one.format('b')}, 1)")],
        ),
        q("b", "integer", readOnly=True, extension=[calculated(one.format("a"))]),
    )
    done = filled(plan)

    assert done.broken == ("circle",)
    assert not done.complete


def test_each_row_calculates_for_itself() -> None:
    total = "%context.item.count()"
    double = "%resource.item.where(linkId='row').item.where(linkId='n').answer.value.sum()"
    plan = form(
        group("row", q("n", "integer"), q("m", "integer"), repeats=True),
        q("sum", "integer", readOnly=True, extension=[calculated(double)]),
        q("t", "string", readOnly=True, extension=[calculated(total)]),
    )

    done = filled(plan, **{"row~rows": ["1", "2"], "n~1": "3", "n~2": "4"})

    assert value(done, "sum") == Decimal(7)


def test_a_rule_of_the_form_is_kept() -> None:
    rule = {
        "url": f"{HL7}questionnaire-constraint",
        "extension": [
            {"url": "key", "valueId": "order"},
            {"url": "severity", "valueCode": "error"},
            {"url": "human", "valueString": "The end cannot be before the start"},
            {
                "url": "expression",
                "valueString": "%resource.item.where(linkId='to').answer.value >= "
                "%resource.item.where(linkId='from').answer.value",
            },
        ],
    }
    plan = form(q("from", "date"), q("to", "date", extension=[rule]))

    wrong = filled(plan, **{"from": "2026-02-01", "to": "2026-01-01"})

    assert wrong.faults["to", ()].limit == "The end cannot be before the start"
    assert filled(plan, **{"from": "2026-01-01", "to": "2026-02-01"}).complete


# --- what a browser may not touch -----------------------------------------------------------------


def test_what_is_hidden_or_fixed_comes_from_the_start_of_the_form_alone() -> None:
    hidden = [{"url": f"{HL7}questionnaire-hidden", "valueBoolean": True}]
    plan = form(
        q("vip", "boolean", extension=hidden),
        q("id", readOnly=True),
        q("gift", enableWhen=[when("vip")]),
    )

    posted = filled(plan, vip="true", id="7", gift="gold")
    known = Known(now=NOON, given={("vip", ()): (True,), ("id", ()): ("5",)})

    assert asked(posted) == {"vip", "id"}
    assert posted.values["vip", ()] == ()
    assert asked(filled(plan, known, vip="false", id="7")) == {"vip", "id", "gift"}
    assert value(filled(plan, known, id="7"), "id") == "5"


def test_what_lies_in_something_hidden_or_fixed_is_not_taken_from_a_post_either() -> None:
    hidden = {"url": f"{HL7}questionnaire-hidden", "valueBoolean": True}
    for outside in ({"extension": [hidden]}, {"readOnly": True}):
        plan = form(group("box", q("inside"), **outside), q("a"))

        done = work_out(plan, {"inside": ["sneaked in"], "a": ["typed"]})

        assert [each["linkId"] for each in done.response_items()] == ["a"]


def test_a_group_below_a_question_is_asked_once_that_is_answered() -> None:
    follow_up = q("b", enableWhen=[when("inside", "exists", answerBoolean=True)])
    plan = form(q("a", item=[group("more", q("inside"))]), follow_up)

    assert asked(work_out(plan, {"inside": ["x"]})) == {"a"}
    assert asked(work_out(plan, {"a": ["yes"], "inside": ["x"]})) == {"a", "more", "inside", "b"}


def test_what_is_required_is_required_where_a_person_can_answer_it() -> None:
    hidden = [{"url": f"{HL7}questionnaire-hidden", "valueBoolean": True}]
    plan = form(
        q("seen", required=True),
        group("gone", q("unseen", required=True), extension=hidden),
        q("fixed", required=True, readOnly=True),
        q("off", required=True, enableWhen=[when("seen", answerString="x")]),
    )

    assert set(filled(plan).faults) == {("seen", ())}
    assert set(filled(plan, seen="x").faults) == {("off", ())}


def test_a_pattern_is_kept_in_linear_time() -> None:
    def shaped(regex: str) -> Plan:
        return form(q("a", extension=[{"url": f"{HL7}regex", "valueString": regex}]))

    assert filled(shaped("[0-9]{5}"), a="12345").complete
    assert filled(shaped("[0-9]{5}"), a="123456").faults["a", ()].fault is Fault.NOT_THE_SHAPE
    assert not filled(shaped("(a+)+b"), a="a" * 2000).complete
