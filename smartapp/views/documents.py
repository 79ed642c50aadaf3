"""Notes and documents: the list, one, and its files, each checked again at the click."""

from __future__ import annotations

from flask import Blueprint

from smartapp.fhir.document import Document
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.launch import Role
from smartapp.pages.documents import (
    document_page,
    documents_block,
    lead,
    lies_elsewhere,
    title_of,
)
from smartapp.pages.health import BlocksPage
from smartapp.pages.shell import Link
from smartapp.views import files, record
from smartapp.views.confidential import kept_from_proxies
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.papers import Papers
from smartapp.views.reading import read, read_older, source
from smartapp.views.show import patient_shell, show
from smartapp.workflow.documents import DocumentGate
from smartapp.workflow.record.care import DOCUMENTS

bp = Blueprint("documents", __name__, url_prefix="/l/<lid>/documents")


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
    words, papers = here.words, papers_of(here)
    title = words("Notes and documents")
    address = here.paths.page("documents")
    where = source(here, address)
    more = _older_link(here, section)
    block = documents_block(
        words, here.paths, section, papers.gate.shown(section.items), where, papers.naming, more
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
    papers, words = papers_of(here), here.words
    patient = papers.loader.patient()
    document = papers.checked(reference)
    record.viewed(here, patient.id, DocumentReference=1)
    text, trouble = papers.text(document)
    title = title_of(words, document)
    files.frames_ours()
    page = document_page(
        words,
        patient_shell(
            here, title, patient, back=Link(words("All documents"), here.paths.page("documents"))
        ),
        document=document,
        kind=papers.naming(document),
        links=papers.links(document),
        lies_here=papers.lies_here,
        text=text,
        trouble=trouble,
        again=here.paths.below("documents", reference),
        origin=here.paths.below("origin", reference),
        elsewhere=lies_elsewhere(words, here.services.policy.phones.clinic),
    )
    return show("document", page)


@bp.get("/file/<link>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("documents")
def look(here: Here, link: str) -> View:
    return papers_of(here).file(link, save=False)


@bp.get("/file/<link>/save")
@requires_launch(Role.PATIENT)
@kept_from_proxies("documents")
def save(here: Here, link: str) -> View:
    return papers_of(here).file(link, save=True)


def gate_of(here: Here) -> DocumentGate:
    policy = here.services.policy
    return DocumentGate(policy.document_kinds, policy.privacy, here.is_proxy)


def papers_of(here: Here) -> Papers:
    patient_id = here.active.launched.patient_id or ""
    return Papers(here, here.loader(), gate_of(here), patient_id, here.paths.page("documents"))
