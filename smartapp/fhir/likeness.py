"""Does the EHR hold what was sent? It may add to it and write it another way, not change it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Json

# What was said, what was decided, and by what it is found again: these must be as sent.
COMPARED: Mapping[str, tuple[str, ...]] = {
    "Communication": (
        *("identifier", "status", "category", "priority", "about", "payload", "extension"),
        *("partOf", "sender"),
    ),
    "QuestionnaireResponse": ("identifier", "status", "questionnaire", "item", "extension"),
    "Task": (
        *("identifier", "status", "priority", "code", "focus", "performerType"),
        *("restriction", "input", "output"),
    ),
}


def holds(stored: Json, sent: Json) -> bool:
    names = COMPARED[str(sent["resourceType"])]
    return all(_covers(stored.get(name), sent[name]) for name in names if name in sent)


def _covers(stored: Any, sent: Any) -> bool:
    if isinstance(sent, dict):
        return isinstance(stored, dict) and all(
            name in stored if name == "reference" else _covers(stored.get(name), value)
            for name, value in sent.items()
        )
    if isinstance(sent, list):
        return isinstance(stored, list) and _covers_in_order(stored, sent)
    if isinstance(sent, str):
        return isinstance(stored, str) and _reads_the_same(stored, sent)
    return isinstance(stored, bool) is isinstance(sent, bool) and bool(stored == sent)


def _covers_in_order(stored: list[Any], sent: list[Any]) -> bool:
    left = iter(stored)  # what was found once is used up
    return all(any(_covers(there, each) for there in left) for each in sent)


def _reads_the_same(stored: str, sent: str) -> bool:
    if _letters(stored) == _letters(sent):
        return True
    there, here = FhirDate.parse(stored), FhirDate.parse(sent)
    if there is None or here is None:
        return False
    return (there.earliest, there.precision) == (here.earliest, here.precision)


def _letters(text: str) -> str:
    """Line ends and accents have more than one spelling."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
