"""What a search finds, in order, and what comes with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.references import Resource, key_of, local_key
from sandbox.search.matching import Lookup, codes_of, folded, span_at, values_at, words_in
from sandbox.search.parameter import Parameter
from sandbox.search.query import Query, SortKey, parse
from sandbox.store import Store

Visible = Callable[[Resource], bool]


def find(store: Store, type_: str, asked: Mapping[str, str]) -> list[Resource]:
    """For the EHR's own pages, which may see everything: all that matches, unpaged."""
    return matches(store, parse(type_, asked.items(), strict=True), lambda _: True)


def matches(
    store: Store, query: Query, visible: Visible, *, about: Iterable[str] | None = None
) -> list[Resource]:
    """All that answers, in order. `about`: a match points at one of these, where that is known."""
    found = [
        resource
        for resource in _candidates(store, query, about)
        if all(criterion.matches(resource) for criterion in query.criteria) and visible(resource)
    ]
    for key in reversed(query.sort):
        found = _sorted(found, key)
    return found


def _candidates(store: Store, query: Query, about: Iterable[str] | None) -> list[Resource]:
    """The smallest set that an index can give and that surely holds all matches."""
    lookups = [criterion.lookup for criterion in query.criteria if criterion.lookup]
    if about is not None:
        lookups.append(Lookup("target", tuple(about)))
    sets = [_looked_up(store, query.type, lookup) for lookup in lookups]
    return min(sets, key=len) if sets else store.of_type(query.type)


def _looked_up(store: Store, type_: str, lookup: Lookup) -> list[Resource]:
    found = [resource for key in lookup.keys for resource in _under(store, type_, lookup, key)]
    return list({resource["id"]: resource for resource in found}.values())


def _under(store: Store, type_: str, lookup: Lookup, key: str) -> Iterable[Resource]:
    match lookup.index:
        case "id":
            found = store.read(type_, key)
            return [found] if found else []
        case "identifier":
            return store.identified(type_, key)
        case "target":
            return store.mentioning(key, type_)


def _sorted(resources: list[Resource], key: SortKey) -> list[Resource]:
    """Those without a value come last in either direction."""
    ranked = [(_rank(resource, key), resource) for resource in resources]
    present = [pair for pair in ranked if pair[0] is not None]
    present.sort(key=lambda pair: pair[0], reverse=key.descending)
    return [resource for _, resource in present] + [r for rank, r in ranked if rank is None]


def _rank(resource: Resource, key: SortKey) -> Any:
    """Of several values the lowest counts, and the highest when the order is reversed."""
    ranks = [
        rank
        for value in values_at(resource, key.parameter)
        if (rank := _rank_of(value, key)) is not None
    ]
    return (max if key.descending else min)(ranks, default=None)


def _rank_of(value: Any, key: SortKey) -> Any:
    if key.parameter.kind == "date":
        span = span_at(value)
        return span and (span.end if key.descending else span.start)
    said = " ".join(words_in(value)) or " ".join(code for _, code in codes_of(value))
    return folded(said)


def included(
    store: Store, query: Query, page: Iterable[Resource], visible: Visible
) -> list[Resource]:
    """What the matches of this page point at, and what points at them, each once."""
    page = list(page)
    seen = {key_of(resource) for resource in page}
    found: dict[str, Resource] = {}
    for resource in (*_pointed_at(store, query, page), *_pointing_back(store, query, page)):
        key = key_of(resource)
        if key not in seen and key not in found and visible(resource):
            found[key] = resource
    return list(found.values())


def _pointed_at(store: Store, query: Query, page: list[Resource]) -> Iterable[Resource]:
    for inclusion in query.includes:
        for resource in page:
            for key in _targets(resource, inclusion.parameter):
                target = store.resolve(key)
                if target is not None and inclusion.target in ("", target["resourceType"]):
                    yield target


def _pointing_back(store: Store, query: Query, page: list[Resource]) -> Iterable[Resource]:
    for inclusion in query.revincludes:
        for resource in page:
            key = key_of(resource)
            for source in store.mentioning(key, inclusion.source):
                if key in _targets(source, inclusion.parameter):
                    yield source


def _targets(resource: Resource, parameter: Parameter) -> list[str]:
    held = [value for value in values_at(resource, parameter) if isinstance(value, Mapping)]
    return [key for value in held if (key := local_key(value.get("reference")))]
