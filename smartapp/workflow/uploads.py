"""Files that patients send along: by what they are, not by what they are called, and made plain."""

from __future__ import annotations

import io
import re
import threading
import warnings
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

from smartapp.fhir import pdf

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_TOGETHER = 4 * 1024 * 1024  # as sent: more would not come back in one answer of an EHR
MOST_FILES = 3  # of any request
LARGEST_PHOTO = LARGEST_TOGETHER // MOST_FILES  # as painted: so photos alone always fit
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 1800  # enough to read a label or see a rash
PAINTED = ((LONGEST_SIDE, 82), (LONGEST_SIDE, 60), (1200, 60))  # the first that is small enough
LONGEST_NAME = 80
_AT_ONCE = threading.BoundedSemaphore(2)  # a large picture takes a hundred megabytes to unpack


class Refused(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    BUSY = "busy"
    TOO_LARGE_TOGETHER = "too-large-together"
    TOO_LARGE_ALONE = "too-large-alone"
    NOT_A_KIND = "not-a-kind"
    BROKEN = "broken"
    ACTIVE = "active"
    LOCKED = "locked"
    ONLY_PHOTOS = "only-photos"
    ONLY_PAPERS = "only-papers"


@dataclass(frozen=True)
class Chosen:
    """A file that is to go along: its content is kept apart from the answers, and not as long."""

    id: str
    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class Upload:
    name: str
    content_type: str
    data: bytes = field(repr=False)


def taken_in(name: str, data: bytes) -> Upload | Refused:
    """A picture is painted anew, so that nothing but the picture is left: no place, no camera, no
    program that hides behind it. A PDF stays as it is, if it does nothing by itself.
    """
    if not data:
        return Refused.EMPTY
    if len(data) > LARGEST_FILE:
        return Refused.TOO_LARGE
    if data.startswith(b"%PDF-"):
        return _pdf(name, data)
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or _is_webp(data):
        return _picture(name, data)
    return Refused.NOT_A_KIND


def kind_of(data: bytes) -> str | None:
    """By what it is: this is asked of what comes back from an EHR, too."""
    kinds = {
        b"%PDF-": "application/pdf",
        b"\xff\xd8\xff": "image/jpeg",
        b"\x89PNG\r\n\x1a\n": "image/png",
    }
    return next((kind for begins, kind in kinds.items() if data.startswith(begins)), None)


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _pdf(name: str, data: bytes) -> Upload | Refused:
    if b"%%EOF" not in data[-2048:]:
        return Refused.BROKEN
    if pdf.is_locked(data):
        return Refused.LOCKED
    if pdf.acts(data):
        return Refused.ACTIVE
    return Upload(plain_name(name, ".pdf"), "application/pdf", data)


def _picture(name: str, data: bytes) -> Upload | Refused:
    from PIL import Image, ImageOps  # here, since a start need not pay for it

    with _AT_ONCE, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    return Refused.TOO_LARGE
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(picture)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                painted = Image.new("RGB", upright.size, "white")
                shown = upright.convert("RGBA")
                painted.paste(shown, mask=shown.getchannel("A"))
                made = _painted(painted)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning):
            return Refused.BROKEN
    return Upload(plain_name(name, ".jpg"), "image/jpeg", made)


def _painted(picture: Image) -> bytes:
    """Grass and sand take many times the room of a face: they are painted more roughly."""
    made = io.BytesIO()
    for side, quality in PAINTED:
        made = io.BytesIO()
        picture.thumbnail((side, side))
        picture.save(made, "JPEG", quality=quality, optimize=True)
        if made.tell() <= LARGEST_PHOTO:
            break
    return made.getvalue()


def plain_name(name: str, ending: str) -> str:
    """What a person called it, without what a computer could take for something else."""
    stem = PurePath(name.replace("\\", "/")).stem
    kept = re.sub(r"[^\w .()-]", "", stem).strip(" .")[:LONGEST_NAME]
    return f"{kept or 'file'}{ending}"
