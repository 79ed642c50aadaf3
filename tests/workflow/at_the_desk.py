"""Staff at their desks, and what the EHR holds for them at this moment."""

from __future__ import annotations

from smartapp.fhir.message import Message
from smartapp.fhir.task import WorkTask
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.requests import Request, requests_of
from smartapp.workflow.staff import StaffMember
from tests.workflow.fake_ehr import FakeEhr, fails_with, lost_after, silent_after, truncated_after
from tests.workflow.threads import VOCABULARY

TOM, ANN = "Practitioner/tom", "Practitioner/ann"
# It was done, and nobody heard of it.
UNHEARD = [lost_after, fails_with(500, after=True), truncated_after, silent_after]


def person(policy: Policy, reference: str, name: str) -> StaffMember:
    queues = tuple(policy.queues.values())
    return StaffMember(reference, name, queues, frozenset(policy.queues), policy.review.code)


def request(ehr: FakeEhr) -> Request:
    """As the page has just loaded it."""
    messages = [Message.from_fhir(each, VOCABULARY) for each in ehr.of("Communication")]
    tasks = [WorkTask.from_fhir(each, VOCABULARY) for each in ehr.of("Task")]
    return requests_of(filter(None, messages), filter(None, tasks))[0]


def the_task(ehr: FakeEhr) -> WorkTask:
    task = request(ehr).task
    assert task is not None
    return task


def etag(ehr: FakeEhr) -> str:
    return the_task(ehr).etag or ""


def owner(ehr: FakeEhr) -> str | None:
    found = the_task(ehr).owner
    return found.target if found else None
