"""Files that stand in the answers to a form, read wherever the EHR has put them."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.errors import NotFound
from smartapp.fhir.client import LARGEST_FILE, FhirClient
from smartapp.fhir.document import Content
from smartapp.fhir.element import Json
from smartapp.fhir.questionnaire import Attachment
from smartapp.fhir.response import files_of
from smartapp.workflow.documents import fetch


@dataclass(frozen=True)
class _Response:
    reference: str


def content_of(client: FhirClient, response: str, file: Attachment) -> bytes:
    """Some EHRs take files out of what they store, and leave an address. Raises SmartappError."""
    stated = Content(
        type=file.content_type,
        title=file.title,
        url=file.url,
        data=file.data or None,
        size=file.size,
        language="",
    )
    return fetch(client, _Response(response), stated).whole(LARGEST_FILE)


def file_marked(client: FhirClient, response: Json, mark: str) -> tuple[Attachment, bytes]:
    """The file of a response that has this mark. Raises SmartappError."""
    found = next((each for each in files_of(response) if each.mark == mark), None)
    if found is None:
        raise NotFound("no such file in the answers")
    return found, content_of(client, f"QuestionnaireResponse/{response['id']}", found)
