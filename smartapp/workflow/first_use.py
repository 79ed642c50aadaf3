"""The rules of writing to the clinic: read once, and that they were is in the EHR, not here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.haul import Found
from smartapp.fhir.response import bare_response
from smartapp.workflow.loading import Loader
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.submission import Named


def form_of(vocabulary: Vocabulary) -> str:
    return f"{vocabulary.base}/Questionnaire/first-use"


def acknowledgement(
    policy: Policy,
    vocabulary: Vocabulary,
    *,
    identifier: str,
    patient: str,
    author: Named,
    authored: datetime,
    language: str,
) -> dict[str, Any]:
    """What was read, by the version of the policy that says it, and by whom."""
    read = {"linkId": "read", "text": policy.first_use.acknowledge["en"]}
    return bare_response(
        vocabulary=vocabulary,
        identifier=identifier,
        questionnaire=f"{form_of(vocabulary)}|{policy.version}",
        patient=patient,
        author=author,
        authored=authored,
        language=language,
        items=[{**read, "answer": [{"valueBoolean": True}]}],
    )


def search(loader: Loader) -> Found:
    """Where it cannot be kept, nobody is asked each time: the rules are in Help."""
    form = form_of(loader.vocabulary)
    return loader.search("QuestionnaireResponse", ("questionnaire", form), fresh=True)


def is_read_by(who: str, found: object, vocabulary: Vocabulary) -> bool:
    """What could not be looked up stands in nobody's way."""
    if not isinstance(found, Found):
        return True
    form = form_of(vocabulary)
    return any(
        str(each.get("questionnaire", "")).split("|")[0] == form
        and isinstance(author := each.get("author"), dict)
        and author.get("reference") == who
        for each in found.matches
    )
