"""Several resources that an EHR is to create together: all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from smartapp.errors import MalformedAnswer
from smartapp.fhir.element import Json


@dataclass(frozen=True)
class Entry:
    full_url: str  # what the others point to it by
    resource: Json
    once: tuple[str, str] | None  # identifier system and value, where the EHR looks first


def transaction_of(entries: Sequence[Entry]) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": each.full_url, "resource": each.resource, "request": _request(each)}
            for each in entries
        ],
    }


def identified(once: tuple[str, str]) -> str:
    """The search that tells if it is there already."""
    return urlencode({"identifier": "|".join(once)})


def _request(each: Entry) -> Json:
    request = {"method": "POST", "url": str(each.resource["resourceType"])}
    return {**request, "ifNoneExist": identified(each.once)} if each.once else request


def places_in(answer: Json, wanted: int) -> list[str]:
    """Where each of them is, in the order in which they were sent; empty where it does not say."""
    entries = answer.get("entry")
    if answer.get("resourceType") != "Bundle" or not isinstance(entries, list):
        raise MalformedAnswer("Bundle: another answer came back")
    if len(entries) != wanted:
        raise MalformedAnswer("Bundle.entry: not as many as were sent")
    return [_place(each) for each in entries]


def _place(entry: Any) -> str:
    response = entry.get("response") if isinstance(entry, dict) else None
    if not isinstance(response, dict) or not str(response.get("status", "")).startswith("2"):
        return ""
    location = response.get("location")
    return location if isinstance(location, str) else ""
