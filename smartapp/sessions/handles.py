"""Names for resources in a page: opaque, and of no use outside the session they were made in."""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from smartapp.errors import LinkExpired

_LONGEST = 3000  # the address of a later page of a search is long


def seal_handle(key: bytes, lid: str, reference: str) -> str:
    """The same reference has the same handle all session long, so pages and links stay stable."""
    return _seal(key, [lid], reference)


def open_handle(key: bytes, lid: str, handle: str) -> str | None:
    """None for a handle of another session, or one that somebody made up."""
    return _open(key, [lid], handle)


def seal_link(key: bytes, lid: str, what: str, ends: float) -> str:
    """As a handle, for a link that ends."""
    return _seal(key, [lid, "link"], f"{int(ends)} {what}")


def open_link(key: bytes, lid: str, handle: str, now: float) -> str | None:
    """What is behind a link; LinkExpired where it was there once."""
    opened = _open(key, [lid, "link"], handle)
    if opened is None:
        return None
    ends, _, what = opened.partition(" ")
    if now >= int(ends):
        raise LinkExpired
    return what


def _seal(key: bytes, bound_to: list[str], text: str) -> str:
    sealed = AESSIV(key).encrypt(text.encode(), [each.encode() for each in bound_to])
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _open(key: bytes, bound_to: list[str], handle: str) -> str | None:
    if len(handle) > _LONGEST:
        return None
    try:
        padded = handle + "=" * (-len(handle) % 4)
        sealed = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        return AESSIV(key).decrypt(sealed, [each.encode() for each in bound_to]).decode()
    except (InvalidTag, ValueError):
        return None
