"""What the order of rules does: which is never reached, and which takes what is more pressing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product

from smartapp.workflow.policy.conditions import AnyOf, Check, Condition, Otherwise
from smartapp.workflow.policy.model import Topic

Way = frozenset[Check]  # checks that must all hold: one of the ways in which a rule can fit


def never_reached(topic: Topic) -> Iterator[tuple[int, str]]:
    """The number of each rule that can never decide, and why."""
    before: list[tuple[int, Way]] = []
    for index, rule in enumerate(topic.rules):
        ways = _ways(rule.when)
        takers = [_taker(way, before) for way in ways]
        if all(_is_flagged(way, topic) for way in ways):
            yield index, "is never reached: its answer is a red flag, which wins over every rule"
        elif ways and all(taker is not None for taker in takers):
            named = ", ".join(sorted({f"rules[{taker}]" for taker in takers}))
            yield index, f"is never reached: {named} before it takes all that it would take"
        before += [(index, way) for way in ways]


def hurried_too_late(topic: Topic) -> Iterator[tuple[int, int]]:
    """Pairs of rules that can fit one request, of which the later is the more pressing."""
    for later, rule in enumerate(topic.rules):
        for earlier, other in enumerate(topic.rules[:later]):
            slower = other.route.priority.rank < rule.route.priority.rank
            if slower and _takes_from(topic, earlier, later):
                yield earlier, later


def _takes_from(topic: Topic, earlier: int, later: int) -> bool:
    """Some request fits both, and none of the rules before both."""
    first, second = topic.rules[earlier], topic.rules[later]
    before = [(0, way) for rule in topic.rules[:earlier] for way in _ways(rule.when)]
    both = [one | other for one, other in product(_ways(first.when), _ways(second.when))]
    return any(not _contradict(topic, way) and _taker(way, before) is None for way in both)


def _ways(condition: Condition) -> tuple[Way, ...]:
    if isinstance(condition, Check):
        return tuple(frozenset({each}) for each in _one_by_one(condition))
    if isinstance(condition, Otherwise):
        return (frozenset(),)
    inner = [_ways(part) for part in condition.parts]
    if isinstance(condition, AnyOf):
        return tuple(way for ways in inner for way in ways)
    return tuple(frozenset().union(*chosen) for chosen in product(*inner))


def _one_by_one(check: Check) -> tuple[Check, ...]:
    if check.test != "is_one_of":
        return (check,)
    return tuple(replace(check, test="is", expected=(each,)) for each in check.expected)


def _taker(way: Way, before: list[tuple[int, Way]]) -> int | None:
    """The first rule that fits whenever this way does."""
    return next(
        (
            index
            for index, other in before
            if all(any(_implies(mine, theirs) for mine in way) for theirs in other)
        ),
        None,
    )


def _implies(mine: Check, theirs: Check) -> bool:
    """Whatever the first holds for, the second holds for."""
    if (mine.source, mine.name) != (theirs.source, theirs.name):
        return False
    if mine == theirs:
        return True
    if mine.or_unknown and not theirs.or_unknown:
        return False
    if "is_missing" in {mine.test, theirs.test}:
        return theirs.test == "is_missing" and theirs.expected[0] is False and not mine.or_unknown
    limit = theirs.expected[0]
    values = [value for value in mine.expected if _is_number(value)]
    if theirs.test == "is_at_least":
        return mine.test != "is_at_most" and bool(values) and all(v >= limit for v in values)  # type: ignore[operator]
    if theirs.test == "is_at_most":
        return mine.test != "is_at_least" and bool(values) and all(v <= limit for v in values)  # type: ignore[operator]
    return mine.test in {"is", "is_one_of"} and set(mine.expected) <= set(theirs.expected)


def _is_flagged(way: Way, topic: Topic) -> bool:
    flagged = {(flag.question, code) for flag in topic.red_flags for code in flag.answers}
    return any(
        check.source == "answer"
        and check.test in {"is", "is_one_of"}
        and all((check.name, value) in flagged for value in check.expected)
        for check in way
    )


def _contradict(topic: Topic, way: Way) -> bool:
    """Two checks of one thing that has one value, and no value that suits both."""
    checks = sorted(way, key=lambda check: (check.source, check.name, check.test))
    return any(
        (one.source, one.name) == (other.source, other.name)
        and not _has_several(topic, one)
        and not _suits_both(one, other)
        for index, one in enumerate(checks)
        for other in checks[index + 1 :]
    )


def _has_several(topic: Topic, check: Check) -> bool:
    if check.source == "answer":
        item = topic.questionnaire.item(check.name)
        return bool(item and item.repeats)
    return check.name in {"care-programs", "medicine-groups"}


def _suits_both(one: Check, other: Check) -> bool:
    if one.or_unknown and other.or_unknown:
        return True
    chosen = {"is", "is_one_of"}
    if one.test in chosen and other.test in chosen:
        return bool(set(one.expected) & set(other.expected))
    least = [c.expected[0] for c in (one, other) if c.test == "is_at_least"]
    most = [c.expected[0] for c in (one, other) if c.test == "is_at_most"]
    if least and most:
        return bool(least[0] <= most[0])  # type: ignore[operator]
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, Decimal) and not isinstance(value, bool)
