"""Who gets a request, how pressing it is and when the answer is due: decided by the clinic's rules.

A red flag wins over everything. Otherwise the first rule that matches decides. What no rule can
decide, because an answer or a fact is not understood, goes to a person, above routine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.questionnaire import Answers
from smartapp.workflow.calendar import DAYS, Calendar
from smartapp.workflow.policy.facts import FACTS, Facts, FactValue, Known, fits
from smartapp.workflow.policy.model import Exclusion, Priority, Reason, RedFlag, Route, Rule, Topic
from smartapp.workflow.policy.questionnaires import find_question, kind_of


@dataclass(frozen=True)
class Decision:
    """Carries all that explains it, so that nobody has to decide again to know why."""

    queue: str
    priority: Priority
    due: datetime
    rule: str
    reason: Reason
    policy_version: str
    red_flags: tuple[RedFlag, ...] = ()  # their advice is shown, and that it was is recorded


@dataclass(frozen=True)
class Considered:
    """A decision and the way to it."""

    decision: Decision
    known: Known
    passed_over: tuple[Rule, ...]  # looked at, and did not match
    trouble: str | None  # why the rules could not decide


def decide(
    topic: Topic, answers: Answers, facts: Facts, now: datetime, calendar: Calendar
) -> Decision:
    return consider(topic, answers, facts, now, calendar).decision


def consider(
    topic: Topic, answers: Answers, facts: Facts, now: datetime, calendar: Calendar
) -> Considered:
    known = Known(answers, {**facts, **time_facts(now, calendar)})
    flags = raised_flags(topic, answers)
    if flags:
        return Considered(_flagged(topic, flags, now, calendar), known, (), None)
    rule, passed_over, trouble = _matching(topic, known)
    route = rule.route
    decision = Decision(
        queue=route.queue.code,
        priority=route.priority,
        due=_due(route, now, calendar),
        rule=rule.name,
        reason=rule.reason,
        policy_version=topic.policy_version,
    )
    return Considered(decision, known, passed_over, trouble)


def raised_flags(topic: Topic, answers: Answers) -> tuple[RedFlag, ...]:
    """The most pressing first."""
    raised = [
        flag
        for flag in topic.red_flags
        if any(answer in flag.answers for answer in answers.get(flag.question, ()))
    ]
    return tuple(sorted(raised, key=lambda flag: -flag.route.priority.rank))


def exclusion_for(
    topic: Topic, facts: Facts, now: datetime, calendar: Calendar
) -> Exclusion | None:
    """Why this person cannot use the topic. What is not known excludes nobody."""
    known = Known({}, {**facts, **time_facts(now, calendar)})
    return next((each for each in topic.exclusions if each.when.holds(known)), None)


def time_facts(now: datetime, calendar: Calendar) -> Facts:
    local = calendar.local(now)
    facts: dict[str, FactValue] = {
        "clinic-open": calendar.is_open(now),
        "weekday": DAYS[local.weekday()],
        "hour-of-day": local.hour,
        "closed-days-ahead": calendar.closed_days_after(local.date()),
    }
    return facts


def _flagged(
    topic: Topic, flags: tuple[RedFlag, ...], now: datetime, calendar: Calendar
) -> Decision:
    first = flags[0]
    return Decision(
        queue=first.route.queue.code,
        priority=max(first.route.priority, Priority.URGENT, key=lambda each: each.rank),
        due=min(_due(flag.route, now, calendar) for flag in flags),
        rule=first.name,
        reason=first.reason,
        policy_version=topic.policy_version,
        red_flags=flags,
    )


def _matching(topic: Topic, known: Known) -> tuple[Rule, tuple[Rule, ...], str | None]:
    passed_over: list[Rule] = []
    trouble = _not_understood(topic, known)
    if trouble is not None:
        return topic.unclassified, (), trouble
    for rule in topic.rules:
        try:
            if rule.when.holds(known):
                return rule, tuple(passed_over), None
        except Exception as error:
            # Whatever a rule trips over, the request still reaches a person.
            trouble = f"the rule {rule.name} failed: {type(error).__name__}"
            return topic.unclassified, tuple(passed_over), trouble
        passed_over.append(rule)
    return topic.unclassified, tuple(passed_over), "no rule covers this"


def _not_understood(topic: Topic, known: Known) -> str | None:
    """The first thing that the rules would misread. Names what it is, never what was written."""
    for flag in topic.red_flags:
        if not known.answers.get(flag.question):
            return f"the safety question {flag.question} was not answered"
    for link_id, values in known.answers.items():
        item = find_question(topic.questionnaire, link_id)
        if item is None:
            return "there is an answer to a question that the form does not have"
        if not all(fits(value, kind_of(item)) for value in values):
            return f"the answer to {link_id} is of another kind than the question"
        if item.type == "choice" and not all(item.option(str(value)) for value in values):
            return f"the answer to {link_id} is not one that the form offers"
    return _strange_fact(known.facts)


def _strange_fact(facts: Mapping[str, object]) -> str | None:
    for name, value in facts.items():
        fact = FACTS.get(name)
        if fact is None:
            return "there is a fact that nobody declared"
        values = value if isinstance(value, frozenset) else (value,)
        if not all(fits(each, fact.kind) for each in values):
            return f"the fact {name} is of another kind than declared"
    return None


def _due(route: Route, now: datetime, calendar: Calendar) -> datetime:
    """By the hours of the team that gets it."""
    return calendar.with_week(route.queue.week).due_after(now, route.respond_within)
