"""Whose an item of the queue is, and which request it belongs to."""

from __future__ import annotations

from dataclasses import replace

from smartapp.errors import MalformedAnswer, NotFound
from smartapp.fhir.client import FhirClient
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.element import Element
from smartapp.fhir.message import Message
from smartapp.fhir.section import Section
from smartapp.fhir.task import WorkTask
from smartapp.workflow.requests import Request


def patient_behind(client: FhirClient, reference: str, vocabulary: Vocabulary) -> str:
    """The id of the patient whom an item of the queue is about."""
    resource = client.read(reference)
    if reference.startswith("QuestionnaireResponse/"):
        subject = Element.resource(resource, "QuestionnaireResponse").reference("subject")
        if subject is None or subject.kind != "Patient" or subject.target is None:
            raise NotFound("the form names no patient")
        return subject.target.removeprefix("Patient/")
    read = WorkTask.from_fhir if reference.startswith("Task/") else Message.from_fhir
    item = read(resource, vocabulary)
    if item is None or item.patient is None:
        raise NotFound("the item names no patient")
    return item.patient.removeprefix("Patient/")


def request_behind(requests: Section[Request], reference: str) -> Request:
    """With the work that was asked for, also where other work of its thread counts otherwise."""
    if requests.failure is not None:
        raise requests.failure
    for request in requests.items:
        task = request.task.reference if request.task else ""
        if reference in {task, *(message.reference for message in request.messages)}:
            return request
        own = next((each for each in request.works if each.reference == reference), None)
        if own is not None:
            return replace(request, task=own)
    if not requests.whole:
        raise MalformedAnswer("the item's message may be in the part that could not be loaded")
    raise NotFound("the item's message is not there")
