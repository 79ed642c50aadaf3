"""What every block of a record needs to be told: the language, the addresses, the plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from smartapp.errors import NotOffered
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Coding
from smartapp.fhir.section import Section
from smartapp.pages.block import Block, Row, Source, block
from smartapp.pages.glossary import explained, learn_more
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link
from smartapp.pages.when import day_words
from smartapp.words import Words
from smartapp.workflow.policy.glossary import Glossary

IN_SHORT = 5  # rows of a block on a page of many


@dataclass(frozen=True)
class Showing:
    words: Words
    paths: Paths
    glossary: Glossary
    source: Source
    in_short: bool = False  # the first few, with a link to the page of all
    explains: bool = True  # plain words beside the medical ones

    def block(
        self,
        section: Section[Any],
        *,
        key: str,
        heading: str,
        rows: Iterable[Row],
        none: str,
        all_of_them: str = "",
        page: str = "",
    ) -> Block:
        """In short: the first rows, and where the others are."""
        shown = tuple(islice(rows, IN_SHORT) if self.in_short else rows)
        linked = self.in_short and all_of_them and not isinstance(section.failure, NotOffered)
        more = Link(all_of_them, self.paths.page(page or key)) if linked else None
        return block(
            self.words,
            section,
            self.source,
            key=key,
            heading=heading,
            rows=shown,
            none=none,
            more=more,
        )

    def explained(self, name: str, codings: Iterable[Coding]) -> str:
        return explained(self.words, self.glossary, name, codings) if self.explains else ""

    def learn(self, codings: Iterable[Coding]) -> Link | None:
        return None if self.in_short else learn_more(self.words, codings)

    def day(self, when: FhirDate | None) -> str:
        return day_words(self.words, when) if when else ""


def first_of(made: Block, count: int, more: Link | None = None) -> Block:
    """A block of a page of its own, on a page of many."""
    return replace(made, rows=made.rows[:count], more=more)


def newest_first(when: FhirDate | None) -> tuple[bool, float]:
    """To sort by: what has no date comes last."""
    return (when is None, -when.earliest.timestamp() if when else 0.0)
