"""One document and its files, for whoever reads: checked again at the click, and put on record."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g
from werkzeug.wrappers import Response

from smartapp.errors import (
    DocumentChanged,
    DocumentElsewhere,
    DocumentKeptBack,
    NotFound,
    SmartappError,
)
from smartapp.fhir.document import Content, Document
from smartapp.pages.documents import FileLinks, title_of
from smartapp.sessions.handles import open_link, seal_link
from smartapp.views import files, record
from smartapp.views.here import Here
from smartapp.words import LocalText
from smartapp.workflow.documents import DocumentGate, check_again, fetch, is_page_text
from smartapp.workflow.loading import Loader

LINK_SECONDS = 15 * 60
REFUSALS = (DocumentChanged, DocumentKeptBack, DocumentElsewhere, NotFound)


@dataclass(frozen=True)
class Papers:
    here: Here
    loader: Loader
    gate: DocumentGate
    patient_id: str
    address: str  # of the list that they are in

    def naming(self, document: Document) -> LocalText:
        kind = self.gate.kind(document)
        return kind.name if kind else {}

    def checked(self, reference: str, version: str = "") -> Document:
        try:
            return check_again(self.loader, self.gate, reference, version)
        except REFUSALS as refusal:
            self._refused(reference, refusal)
            raise

    def text(self, document: Document) -> tuple[str, str]:
        """The words of a document that is nothing else, for the page itself; or what went wrong."""
        if not is_page_text(document):
            return "", ""
        try:
            text = fetch(self.loader.client, document, document.contents[0]).text()
        except SmartappError:
            return "", self.here.words("We could not load the text of this document.")
        self._opened(document, "text")
        return text, ""

    def lies_here(self, content: Content) -> bool:
        return content.data is not None or self.loader.client.is_inside(content.url)

    def links(self, document: Document) -> FileLinks:
        active = self.here.active

        def address(place: int) -> str:
            promise = f"{document.reference} {document.version} {place} {self.patient_id}"
            ends = self.here.now.timestamp() + LINK_SECONDS
            link = seal_link(active.handle_key, active.lid, promise, ends)
            return f"{self.address}/file/{link}"

        return FileLinks(show=address, save=lambda place: f"{address(place)}/save")

    def file(self, link: str, *, save: bool) -> Response:
        g.framed_by_us = True  # also where the answer is that there is none
        reference, version, place = self._promised(link)
        document = self.checked(reference, version)
        if place >= len(document.contents):
            raise DocumentChanged
        content = document.contents[place]
        try:
            file = fetch(self.loader.client, document, content)
        except REFUSALS as refusal:
            self._refused(reference, refusal)
            raise
        self._opened(document, "save" if save else file.kind.shown.value)
        return files.respond(
            file,
            content.title or title_of(self.here.words, document),
            save=save,
            language=content.language,
            ended=record.document_sent(self.here, self.patient_id, reference),
        )

    def _promised(self, link: str) -> tuple[str, str, int]:
        active = self.here.active
        promise = open_link(active.handle_key, active.lid, link, self.here.now.timestamp())
        if promise is None:
            raise NotFound("no such link in this session")
        reference, version, place, patient_id = promise.split(" ")
        if patient_id != self.patient_id:
            raise NotFound("a link for another patient")
        return reference, version, int(place)

    def _opened(self, document: Document, how: str) -> None:
        record.document_opened(
            self.here, self.patient_id, document.reference, document.version, how
        )

    def _refused(self, reference: str, refusal: SmartappError) -> None:
        record.document_refused(self.here, self.patient_id, reference, refusal.code)
