"""Notes and documents: text, PDF, HTML and XML, carried inside or beside their entry."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from typing import Any

from sandbox.people.cast import CLINIC
from sandbox.people.codes.systems import hl7
from sandbox.people.dates import at
from sandbox.people.pdf import pdf
from sandbox.people.shapes import Coding, Concept, Json, Ref, resource

CLINICAL_NOTE = Concept(
    "Clinical note",
    (
        Coding(
            "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
            "clinical-note",
            "Clinical Note",
        ),
    ),
)
CCDA_FORMAT = Coding(
    "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
    "urn:hl7-org:sdwg:ccda-structuredBody:2.1",
)
RESTRICTED = hl7("v3-Confidentiality", "R", "restricted")
ADOLESCENT = hl7("v3-ActCode", "ADOL", "adolescent information sensitivity")
NOT_FOR_THE_PATIENT = hl7(
    "v3-ActCode",
    "NOPAT",
    "no disclosure to patient, family or caregivers without attending provider's authorization",
)
STAFF_ONLY = (RESTRICTED, NOT_FOR_THE_PATIENT)


def document(
    of: Ref,
    slug: str,
    kind: Concept,
    title: str,
    on: date,
    by: Ref | Json,
    contents: Sequence[Json],
    *,
    labels: Sequence[Coding] = (),
    replaces: Json | None = None,
    visit: Ref | None = None,
    **more: Any,
) -> Json:
    return resource(
        "DocumentReference",
        f"{of.id}-{slug}",
        meta={"security": labels},
        status=more.pop("status", "current"),
        docStatus=more.pop("docStatus", "final"),
        type=kind,
        category=[CLINICAL_NOTE],
        subject=of,
        date=at(on, "16:00"),
        author=[by],
        custodian=more.pop("custodian", CLINIC),
        relatesTo=[_replaced(replaces)] if replaces else None,
        description=title,
        securityLabel=[Concept(label.display, (label,)) for label in labels],
        content=contents,
        context={"encounter": [visit]} if visit else None,
        **more,
    )


def inside(words: str, kind: str = "text/plain", *, title: str = "", language: str = "en") -> Json:
    """Content that travels within the entry."""
    data = words.encode()
    attachment = {
        "contentType": f"{kind};charset=utf-8" if kind.startswith("text/") else kind,
        "language": language,
        "data": _base64(data),
        "size": len(data),
        # FHIR asks for SHA-1 here; it tells damage, not forgery.
        "hash": _base64(hashlib.sha1(data, usedforsecurity=False).digest()),
        "title": title,
    }
    return {"attachment": attachment}


def beside(binary: Json, *, title: str = "", form: Coding | None = None) -> Json:
    """Content that is fetched from a Binary of its own."""
    attachment = {
        "contentType": binary["contentType"],
        "language": "en",
        "url": f"Binary/{binary['id']}",
        "title": title,
    }
    return {"attachment": attachment, "format": form}


def binary(of_document: str, data: bytes, kind: str) -> Json:
    """Who may read the document may read this: that is what the security context says."""
    return resource(
        "Binary",
        f"{of_document}-file",
        contentType=kind,
        securityContext=Ref("DocumentReference", of_document),
        data=_base64(data),
    )


def pdf_beside(
    of: Ref,
    slug: str,
    kind: Concept,
    title: str,
    on: date,
    by: Ref,
    lines: Sequence[str],
    **more: Any,
) -> list[Json]:
    file = binary(f"{of.id}-{slug}", pdf([title, "", *lines]), "application/pdf")
    return [document(of, slug, kind, title, on, by, [beside(file, title=title)], **more), file]


def note(
    of: Ref, slug: str, kind: Concept, title: str, on: date, by: Ref, words: str, **more: Any
) -> Json:
    """A plain text note, the commonest kind."""
    language = more.pop("language", "en")
    return document(of, slug, kind, title, on, by, [inside(words, language=language)], **more)


def _replaced(older: Json) -> Json:
    return {"code": "replaces", "target": {"reference": f"DocumentReference/{older['id']}"}}


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
