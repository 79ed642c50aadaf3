"""Visits and appointments: the list, one of each, and the calendar file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from flask import Blueprint
from werkzeug.wrappers import Response

from smartapp.errors import NotFound, SmartappError
from smartapp.fhir.appointment import Appointment
from smartapp.fhir.document import Document
from smartapp.fhir.element import Json
from smartapp.fhir.encounter import Visit
from smartapp.fhir.haul import Found
from smartapp.fhir.place import Place
from smartapp.launch import Role
from smartapp.pages import after_visit
from smartapp.pages import visits as pages
from smartapp.pages.block import Block
from smartapp.pages.calendar_file import TYPE, Event, calendar_file
from smartapp.pages.health import BlocksPage, procedures_block
from smartapp.pages.menu import open_page
from smartapp.pages.shell import Link
from smartapp.views import record
from smartapp.views.confidential import kept_from_proxies
from smartapp.views.documents import gate_of
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import Got, read, read_older, showing, source
from smartapp.views.show import patient_shell, show
from smartapp.words import in_locale
from smartapp.workflow.documents import DocumentGate, fetch, is_page_text
from smartapp.workflow.loading import PAGE_SECONDS
from smartapp.workflow.record.care import APPOINTMENTS, DOCUMENTS, REFERRALS, VISITS
from smartapp.workflow.record.names import with_names
from smartapp.workflow.record.parts import ORDERS, PROCEDURES

T = TypeVar("T")

bp = Blueprint("visits", __name__, url_prefix="/l/<lid>/visits")

MOST_PLACES = 3
MOST_WORDS = 3  # summaries whose words are shown on the page of a visit
SUMMARIES = {"summaries", "hospital"}  # kinds of documents that are written for the patient


@bp.get("")
@requires_launch(Role.PATIENT)
@kept_from_proxies("visits")
def every(here: Here) -> View:
    got = read(here, APPOINTMENTS, VISITS)
    words, paths = here.words, here.paths
    where = source(here, paths.page(pages.KEY))
    appointments, visits = got[APPOINTMENTS], got[VISITS]
    title = words("Visits and appointments")
    blocks = (
        pages.coming_block(words, paths, appointments, where, here.now),
        pages.past_block(words, paths, visits, where, _older_link(here, visits.following)),
        pages.missed_block(words, paths, appointments, where, here.now),
    )
    page = BlocksPage(
        patient_shell(here, title, got.patient), title, tuple(each for each in blocks if each)
    )
    return show("blocks", page)


@bp.get("/older/<handle>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("visits")
def older_ones(here: Here, handle: str) -> View:
    address = here.named(handle, "Page").removeprefix("Page/")
    words, paths = here.words, here.paths
    got = read_older(here, VISITS, address)
    visits = got[VISITS]
    where = source(here, paths.page(pages.KEY))
    title = words("Earlier visits")
    back = Link(words("Visits and appointments"), paths.page(pages.KEY))
    page = BlocksPage(
        patient_shell(here, title, got.patient, back=back),
        title,
        (pages.past_block(words, paths, visits, where, _older_link(here, visits.following)),),
    )
    return show("blocks", page)


def _older_link(here: Here, following: str | None) -> Link | None:
    if not following:
        return None
    handle = here.paths.seal(f"Page/{following}")
    return Link(here.words("Earlier visits"), f"{here.paths.page(pages.KEY)}/older/{handle}")


@bp.get("/<handle>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("visits")
def one(here: Here, handle: str) -> View:
    reference = here.named(handle, "Appointment", "Encounter")
    return _appointment(here, reference) if reference[0] == "A" else _visit(here, reference)


def read_one(here: Here, reference: str, make: Callable[[Json], T | None]) -> T:
    """What was withdrawn is as good as gone."""
    loader = here.loader()
    found = make(with_names(loader, Found((loader.client.read(reference),))).matches[0])
    if found is None:
        raise NotFound(f"{reference.partition('/')[0]}: withdrawn")
    return found


# --- an appointment ---------------------------------------------------------------------------


def _appointment(here: Here, reference: str) -> View:
    appointment = read_one(here, reference, Appointment.from_fhir)
    got = read(here, VISITS)
    record.viewed(here, got.patient.id, Appointment=1)
    words, paths = here.words, here.paths
    can_ask = here.can_ask and "appointment" in here.services.policy.topics
    page = pages.appointment_page(
        words,
        patient_shell(
            here,
            pages.when_words(words, appointment, here.now),
            got.patient,
            back=Link(words("Visits and appointments"), paths.page(pages.KEY)),
        ),
        paths,
        appointment=appointment,
        places=_places(here, appointment),
        visits=got[VISITS],
        ways=pages.Ways(
            change=paths.asking("appointment", reference) if can_ask else "",
            calendar=f"{paths.below(pages.KEY, reference)}/calendar" if appointment.start else "",
            forms=open_page(words, paths, here.gate, "forms"),
        ),
        phone=here.services.policy.phones.clinic,
        now=here.now,
    )
    return show("appointment", page)


def _places(here: Here, appointment: Appointment) -> tuple[Place, ...]:
    """With their address, where the EHR gives that; else the name of the place has to do."""
    wanted = [each.reference for each in appointment.places if each.reference][:MOST_PLACES]
    if not wanted or not here.gate.may("Location", "read"):
        return ()
    loader = here.loader()
    reads: list[Callable[[], Place]] = [
        partial(_place, loader.client.read, each) for each in wanted
    ]
    found = loader.together(reads, within=PAGE_SECONDS)
    return tuple(each for each in found if not isinstance(each, SmartappError))


def _place(read_json: Callable[[str], Json], reference: str) -> Place:
    return Place.from_fhir(read_json(reference))


@bp.get("/<handle>/calendar")
@requires_launch(Role.PATIENT)
@kept_from_proxies("visits")
def calendar(here: Here, handle: str) -> View:
    reference = here.named(handle, "Appointment")
    appointment = read_one(here, reference, Appointment.from_fhir)
    if appointment.start is None:
        raise NotFound("an appointment without a date")
    patient_id = here.active.launched.patient_id or ""
    record.viewed(here, patient_id, Appointment=1)
    words, ehr = here.words, here.services.ehr_of(here.active)
    places = _places(here, appointment)
    named = places[0].name if places else next((p.name for p in appointment.places), "")
    event = Event(
        uid=hashlib.sha256(f"{ehr.iss} {reference}".encode()).hexdigest()[:32],
        made=here.now,
        start=appointment.start,
        end=appointment.end,
        summary=words("Visit: {clinic}", clinic=ehr.name),
        place=", ".join((named, *(places[0].address if places else ()))) if named else "",
        description=words(
            "To change it, open the app or call {phone}.",
            phone=here.services.policy.phones.clinic,
        ),
        sure=appointment.status in {"booked", "arrived", "checked-in"},
    )
    response = Response(calendar_file(event), content_type=TYPE)
    response.headers.set("Content-Disposition", "attachment", filename="visit.ics")
    return response


# --- a visit that was -------------------------------------------------------------------------


def _visit(here: Here, reference: str) -> View:
    visit = read_one(here, reference, Visit.from_fhir)
    got, rule = read(here, ORDERS, REFERRALS, PROCEDURES, DOCUMENTS), here.teen_rule
    documents = got[DOCUMENTS]
    record.viewed(here, got.patient.id, Encounter=1)
    words, paths, gate = here.words, here.paths, gate_of(here)
    shown = after_visit.of_visit(gate.shown(documents.items), visit)
    summaries = tuple(each for each in shown if _is_summary(gate, each))
    page = after_visit.after_visit_page(
        words,
        patient_shell(
            here,
            visit.what or words("Visit"),
            got.patient,
            back=Link(words("Visits and appointments"), paths.page(pages.KEY)),
        ),
        paths,
        after_visit.AfterVisit(
            visit=visit,
            orders=got[ORDERS],
            requests=got[REFERRALS],
            documents=documents,
            shown=shown,
            summaries=summaries,
            words=_words_of(here, summaries),
            private=in_locale(rule.explained, words.locale) if rule else "",
        ),
        done=_done(here, got, visit),
        source=source(here, paths.below(pages.KEY, reference)),
        urgent=in_locale(here.services.policy.urgent, words.locale),
    )
    return show("visit", page)


def _done(here: Here, got: Got, visit: Visit) -> Block:
    """By the visit that each names, or else by its day."""
    section = got[PROCEDURES]
    theirs = tuple(
        each
        for each in section.items
        if each.encounter == visit.reference
        or (
            not each.encounter
            and visit.began
            and after_visit.is_during(each.when, visit.began, visit.ended)
        )
    )
    block = procedures_block(
        showing(here, pages.KEY), replace(section, items=theirs, following=None)
    )
    return replace(
        block,
        key="done",
        heading=here.words("What was done"),
        none=here.words("No treatments are recorded for this visit.") if block.none else "",
    )


def _words_of(
    here: Here, summaries: tuple[Document, ...]
) -> tuple[tuple[Document, str | SmartappError], ...]:
    """The words of what was written for the patient, where it is nothing but words."""
    wanted = [each for each in summaries if is_page_text(each)][:MOST_WORDS]
    loader = here.loader()
    reads: list[Callable[[], Any]] = [partial(_text, loader.client, each) for each in wanted]
    texts = loader.together(reads, within=PAGE_SECONDS)
    for document, text in zip(wanted, texts, strict=True):
        if isinstance(text, str):
            record.document_opened(
                here,
                here.active.launched.patient_id or "",
                document.reference,
                document.version,
                "text",
            )
    return tuple(zip(wanted, texts, strict=True))


def _is_summary(gate: DocumentGate, document: Document) -> bool:
    kind = gate.kind(document)
    return kind is not None and kind.code in SUMMARIES


def _text(client: Any, document: Document) -> str:
    return fetch(client, document, document.contents[0]).text()
