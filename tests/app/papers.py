"""Documents that a test puts into the record, and how a person opens them."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

from tests.app.page import Page
from tests.app.people import Patient
from tests.app.world import Json, World

NOTE = {"coding": [{"system": "http://loinc.org", "code": "11506-3"}], "text": "Visit note"}


def document(
    identity: str, *attachments: Json, of: str = "walter-brooks", title: str = "", **more: Any
) -> Json:
    return {
        "resourceType": "DocumentReference",
        "id": identity,
        "status": "current",
        "type": NOTE,
        "subject": {"reference": f"Patient/{of}"},
        "date": "2026-01-05T10:00:00Z",
        "description": title or f"Paper {identity}",
        "content": [{"attachment": each} for each in attachments],
    } | more


def inside(content: bytes, kind: str, **more: Any) -> Json:
    return {"contentType": kind, "data": b64encode(content).decode()} | more


def beside(world: World, identity: str, content: bytes, kind: str, **more: Any) -> Json:
    """Puts a Binary into the record, and gives what points to it."""
    data = b64encode(content).decode()
    binary = {"resourceType": "Binary", "id": identity, "contentType": kind, "data": data} | more
    world.ehr.load([binary])
    return {"contentType": kind, "url": f"Binary/{identity}"}


def opens(patient: Patient, title: str, *, status: int = 200) -> Page:
    patient.go("documents")
    return patient.browser.click(title, status=status)


def addresses(page: Page) -> list[str]:
    """Of everything that the page shows or offers of a file."""
    shown = re.findall(r'src="(/l/[^"]+/file/[^"]+)"', page.html)
    return [*shown, *(href for _, href in page.links if "/file/" in href)]


def save_address(page: Page) -> str:
    return next(href for href in addresses(page) if href.endswith("/save"))
