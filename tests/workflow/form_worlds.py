"""Strategies for whole forms, as FHIR JSON, and for what somebody might post to them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

SD = "http://hl7.org/fhir/StructureDefinition/"
OPTIONS = [
    {"valueCoding": {"system": "urn:x", "code": "a", "display": "A"}},
    {"valueCoding": {"code": "b"}},  # without a system
    {"valueCoding": {"system": "urn:x", "code": "c"}},  # without words
    {"valueString": "plain"},
]
TYPES = (
    *("boolean", "integer", "decimal", "date", "dateTime", "time", "string", "text", "url"),
    *("choice", "open-choice", "quantity", "reference", "display", "group", "group"),
)
POSTED: dict[str, st.SearchStrategy[str]] = {
    "boolean": st.sampled_from(["true", "false", "maybe"]),
    "integer": st.integers(-99, 99).map(str) | st.just("1.5"),
    "decimal": st.decimals(-99, 99, places=2).map(str) | st.just("a lot"),
    "date": st.dates().map(str) | st.just("soon"),
    "dateTime": st.datetimes().map(lambda when: when.isoformat()[:16]) | st.just("2026"),
    "time": st.times().map(lambda when: when.isoformat()[:5]),
    "string": st.text(max_size=8),
    "text": st.text(max_size=20),
    "url": st.sampled_from(["https://a.example/b", "nowhere"]),
    "choice": st.sampled_from(["a", "b", "c", "plain", "z"]),
    "open-choice": st.sampled_from(["a", "b", "~other", "my own"]),
    "quantity": st.integers(0, 300).map(str),
    "reference": st.just("Patient/other"),
}


@st.composite
def forms(draw: st.DrawFn) -> dict[str, Any]:
    """Groups in groups, rows in rows, questions below questions, conditions on what is before."""
    before: list[tuple[str, str]] = []
    counter = iter(range(10_000))

    def items(depth: int) -> list[dict[str, Any]]:
        return [item(depth) for _ in range(draw(st.integers(1, 3 if depth else 4)))]

    def item(depth: int) -> dict[str, Any]:
        kind = draw(st.sampled_from(TYPES if depth < 3 else TYPES[:-3]))
        link = draw(st.sampled_from(["q", "/q", "q~", "q q", "part"])) + str(next(counter))
        made: dict[str, Any] = {"linkId": link, "type": kind, "text": f"{link}?"}
        if kind not in {"display", "group"}:
            made["required"] = draw(st.booleans())
        if kind != "display":
            made["repeats"] = draw(st.integers(0, 3)) == 0
        if "choice" in kind:
            made["answerOption"] = OPTIONS
        if draw(st.integers(0, 7)) == 0:
            made["extension"] = [{"url": f"{SD}questionnaire-hidden", "valueBoolean": True}]
        if draw(st.integers(0, 7)) == 0 and kind != "display":
            made["readOnly"] = True
        if before and draw(st.integers(0, 2)) == 0:
            made["enableWhen"] = [
                condition(*draw(st.sampled_from(before))) for _ in range(draw(st.integers(1, 2)))
            ]
            if draw(st.booleans()):
                made["enableBehavior"] = draw(st.sampled_from(["all", "any"]))
        if kind in {"boolean", "integer", "choice"}:
            before.append((link, kind))
        if kind == "group" or (kind != "display" and depth < 2 and draw(st.integers(0, 5)) == 0):
            made["item"] = items(depth + 1)
        return made

    def condition(question: str, kind: str) -> dict[str, Any]:
        if draw(st.booleans()):
            return {
                "question": question,
                "operator": "exists",
                "answerBoolean": draw(st.booleans()),
            }
        answer: dict[str, Any] = {
            "boolean": {"answerBoolean": True},
            "integer": {"answerInteger": draw(st.integers(-2, 2))},
            "choice": {"answerCoding": {"system": "urn:x", "code": "a"}},
        }[kind]
        operator = draw(
            st.sampled_from(["=", "!=", ">", "<="] if kind == "integer" else ["=", "!="])
        )
        return {"question": question, "operator": operator, **answer}

    return {
        "resourceType": "Questionnaire",
        "url": "urn:form",
        "version": "1",
        "status": "active",
        "item": items(0),
    }


@st.composite
def posts(draw: st.DrawFn, names: list[tuple[str, str, bool]]) -> dict[str, list[str]]:
    """`names` are the controls: name, type, whether several answers are taken."""
    posted: dict[str, list[str]] = {}
    for name, kind, many in names:
        if kind in POSTED and draw(st.integers(0, 3)):
            posted[name] = draw(st.lists(POSTED[kind], min_size=1, max_size=3 if many else 1))
            if "~other" in posted[name]:
                posted[f"{name}~other"] = [draw(st.text(max_size=6))]
    return posted
