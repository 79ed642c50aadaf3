"""More of the record beside an item: for whoever works its queue, and of its patient alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint

from smartapp.fhir.section import Section
from smartapp.launch import Role
from smartapp.pages import visits
from smartapp.pages.block import Block
from smartapp.pages.documents import document_page, title_of
from smartapp.pages.health import BlocksPage, procedures_block
from smartapp.pages.immunizations import vaccines_block
from smartapp.pages.results import reports_block, results_block, vitals_block
from smartapp.pages.shell import Link, Shell, whose_record
from smartapp.pages.showing import Showing
from smartapp.pages.staff_record import documents_for_staff, for_staff
from smartapp.views import files, record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item_opened import OpenItem, open_item
from smartapp.views.papers import Papers
from smartapp.views.reading import arrived, counted, showing
from smartapp.views.show import show, staff_shell
from smartapp.workflow.documents import StaffGate
from smartapp.workflow.record import Part, read_part
from smartapp.workflow.record.care import APPOINTMENTS, DOCUMENTS, VISITS
from smartapp.workflow.record.parts import IMMUNIZATIONS, PROCEDURES, REPORTS, RESULTS, VITALS

bp = Blueprint("staff_record", __name__, url_prefix="/l/<lid>/queue/<handle>/record")

Look = Callable[[Section[Any]], Block]


@bp.get("")
@requires_launch(Role.STAFF)
def more(here: Here, handle: str) -> View:
    opened, words = open_item(here, handle), here.words
    papers, at = _papers(here, opened), replace(showing(here, "queue"), explains=False)
    looks = _looks(here, at)
    parts = (DOCUMENTS, *looks)
    loader = opened.loader
    got = loader.all_of(**{part.key: partial(read_part, loader, part) for part in parts})
    sections = {part: arrived(here, got[part.key]) for part in parts}
    record.viewed(here, opened.patient.id, **counted(sections))
    documents = sections[DOCUMENTS]
    shown = papers.gate.shown(documents.items)
    blocks = (
        documents_for_staff(at, documents, shown, papers.address),
        *(for_staff(at, sections[part], look(sections[part])) for part, look in looks.items()),
    )
    title = words("More of the record")
    shell = _shell(here, opened, title, Link(words("Back to the item"), _item(here, opened)))
    return show("blocks", BlocksPage(shell, title, blocks))


def _looks(here: Here, at: Showing) -> dict[Part[Any], Look]:
    words, paths, now = here.words, here.paths, here.now
    return {
        APPOINTMENTS: lambda got: visits.coming_block(words, paths, got, at.source, now),
        VISITS: lambda got: visits.past_block(words, paths, got, at.source, None),
        REPORTS: lambda got: reports_block(at, got),
        RESULTS: lambda got: results_block(at, got, now=now),
        VITALS: lambda got: vitals_block(at, got, now=now),
        PROCEDURES: lambda got: procedures_block(at, got),
        IMMUNIZATIONS: lambda got: vaccines_block(at, got),
    }


@bp.get("/<document>")
@requires_launch(Role.STAFF)
def document(here: Here, handle: str, document: str) -> View:
    reference = here.named(document, "DocumentReference")
    opened, words = open_item(here, handle), here.words
    papers = _papers(here, opened)
    found = papers.checked(reference)
    record.viewed(here, opened.patient.id, DocumentReference=1)
    text, trouble = papers.text(found)
    title = title_of(words, found)
    files.frames_ours()
    back = Link(words("More of the record"), papers.address)
    page = document_page(
        words,
        _shell(here, opened, title, back),
        document=found,
        kind={"en": found.type.label},
        links=papers.links(found),
        lies_here=papers.lies_here,
        text=text,
        trouble=trouble,
        again=f"{papers.address}/{document}",
        elsewhere=words("This lies in another system, and this app cannot open it."),
    )
    return show("document", page)


@bp.get("/file/<link>")
@requires_launch(Role.STAFF)
def look(here: Here, handle: str, link: str) -> View:
    return _papers(here, open_item(here, handle)).file(link, save=False)


@bp.get("/file/<link>/save")
@requires_launch(Role.STAFF)
def save(here: Here, handle: str, link: str) -> View:
    return _papers(here, open_item(here, handle)).file(link, save=True)


def _papers(here: Here, opened: OpenItem) -> Papers:
    policy = here.services.policy
    gate = StaffGate(policy.document_kinds, policy.privacy, proxy=False)
    return Papers(here, opened.loader, gate, opened.patient.id, f"{_item(here, opened)}/record")


def _item(here: Here, opened: OpenItem) -> str:
    return here.paths.item(opened.reference)


def _shell(here: Here, opened: OpenItem, title: str, back: Link) -> Shell:
    return staff_shell(
        here,
        title,
        person=opened.staff.name,
        whose=whose_record(here.words, opened.patient),
        back=back,
    )
