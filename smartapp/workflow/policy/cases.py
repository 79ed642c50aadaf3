"""Cases: requests as they might arrive, with what the clinic expects to become of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from smartapp.errors import PolicyError
from smartapp.fhir.questionnaire import AnswerValue
from smartapp.workflow.policy.facts import FACTS, FactValue
from smartapp.workflow.policy.model import Policy, Priority, Topic
from smartapp.workflow.policy.questionnaires import find_question, no_such_question
from smartapp.workflow.policy.reading import Reading, Table, did_you_mean


@dataclass(frozen=True)
class Expected:
    """What somebody who knows the clinic says should happen. What is not said may be anything."""

    queue: str | None
    priority: str | None
    due: datetime | None


NOTHING_SAID = Expected(None, None, None)


@dataclass(frozen=True)
class Case:
    name: str
    place: str
    why: str
    topic: Topic
    at: datetime
    answers: Mapping[str, tuple[AnswerValue, ...]]
    facts: Mapping[str, FactValue]
    expected: Expected


def read_cases(policy: Policy, folder: Path, name: str) -> tuple[Case, ...]:
    """Raises PolicyError with every problem that the file has."""
    reading = Reading(folder)
    cases = _read(policy, reading, name)
    if reading.problems:
        raise PolicyError(tuple(reading.problems))
    return cases


def cases_known_to(policy: Policy, folder: Path, name: str) -> tuple[Case, ...]:
    """The same file as another policy sees it: a topic or a question may not be there."""
    return _read(policy, Reading(folder), name)


def _read(policy: Policy, reading: Reading, name: str) -> tuple[Case, ...]:
    file = reading.toml(name)
    cases = []
    for table in file.tables("cases"):
        code = table.one_of("topic", policy.topics, "a topic")
        if code is not None:
            cases.append(_case(policy, policy.topics[code], table))
    file.check_nothing_else()
    return tuple(cases)


def _case(policy: Policy, topic: Topic, table: Table) -> Case:
    answers = table.table("answers")
    facts = table.table("facts") if "facts" in table else None
    return Case(
        name=table.text("name"),
        place=table.place(),
        why=table.text("why"),
        topic=topic,
        at=_moment(policy, table, "at"),
        answers={link_id: _answers(topic, answers, link_id) for link_id in answers},
        facts={name: _fact(facts, name) for name in facts} if facts else {},
        expected=_expected(policy, table.table("expect")) if "expect" in table else NOTHING_SAID,
    )


def _expected(policy: Policy, table: Table) -> Expected:
    return Expected(
        queue=table.one_of("queue", policy.queues, "a queue") if "queue" in table else None,
        priority=table.one_of("priority", list(Priority), "a priority")
        if "priority" in table
        else None,
        due=_moment(policy, table, "due") if "due" in table else None,
    )


def _moment(policy: Policy, table: Table, key: str) -> datetime:
    value = table.moment(key)
    if value is None:
        return datetime.fromtimestamp(0, policy.calendar.zone)
    # Written without a zone, it is what the clock at the clinic shows.
    return value if value.tzinfo else value.replace(tzinfo=policy.calendar.zone)


def _answers(topic: Topic, table: Table, link_id: str) -> tuple[AnswerValue, ...]:
    if find_question(topic.questionnaire, link_id) is None:
        table.wrong("", no_such_question(topic.questionnaire, link_id))
    value = table.anything(link_id)
    return tuple(_typed(each) for each in (value if isinstance(value, list) else [value]))


def _fact(table: Table, name: str) -> FactValue:
    if name not in FACTS:
        table.wrong("", f"{name!r} is not a fact{did_you_mean(name, FACTS)}")
    value: Any = table.anything(name)
    return frozenset(value) if isinstance(value, list) else value


def _typed(value: Any) -> AnswerValue:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value if isinstance(value, str | bool | Decimal | date) else str(value)
