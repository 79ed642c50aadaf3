"""Why a value is not there, where the record says so."""

from __future__ import annotations

from smartapp.fhir.codes import ABSENT_REASONS
from smartapp.fhir.element import Concept, Element


def said_absent(concept: Concept | None) -> bool:
    """A code that stands for "there is none", such as "unknown", instead of a code."""
    return concept is not None and any(c.system == ABSENT_REASONS for c in concept.codings)


def absence_of(element: Element, name: str = "dataAbsentReason") -> str:
    """The code of the reason; "" where none is given."""
    reason = element.concept(name)
    if reason is None:
        return ""
    return reason.code(ABSENT_REASONS) or "unknown"
