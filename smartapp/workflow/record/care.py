"""The parts of the record about a patient's care: documents, visits, plans, money, access."""

from __future__ import annotations

from smartapp.fhir.document import Document
from smartapp.workflow.record.part import Part, reading

DOCUMENTS = Part(
    "documents",
    "DocumentReference",
    reading(Document.from_fhir),
    statuses=("status", "current,superseded"),
    a_page=50,
)
