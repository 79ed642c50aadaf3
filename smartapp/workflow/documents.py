"""Which documents this person may open: by kind and labels, and only the last version of each."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from smartapp.errors import (
    AnswerTooLarge,
    DocumentChanged,
    DocumentElsewhere,
    DocumentKeptBack,
    MalformedAnswer,
    NotFound,
    OutsideFhirBase,
    Rejected,
    SmartappError,
)
from smartapp.fhir.client import FHIR_JSON, LARGEST_FILE, FhirClient
from smartapp.fhir.content import LOOKED_AT, FileKind, kind_of
from smartapp.fhir.document import Content, Document, media_type
from smartapp.fhir.element import Element, Reference
from smartapp.fhir.haul import Found
from smartapp.transport import Answer, Flow
from smartapp.workflow.loading import PAGE_SECONDS, Loader
from smartapp.workflow.policy.disclosure import DocumentKind, Privacy

KIND = "DocumentReference"
LARGEST_TEXT = 2_000_000  # what is cleaned or shown in a page has to be whole in memory
JSON_TYPES = (FHIR_JSON, "application/json")


@dataclass(frozen=True)
class DocumentGate:
    """The clinic's rules for one reader. What no rule names is not shown."""

    kinds: tuple[DocumentKind, ...]
    privacy: Privacy
    proxy: bool

    def kind(self, document: Document) -> DocumentKind | None:
        return next(
            (each for each in self.kinds if each.covers(document.type, document.categories)), None
        )

    def lets_through(self, document: Document) -> bool:
        return (
            document.is_current
            and not document.not_understood
            and self.kind(document) is not None
            and not self.privacy.keeps_back_document(document.labels, proxy=self.proxy)
        )

    def shown(self, documents: Iterable[Document]) -> tuple[Document, ...]:
        """Those that may be opened; of several versions the last one. A version that replaces
        another does so also where it may not be shown itself.
        """
        every = tuple(documents)
        replaced = {old for each in every if each.is_current for old in each.replaces}
        return tuple(
            each for each in every if self.lets_through(each) and each.reference not in replaced
        )


@dataclass(frozen=True)
class StaffGate(DocumentGate):
    """The same for staff: any kind, by a list of labels of their own."""

    def lets_through(self, document: Document) -> bool:
        return (
            document.is_current
            and not document.not_understood
            and not self.privacy.keeps_document_from_staff(document.labels)
        )


def check_again(loader: Loader, gate: DocumentGate, reference: str, version: str = "") -> Document:
    """As it is now, and not as it was in a list: withdrawn, replaced and restricted since then
    count. `version` is the one that was promised, where one was.
    """
    read = partial(loader.client.read, reference, fresh=True)
    successors = partial(_successors, loader, reference)
    calls: list[Callable[[], object]] = [read, successors]
    json, others = loader.together(calls, within=PAGE_SECONDS)
    for failure in (json, others):
        if isinstance(failure, SmartappError):
            raise failure
    document = Document.from_fhir(json) if isinstance(json, dict) else None
    if document is None or not document.is_current or others:
        raise DocumentChanged
    if not gate.lets_through(document):
        raise DocumentKeptBack
    if version and document.version != version:
        raise DocumentChanged
    return document


def _successors(loader: Loader, reference: str) -> tuple[str, ...]:
    """What has come in the place of this document. Who does not know the parameter sends all."""
    try:
        found = loader.search(KIND, ("relatesto", reference), fresh=True)
    except Rejected:
        found = loader.search(KIND, fresh=True)
    return tuple(_replacing(found, reference))


def _replacing(found: Found, reference: str) -> Iterator[str]:
    for match in found.matches:
        try:
            other = Document.from_fhir(match)
        except MalformedAnswer:
            continue
        if other and other.is_current and reference in other.replaces:
            yield other.reference


# --- its content ------------------------------------------------------------------------------


@dataclass(frozen=True)
class File:
    kind: FileKind
    length: int | None
    pieces: Callable[[], Iterator[bytes]] = field(repr=False)
    close: Callable[[], None] = field(repr=False)

    def whole(self, most: int = LARGEST_TEXT) -> bytes:
        content = bytearray()
        try:
            for piece in self.pieces():
                content += piece
                if len(content) > most:
                    raise AnswerTooLarge
        finally:
            self.close()
        return bytes(content)

    def text(self) -> str:
        """Old systems write the letters of Western Europe in one byte each."""
        content = self.whole()
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("cp1252", "replace")


class Holder(Protocol):
    """What a file stands in: a document, or the answers to a form."""

    @property
    def reference(self) -> str: ...


def fetch(client: FhirClient, holder: Holder, content: Content) -> File:
    if content.data is not None:
        return _held(_decoded(content.data), content.type)
    if not content.url:
        raise NotFound("a document without content")
    try:
        flow = _opened(client, content)
    except OutsideFhirBase:
        raise DocumentElsewhere from None
    try:
        return _file(client, holder, content, flow)
    except BaseException:
        flow.close()
        raise


def _opened(client: FhirClient, content: Content) -> Flow:
    try:
        return client.open_file(content.url, content.type or "*/*")
    except Rejected as refused:
        if refused.status not in {406, 415}:
            raise
        return client.open_file(content.url, FHIR_JSON)


def _file(client: FhirClient, holder: Holder, content: Content, flow: Flow) -> File:
    _check_context(client, holder, flow.headers.get("X-Security-Context", ""))
    said = media_type(flow.headers.get("Content-Type", ""))
    if said in JSON_TYPES and content.type not in JSON_TYPES:
        return _of_binary(client, holder, content, flow)
    kind = kind_of(flow.first(LOOKED_AT), content.type or said)
    return File(kind, flow.length, flow.pieces, flow.close)


def _of_binary(client: FhirClient, holder: Holder, content: Content, flow: Flow) -> File:
    """The other way in which an EHR may send a file: as a resource around it."""
    body = Answer(flow.status, flow.headers, flow.whole(), flow.url).json()
    binary = Element.resource(body, "Binary")
    context = binary.reference("securityContext")
    _check_context(client, holder, context.raw if context else "")
    data = _decoded(binary.text("data") or "")
    return _held(data, content.type or media_type(binary.text("contentType") or ""))


def _check_context(client: FhirClient, holder: Holder, context: str) -> None:
    """A file that says whose it is, is believed: what is another patient's is not shown."""
    if not context:
        return
    target = Reference(client.shortened(context), "").target
    if target is None:
        raise NotFound("a file of somebody else")
    if target not in {holder.reference, f"Patient/{client.patient_id}"}:
        client.read(target)  # raises, and puts on record, what is not this patient's


def _decoded(data: str) -> bytes:
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedAnswer("Attachment.data: not base64") from None
    if len(content) > LARGEST_FILE:
        raise AnswerTooLarge
    return content


def _held(content: bytes, declared: str) -> File:
    kind = kind_of(content[:LOOKED_AT], declared)
    return File(kind, len(content), lambda: iter((content,)), lambda: None)


def is_page_text(document: Document) -> bool:
    """Nothing but words: they stand in the page itself."""
    return [each.type for each in document.contents] == ["text/plain"]
