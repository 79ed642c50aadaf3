"""A place or an organization: what it is called, where it is, how to call it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from smartapp.fhir.element import Element, Json
from smartapp.fhir.plain import tidy

_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{2,30}(?: ?(?:x|ext\.?) ?[0-9]{1,6})?", re.ASCII)


@dataclass(frozen=True)
class Place:
    """A Location or an Organization."""

    reference: str
    name: str
    address: tuple[str, ...]  # line by line
    phone: str

    @classmethod
    def from_fhir(cls, json: Json) -> Place:
        kind = json.get("resourceType")
        place = Element.resource(json, "Organization" if kind == "Organization" else "Location")
        return cls(
            reference=f"{place.path}/{place.required_text('id')}",
            name=tidy(place.text("name") or ""),
            address=tuple(_address(place)),
            phone=phone_of(place),
        )


def phone_of(element: Element) -> str:
    """Of work, and of nothing that looks like anything but a phone number."""
    found = [each for each in element.children("telecom") if each.text("system") == "phone"]
    found.sort(key=lambda each: each.text("use") != "work")
    numbers = (each.text("value") or "" for each in found if each.text("use") != "old")
    return next((number for number in numbers if _PHONE.fullmatch(number)), "")


def _address(place: Element) -> list[str]:
    """A Location has one address, an Organization a list of them."""
    value = place.json.get("address")
    if value is None:
        return []
    one = (
        next(place.children("address"), None) if isinstance(value, list) else place.child("address")
    )
    if one is None:
        return []
    lines = [tidy(line) for line in one.texts("line")]
    town = " ".join(
        part for part in (one.text("city"), one.text("state"), one.text("postalCode")) if part
    )
    return [line for line in (*lines, tidy(town)) if line]
