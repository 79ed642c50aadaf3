"""A resource as the bytes that are sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from smartapp.fhir.element import Json


def as_bytes(resource: Json) -> bytes:
    return _text(resource).encode()


def _text(value: object) -> str:
    """Every decimal with the digits it came with: 1.50 says more than 1.5."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        members = (f"{_text(str(name))}:{_text(inner)}" for name, inner in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
