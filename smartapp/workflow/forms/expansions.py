"""Answers to choose from that stand outside a form, as the EHR's own terminology expands them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from smartapp.errors import MalformedAnswer, SmartappError
from smartapp.fhir.client import FhirClient
from smartapp.fhir.element import Element, Json
from smartapp.fhir.questionnaire import Option
from smartapp.fhir.questionnaire.reading import options_of_value_set

MOST_SETS = 20
MOST_OPTIONS = 500  # nobody chooses from more; a part of them would hide the right one
ALL_SECONDS = 8.0
_CANONICAL = re.compile(r"(https?://[^\s|#]+|urn:[a-z0-9]+:[^\s|#]+)(\|[^\s|#]+)?", re.IGNORECASE)


@dataclass
class Expanded:
    sets: dict[str, tuple[Option, ...]] = field(default_factory=dict)
    why_not: dict[str, str] = field(default_factory=dict)


def expanded(form: Json, client: FhirClient) -> Expanded:
    """Only sets that a question of the form names by their address. Where one cannot be had as a
    whole, it says why, and the question has no answers to offer.
    """
    found = Expanded()
    ends = time.monotonic() + ALL_SECONDS
    for number, url in enumerate(dict.fromkeys(_named(Element(form, "Questionnaire")))):
        left = ends - time.monotonic()
        if not _CANONICAL.fullmatch(url):
            found.why_not[url] = "not an address of a set"
        elif number >= MOST_SETS or left <= 0:
            found.why_not[url] = "too many sets"
        else:
            _expand(url, client, left, found)
    return found


def _expand(url: str, client: FhirClient, within: float, found: Expanded) -> None:
    try:
        json = client.expand(url, most=MOST_OPTIONS, within=within)
        options = options_of_value_set(json)
    except (SmartappError, MalformedAnswer) as trouble:
        found.why_not[url] = type(trouble).__name__
        return
    if not options:
        found.why_not[url] = "empty"
    elif not _is_whole(json, len(options)):
        found.why_not[url] = "too large"
    else:
        found.sets[url] = options


def _is_whole(json: Json, number: int) -> bool:
    expansion = Element(json, "ValueSet").child("expansion")
    total = expansion.whole("total") if expansion else None
    return number <= MOST_OPTIONS and (total is None or total <= number)


def _named(element: Element) -> Iterator[str]:
    """A set inside the form ("#id") is read with it."""
    for item in element.children("item"):
        url = item.text("answerValueSet")
        if url and not url.startswith("#"):
            yield url
        yield from _named(item)
