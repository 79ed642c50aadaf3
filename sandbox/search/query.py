"""Reading a search: what was asked, what of it this server applies, and how to say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from sandbox.search.matching import Criterion, SearchProblem, criterion
from sandbox.search.parameter import Parameter
from sandbox.search.parameters import PARAMETERS

DEFAULT_COUNT = 50
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class SortKey:
    parameter: Parameter
    descending: bool


@dataclass(frozen=True)
class Inclusion:
    """`source:parameter[:target]`: the resources that a reference points at, or the other way."""

    source: str
    parameter: Parameter
    target: str = ""


@dataclass(frozen=True)
class Query:
    type: str
    criteria: tuple[Criterion, ...] = ()
    sort: tuple[SortKey, ...] = ()
    includes: tuple[Inclusion, ...] = ()
    revincludes: tuple[Inclusion, ...] = ()
    count: int = DEFAULT_COUNT
    with_total: bool = True
    applied: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()


def parse(
    type_: str, asked: Iterable[tuple[str, str]], *, base: str = "", strict: bool = False
) -> Query:
    """A parameter that is not known here is left out, or, when `strict`, refused."""
    query = Query(type_)
    for name, value in asked:
        if name in _PRESENTATION:
            continue
        changed = _with(query, name, value, base) if value.strip(",") else None
        if changed is None:
            query = replace(query, ignored=(*query.ignored, name))
        else:
            query = replace(changed, applied=(*query.applied, (name, value)))
    if strict and query.ignored:
        raise SearchProblem(f"{type_} cannot be searched by {', '.join(query.ignored)}")
    return query


def _with(query: Query, name: str, value: str, base: str) -> Query | None:
    read = _RESULT_PARAMETERS.get(name)
    if read is not None:
        return read(query, value)
    found = criterion(query.type, name, value, base=base)
    return replace(query, criteria=(*query.criteria, found)) if found else None


def _counted(query: Query, value: str) -> Query:
    if not value.isdecimal():
        raise SearchProblem("_count takes a number")
    # A search for the count alone stays one, whatever else is asked.
    return replace(query, count=min(int(value), MOST_AT_ONCE) if query.count else 0)


def _sorted(query: Query, value: str) -> Query | None:
    """Applied whole or not at all: half an order would look like the order that was asked."""
    keys = []
    for name in value.split(","):
        parameter = PARAMETERS[query.type].get(name.removeprefix("-"))
        if parameter is None:
            return None
        keys.append(SortKey(parameter, descending=name.startswith("-")))
    return replace(query, sort=tuple(keys))


def _including(query: Query, value: str) -> Query | None:
    found = _inclusion(value)
    if found is None or found.source != query.type:
        return None
    return replace(query, includes=(*query.includes, found))


def _revincluding(query: Query, value: str) -> Query | None:
    found = _inclusion(value)
    if found is None or found.target not in ("", query.type):
        return None
    return replace(query, revincludes=(*query.revincludes, found))


def _inclusion(value: str) -> Inclusion | None:
    source, _, rest = value.partition(":")
    name, _, target = rest.partition(":")
    parameter = PARAMETERS.get(source, {}).get(name)
    if parameter is None or parameter.kind != "reference":
        return None
    return Inclusion(source, parameter, target)


def _summarised(query: Query, value: str) -> Query | None:
    if value == "count":
        return replace(query, count=0)
    return query if value == "false" else None


def _totalled(query: Query, value: str) -> Query:
    if value not in ("none", "estimate", "accurate"):
        raise SearchProblem("_total takes none, estimate or accurate")
    return replace(query, with_total=value != "none")


# They say how the answer is written, not what is in it.
_PRESENTATION = ("_format", "_pretty")
_RESULT_PARAMETERS: Mapping[str, Callable[[Query, str], Query | None]] = {
    "_count": _counted,
    "_sort": _sorted,
    "_include": _including,
    "_revinclude": _revincluding,
    "_summary": _summarised,
    "_total": _totalled,
}
