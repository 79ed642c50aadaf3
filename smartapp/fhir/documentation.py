"""A summary for the chart: a Communication from staff to staff, marked so that no patient gets it.

Three marks, since an EHR may drop any of them: it is for staff alone by its recipients, by a
security label, and by an identifier and a category of its own. It hangs in no thread.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from smartapp.fhir.codes import ACT_CODE, ENTERED_IN_ERROR, NOT_FOR_PATIENT, Vocabulary
from smartapp.fhir.element import Element, Json
from smartapp.fhir.labels import labels_of

SUMMARY = "chart-summary"


def is_documentation(communication: Json, vocabulary: Vocabulary) -> bool:
    element = Element.resource(communication, "Communication")
    system = vocabulary.documentation
    named = element.identifier(system) is not None
    return named or any(each.has(system, SUMMARY) for each in element.concepts("category"))


def is_kept_from_patient(communication: Json) -> bool:
    """Also what the EHR's own staff have labelled so: they see it, and no patient does."""
    return (ACT_CODE, NOT_FOR_PATIENT) in labels_of(communication)


def in_error(documentation: Json) -> dict[str, Any]:
    """As it is there, and said to have been a mistake: no app may show it for true then."""
    return {**copy.deepcopy(dict(documentation)), "status": ENTERED_IN_ERROR}


def new_documentation(
    *,
    vocabulary: Vocabulary,
    identifier: str,
    title: str,
    patient: str,
    author: tuple[str, str],
    at: datetime,
    text: str,
    about: Sequence[str],
) -> dict[str, Any]:
    reference, name = author
    by = {"reference": reference, "display": name} if name else {"reference": reference}
    return {
        "resourceType": "Communication",
        "meta": {"security": [{"system": ACT_CODE, "code": NOT_FOR_PATIENT}]},
        "identifier": [{"system": vocabulary.documentation, "value": identifier}],
        "status": "completed",
        "category": [{"coding": [{"system": vocabulary.documentation, "code": SUMMARY}]}],
        "topic": {"text": title[:80]},
        "subject": {"reference": patient},
        "about": [{"reference": each} for each in about],
        "sent": at.isoformat(timespec="seconds"),
        "sender": by,
        "recipient": [{"reference": reference}],
        "payload": [{"contentString": text}],
    }
