"""SMARTAPP_SECRET_KEY: a list for rotation, newest first; there is no default in production."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping

from smartapp.config.findings import Findings

_NAME = "SMARTAPP_SECRET_KEY"
_SHORTEST = 32  # bytes
_WELL_KNOWN = (
    "changeme",
    "secret",
    "password",
    "insecure",
    "default",
    "example",
    "placeholder",
    "development",
    "0123456789",
    "abcdefgh",
)


def secret_keys_of(environ: Mapping[str, str]) -> tuple[bytes, ...]:
    """The keys alone, for a tool that needs nothing else. Raises ConfigurationError."""
    findings = Findings()
    text = environ.get(_NAME, "")
    keys = read_secret_keys(text, production=True, workers=1, findings=findings)
    findings.raise_if_any()
    return keys


def read_secret_keys(
    text: str, *, production: bool, workers: int, findings: Findings
) -> tuple[bytes, ...]:
    written = [part.strip() for part in text.split(",") if part.strip()]
    if not written:
        return _without_one(production, workers, findings)
    for index, key in enumerate(written):
        fault = _fault(key, written[:index])
        if fault:
            findings.problem(f"{_NAME}[{index}]", fault)
    return tuple(_decoded(key) for key in written)


def _without_one(production: bool, workers: int, findings: Findings) -> tuple[bytes, ...]:
    if production:
        findings.problem(_NAME, "is missing; make one with: openssl rand -base64 48")
        return ()
    if workers > 1:
        findings.problem(_NAME, "is missing: several workers must share one")
    findings.warn(_NAME, "is empty: a random one was made, so a restart ends every session")
    return (secrets.token_bytes(48),)


def _fault(key: str, newer: list[str]) -> str | None:
    decoded = _decoded(key)
    plain = key.lower().replace("-", "").replace("_", "").replace(" ", "")
    if len(decoded) < _SHORTEST:
        return f"is {len(decoded)} bytes long; {_SHORTEST} are needed: openssl rand -base64 48"
    if len(set(decoded)) < _SHORTEST // 2 or any(known in plain for known in _WELL_KNOWN):
        return "is easy to guess; make one with: openssl rand -base64 48"
    if key in newer:
        return "stands twice"
    return None


def _decoded(key: str) -> bytes:
    """Base64 (either alphabet) where that gives enough bytes, else the text itself."""
    padded = key.rstrip("=") + "=" * (-len(key.rstrip("=")) % 4)
    try:
        raw = base64.b64decode(padded.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        return key.encode()
    return raw if len(raw) >= _SHORTEST else key.encode()
