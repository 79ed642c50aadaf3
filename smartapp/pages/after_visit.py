"""After a visit: what was done, what was ordered, what comes next; composed from the record alone.

What the record does not say is named as missing. Nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smartapp.errors import PRIVATE, NotOffered, SmartappError
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.document import Document
from smartapp.fhir.encounter import Visit
from smartapp.fhir.medication import MedicationOrder
from smartapp.fhir.order import Order
from smartapp.fhir.section import Section
from smartapp.pages.block import Block, Row, Source, block
from smartapp.pages.documents import facts_of, title_of
from smartapp.pages.orders import order_row
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.pages.visits import Fact, visit_when
from smartapp.words import Words


@dataclass(frozen=True)
class Quote:
    """The clinic's own words, with where they come from."""

    text: str
    lang: str
    source: Link


@dataclass(frozen=True)
class AfterVisit:
    """What is loaded for the page."""

    visit: Visit
    orders: Section[MedicationOrder]
    requests: Section[Order]
    documents: Section[Document]
    shown: tuple[Document, ...]  # of this visit, that may be opened
    summaries: tuple[Document, ...]  # those of them that are written for the patient
    words: tuple[tuple[Document, str | SmartappError], ...]  # of its summaries
    private: str = ""  # why whoever reads does not get everything, where that is so


@dataclass(frozen=True)
class AfterVisitPage:
    shell: Shell
    heading: str
    facts: tuple[Fact, ...]
    said_heading: str
    quotes: tuple[Quote, ...]
    gaps: tuple[str, ...]
    urgent_heading: str
    urgent: str
    blocks: tuple[Block, ...]
    print_hint: str


def after_visit_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    loaded: AfterVisit,
    *,
    done: Block,
    source: Source,
    urgent: str,
) -> AfterVisitPage:
    visit = loaded.visit
    blocks = (
        done,
        _medicines(words, paths, loaded, source),
        *([] if _is_private(loaded.requests) else [_next(words, loaded, source)]),
        *([] if _is_private(loaded.documents) else [_papers(words, paths, loaded, source)]),
    )
    return AfterVisitPage(
        shell=shell,
        heading=visit.what or words("Visit"),
        facts=tuple(_facts(words, visit)),
        said_heading=words("What the clinic wrote for you"),
        quotes=tuple(_quotes(words, paths, loaded)),
        gaps=tuple(_gaps(words, loaded, source.phone)),
        urgent_heading=words("Do you need help now?"),
        urgent=urgent,
        blocks=blocks,
        print_hint=words("You can print this page or save it as a PDF from your browser."),
    )


def _facts(words: Words, visit: Visit) -> list[Fact]:
    facts = [Fact(words("When"), (visit_when(words, visit),))]
    if visit.people:
        facts.append(Fact(words("With"), visit.people))
    where = tuple(dict.fromkeys((*visit.places, visit.provider)))
    if any(where):
        facts.append(Fact(words("Where"), tuple(each for each in where if each)))
    reasons = visit.reasons or (words("The record does not say."),)
    facts.append(Fact(words("What for"), reasons))
    if visit.went_to:
        facts.append(Fact(words("Went to afterwards"), (visit.went_to,)))
    return facts


def _quotes(words: Words, paths: Paths, loaded: AfterVisit) -> list[Quote]:
    quotes = []
    for document, text in loaded.words:
        if isinstance(text, str) and text.strip():
            language = next((each.language for each in document.contents if each.language), "")
            link = Link(title_of(words, document), paths.below("documents", document.reference))
            quotes.append(Quote(text.strip(), language, link))
    return quotes


def _gaps(words: Words, loaded: AfterVisit, phone: str) -> list[str]:
    """What a person looks for here and does not find."""
    if _is_private(loaded.documents):
        return [loaded.private]
    gaps = [loaded.private] if _is_private(loaded.requests) else []
    failed = any(isinstance(text, SmartappError) for _, text in loaded.words)
    if failed or loaded.documents.failed:
        gaps.append(
            words(
                "We could not load what the clinic wrote about this visit. "
                "Try again, or call the clinic at {phone}.",
                phone=phone,
            )
        )
    elif loaded.summaries and not loaded.words:
        gaps.append(words("It is in a document of its own. You can open it below."))
    elif not loaded.words:
        gaps.append(
            words(
                "The record holds no summary of this visit for you. It does not say when to call "
                "back or which signs are urgent. If you are not sure, call the clinic at {phone}.",
                phone=phone,
            )
        )
    return gaps


def _is_private(section: Section[Any]) -> bool:
    return isinstance(section.failure, NotOffered) and section.failure.reason == PRIVATE


def _medicines(words: Words, paths: Paths, loaded: AfterVisit, source: Source) -> Block:
    """By the day: an order seldom names its visit."""
    begun = loaded.visit.began
    then = [
        each
        for each in loaded.orders.items
        if begun and not each.not_understood and is_during(each.authored, begun, loaded.visit.ended)
    ]
    return block(
        words,
        loaded.orders,
        source,
        key="medicines",
        heading=words("Medicines ordered on these days"),
        rows=tuple(_medicine(words, each) for each in then),
        none=words("No medicines were ordered on the day of this visit."),
        more=Link(words("All your medicines, as they are now"), paths.medicines),
    )


def _medicine(words: Words, order: MedicationOrder) -> Row:
    name = order.name or words("A medicine without a name")
    if order.do_not_take:
        return Row(words("Do not take: {name}", name=name))
    return Row(
        title=name,
        text="; ".join(text for text in order.dosage if text)
        or words("How to take it is not in the record. Ask the clinic if you are not sure."),
        quiet=order.status not in {"active", "unknown"},
        facts=() if order.status in {"active", "unknown"} else (words("No longer current"),),
    )


def _next(words: Words, loaded: AfterVisit, source: Source) -> Block:
    visit = loaded.visit
    theirs = [
        each
        for each in loaded.requests.items
        if each.visit == visit.reference
        or (not each.visit and visit.began and is_during(each.authored, visit.began, visit.ended))
    ]
    return block(
        words,
        loaded.requests,
        source,
        key="next",
        heading=words("What was ordered, and what comes next"),
        rows=tuple(order_row(words, each) for each in theirs),
        none=words("No tests or referrals were ordered on the day of this visit."),
    )


def _papers(words: Words, paths: Paths, loaded: AfterVisit, source: Source) -> Block:
    rows = tuple(_paper(words, paths, each) for each in loaded.shown)
    return block(
        words,
        loaded.documents,
        source,
        key="papers",
        heading=words("Notes and documents of this visit"),
        rows=rows,
        none=words("No documents of this visit are shared here."),
        more=Link(words("All documents"), paths.page("documents")),
    )


def _paper(words: Words, paths: Paths, document: Document) -> Row:
    title = title_of(words, document)
    address = paths.below("documents", document.reference)
    return Row(title=title, facts=facts_of(words, document), link=Link(title, address))


def is_during(when: FhirDate | None, began: FhirDate, ended: FhirDate | None) -> bool:
    """On a day of the visit. What is dated less exactly than a day is of no certain day."""
    if when is None or when.precision not in {"day", "time"}:
        return False
    last = ended.last_day if ended else began.last_day
    return began.day <= when.day <= last


def of_visit(documents: Sequence[Document], visit: Visit) -> tuple[Document, ...]:
    return tuple(each for each in documents if visit.reference in each.visits)
