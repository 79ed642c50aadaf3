"""What is written in these tests, and strategies for all that could be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.message import new_message
from smartapp.fhir.questionnaire import Item, Option, Questionnaire
from smartapp.fhir.response import new_response
from smartapp.fhir.routing import Routing
from smartapp.fhir.task import new_task

VOCABULARY = Vocabulary("https://clinic.example/fhir")
SID = "6d0c3d6e-0000-4000-8000-000000000001"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROUTING = Routing(
    queue="refills",
    priority="urgent",
    due=datetime(2026, 11, 24, 22, tzinfo=UTC),
    rule="almost-out",
    reason="Has 3 days left",
    policy_version="3",
    summary="1 to 3 days left",
    red_flags=("fainting",),
)
FORM = Questionnaire(
    url="https://clinic.example/fhir/Questionnaire/refill",
    version="3",
    title={"en": "Refill"},
    items=(
        Item(
            "left",
            "choice",
            {"en": "How much is left?"},
            options=(Option("none", "urn:a", {"en": "None"}),),
        ),
        Item("more", "text", {"en": "Anything else?"}),
    ),
)


def message(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "vocabulary": VOCABULARY,
        "identifier": SID,
        "topic": ("refill", "Refill"),
        "subject_line": "Refill: lisinopril 10 mg",
        "patient": "Patient/maria",
        "sender": ("Patient/maria", "María López"),
        "sent": NOON,
        "words": "I have 3 tablets left.",
        "about": [("MedicationRequest/88", "lisinopril 10 mg")],
        "priority": "urgent",
        "language": "es",
        "routing": ROUTING,
    }
    return new_message(**usual | changes)


def task(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "vocabulary": VOCABULARY,
        "identifier": SID,
        "thread": SID,
        "topic": ("refill", "Refill"),
        "description": "Refill: lisinopril 10 mg",
        "patient": "Patient/maria",
        "requester": ("Patient/maria", "María López"),
        "focus": "Communication/5",
        "answers": "QuestionnaireResponse/4",
        "about": [("MedicationRequest/88", "lisinopril 10 mg")],
        "routing": ROUTING,
        "queue_words": "Refills",
        "authored": NOON,
    }
    return new_task(**usual | changes)


def response(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "vocabulary": VOCABULARY,
        "identifier": SID,
        "questionnaire": FORM,
        "answers": {"left": ("none",), "more": ("My knee hurts",)},
        "patient": "Patient/maria",
        "author": ("Patient/maria", "María López"),
        "authored": NOON,
        "language": "es",
    }
    return new_response(**usual | changes)


# --- all that could be written -------------------------------------------------------------------

# What a person can type: no control characters, and never nothing.
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.just("\n"),
    min_size=1,
    max_size=60,
).filter(str.strip)
maybe_text = texts | st.just("")
times = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  (the zone is added)
routings = st.builds(
    Routing,
    queue=st.sampled_from(["refills", "physician"]),
    priority=st.sampled_from(["routine", "urgent", "asap", "stat"]),
    due=st.none() | times,
    rule=maybe_text,
    reason=maybe_text,
    policy_version=maybe_text,
    summary=maybe_text,
    red_flags=st.lists(texts, max_size=2).map(tuple),
)
people = st.tuples(
    st.sampled_from(["Patient/maria", "RelatedPerson/r", "Practitioner/tom"]), maybe_text
)
abouts = st.lists(
    st.tuples(st.sampled_from(["MedicationRequest/88", "Appointment/1"]), maybe_text), max_size=2
)
messages = st.fixed_dictionaries(
    {
        "subject_line": maybe_text,
        "topic": st.sampled_from([("refill", "Refill"), ("refill", ""), ("", "")]),
        "sender": people,
        "words": texts,
        "about": abouts,
        "routing": st.none() | routings,
        "sent": times,
        "language": st.sampled_from([None, "en", "es"]),
    }
)
tasks = st.fixed_dictionaries(
    {
        "description": maybe_text,
        "topic": st.sampled_from([("refill", "Refill"), ("", "")]),
        "requester": people,
        "about": abouts,
        "routing": routings,
        "queue_words": maybe_text,
        "answers": st.sampled_from([None, "QuestionnaireResponse/4"]),
        "authored": times,
    }
)

OPTIONS = (
    Option("yes", "urn:a", {"en": "Yes"}),
    Option("no", "", {"en": "no"}),
    Option("plain words", "", {"en": "plain words"}, coded=False),
)
_ANSWERS: dict[str, st.SearchStrategy[Any]] = {
    "choice": st.sampled_from([option.code for option in OPTIONS]),
    "open-choice": st.sampled_from([option.code for option in OPTIONS]) | texts,
    "boolean": st.booleans(),
    "integer": st.integers(-999_999_999, 999_999_999).map(Decimal),
    "decimal": st.decimals(-9999, 9999, places=3),
    "date": st.dates(date(1900, 1, 1), date(2150, 1, 1)),
    "string": texts,
    "text": texts,
}


@st.composite
def answered_forms(draw: st.DrawFn) -> tuple[Questionnaire, dict[str, tuple[Any, ...]]]:
    """A form of every type of item, some in groups and some below others, with answers."""
    answers: dict[str, tuple[Any, ...]] = {}

    def items(prefix: str, depth: int) -> tuple[Item, ...]:
        kinds = draw(st.lists(st.sampled_from(["group", "display", *_ANSWERS]), max_size=4))
        return tuple(item(f"{prefix}{number}", kind, depth) for number, kind in enumerate(kinds))

    def item(link_id: str, kind: str, depth: int) -> Item:
        if kind in _ANSWERS and draw(st.booleans()):
            answers[link_id] = tuple(draw(st.lists(_ANSWERS[kind], min_size=1, max_size=2)))
        asked = kind == "group" or link_id in answers
        return Item(
            link_id,
            kind,
            {"en": draw(maybe_text)},
            options=OPTIONS if "choice" in kind else (),
            items=items(f"{link_id}.", depth + 1) if asked and depth < 2 else (),
        )

    return Questionnaire("urn:form", "1", {"en": ""}, items("q", 0)), answers
