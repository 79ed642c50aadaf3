"""Reading one topic file, `policy/topics/<code>.toml`, and its Questionnaire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TypeVar

from smartapp.words import LocalText
from smartapp.workflow.calendar import ResponseTime
from smartapp.workflow.policy.conditions import (
    AllOf,
    AnyOf,
    Check,
    Condition,
    Expected,
    Otherwise,
    Source,
    Test,
)
from smartapp.workflow.policy.model import (
    Exclusion,
    Outcome,
    Priority,
    Queue,
    Reason,
    RedFlag,
    RefillLimits,
    RefillReason,
    Reply,
    Route,
    Rule,
    SummaryPart,
    Topic,
    TopicWords,
)
from smartapp.workflow.policy.questionnaires import NOTHING, problems_with, read_questionnaire
from smartapp.workflow.policy.reading import Reading, Table

T = TypeVar("T")

OTHERWISE = "otherwise"
NO_ANSWER = ResponseTime(1, "business day")  # stands in where the file's own cannot be read


@dataclass(frozen=True)
class Surroundings:
    """What a topic file refers to by name."""

    version: str
    queues: Mapping[str, Queue]
    unclassified: Rule


def read_topic(reading: Reading, code: str, around: Surroundings) -> tuple[Topic, Table]:
    file = reading.toml(f"topics/{code}.toml")
    respond_within = response_time(file, "respond_within")
    topic = Topic(
        code=code,
        owner=file.text("owner"),
        policy_version=around.version,
        words=_words(file.table("words")),
        message_length=file.whole("message_length"),
        respond_within=respond_within,
        questionnaire=read_questionnaire(file, "questionnaire"),
        exclusions=tuple(_exclusion(each) for each in file.tables("exclusions")),
        red_flags=tuple(_red_flag(each, around.queues) for each in file.tables("red_flags")),
        rules=tuple(_rule(each, around.queues, respond_within) for each in file.tables("rules")),
        unclassified=around.unclassified,
        replies=tuple(_reply(each) for each in file.tables("replies")),
        outcomes=tuple(_outcome(each) for each in file.tables("outcomes")),
        summary=_summary(file.table("summary")),
        refills=_refills(file.table("refills")) if "refills" in file else None,
    )
    file.check_nothing_else()
    if topic.questionnaire != NOTHING:
        place = reading.place(f"questionnaires/{file.values['questionnaire']}")
        for where, what in problems_with(
            topic.questionnaire, reading.languages, topic.message_length
        ):
            reading.wrong(f"{place} {where}", what)
    return topic, file


def parsed(table: Table, key: str, parse: Callable[[str], T], otherwise: T) -> T:
    text = table.text(key)
    if not text:
        return otherwise
    try:
        return parse(text)
    except ValueError as trouble:
        table.wrong(key, f"{text!r} {trouble}")
        return otherwise


def response_time(table: Table, key: str) -> ResponseTime:
    time = parsed(table, key, ResponseTime.parse, NO_ANSWER)
    if time.unit == "business hour" and time.amount > 24:
        # Counted while the clinic is open, 48 hours are more than five days: nobody means that.
        table.wrong(key, f"'{time}' counts opening hours only: write business days")
    return time


def route(table: Table, queues: Mapping[str, Queue], default: ResponseTime | None = None) -> Route:
    priority = table.one_of("priority", list(Priority), "a priority")
    if default is None or "respond_within" in table:
        default = response_time(table, "respond_within")
    return Route(_queue(table, queues), Priority(priority or Priority.URGENT), default)


def reason(table: Table) -> Reason:
    return Reason(patient=table.local("patient"), staff=table.local("staff"))


def _queue(table: Table, queues: Mapping[str, Queue]) -> Queue:
    code = table.one_of("queue", queues, "a queue")
    return queues[code] if code else Queue("", {}, {}, frozenset(), ())


def _words(table: Table) -> TopicWords:
    return TopicWords(
        title=table.local("title"),
        intro=table.local("intro"),
        scope=table.local("scope"),
        next_steps=table.local("next_steps"),
        receipt=table.local("receipt"),
    )


def _exclusion(table: Table) -> Exclusion:
    return Exclusion(table.text("name"), _condition_at(table, "when"), table.local("instead"))


def _red_flag(table: Table, queues: Mapping[str, Queue]) -> RedFlag:
    return RedFlag(
        name=table.text("name"),
        question=table.text("question"),
        answers=table.texts("answers"),
        do_now=table.local("do_now"),
        message=table.local("message"),
        route=route(table, queues),
        reason=reason(table.table("reason")),
    )


def _rule(table: Table, queues: Mapping[str, Queue], default: ResponseTime) -> Rule:
    catches_the_rest = table.values.get("when") == OTHERWISE
    return Rule(
        name=table.text("name"),
        when=_otherwise(table) if catches_the_rest else _condition_at(table, "when"),
        route=route(table, queues, default),
        reason=reason(table.table("reason")),
    )


def _otherwise(table: Table) -> Otherwise:
    table.text("when")
    return Otherwise()


def _reply(table: Table) -> Reply:
    return Reply(
        code=table.text("code"),
        name=table.local("name"),
        text=table.local("text", placeholders=("medicine",)),
        outcome=table.text("outcome"),
    )


def _outcome(table: Table) -> Outcome:
    return Outcome(table.text("code"), table.local("words"))


def _summary(table: Table) -> tuple[SummaryPart, ...]:
    return tuple(SummaryPart(link_id, _says(table.table(link_id))) for link_id in table)


def _says(table: Table) -> Mapping[str, LocalText]:
    return MappingProxyType({key: table.local(key, ("answer",)) for key in table})


def _refills(table: Table) -> RefillLimits:
    words = table.table("words")
    return RefillLimits(
        ask_when_days_left=table.whole("ask_when_days_left"),
        ask_when_days_left_controlled=table.whole("ask_when_days_left_controlled"),
        renew_until_days_after_end=table.whole("renew_until_days_after_end"),
        controlled_can_be_asked=table.flag("controlled_can_be_asked"),
        controlled_substances=table.texts("controlled_substances"),
        words=MappingProxyType({code: words.local(code) for code in RefillReason}),
    )


# --- conditions -----------------------------------------------------------------------------------

NEVER = AnyOf(())  # stands in for a condition that cannot be read
SOURCES: tuple[Source, ...] = ("answer", "fact")


def _condition_at(table: Table, key: str) -> Condition:
    return _condition(table.table(key))


def _condition(table: Table) -> Condition:
    sources = [source for source in SOURCES if source in table]
    groups = [group for group in ("all", "any") if group in table]
    if len(sources) + len(groups) != 1:
        table.wrong("", "must have exactly one of: all, any, answer, fact")
        return NEVER
    if sources:
        return _check(table, sources[0])
    parts = tuple(_condition(each) for each in table.tables(groups[0]))
    if not parts:
        table.wrong(groups[0], "is empty")
    return AllOf(parts) if groups[0] == "all" else AnyOf(parts)


def _check(table: Table, source: Source) -> Condition:
    name = table.text(source)
    tests = [test for test in _EXPECTED if test in table]
    if len(tests) != 1:
        table.wrong("", f"must have exactly one of: {', '.join(_EXPECTED)}")
        return NEVER
    expected = _EXPECTED[tests[0]](table, tests[0])
    return Check(source, name, tests[0], expected) if expected else NEVER


def _one(table: Table, key: str) -> tuple[Expected, ...]:
    value = table.scalar(key)
    return () if value is None else (value,)


def _limit(table: Table, key: str) -> tuple[Expected, ...]:
    value = table.scalar(key)
    if value is not None and not isinstance(value, Decimal):
        table.wrong(key, "is not a number")
    return (value,) if isinstance(value, Decimal) else ()


def _missing(table: Table, key: str) -> tuple[Expected, ...]:
    return (table.flag(key),)


_EXPECTED: Mapping[Test, Callable[[Table, str], tuple[Expected, ...]]] = {
    "is": _one,
    "is_one_of": Table.texts,
    "is_at_least": _limit,
    "is_at_most": _limit,
    "is_missing": _missing,
}
