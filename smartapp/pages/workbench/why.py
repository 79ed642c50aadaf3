"""Why one item is where it is: the rules once more, from the top, with what was answered."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.routing import Routing
from smartapp.pages.numbers.named import Names
from smartapp.pages.shell import Shell
from smartapp.pages.workbench.conditions import Teller, Told
from smartapp.pages.workbench.rules import priority_words
from smartapp.words import Words
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.requests import Request
from smartapp.workflow.routing import Considered, consider


@dataclass(frozen=True)
class Step:
    name: str
    decided: bool  # this one did
    mark: str  # "fits", "does not fit"
    when: Told


@dataclass(frozen=True)
class WhyPage:
    shell: Shell
    heading: str
    lead: str
    trouble: str
    steps_heading: str
    steps: tuple[Step, ...]
    rest: str
    decision_heading: str
    decision: tuple[str, ...]
    differs: str
    fits: str
    fits_not: str


def why_page(
    words: Words,
    shell: Shell,
    policy: Policy,
    topic: Topic | None,
    request: Request,
    routing: Routing | None,
    answers: Answers | None,
) -> WhyPage:
    """`routing` is what the rules decided, whatever became of it since."""
    names, at = Names(words, policy), request.root.sent
    considered = None
    if topic is not None and answers is not None and at is not None:
        considered = consider(topic, answers, {}, at.earliest, policy.calendar)
    return WhyPage(
        shell=shell,
        heading=words("Why it is here, step by step"),
        lead=words("{topic}, sent {time}", topic=names.topic(request.topic),
                   time=words.day_and_time(at.earliest)) if at else names.topic(request.topic),
        trouble="" if considered else words(
            "The answers could not be read, or the topic is no longer in the policy: the rules"
            " cannot be followed."
        ),
        steps_heading=words("The rules, from the top; the first that fits decides"),
        steps=_steps(words, topic, considered) if topic and considered else (),
        rest=_rest(words, topic, considered) if topic and considered else "",
        decision_heading=words("What was decided when it came in"),
        decision=_decision(words, names, routing),
        differs=_differs(words, routing, considered),
        fits=words("fits"),
        fits_not=words("does not fit"),
    )  # fmt: skip


def _steps(words: Words, topic: Topic, considered: Considered) -> tuple[Step, ...]:
    teller = Teller(words, topic, considered.known)
    raised = considered.decision.red_flags
    steps = []
    for flag in topic.red_flags:
        answers = ", ".join(teller.value("answer", flag.question, each) for each in flag.answers)
        is_raised = flag in raised
        when = Told(words("Danger: {answers}", answers=answers), holds=is_raised)
        steps.append(Step(flag.name, is_raised, _mark(words, is_raised), when))
    if raised:
        return tuple(steps)
    for rule in considered.passed_over:
        steps.append(Step(rule.name, False, _mark(words, False), teller.told(rule.when)))
    if considered.trouble is None:
        rule = topic.rules[len(considered.passed_over)]
        steps.append(Step(rule.name, True, _mark(words, True), teller.told(rule.when)))
    else:
        undecided = Told(words("The rules could not decide"), holds=True)
        steps.append(Step(topic.unclassified.name, True, _mark(words, True), undecided))
    return tuple(steps)


def _mark(words: Words, holds: bool) -> str:
    return words("fits") if holds else words("does not fit")


def _rest(words: Words, topic: Topic, considered: Considered) -> str:
    if considered.decision.red_flags:
        return words("A danger wins over every rule: none of them was looked at.")
    rest = topic.rules[len(considered.passed_over) + 1 :]
    return (
        words("Not looked at: {rules}", rules=", ".join(each.name for each in rest)) if rest else ""
    )


def _decision(words: Words, names: Names, routing: Routing | None) -> tuple[str, ...]:
    if routing is None or not routing.rule:
        return (words("No rule of this app vouches for where it is now."),)
    told = [
        words("Rule: {rule}", rule=routing.rule),
        words("Queue: {queue}", queue=names.queue(routing.queue)),
        words("How urgent: {priority}", priority=priority_words(words, routing.priority)),
        words("Policy {version}", version=routing.policy_version),
    ]
    if routing.due is not None:
        told.append(words("Answer due {time}", time=words.day_and_time(routing.due)))
    return tuple(told)


def _differs(words: Words, routing: Routing | None, considered: Considered | None) -> str:
    """By the answers alone. The record may have said more when it came in."""
    if considered is None or routing is None or not routing.rule:
        return ""
    if considered.decision.rule == routing.rule:
        return ""
    return words(
        "By the answers alone, today’s rules choose “{rule}”. When it came in, the record said"
        " more, or the rules were others.",
        rule=considered.decision.rule,
    )
