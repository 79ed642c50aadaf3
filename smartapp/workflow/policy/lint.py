"""What must be true of a topic so that nothing is lost, late or decided by accident."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smartapp.fhir.questionnaire import Item
from smartapp.workflow.policy.conditions import Check, Condition, Otherwise, checks_in, in_words
from smartapp.workflow.policy.facts import FACTS, Kind, fits
from smartapp.workflow.policy.model import Priority, RedFlag, Rule, SummaryPart, Topic
from smartapp.workflow.policy.named import Named
from smartapp.workflow.policy.overlaps import hurried_too_late, never_reached
from smartapp.workflow.policy.questionnaires import (
    NOTHING,
    find_question,
    is_always_asked,
    kind_of,
    no_such_question,
)
from smartapp.workflow.policy.reading import did_you_mean
from smartapp.workflow.uploads import MOST_FILES

Found = Iterator[tuple[str, str]]  # where in the topic's file, and what is wrong there


def check_topic(topic: Topic, named: Named) -> Found:
    yield from _names(topic)
    yield from _last_rule(topic)
    yield from _asking(topic)
    yield from _outcomes(topic)
    if topic.questionnaire == NOTHING:
        return  # why it cannot be read has been said, and nothing can be checked against it
    for index, flag in enumerate(topic.red_flags):
        yield from _red_flag(topic, flag, f"red_flags[{index}]")
    conditions: list[tuple[str, Condition]] = [
        *((f"exclusions[{i}].when", each.when) for i, each in enumerate(topic.exclusions)),
        *((f"self_service[{i}].when", each.when) for i, each in enumerate(topic.self_service)),
        *((f"rules[{i}].when", each.when) for i, each in enumerate(topic.rules)),
    ]
    for place, condition in conditions:
        for check in checks_in(condition):
            yield from ((place, what) for what in _check(topic, named, check))
    for index, exclusion in enumerate(topic.exclusions):
        if any(check.source == "answer" for check in checks_in(exclusion.when)):
            yield (
                f"exclusions[{index}].when",
                "asks about an answer, but is decided before anything is asked",
            )
        if any(_holds_for_the_unknown(check) for check in checks_in(exclusion.when)):
            yield (
                f"exclusions[{index}].when",
                "turns people away for what the record does not say",
            )
    for index, rule in enumerate(topic.rules):
        yield from _unknown(rule, topic, f"rules[{index}].when")
    for part in topic.summary:
        yield from _summary(topic, part)


def advice_on(topic: Topic) -> Found:
    """What may be meant so, and is worth a second look."""
    for earlier, later in hurried_too_late(topic):
        yield (
            f"rules[{earlier}]",
            f"{topic.rules[earlier].name!r} takes some of what"
            f" {topic.rules[later].name!r} after it would make more pressing",
        )


def _names(topic: Topic) -> Found:
    decided = [
        *((f"red_flags[{i}].name", each.name) for i, each in enumerate(topic.red_flags)),
        *((f"rules[{i}].name", each.name) for i, each in enumerate(topic.rules)),
        ("rules", topic.unclassified.name),
    ]
    yield from _twice(decided)
    yield from _twice(
        (f"exclusions[{i}].name", each.name) for i, each in enumerate(topic.exclusions)
    )
    yield from _twice((f"replies[{i}].code", each.code) for i, each in enumerate(topic.replies))
    yield from _twice((f"outcomes[{i}].code", each.code) for i, each in enumerate(topic.outcomes))


def _twice(named: Iterable[tuple[str, str]]) -> Found:
    seen: set[str] = set()
    for place, name in named:
        if name and name in seen:
            yield place, f"{name!r} is there twice: a decision must name one thing only"
        seen.add(name)


def _last_rule(topic: Topic) -> Found:
    catching = [i for i, rule in enumerate(topic.rules) if isinstance(rule.when, Otherwise)]
    if not catching:
        yield "rules", 'has no last rule that catches the rest: when = "otherwise"'
        return
    for index in range(catching[0] + 1, len(topic.rules)):
        yield (
            f"rules[{index}]",
            f"is never reached: rules[{catching[0]}] before it catches everything",
        )
    for index, why in never_reached(topic):
        if index <= catching[0]:
            yield f"rules[{index}]", why


def _asking(topic: Topic) -> Found:
    if topic.attachments > MOST_FILES:
        yield "attachments", f"is more than {MOST_FILES}"
    for language, text in topic.words.plain.items():
        if "{about}" in text and not topic.about.required:
            yield (
                f"words.plain.{language}",
                "'{about}' stands for nothing where about.required is not true",
            )
    supply = topic.refills.supply_question if topic.refills else ""
    times = topic.free_times
    by_times = (*times.answers, times.part_of_day, times.weekday) if times else ()
    for place, links in (
        ("prefill", (*topic.prefills,)),
        ("free_times", by_times),
        ("refills", filter(None, (supply,))),
    ):
        for link_id in links:
            if topic.questionnaire != NOTHING and not find_question(topic.questionnaire, link_id):
                yield place, no_such_question(topic.questionnaire, link_id)


def _outcomes(topic: Topic) -> Found:
    known = [outcome.code for outcome in topic.outcomes]
    if not known:
        yield "outcomes", "is missing: an item must be able to end"
    for index, reply in enumerate(topic.replies):
        if known and reply.outcome not in known:
            hint = did_you_mean(reply.outcome, known)
            yield f"replies[{index}].outcome", f"{reply.outcome!r} is not an outcome{hint}"


def _red_flag(topic: Topic, flag: RedFlag, place: str) -> Found:
    if flag.route.priority is Priority.ROUTINE:
        yield f"{place}.priority", "is routine: a red flag is urgent, asap or stat"
    question = find_question(topic.questionnaire, flag.question)
    if question is None:
        yield f"{place}.question", no_such_question(topic.questionnaire, flag.question)
        return
    if question.type != "choice":
        yield f"{place}.question", f"{flag.question!r} is not a choice between answers"
        return
    if not is_always_asked(topic.questionnaire, flag.question):
        yield f"{place}.question", f"{flag.question!r} can be left unanswered"
    for code in flag.answers:
        yield from ((f"{place}.answers", what) for what in _no_such_answer(question, code))
    asked = [each for each in topic.red_flags if each.question == flag.question]
    flagged = {code for each in asked for code in each.answers}
    safe = [option.code for option in question.options if option.code not in flagged]
    if not safe:
        yield f"{place}.answers", f"leave no answer to {flag.question!r} that is safe"
    if len(safe) > 1 and flag is asked[0]:
        yield (
            f"{place}.question",
            f"{flag.question!r} has answers that are no red flag: {', '.join(safe)};"
            " one is enough, for those who are well",
        )


# --- conditions -----------------------------------------------------------------------------------


def _check(topic: Topic, named: Named, check: Check) -> Iterator[str]:
    if check.source == "fact":
        yield from _fact_check(check, named)
        return
    question = find_question(topic.questionnaire, check.name)
    if question is None:
        yield no_such_question(topic.questionnaire, check.name)
        return
    yield from _kind_check(check, kind_of(question))
    if question.type == "choice" and check.test in {"is", "is_one_of"}:
        for code in check.expected:
            yield from _no_such_answer(question, str(code))


def _fact_check(check: Check, named: Named) -> Iterator[str]:
    fact = FACTS.get(check.name)
    if fact is None:
        yield f"{check.name!r} is not a fact{did_you_mean(check.name, FACTS)}"
        return
    yield from _kind_check(check, fact.kind)
    codes = named.codes_of(check.name) if fact.named_by_clinic else fact.codes
    if codes and check.test in {"is", "is_one_of"}:
        for code in check.expected:
            if code not in codes:
                hint = did_you_mean(str(code), codes)
                yield f"{in_words(code)!r} is not one of {', '.join(codes)}{hint}"


def _kind_check(check: Check, kind: Kind) -> Iterator[str]:
    if check.test == "is_missing":
        return
    if kind is Kind.TEXT:
        yield f"{check.name!r} holds words: a rule can only ask whether it is_missing"
    elif check.test in {"is_at_least", "is_at_most"} and kind is not Kind.NUMBER:
        yield f"{check.name!r} is a {kind} and has no {check.test}"
    else:
        for value in check.expected:
            if not fits(value, kind):
                yield f"{check.name!r} is a {kind}, which {in_words(value)!r} is not"


def _no_such_answer(question: Item, code: str) -> Iterator[str]:
    if question.option(code) is None:
        hint = did_you_mean(code, [option.code for option in question.options])
        yield f"{code!r} is not an answer to {question.link_id!r}{hint}"


def _holds_for_the_unknown(check: Check) -> bool:
    return bool(check.or_unknown) or (check.test == "is_missing" and check.expected[0] is True)


def _unknown(rule: Rule, topic: Topic, place: str) -> Found:
    """A rule that hurries for a fact must say what becomes of those whose record is silent."""
    last = topic.rules[-1].route.priority
    for check in checks_in(rule.when):
        fact = FACTS.get(check.name) if check.source == "fact" else None
        if fact is None or fact.always_known or check.test == "is_missing":
            continue
        if rule.route.priority.rank > last.rank and check.or_unknown is None:
            yield (
                place,
                f"hurries by {check.name!r} and does not say what is done where it is not known:"
                " or_unknown = true or false",
            )


# --- the summary ----------------------------------------------------------------------------------


def _summary(topic: Topic, part: SummaryPart) -> Found:
    place = f"summary.{part.question}"
    question = find_question(topic.questionnaire, part.question)
    if question is None:
        yield place, no_such_question(topic.questionnaire, part.question)
        return
    possible = {"text"}
    if question.type == "choice":
        possible = {option.code for option in question.options}
    elif question.type == "boolean":
        possible = {"yes", "no"}
    for answer in sorted(possible - part.says.keys()):
        yield place, f"has no words for the answer {answer!r}"
    for answer in sorted(part.says.keys() - possible):
        yield place, f"{answer!r} is not an answer to {part.question!r}"
