"""The Tasks that asked for a form, told what became of it, where the EHR lets a patient do that."""

from __future__ import annotations

from smartapp.errors import SmartappError
from smartapp.fhir.task import etag_of
from smartapp.views import record
from smartapp.views.here import Here
from smartapp.workflow.forms.asked_for import asking_for, with_answers


def may_tick_off(here: Here) -> bool:
    return here.gate.may("Task", "update") and here.gate.may("Task", "search-type")


def tell_tasks(here: Here, patient_id: str, url: str, response: str, *, finished: bool) -> None:
    """Where this fails the form has arrived all the same, and the list of forms knows it."""
    if not may_tick_off(here):
        return
    try:
        patient = f"Patient/{patient_id}"
        tasks = asking_for(url, here.loader().tasks(), patient, _owners(here, patient))
    except SmartappError:
        return
    for task in tasks:
        etag, reference = etag_of(task), f"Task/{task['id']}"
        changed = with_answers(task, response, finished=finished, now=here.now)
        if etag is None:
            continue
        record.about_to_change(here, patient_id, reference, changed["status"])
        try:
            here.client().update(changed, etag)
        except SmartappError:
            continue
        record.ticked_off(here, patient_id, task, changed["status"])


def _owners(here: Here, patient: str) -> frozenset[str]:
    """Whose Tasks a reader answers: never another person's. What a teenager was asked for stays
    with her, whoever fills in the same form.
    """
    return frozenset({here.fhir_user} if here.teen_rule else {"", patient, here.fhir_user})
