"""What can be known of a form before anybody fills it in: where things stand, and in which order
it is decided what is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter

from smartapp.fhir.questionnaire import Expression, Item, Questionnaire

MOST_ITEMS = 2000


class FormRefused(Exception):
    """This form cannot be filled in here; `reason` is one of those in `fitness`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Plan:
    form: Questionnaire
    items: Mapping[str, Item]
    parents: Mapping[str, str]
    repeating: Mapping[str, tuple[str, ...]]  # the repeating groups around each item
    order: tuple[str, ...]  # whatever decides on an item stands before it
    scores: Mapping[tuple[str, str], Decimal]
    expressions: bool  # something has to be worked out
    # What is hidden or fixed, and all below it: never taken from a browser.
    given: frozenset[str] = frozenset()


def plan_of(form: Questionnaire) -> Plan:
    """Raises FormRefused for what would have no meaning, or no end."""
    listed = list(form.all_items())
    if len(listed) > MOST_ITEMS:
        raise FormRefused("too-large", f"{len(listed)} items")
    twice = [link for link, count in Counter(i.link_id for i in listed).items() if count > 1]
    if twice:
        raise FormRefused("link-id-twice", ", ".join(sorted(twice)))
    parents: dict[str, str] = {}
    repeating: dict[str, tuple[str, ...]] = {}
    _place(form.items, (), parents, repeating)
    items = {item.link_id: item for item in listed}
    return Plan(
        form=form,
        items=items,
        parents=parents,
        repeating=repeating,
        order=_order(items, parents),
        scores={
            (option.system, option.code): option.score
            for item in listed
            for option in item.options
            if option.score is not None
        },
        expressions=bool(form.variables) or any(expressions_of(item) for item in listed),
        given=frozenset(_given_in(form.items, False)),
    )


def _given_in(items: tuple[Item, ...], around: bool) -> Iterator[str]:
    for item in items:
        fixed = around or item.hidden or item.read_only or item.type == "reference"
        if fixed:
            yield item.link_id
        yield from _given_in(item.items, fixed)


def _place(
    items: tuple[Item, ...],
    around: tuple[str, ...],
    parents: dict[str, str],
    repeating: dict[str, tuple[str, ...]],
    parent: str = "",
) -> None:
    for item in items:
        if parent:
            parents[item.link_id] = parent
        repeating[item.link_id] = around
        inside = (*around, item.link_id) if is_repeating_group(item) else around
        _place(item.items, inside, parents, repeating, item.link_id)


def is_repeating_group(item: Item) -> bool:
    return item.type == "group" and item.repeats


def _order(items: Mapping[str, Item], parents: Mapping[str, str]) -> tuple[str, ...]:
    needs = {
        link: {
            *(parents[link] for _ in (0,) if link in parents),
            *(each.question for each in item.conditions if each.question in items),
        }
        for link, item in items.items()
    }
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as cycle:
        raise FormRefused("goes-in-circles", " -> ".join(map(str, cycle.args[1]))) from None


def expressions_of(item: Item) -> tuple[Expression, ...]:
    """Those that are worked out while the form is being filled in."""
    own = (item.calculated, item.enabled_by)
    rules = (rule.expression for rule in item.rules)
    return tuple(each for each in (*own, *item.variables, *rules) if each is not None)
