"""A decision told step by step, for people who own the rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from smartapp.workflow.policy.cases import Case
from smartapp.workflow.policy.conditions import AllOf, Check, Condition, Otherwise, in_words
from smartapp.workflow.policy.facts import Known
from smartapp.workflow.policy.model import Rule
from smartapp.workflow.routing import Considered, Decision
from smartapp.workflow.summary import summary


def explained(case: Case, considered: Considered) -> Iterator[str]:
    yield f"Case: {case.name} (topic {case.topic.code})"
    if case.why:
        yield f"  {case.why}"
    yield f"  sent {_moment(case.at)}; {_time_words(considered.known)}"
    yield f"  in short: {summary(case.topic, case.answers, 'en') or 'nothing was answered'}"
    yield "Red flags"
    yield from _flag_lines(case, considered)
    yield "Rules, from the top; the first that fits decides"
    yield from _rule_lines(case, considered)
    yield "Decision"
    yield from _decision_lines(considered.decision)
    yield from _expectation_lines(case, considered.decision)


def differences(case: Case, decision: Decision) -> Iterator[str]:
    """What the case expects and the decision does not do."""
    expected = case.expected
    if expected.queue not in {None, decision.queue}:
        yield f"should go to {expected.queue!r}: {decision.rule!r} sends it to {decision.queue!r}"
    if expected.priority not in {None, decision.priority.value}:
        made = decision.priority.value
        yield f"should be {expected.priority!r}: {decision.rule!r} makes it {made!r}"
    if expected.due not in {None, decision.due}:
        yield f"should be due {_moment(expected.due)}: it is due {_moment(decision.due)}"


def _flag_lines(case: Case, considered: Considered) -> Iterator[str]:
    raised = considered.decision.red_flags
    for flag in case.topic.red_flags:
        answer = _said(considered.known.values("answer", flag.question))
        yield f"  {_mark(flag in raised)} {flag.name}: {flag.question} is {answer}"
        if flag in raised:
            yield f"        shown: {flag.do_now['en']} {flag.message['en']}"
    if not case.topic.red_flags:
        yield "  this topic has none"


def _rule_lines(case: Case, considered: Considered) -> Iterator[str]:
    if considered.decision.red_flags:
        yield "  none was looked at: a red flag wins over every rule"
        return
    for rule in considered.passed_over:
        yield from _looked_at(rule, considered.known)
    if considered.trouble is not None:
        yield f"  the rules could not decide: {considered.trouble}"
        return
    looked_at = len(considered.passed_over) + 1
    yield from _looked_at(case.topic.rules[looked_at - 1], considered.known)
    rest = [rule.name for rule in case.topic.rules[looked_at:]]
    if rest:
        yield f"  not looked at: {', '.join(rest)}"


def _looked_at(rule: Rule, known: Known) -> Iterator[str]:
    yield f"  {_mark(rule.when.holds(known))} {rule.name}"
    yield from (f"        {line}" for line in _condition_lines(rule.when, known))


def _condition_lines(condition: Condition, known: Known) -> Iterator[str]:
    if isinstance(condition, Otherwise):
        yield "takes everything that comes this far"
    elif isinstance(condition, Check):
        found = _said(known.values(condition.source, condition.name))
        yield f"{_mark(condition.holds(known))} {condition}: it is {found}"
    else:
        name = "all of these" if isinstance(condition, AllOf) else "any of these"
        yield f"{_mark(condition.holds(known))} {name}:"
        for part in condition.parts:
            yield from (f"    {line}" for line in _condition_lines(part, known))


def _decision_lines(decision: Decision) -> Iterator[str]:
    yield f"  queue     {decision.queue}"
    yield f"  priority  {decision.priority}"
    yield f"  due       {_moment(decision.due)}"
    yield f"  rule      {decision.rule}, policy {decision.policy_version}"
    yield f"  staff read    {decision.reason.staff['en']}"
    yield f"  patient reads {decision.reason.patient['en']}"


def _expectation_lines(case: Case, decision: Decision) -> Iterator[str]:
    expected = case.expected
    if (expected.queue, expected.priority, expected.due) == (None, None, None):
        return
    found = list(differences(case, decision))
    yield "As expected" if not found else "NOT as expected"
    yield from (f"  {what}" for what in found)


def _time_words(known: Known) -> str:
    is_open = "open" if known.facts["clinic-open"] else "closed"
    ahead = known.facts["closed-days-ahead"]
    return f"the clinic is {is_open}, closed days from tomorrow: {ahead}"


def _said(values: tuple[object, ...]) -> str:
    return " and ".join(in_words(value) for value in values) or "not known"


def _mark(holds: bool) -> str:
    return "yes" if holds else "no "


def _moment(at: datetime | None) -> str:
    return at.strftime("%A %Y-%m-%d %H:%M %Z") if at is not None else "never"
