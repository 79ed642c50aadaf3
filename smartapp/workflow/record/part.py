"""One part of a record: what has to be open for it, how it is searched, what is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar

from smartapp.errors import NotOffered, Rejected, SmartappError
from smartapp.fhir.element import Json
from smartapp.fhir.haul import Found
from smartapp.fhir.section import Section, section_of
from smartapp.workflow.loading import Loader
from smartapp.workflow.record.names import with_names

T = TypeVar("T")

Included = Mapping[str, Json]  # "Type/id" to what came along


def _any(_item: Any) -> bool:
    return True


@dataclass(frozen=True, eq=False)
class Part(Generic[T]):
    """A part is one search. Each stands for itself: what one lacks says nothing of another."""

    key: str  # its name in addresses and on pages
    kind: str  # the type of resource that is searched
    read: Callable[[Json, Included], T | None]  # None for what is not to be shown at all
    asks: tuple[tuple[str, str], ...] = ()
    keeps: Callable[[T], bool] = _any  # again here: an EHR may pass over a parameter
    statuses: tuple[str, str] | None = None  # parameter and values, for an EHR that insists on them
    a_page: int = 0  # how many at a time of what can be long, the newest first; 0 for all at once
    sort: str = "-date"
    search: Callable[[Loader], Found] | None = field(default=None)  # where it takes more than that
    names: bool = False  # people and places that it only points to are asked for, too


def read_part(loader: Loader, part: Part[T]) -> Section[T]:
    """The newest page of what can be long, and otherwise everything; or why it cannot be had."""
    closed = loader.gate.closed(part.kind, "search-type")
    if closed is not None:
        return Section(whole=False, failure=NotOffered(part.key, closed))
    try:
        found = part.search(loader) if part.search else _searched(loader, part)
    except SmartappError as failure:
        return Section(whole=False, failure=failure)
    return _made(part, _named(loader, part, found), paged=bool(part.a_page) and found.sorted)


def older(loader: Loader, part: Part[T], address: str) -> Section[T]:
    """The page that comes after one that was read, by the EHR's own address for it."""
    try:
        found = loader.client.follow(part.kind, address, pages=1)
    except SmartappError as failure:
        return Section(whole=False, failure=failure)
    return _made(part, _named(loader, part, found), paged=True)


def read_whole(loader: Loader, part: Part[T], pages: int = 100) -> Section[T]:
    """Page after page to the end. What fails on the way leaves a section that is not whole."""
    section = read_part(loader, part)
    items, seen = list(section.items), 1
    while section.following and seen < pages:
        section = older(loader, part, section.following)
        items += section.items
        seen += 1
    ended = section.whole and not section.failed and not section.following
    return Section(tuple(items), ended, section.failure if not items else None)


def _searched(loader: Loader, part: Part[T]) -> Found:
    asks = part.asks
    if part.a_page:
        asks = (*asks, ("_sort", part.sort), ("_count", str(part.a_page)))
    pages = 1 if part.a_page else 10
    try:
        found = loader.search(part.kind, *asks, pages=pages)
    except Rejected as refused:
        # Some EHRs answer 400 unless every status is named: once more, with all of them.
        if refused.status != 400 or part.statuses is None:
            raise
        asks = (*asks, part.statuses)
        found = loader.search(part.kind, *asks, pages=pages)
    if part.a_page and found.following and not found.sorted:
        # Its first page is not the newest. More is read, and what is still missing is said.
        found = loader.search(part.kind, *asks)
    return found


def at_once(part: Part[T]) -> Part[T]:
    """For a page that waits for nothing: names that did not come along have to wait."""
    return replace(part, names=False)


def _named(loader: Loader, part: Part[T], found: Found) -> Found:
    return with_names(loader, found) if part.names else found


def _made(part: Part[T], found: Found, *, paged: bool) -> Section[T]:
    def kept(json: Json) -> T | None:
        item = part.read(json, found.included)
        return item if item is not None and part.keeps(item) else None

    return section_of(found, kept, paged=paged)


def reading(read: Callable[[Json], T | None]) -> Callable[[Json, Included], T | None]:
    """For models that need nothing but the resource itself."""
    return partial(_alone, read)


def _alone(read: Callable[[Json], T | None], json: Json, _included: Included) -> T | None:
    return read(json)
