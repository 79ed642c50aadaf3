"""Reading one topic file, `policy/topics/<code>.toml`, and its Questionnaire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from smartapp.words import LocalText
from smartapp.workflow.calendar import ResponseTime
from smartapp.workflow.policy.condition_reading import catching, condition_at
from smartapp.workflow.policy.intake_reading import (
    about,
    confidentiality,
    fee,
    free_times,
    prefills,
    progress,
    self_service,
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
from smartapp.workflow.policy.named import Named
from smartapp.workflow.policy.questionnaires import NOTHING, problems_with, read_questionnaire
from smartapp.workflow.policy.reading import Reading, Table, did_you_mean

T = TypeVar("T")

_NO_QUEUE = Queue("", {}, {}, frozenset(), ())
NO_ANSWER = ResponseTime(1, "business day")  # stands in where the file's own cannot be read


@dataclass(frozen=True)
class Surroundings:
    """What a topic file refers to by name."""

    version: str
    queues: Mapping[str, Queue]
    unclassified: Rule
    dangers: Mapping[str, Danger]
    named: Named


@dataclass(frozen=True)
class Danger:
    """What is said and done about one danger, in whichever topic it is named."""

    do_now: LocalText
    message: LocalText
    route: Route
    reason: Reason


def read_topic(reading: Reading, code: str, around: Surroundings) -> tuple[Topic, Table]:
    file = reading.toml(f"topics/{code}.toml")
    respond_within = response_time(file, "respond_within")
    topic = Topic(
        code=code,
        owner=file.text("owner"),
        policy_version=around.version,
        words=_words(file.table("words")),
        about=about(file),
        message_length=file.whole("message_length"),
        attachments=file.whole("attachments"),
        respond_within=respond_within,
        questionnaire=read_questionnaire(file, "questionnaire"),
        prefills=prefills(file),
        free_times=free_times(file.table("free_times")) if "free_times" in file else None,
        exclusions=tuple(_exclusion(each) for each in file.tables("exclusions")),
        self_service=tuple(self_service(each) for each in file.tables("self_service")),
        fee=fee(file.table("fee")) if "fee" in file else None,
        confidentiality=confidentiality(file.table("confidentiality"))
        if "confidentiality" in file
        else None,
        red_flags=tuple(red_flag_in(each, around) for each in file.tables("red_flags")),
        rules=tuple(rule_in(each, around.queues, respond_within) for each in file.tables("rules")),
        unclassified=around.unclassified,
        replies=tuple(reply_in(each) for each in file.tables("replies")),
        outcomes=tuple(outcome_in(each) for each in file.tables("outcomes")),
        progress=tuple(progress(each) for each in file.tables("progress")),
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
    return queues[code] if code else _NO_QUEUE


def _words(table: Table) -> TopicWords:
    return TopicWords(
        title=table.local("title"),
        short=table.local("short"),
        hint=table.local("hint"),
        intro=table.local("intro"),
        scope=table.local("scope"),
        plain=table.local("plain", placeholders=("about",)),
        next_steps=table.local("next_steps"),
        receipt=table.local("receipt"),
    )


def _exclusion(table: Table) -> Exclusion:
    return Exclusion(table.text("name"), condition_at(table, "when"), table.local("instead"))


def danger(table: Table, queues: Mapping[str, Queue]) -> Danger:
    return Danger(
        do_now=table.local("do_now"),
        message=table.local("message"),
        route=route(table, queues),
        reason=reason(table.table("reason")),
    )


def red_flag_in(table: Table, around: Surroundings) -> RedFlag:
    """With words of its own, or with those of `red-flags.toml` under the same name."""
    name = table.text("name")
    said = around.dangers.get(name) if "do_now" not in table else danger(table, around.queues)
    if said is None:
        hint = did_you_mean(name, around.dangers)
        table.wrong("name", f"{name!r} is not in red-flags.toml and has no words of its own{hint}")
        said = Danger({}, {}, Route(_NO_QUEUE, Priority.URGENT, NO_ANSWER), Reason({}, {}))
    return RedFlag(
        name=name,
        question=table.text("question"),
        answers=table.texts("answers"),
        do_now=said.do_now,
        message=said.message,
        route=said.route,
        reason=said.reason,
    )


def rule_in(table: Table, queues: Mapping[str, Queue], default: ResponseTime) -> Rule:
    return Rule(
        name=table.text("name"),
        when=catching(table, "when"),
        route=route(table, queues, default),
        reason=reason(table.table("reason")),
    )


def reply_in(table: Table) -> Reply:
    return Reply(
        code=table.text("code"),
        name=table.local("name"),
        text=table.local("text", placeholders=("about", "name", "staff")),
        outcome=table.text("outcome"),
    )


def outcome_in(table: Table) -> Outcome:
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
        supply_question=table.text("supply_question"),
        longest_supply_days=table.whole("longest_supply_days"),
        longest_supply_days_controlled=table.whole("longest_supply_days_controlled"),
        controlled_substances=table.texts("controlled_substances"),
        words=MappingProxyType({code: words.local(code) for code in RefillReason}),
    )
