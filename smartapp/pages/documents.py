"""The documents that a patient may open: the list, and the page of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smartapp.fhir.content import Shown, expected
from smartapp.fhir.document import Content, Document
from smartapp.fhir.section import Section
from smartapp.pages.block import Badge, Block, Row, Source, block
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.pages.when import day_words
from smartapp.words import LocalText, Words, in_locale

Naming = Callable[[Document], LocalText]


def documents_block(
    words: Words,
    paths: Paths,
    section: Section[Document],
    shown: Sequence[Document],
    source: Source,
    naming: Naming,
    more: Link | None,
) -> Block:
    return block(
        words,
        section,
        source,
        key="documents",
        heading=words("Documents"),
        rows=tuple(_row(words, paths, each, naming) for each in shown),
        none=words(
            "There are no documents for you here. If you expected one, ask the clinic at {phone}.",
            phone=source.phone,
        ),
        more=more,
    )


def _row(words: Words, paths: Paths, document: Document, naming: Naming) -> Row:
    return Row(
        title=title_of(words, document),
        facts=facts_of(words, document),
        badges=(Badge(in_locale(naming(document), words.locale)),),
        link=Link(title_of(words, document), paths.below("documents", document.reference)),
    )


def title_of(words: Words, document: Document) -> str:
    return document.title or words("A document without a name")


def facts_of(words: Words, document: Document) -> tuple[str, ...]:
    facts = [day_words(words, document.date)] if document.date else [words("Date not stated")]
    if document.authors:
        facts.append(words("By {name}", name=", ".join(document.authors)))
    if document.custodian:
        facts.append(words("From {name}", name=document.custodian))
    return tuple(facts)


def lead(words: Words, phone: str) -> str:
    return words(
        "These are the documents that your clinic shares here. "
        "For others, ask the clinic at {phone}.",
        phone=phone,
    )


# --- one document -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """One form of the document, and what can be done with it."""

    name: str
    open: Link | None
    save: Link | None
    note: str


@dataclass(frozen=True)
class DocumentPage:
    shell: Shell
    heading: str
    kind: str
    facts: tuple[str, ...]
    forms: tuple[Form, ...]
    text: str  # of a document that is nothing but words
    text_lang: str
    trouble: str
    frame: Link | None  # cleaned HTML, alone in a frame
    image: Link | None
    minutes: str
    again: Link
    origin: Link | None


@dataclass(frozen=True)
class FileLinks:
    """Where the content at a place of the document is shown and saved."""

    show: Callable[[int], str]
    save: Callable[[int], str]


def document_page(
    words: Words,
    shell: Shell,
    *,
    document: Document,
    kind: LocalText,
    links: FileLinks,
    lies_here: Callable[[Content], bool],
    text: str,
    trouble: str,
    again: str,
    elsewhere: str,
    origin: str = "",
) -> DocumentPage:
    title = title_of(words, document)
    forms = [
        _form(
            words,
            content,
            place,
            links,
            elsewhere="" if content.is_anywhere and lies_here(content) else elsewhere,
        )
        for place, content in enumerate(document.contents)
    ]
    ways = [expected(c.type) if lies_here(c) else Shown.NOT for c in document.contents]
    frame, image = _first(ways, Shown.AS_HTML), _first(ways, Shown.AS_IMAGE)
    return DocumentPage(
        shell=shell,
        heading=title,
        kind=in_locale(kind, words.locale),
        facts=facts_of(words, document),
        forms=tuple(forms),
        text=text,
        text_lang=next((c.language for c in document.contents if c.language), ""),
        trouble=trouble,
        frame=None if frame is None else Link(title, links.show(frame)),
        image=None if image is None else Link(title, links.show(image)),
        minutes=words("The links on this page work for 15 minutes, and only for you."),
        again=Link(words("Try again"), again),
        origin=Link(words("Where this comes from"), origin) if origin else None,
    )


def _first(ways: Sequence[Shown], wanted: Shown) -> int | None:
    return next((place for place, way in enumerate(ways) if way is wanted), None)


def lies_elsewhere(words: Words, phone: str) -> str:
    return words(
        "This lies in another system, and this app cannot open it. Ask the clinic at {phone}.",
        phone=phone,
    )


def _form(
    words: Words,
    content: Content,
    place: int,
    links: FileLinks,
    *,
    elsewhere: str,
) -> Form:
    name = _name(words, content)
    if elsewhere:
        return Form(name, None, None, elsewhere)
    show = expected(content.type) in {Shown.AS_PDF, Shown.AS_IMAGE, Shown.AS_HTML}
    return Form(
        name=_size(words, name, content.size),
        open=Link(words("Open it"), links.show(place)) if show else None,
        save=Link(words("Save it on this device"), links.save(place)),
        note="",
    )


def _name(words: Words, content: Content) -> str:
    names = {
        Shown.AS_PDF: words("PDF"),
        Shown.AS_IMAGE: words("Picture"),
        Shown.AS_TEXT: words("Text"),
        Shown.AS_HTML: words("Web page, with everything taken out but the text"),
    }
    if "xml" in content.type and expected(content.type) is Shown.NOT:
        return words("File for computers (XML), for another doctor or app")
    return names.get(expected(content.type), words("File"))


def _size(words: Words, name: str, size: int | None) -> str:
    if not size:
        return name
    kilobytes = max(1, round(size / 1000))
    return words("{name}, {n} KB", name=name, n=kilobytes)
