"""Whether a page is shown in a frame, as the browser says."""

from __future__ import annotations

from flask import request

FRAMES = {"iframe", "frame"}


def is_framed() -> bool:
    return request.headers.get("Sec-Fetch-Dest") in FRAMES
