"""A part of the record on a page: its rows, or the truth about why they are not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from smartapp.errors import EhrTooSlow, NotOffered
from smartapp.fhir.section import Section
from smartapp.pages.menu import why_closed
from smartapp.pages.shell import Link
from smartapp.words import Words


@dataclass(frozen=True)
class Badge:
    text: str
    kind: str = "quiet"  # how it is coloured; the words say it all


@dataclass(frozen=True)
class Row:
    """One thing of the record."""

    title: str
    text: str = ""
    facts: tuple[str, ...] = ()
    badges: tuple[Badge, ...] = ()
    link: Link | None = None  # the whole row leads there
    explain: str = ""  # in plain words beside the medical term, never instead of it
    learn: Link | None = None  # more about it, elsewhere
    quiet: bool = False
    folded: str = ""  # what stands in its place until the reader chooses to look


@dataclass(frozen=True)
class Trouble:
    text: str
    kind: str = "failed"  # or partial


@dataclass(frozen=True)
class Block:
    key: str  # its name in the page, and where a link to it leads
    heading: str
    rows: tuple[Row, ...] = ()
    none: str = ""  # only said where the record is known to hold nothing
    trouble: Trouble | None = None
    again: Link | None = None
    more: Link | None = None
    freshness: str = ""
    template: str = "rows"  # in templates/blocks/
    extra: Any = field(default=None)  # what a template of its own shows


@dataclass(frozen=True)
class Source:
    """Where a page reads from, for what it says about that."""

    ehr: str  # by its name
    phone: str  # of the clinic
    again: str  # the address of the page itself
    proxy: bool = False  # who reads may not see all of it, and is not told what there is besides


@dataclass(frozen=True)
class Places:
    """Where the parts of a page go, and what stands there until they come."""

    keys: tuple[str, ...]
    text: str
    again: Link


def places(words: Words, keys: Iterable[str], source: Source) -> Places:
    return Places(
        keys=tuple(keys),
        text=words("This part is still being read. If it does not come:"),
        again=Link(words("Load the page again"), source.again),
    )


def trouble_of(words: Words, section: Section[Any], source: Source) -> Trouble | None:
    """Why there is nothing, or not all: not offered, not granted, too slow, or failed."""
    failure = section.failure
    if isinstance(failure, NotOffered):
        return Trouble(why_closed(words, failure.reason, source.phone), "partial")
    if isinstance(failure, EhrTooSlow):
        return Trouble(
            words(
                "Your clinic’s system took too long to send this part. "
                "This does not mean that there is nothing in it."
            )
        )
    if failure is not None:
        return Trouble(
            words(
                "We could not load this part. This does not mean that there is nothing in it. "
                "Try again, or call the clinic at {phone}.",
                phone=source.phone,
            )
        )
    if not section.whole:
        return Trouble(
            words(
                "We could not show all of this part. There may be more. "
                "Ask the clinic at {phone} if something is missing.",
                phone=source.phone,
            ),
            "partial",
        )
    return None


def again_of(words: Words, section: Section[Any], source: Source) -> Link | None:
    """What was not offered will not be offered by asking again."""
    if section.whole or isinstance(section.failure, NotOffered):
        return None
    return Link(words("Try again"), source.again)


def freshness_of(words: Words, section: Section[Any], source: Source) -> str:
    if section.at is None or section.failed:
        return ""
    return words("Read at {time} from {ehr}.", time=words.time(section.at), ehr=source.ehr)


def block(
    words: Words,
    section: Section[Any],
    source: Source,
    *,
    key: str,
    heading: str,
    rows: tuple[Row, ...],
    none: str,
    more: Link | None = None,
) -> Block:
    """`none` is said only where the whole of it was read and holds nothing of the kind."""
    known_empty = not rows and section.whole and not section.failed and not section.following
    return Block(
        key=key,
        heading=heading,
        rows=rows,
        none=_nothing(words, none, source) if known_empty else "",
        trouble=trouble_of(words, section, source),
        again=again_of(words, section, source),
        more=more,
        freshness=freshness_of(words, section, source),
    )


def _nothing(words: Words, none: str, source: Source) -> str:
    """That there is none is a claim about the record, which a proxy sees only in part."""
    return words("Nothing is shown here.") if none and source.proxy else none
