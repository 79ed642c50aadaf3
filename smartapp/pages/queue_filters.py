"""Which part of the queue is looked at: links for whose, and a form for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link
from smartapp.words import Words, in_locale
from smartapp.workflow.narrowing import NO_SITE, Narrowing, Whose
from smartapp.workflow.policy.model import Policy, Priority, Queue


@dataclass(frozen=True)
class Option:
    value: str
    text: str
    selected: bool


@dataclass(frozen=True)
class Filter:
    """One thing to narrow the queue by."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Filters:
    heading: str
    whose_label: str
    whose: tuple[Link, ...]
    action: str
    kept: tuple[tuple[str, str], ...]  # what goes along unseen
    filters: tuple[Filter, ...]
    button: str
    reset: Link | None
    is_open: bool


def filters(
    words: Words, paths: Paths, policy: Policy, queues: tuple[Queue, ...], narrowing: Narrowing
) -> Filters:
    names = {
        Whose.ALL: words("All"),
        Whose.MINE: words("Mine"),
        Whose.UNCLAIMED: words("Nobody has it"),
    }
    return Filters(
        heading=words("Show only"),
        whose_label=words("Whose items"),
        whose=tuple(
            Link(text, _address(paths, replace(narrowing, whose=each)), narrowing.whose == each)
            for each, text in names.items()
        ),
        action=paths.queue,
        kept=(("whose", narrowing.whose),) if narrowing.whose != Whose.ALL else (),
        filters=tuple(_filters(words, policy, queues, narrowing)),
        button=words("Show these"),
        reset=None if narrowing.is_all else Link(words("Show everything"), paths.queue),
        is_open=not replace(narrowing, whose=Whose.ALL).is_all,
    )


def _address(paths: Paths, narrowing: Narrowing) -> str:
    query = narrowing.from_start.query
    return f"{paths.queue}?{query}" if query else paths.queue


def _filters(
    words: Words, policy: Policy, queues: tuple[Queue, ...], narrowing: Narrowing
) -> Iterable[Filter]:
    locale = words.locale
    topics = {code: in_locale(each.words.short, locale) for code, each in policy.topics.items()}
    sites = {site.code: in_locale(site.name, locale) for site in policy.named.sites}
    priorities: dict[str, str] = {
        Priority.STAT: words("At once"),
        Priority.ASAP: words("As soon as possible"),
        Priority.URGENT: words("Urgent"),
        Priority.ROUTINE: words("Routine"),
    }
    if len(queues) > 1:
        named = {each.code: in_locale(each.name, locale) for each in queues}
        yield _filter("queue", words("Queue"), words("All queues"), named, narrowing.queue)
    yield _filter("topic", words("Topic"), words("All topics"), topics, narrowing.topic)
    yield _filter(
        "priority", words("How urgent"), words("All of them"), priorities, narrowing.priority
    )
    if sites:
        sites[NO_SITE] = words("Place not known")
        yield _filter("site", words("Place"), words("All places"), sites, narrowing.site)


def _filter(
    name: str, label: str, everything: str, named: Mapping[str, str], chosen: str
) -> Filter:
    options = [Option(code, text, code == chosen) for code, text in named.items()]
    return Filter(name, label, (Option("", everything, not chosen), *options))
