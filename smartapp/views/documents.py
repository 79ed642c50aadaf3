"""Notes and documents: the list, one, and its files, each checked again at the click."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, g
from werkzeug.wrappers import Response

from smartapp.errors import (
    DocumentChanged,
    DocumentElsewhere,
    DocumentKeptBack,
    NotFound,
    SmartappError,
)
from smartapp.fhir.document import Content, Document
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.launch import Role
from smartapp.pages.documents import (
    FileLinks,
    Naming,
    document_page,
    documents_block,
    lead,
    title_of,
)
from smartapp.pages.health import BlocksPage
from smartapp.pages.shell import Link
from smartapp.sessions.handles import open_link, seal_link
from smartapp.views import files, record
from smartapp.views.confidential import kept_from_proxies
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import read, read_older, source
from smartapp.views.show import patient_shell, show
from smartapp.words import LocalText
from smartapp.workflow.documents import DocumentGate, check_again, fetch, is_page_text
from smartapp.workflow.record.care import DOCUMENTS

bp = Blueprint("documents", __name__, url_prefix="/l/<lid>/documents")

LINK_SECONDS = 15 * 60
REFUSALS = (DocumentChanged, DocumentKeptBack, DocumentElsewhere, NotFound)


@bp.get("")
@requires_launch(Role.PATIENT)
@kept_from_proxies("documents")
def every(here: Here) -> View:
    got = read(here, DOCUMENTS)
    return _list(here, got.patient, got[DOCUMENTS])


@bp.get("/older/<handle>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("documents")
def older_ones(here: Here, handle: str) -> View:
    address = here.named(handle, "Page").removeprefix("Page/")
    got = read_older(here, DOCUMENTS, address)
    return _list(here, got.patient, got[DOCUMENTS])


def _list(here: Here, patient: Patient, section: Section[Document]) -> View:
    words, gate = here.words, gate_of(here)
    title = words("Notes and documents")
    address = here.paths.page("documents")
    where = source(here, address)
    more = _older_link(here, section)
    block = documents_block(
        words, here.paths, section, gate.shown(section.items), where, _naming(gate), more
    )
    shell = patient_shell(here, title, patient)
    return show("blocks", BlocksPage(shell, title, (block,), lead(words, where.phone)))


def _older_link(here: Here, section: Section[Document]) -> Link | None:
    if not section.following:
        return None
    handle = here.paths.seal(f"Page/{section.following}")
    return Link(here.words("Older documents"), f"{here.paths.page('documents')}/older/{handle}")


@bp.get("/<handle>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("documents")
def one(here: Here, handle: str) -> View:
    reference = here.named(handle, "DocumentReference")
    gate, loader, words = gate_of(here), here.loader(), here.words
    patient = loader.patient()
    document = checked(here, reference)
    record.viewed(here, patient.id, DocumentReference=1)
    text, trouble = _text(here, document)
    title = title_of(words, document)
    files.frames_ours()
    page = document_page(
        words,
        patient_shell(
            here, title, patient, back=Link(words("All documents"), here.paths.page("documents"))
        ),
        document=document,
        kind=_naming(gate)(document),
        links=_links(here, document),
        lies_here=partial(_lies_here, here),
        text=text,
        trouble=trouble,
        again=here.paths.below("documents", reference),
        origin=here.paths.below("origin", reference),
        phone=here.services.policy.phones.clinic,
    )
    return show("document", page)


@bp.get("/file/<link>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("documents")
def look(here: Here, link: str) -> View:
    return _file(here, link, save=False)


@bp.get("/file/<link>/save")
@requires_launch(Role.PATIENT)
@kept_from_proxies("documents")
def save(here: Here, link: str) -> View:
    return _file(here, link, save=True)


def _file(here: Here, link: str, *, save: bool) -> Response:
    g.framed_by_us = True  # also where the answer is that there is none
    reference, version, place = _promised(here, link)
    document = checked(here, reference, version)
    if place >= len(document.contents):
        raise DocumentChanged
    content = document.contents[place]
    client = here.client()
    try:
        file = fetch(client, document, content)
    except REFUSALS as refusal:
        record.document_refused(here, reference, refusal.code)
        raise
    how = "save" if save else file.kind.shown.value
    record.document_opened(here, reference, document.version, how)
    return files.respond(
        file,
        content.title or title_of(here.words, document),
        save=save,
        language=content.language,
        ended=record.document_sent(here, reference),
    )


def gate_of(here: Here) -> DocumentGate:
    policy = here.services.policy
    return DocumentGate(policy.document_kinds, policy.privacy, here.is_proxy)


def _naming(gate: DocumentGate) -> Naming:
    def name(document: Document) -> LocalText:
        kind = gate.kind(document)
        return kind.name if kind else {}

    return name


def checked(here: Here, reference: str, version: str = "") -> Document:
    try:
        return check_again(here.loader(), gate_of(here), reference, version)
    except REFUSALS as refusal:
        record.document_refused(here, reference, refusal.code)
        raise


def _text(here: Here, document: Document) -> tuple[str, str]:
    """The words of a document that is nothing else, for the page itself."""
    if not is_page_text(document):
        return "", ""
    try:
        file = fetch(here.client(), document, document.contents[0])
        text = file.text()
    except SmartappError:
        return "", here.words("We could not load the text of this document.")
    record.document_opened(here, document.reference, document.version, "text")
    return text, ""


def _links(here: Here, document: Document) -> FileLinks:
    def address(place: int) -> str:
        promise = (
            f"{document.reference} {document.version} {place} {here.active.launched.patient_id}"
        )
        ends = here.now.timestamp() + LINK_SECONDS
        link = seal_link(here.active.handle_key, here.active.lid, promise, ends)
        return f"{here.paths.page('documents')}/file/{link}"

    return FileLinks(show=address, save=lambda place: f"{address(place)}/save")


def _promised(here: Here, link: str) -> tuple[str, str, int]:
    active = here.active
    promise = open_link(active.handle_key, active.lid, link, here.now.timestamp())
    if promise is None:
        raise NotFound("no such link in this session")
    reference, version, place, patient_id = promise.split(" ")
    if patient_id != active.launched.patient_id:
        raise NotFound("a link for another patient")
    return reference, version, int(place)


def _lies_here(here: Here, content: Content) -> bool:
    return content.data is not None or here.client().is_inside(content.url)
