"""What a file is, by its bytes and by what is said of it: where both differ, it is only saved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LOOKED_AT = 1024


class Shown(StrEnum):
    """How a file can be looked at. Whatever is not plainly safe can only be saved."""

    AS_TEXT = "text"  # its words, in our own page
    AS_HTML = "html"  # what is left of it after cleaning, in a frame that can do nothing
    AS_IMAGE = "image"
    AS_PDF = "pdf"
    NOT = "not"


@dataclass(frozen=True)
class FileKind:
    shown: Shown
    type: str  # what we say it is
    ending: str


UNKNOWN = "application/octet-stream"
_UNSAID = {"", UNKNOWN, "binary/octet-stream"}
_HTML = {"text/html", "application/xhtml+xml"}
_ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "application/x-pdf": "application/pdf",
}

# How each begins. Only what begins so is it: a PDF that begins with something else is two things.
_SIGNATURES = (
    (b"%PDF-", FileKind(Shown.AS_PDF, "application/pdf", ".pdf")),
    (b"\x89PNG\r\n\x1a\n", FileKind(Shown.AS_IMAGE, "image/png", ".png")),
    (b"\xff\xd8\xff", FileKind(Shown.AS_IMAGE, "image/jpeg", ".jpg")),
)
_ENDINGS = {
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/cda+xml": ".xml",
    "application/hl7-v3+xml": ".xml",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/dicom": ".dcm",
    "application/zip": ".zip",
    "image/tiff": ".tif",
    "image/gif": ".gif",
    "image/svg+xml": ".svg",
    "image/heic": ".heic",
    "audio/mpeg": ".mp3",
    "video/mp4": ".mp4",
    "text/csv": ".csv",
    "application/json": ".json",
}


def expected(declared: str) -> Shown:
    """By its word alone, before anything was fetched: for what a page says of it."""
    declared = _ALIASES.get(declared, declared)
    if declared == "text/plain":
        return Shown.AS_TEXT
    if declared in _HTML:
        return Shown.AS_HTML
    return next((kind.shown for _, kind in _SIGNATURES if kind.type == declared), Shown.NOT)


def kind_of(first: bytes, declared: str) -> FileKind:
    """By its first bytes, where they agree with what is declared."""
    declared = _ALIASES.get(declared, declared)
    for signature, kind in _SIGNATURES:
        if first.startswith(signature):
            agrees = declared == kind.type or declared in _UNSAID
            return kind if agrees else FileKind(Shown.NOT, UNKNOWN, kind.ending)
    if b"\x00" not in first:
        if declared == "text/plain":
            return FileKind(Shown.AS_TEXT, "text/plain", ".txt")
        if declared in _HTML:
            return FileKind(Shown.AS_HTML, "text/html", ".html")
    return FileKind(Shown.NOT, UNKNOWN, _ENDINGS.get(declared, ".bin"))
