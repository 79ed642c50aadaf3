"""The colours of an EHR (`smart_style_url`): public, read without a token, and kept by address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smartapp.auth.discovery import JSON
from smartapp.errors import EhrError, SmartappError
from smartapp.transport import Transport

KEEP_SECONDS = 3600.0  # another version has another address
PATIENCE_SECONDS = 1.0  # the page waits for its style
MOST_BYTES = 20_000


def read_style(url: str, transport: Transport) -> Mapping[str, Any]:
    """Nothing where it cannot be had: then the app looks as it always does."""

    def ask() -> Mapping[str, Any]:
        try:
            answer = transport.send(
                "GET", url, headers={"Accept": JSON}, max_bytes=MOST_BYTES, within=PATIENCE_SECONDS
            )
            content = answer.raise_for_status().json()
        except EhrError:
            return {}
        return content if isinstance(content, dict) else {}

    (found,) = transport.together(
        [lambda: transport.memory.recall(("style", url), KEEP_SECONDS, ask)],
        within=PATIENCE_SECONDS,
    )
    return {} if isinstance(found, SmartappError) else found
