"""A request that is a form alone: what a message would have said, beside the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smartapp.errors import MalformedAnswer
from smartapp.fhir.element import Element, Reference
from smartapp.fhir.message import named


@dataclass(frozen=True)
class AskedForm:
    subject_line: str
    words: str
    about: tuple[Reference, ...] = ()

    @classmethod
    def from_response(cls, response: Element, url: str) -> AskedForm | None:
        """None for a form that stands for no message, and where the EHR dropped what it said."""
        try:
            extension = response.extension(url)
            if extension is None:
                return None
            parts = list(extension.children("extension"))
            about = (
                each.reference("valueReference") for each in parts if each.text("url") == "about"
            )
            return cls(_said(parts, "subject"), _said(parts, "words"), tuple(filter(None, about)))
        except MalformedAnswer:
            return None


def asked_extension(
    url: str, subject_line: str, words: str, about: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {"url": name, "valueString": said}
        for name, said in (("subject", subject_line.strip()), ("words", words.strip()))
        if said
    ]
    parts += [{"url": "about", "valueReference": named(*each)} for each in about]
    return {"url": url, "extension": parts}


def _said(parts: Sequence[Element], name: str) -> str:
    found = (each.text("valueString") for each in parts if each.text("url") == name)
    return next((text for text in found if text), "")
