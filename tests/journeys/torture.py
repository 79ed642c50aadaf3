"""Forms as bad as they come, and one with every feature that real forms use; and what is stored."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

SD = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"
URL = "https://ehr.example/Questionnaire/"
CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"


def form(name: str, *items: Json, **more: Any) -> Json:
    return {
        "resourceType": "Questionnaire",
        "id": name,
        "url": f"{URL}{name}",
        "version": "1",
        "status": "active",
        "title": f"The {name} form",
        "item": list(items),
        **more,
    }


def asked_of(patient: str, name: str, at: str) -> Json:
    return {
        "resourceType": "Task",
        "id": f"asks-{name}",
        "status": "requested",
        "intent": "order",
        "for": {"reference": f"Patient/{patient}"},
        "owner": {"reference": f"Patient/{patient}"},
        "description": f"The {name} form",
        "authoredOn": at,
        "input": [{"type": {"text": "form"}, "valueCanonical": f"{URL}{name}|1"}],
    }


def q(link: str, kind: str, *extensions: Json, **more: Any) -> Json:
    made: Json = {"linkId": link, "type": kind, "text": f"Question {link}", **more}
    return {**made, "extension": list(extensions)} if extensions else made


def sd(name: str, **value: Any) -> Json:
    return {"url": f"{SD}{name}", **value}


def sdc(name: str, path: str, **more: str) -> Json:
    expression = {"language": "text/fhirpath", "expression": path, **more}
    return {"url": f"{SDC}{name}", "valueExpression": expression}


def control(code: str) -> Json:
    coding = {"system": CONTROLS, "code": code}
    return sd("questionnaire-itemControl", valueCodeableConcept={"coding": [coding]})


def when(question: str, operator: str, **answer: Any) -> Json:
    return {"question": question, "operator": operator, **answer}


def coding(code: str, **more: Any) -> Json:
    return {"valueCoding": {"system": "urn:x", "code": code, "display": f"Answer {code}", **more}}


# --- as bad as they come --------------------------------------------------------------------------

NO_SYSTEM = [{"valueCoding": {"code": f"c{n}"}} for n in range(33)]  # and no words either
TORTURE = form(
    "torture",
    q("thirty-three", "choice", control("radio-button"), answerOption=NO_SYSTEM),
    q(
        "any-of-33",
        "string",
        required=True,
        # More than one condition, and nothing says whether one is enough.
        enableWhen=[when("thirty-three", "=", answerCoding={"code": f"c{n}"}) for n in range(1, 33)]
        + [when("thirty-three", "=", answerCoding={"code": "c0"})],
    ),
    q(
        "house",
        "group",
        repeats=True,
        item=[
            q("street", "string"),
            q(
                "person",
                "group",
                repeats=True,
                item=[
                    q("name", "string"),
                    q(
                        "illness",
                        "group",
                        repeats=True,
                        item=[q("what", "string"), q("since", "integer")],
                    ),
                ],
            ),
        ],
    ),
)


def group(link: str, *items: Json) -> Json:
    return {"linkId": link, "text": f"Question {link}", "item": list(items)}


def said(link: str, *answers: Json, **more: Any) -> Json:
    return {"linkId": link, "text": f"Question {link}", "answer": list(answers), **more}


def text(words: str) -> Json:
    return {"valueString": words}


TORTURED = [
    said("thirty-three", {"valueCoding": {"code": "c32", "display": "c32"}}),
    said("any-of-33", text("Here I am")),
    group(
        "house",
        said("street", text("Oak")),
        group("person", said("name", text("Ann")), group("illness", said("what", text("Flu")))),
        group(
            "person",
            said("name", text("Ben")),
            group("illness", said("what", text("Cough"))),
            group("illness", said("what", text("Rash")), said("since", {"valueInteger": 2019})),
        ),
    ),
    group("house", said("street", text("Elm"))),
]

TWICE = form("twice", q("same", "string"), q("same", "string"))

# --- every feature of real forms ------------------------------------------------------------------

UCUM = "http://unitsofmeasure.org"
PETS = {
    "resourceType": "ValueSet",
    "id": "pets",
    "expansion": {
        "contains": [
            {"system": "urn:pets", "code": "cat", "display": "Cat"},
            {"system": "urn:pets", "code": "dog", "display": "Dog"},
        ]
    },
}
HELP = {
    "linkId": "help",
    "type": "display",
    "text": "Look at the label.",
    "extension": [control("help")],
}


def unit(code: str, of: str = "unit") -> Json:
    value = {"system": UCUM, "code": code, "display": code}
    return sd(f"questionnaire-{of}", valueCoding=value)


def point(code: str, score: int) -> Json:
    return {**coding(code), "extension": [sd("ordinalValue", valueDecimal=score)]}


EVERYTHING = form(
    "everything",
    q("choice", "choice", answerOption=[coding("a"), coding("b")], required=True),
    q("string", "string", maxLength=20, item=[HELP]),
    q("words", "text"),
    q("decimal", "decimal", unit("kg"), sd("maxDecimalPlaces", valueInteger=1)),
    q("integer", "integer", control("slider"), sd("minValue", valueInteger=1),
      sd("maxValue", valueInteger=10)),
    q("nested", "group", item=[q("deeper", "group", item=[q("deepest", "string")])]),
    q("list", "choice", control("drop-down"), answerOption=[coding("a"), coding("b")]),
    q("hidden", "string", sd("questionnaire-hidden", valueBoolean=True),
      initial=[{"valueString": "from the form"}]),
    q("points", "choice", answerOption=[point("some", 2), point("many", 5)]),
    q("sum", "decimal", sdc("sdc-questionnaire-calculatedExpression",
      "%resource.item.where(linkId = 'points').answer.value.ordinal() + %two"), readOnly=True),
    q("born", "date", sdc("sdc-questionnaire-initialExpression", "%patient.birthDate")),
    q("fixed", "string", readOnly=True, initial=[{"valueString": "as it is"}]),
    q("yes", "boolean"),
    q("when", "dateTime"),
    q("hour", "time"),
    q("if-yes", "string", enableWhen=[when("yes", "=", answerBoolean=True)], required=True),
    q("if-more", "string", enableWhen=[when("integer", ">", answerInteger=5)]),
    q("if-path", "string", sdc("sdc-questionnaire-enableWhenExpression",
      "%resource.item.where(linkId = 'string').answer.value = 'go'")),
    q("several", "choice", repeats=True,
      answerOption=[{**coding(code), "extension": [
          sd("questionnaire-optionPrefix", valueString=f"{code})")]} for code in "abc"]),
    q("none", "choice", repeats=True, answerOption=[coding("a"), {**coding("none"), "extension": [
        sd("questionnaire-optionExclusive", valueBoolean=True)]}]),
    q("rows", "group", repeats=True, item=[q("in-row", "string"), q("row-date", "date")]),
    q("lines", "string", repeats=True),
    q("parent", "string", item=[q("child", "string")]),
    q("pet", "choice", answerValueSet="#pets"),
    q("amount", "quantity", unit("mg", "unitOption"), unit("g", "unitOption")),
    q("own", "open-choice", answerOption=[coding("a")]),
    q("site", "url"),
    q("pattern", "string", sd("regex", valueString="[A-Z]{2}[0-9]+")),
    q("year", "date", sd("entryFormat", valueString="YYYY")),
    q("paper", "attachment"),
    {"linkId": "said", "type": "display", "text": "Plain", "_text": {"extension": [
        sd("rendering-xhtml", valueString="<b>Rich</b><script>alert(1)</script>")]}},
    contained=[PETS],
    extension=[
        {"url": f"{SD}variable",
         "valueExpression": {"name": "two", "language": "text/fhirpath", "expression": "2"}},
        {"url": f"{SDC}sdc-questionnaire-launchContext",
         "extension": [{"url": "name", "valueCoding": {"code": "patient"}}]},
    ],
)  # fmt: skip

TYPED: dict[str, str | list[str]] = {
    "choice": "b",
    "string": "go",
    "words": "Two\nlines",
    "decimal": "72,5",
    "integer": "7",
    "deepest": "Deep",
    "list": "a",
    "points": "many",
    "yes": "true",
    "when": "2026-11-20T08:30",
    "hour": "14:30",
    "if-yes": "Asked",
    "if-more": "More",
    "if-path": "Path",
    "several": ["a", "c"],
    "none": ["none"],
    "in-row~1": "One",
    "row-date~1": "2026-01-02",
    "lines": "Line one",
    "parent": "Parent",
    "child": "Child",
    "pet": "dog",
    "amount": "500",
    "own": "~other",
    "own~other": "My own",
    "site": "https://a.example/b",
    "pattern": "AB12",
    "year": "1998",
}
CODED_A, CODED_B = coding("a"), coding("b")
STORED = [
    said("choice", CODED_B),
    said("string", text("go")),
    said("words", text("Two\nlines")),
    said("decimal", {"valueDecimal": 72.5}),
    said("integer", {"valueInteger": 7}),
    group("nested", group("deeper", said("deepest", text("Deep")))),
    said("list", CODED_A),
    said("hidden", text("from the form")),
    said("points", coding("many")),
    said("sum", {"valueDecimal": 7}),
    said("born", {"valueDate": "1968-11-02"}),
    said("fixed", text("as it is")),
    said("yes", {"valueBoolean": True}),
    said("when", {"valueDateTime": "2026-11-20T08:30:00-06:00"}),
    said("hour", {"valueTime": "14:30:00"}),
    said("if-yes", text("Asked")),
    said("if-more", text("More")),
    said("if-path", text("Path")),
    said("several", CODED_A, coding("c")),
    said("none", coding("none")),
    group("rows", said("in-row", text("One")), said("row-date", {"valueDate": "2026-01-02"})),
    said("lines", text("Line one")),
    said("parent", text("Parent") | {"item": [said("child", text("Child"))]}),
    said("pet", {"valueCoding": {"system": "urn:pets", "code": "dog", "display": "Dog"}}),
    said("amount", {"valueQuantity": {"value": 500, "unit": "mg", "system": UCUM, "code": "mg"}}),
    said("own", text("My own")),
    said("site", {"valueUri": "https://a.example/b"}),
    said("pattern", text("AB12")),
    said("year", {"valueDate": "1998"}),
]
