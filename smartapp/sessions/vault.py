"""Seals what is stored, so that a copy of the store opens nothing without the server's key."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_VERSION = b"\x01"
_KEY_ID_BYTES = 8
_NONCE_BYTES = 12
_HEADER_BYTES = len(_VERSION) + _KEY_ID_BYTES


def derive(key: bytes, purpose: str, *, length: int = KEY_BYTES, secret: bytes = b"") -> bytes:
    """A key for one purpose only. With `secret`, both are needed to come to it again."""
    salt = hashlib.sha256(secret).digest()
    return HKDF(SHA256(), length, salt=salt, info=f"smartapp/{purpose}".encode()).derive(key)


@dataclass(frozen=True)
class _ServerKey:
    id: bytes
    key: bytes = field(repr=False)


class Vault:
    """AES-256-GCM under keys that are derived from the server's: the newest seals, any opens.

    What cannot be opened is None, whatever the cause: another key, another purpose, other data
    around it, or a changed byte.
    """

    def __init__(self, secret_keys: tuple[bytes, ...]) -> None:
        if not secret_keys or any(len(key) < KEY_BYTES for key in secret_keys):
            raise ValueError(f"a vault needs keys of at least {KEY_BYTES} bytes")
        self._keys = tuple(
            _ServerKey(derive(key, "key id", length=_KEY_ID_BYTES), key) for key in secret_keys
        )

    def seal(self, plain: bytes, *, purpose: str, about: str, secret: bytes = b"") -> bytes:
        """`about` is not in the result, and must be said again to open it."""
        newest = self._keys[0]
        header = _VERSION + newest.id
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(derive(newest.key, purpose, secret=secret))
        return header + nonce + cipher.encrypt(nonce, plain, header + about.encode())

    def open(self, sealed: bytes, *, purpose: str, about: str, secret: bytes = b"") -> bytes | None:
        header, rest = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES:]
        nonce, locked = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        for server in self._keys:
            if header == _VERSION + server.id and len(nonce) == _NONCE_BYTES:
                cipher = AESGCM(derive(server.key, purpose, secret=secret))
                try:
                    return cipher.decrypt(nonce, locked, header + about.encode())
                except InvalidTag:
                    return None
        return None

    def names(self, purpose: str, *parts: str | None) -> tuple[str, ...]:
        """Keys to store something under without saying whose it is: one for each server key.

        Write under the first and look under all, so that a new server key orphans nothing.
        """
        said = canonical(*parts)
        return tuple(
            hmac.digest(derive(server.key, f"names/{purpose}"), said, "sha256").hex()
            for server in self._keys
        )


def canonical(*parts: str | None) -> bytes:
    """Different parts never give the same bytes, however they are cut."""
    return json.dumps(parts).encode()
