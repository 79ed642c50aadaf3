"""A document as the record lists it: what it is, who may see it, and where its content lies."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Concept, Element, Json
from smartapp.fhir.labels import labels_of
from smartapp.fhir.plain import tidy
from smartapp.fhir.serial import as_bytes

UNFINISHED = ("preliminary", "entered-in-error")
LONGEST_TITLE = 200
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,90}", re.ASCII)


@dataclass(frozen=True)
class Content:
    """One form of the document. Several are the same document in several formats."""

    type: str  # as stated: what it really is, only its bytes tell
    title: str
    url: str
    data: str | None = field(repr=False)  # in base64, where it travels inside the entry
    size: int | None
    language: str

    @property
    def is_anywhere(self) -> bool:
        return bool(self.url) or self.data is not None


@dataclass(frozen=True)
class Document:
    """A DocumentReference."""

    id: str
    version: str
    status: str
    doc_status: str
    type: Concept
    categories: tuple[Concept, ...]
    labels: frozenset[tuple[str, str]]
    title: str
    date: FhirDate | None
    authors: tuple[str, ...]  # names
    custodian: str
    contents: tuple[Content, ...]
    replaces: frozenset[str]  # "DocumentReference/id"
    visits: tuple[str, ...]  # "Encounter/id"
    not_understood: bool

    @classmethod
    def from_fhir(cls, json: Json) -> Document | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        document = Element.resource(json, "DocumentReference")
        status = document.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        kind = document.concept("type") or Concept("")
        context = document.child("context")
        custodian = document.reference("custodian")
        contents = tuple(_contents(document))
        return cls(
            id=document.required_text("id"),
            version=version_of(json),
            status=status,
            doc_status=document.text("docStatus") or "",
            type=kind,
            categories=document.concepts("category"),
            labels=labels_of(json),
            title=_title(document, contents, kind),
            date=document.date("date"),
            authors=tuple(a.display for a in document.references("author") if a.display),
            custodian=custodian.display if custodian else "",
            contents=contents,
            replaces=frozenset(_replaces(document)),
            visits=tuple(
                each.target
                for each in (context.references("encounter") if context else ())
                if each.target
            ),
            not_understood=document.has_unknown_modifier(),
        )

    @property
    def reference(self) -> str:
        return f"DocumentReference/{self.id}"

    @property
    def is_current(self) -> bool:
        return self.status == "current" and self.doc_status not in UNFINISHED


def media_type(stated: str) -> str:
    """Without parameters, in small letters; "" for what is no media type: it goes into headers."""
    bare = stated.partition(";")[0].strip().lower()
    return bare if _MEDIA_TYPE.fullmatch(bare) else ""


def version_of(json: Json) -> str:
    """What changes with every change: the EHR's own number, else a fingerprint of the whole."""
    meta = Element(json, "resource").child("meta")
    stated = meta.text("versionId") if meta else None
    return stated or hashlib.sha256(as_bytes(json)).hexdigest()[:16]


def _contents(document: Element) -> list[Content]:
    found = []
    for each in document.children("content"):
        attachment = each.child("attachment")
        if attachment is None:
            continue
        found.append(
            Content(
                type=media_type(attachment.text("contentType") or ""),
                title=tidy(attachment.text("title") or "", LONGEST_TITLE),
                url=attachment.text("url") or "",
                data=attachment.text("data"),
                size=attachment.whole("size"),
                language=attachment.text("language") or "",
            )
        )
    return found


def _title(document: Element, contents: tuple[Content, ...], kind: Concept) -> str:
    titles = (each.title for each in contents)
    stated = (document.text("description") or "", *titles, kind.label)
    return next((line for text in stated if (line := tidy(text, LONGEST_TITLE))), "")


def _replaces(document: Element) -> list[str]:
    found = []
    for each in document.children("relatesTo"):
        target = each.reference("target")
        if each.text("code") == "replaces" and target and target.target:
            found.append(target.target)
    return found
