"""Names for resources in a page: opaque, and of no use outside the session they were made in."""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

_LONGEST = 3000  # the address of a later page of a search is long


def seal_handle(key: bytes, lid: str, reference: str) -> str:
    """The same reference has the same handle all session long, so pages and links stay stable."""
    sealed = AESSIV(key).encrypt(reference.encode(), [lid.encode()])
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def open_handle(key: bytes, lid: str, handle: str) -> str | None:
    """None for a handle of another session, or one that somebody made up."""
    if len(handle) > _LONGEST:
        return None
    try:
        padded = handle + "=" * (-len(handle) % 4)
        sealed = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        return AESSIV(key).decrypt(sealed, [lid.encode()]).decode()
    except (InvalidTag, ValueError):
        return None
