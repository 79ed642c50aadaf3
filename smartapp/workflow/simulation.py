"""Who would get how many of a set of cases, and what another version of the policy would move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from smartapp.workflow.policy.cases import Case
from smartapp.workflow.policy.model import Policy, Priority
from smartapp.workflow.routing import Decision, decide

Pair = tuple[Case, Decision]


@dataclass(frozen=True)
class Moved:
    case: Case
    before: Decision
    after: Decision | None  # None: the other policy has no such topic


def decided(policy: Policy, cases: Sequence[Case]) -> tuple[Pair, ...]:
    return tuple(
        (each, decide(each.topic, each.answers, each.facts, each.at, policy.calendar))
        for each in cases
    )


def moved(before: Sequence[Pair], after: Sequence[Pair]) -> tuple[Moved, ...]:
    """Cases that another policy sends elsewhere, hurries differently or owes at another time."""
    others = {_key(case): decision for case, decision in after}
    found = (Moved(case, decision, others.get(_key(case))) for case, decision in before)
    return tuple(each for each in found if _fate(each.before) != _fate(each.after))


def shares(policy: Policy, pairs: Sequence[Pair]) -> Iterator[str]:
    """A table: one line for each queue, with how many it gets and how pressing they are."""
    by_queue = Counter(decision.queue for _, decision in pairs)
    yield f"{len(pairs)} cases"
    yield f"  {'queue':16}{'cases':>6}{'share':>8}   " + "".join(f"{each:>9}" for each in Priority)
    for code in policy.queues:
        pressing = Counter(each.priority for _, each in pairs if each.queue == code)
        counts = "".join(f"{pressing[each]:>9}" for each in Priority)
        share = by_queue[code] / len(pairs) if pairs else 0
        yield f"  {code:16}{by_queue[code]:>6}{share:>8.1%}   {counts}"


def told_moves(moves: Sequence[Moved]) -> Iterator[str]:
    yield f"{len(moves)} would change" if moves else "Nothing would change."
    for each in moves:
        yield f"  {each.case.topic.code}: {each.case.name}"
        yield f"    now    {_told(each.before)}"
        yield f"    other  {_told(each.after) if each.after else 'the topic is not offered'}"


def _key(case: Case) -> tuple[str, str]:
    return case.topic.code, case.name


def _fate(decision: Decision | None) -> object:
    return decision and (decision.queue, decision.priority, decision.due)


def _told(decision: Decision) -> str:
    due = decision.due.strftime("%A %Y-%m-%d %H:%M")
    return f"{decision.queue}, {decision.priority}, due {due} ({decision.rule})"
