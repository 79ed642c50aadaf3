"""More of a patient's record for staff, from the item that they work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from smartapp.fhir.document import Document
from smartapp.fhir.section import Section
from smartapp.pages.beside import trouble_of
from smartapp.pages.block import Block, Row, Trouble
from smartapp.pages.documents import facts_of, title_of
from smartapp.pages.shell import Link
from smartapp.pages.showing import Showing

MOST = 30


def documents_for_staff(
    at: Showing, section: Section[Document], shown: Sequence[Document], address: str
) -> Block:
    words = at.words
    rows = tuple(
        Row(
            title=title_of(words, each),
            facts=(each.type.label, *facts_of(words, each))
            if each.type.label
            else facts_of(words, each),
            link=Link(title_of(words, each), f"{address}/{at.paths.handle(each.reference)}"),
        )
        for each in shown
    )
    block = Block(key="documents", heading=words("Documents"), rows=rows)
    none = words("No documents can be opened here. Some may be in the chart alone.")
    return _in_words_for_staff(at, section, block, none)


def for_staff(at: Showing, section: Section[Any], block: Block) -> Block:
    """What a patient's page shows of it, without what is there for patients alone."""
    rows = tuple(replace(row, link=None, learn=None, explain="", folded="") for row in block.rows)
    none = at.words("None recorded.")
    return _in_words_for_staff(at, section, replace(block, rows=rows), none)


def _in_words_for_staff(at: Showing, section: Section[Any], block: Block, none: str) -> Block:
    """Where something is missing, the chart is at hand."""
    trouble = trouble_of(at.words, section)
    if not trouble and (section.following or len(block.rows) > MOST):
        trouble = at.words("Only the newest are shown. There are more in the chart.")
    known = section.whole and not section.failed and not section.following
    return replace(
        block,
        rows=block.rows[:MOST],
        none=none if known and not block.rows else "",
        trouble=Trouble(trouble, "failed" if section.failed else "partial") if trouble else None,
        again=None,
        more=None,
        freshness="",
    )
