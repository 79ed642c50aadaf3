"""The month at the clinic: the same for the same seed, in shapes that the app would write."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scripts.clinic_month import Month, a_month
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.message import Message
from smartapp.fhir.task import WorkTask
from smartapp.fhir.writable import check_writable
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.seal import Seal

POLICY = Path(__file__).parents[2] / "policy"
END = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)
SEAL = Seal((b"k" * 32,))


def made(policy: Policy, seed: int = 5) -> Month:
    return a_month(policy, POLICY, SEAL, end=END, seed=seed, people=20, a_day=4.0)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(POLICY)


@pytest.fixture(scope="module")
def month(policy: Policy) -> Month:
    return made(policy)


def test_the_same_seed_tells_the_same_story_to_the_letter(policy: Policy, month: Month) -> None:
    again = made(policy)

    assert list(again.story.lines()) == list(month.story.lines())
    assert again.resources == month.resources
    assert list(made(policy, seed=6).story.lines()) != list(month.story.lines())


def test_nothing_happens_after_its_end(month: Month) -> None:
    moments = [datetime.fromisoformat(line["at"]) for line in month.story.lines()]

    assert max(moments) <= END
    assert (END - max(moments)).days < 2  # the queue is alive
    assert any(request.events[-1].what == "asked" for request in month.story.requests)


def test_what_it_writes_the_app_could_have_written(policy: Policy, month: Month) -> None:
    """Each kind of change and of end is among them."""
    vocabulary = Vocabulary(policy.code_system)
    kinds: Counter[str] = Counter()
    for resource in month.resources:
        if resource["resourceType"] not in ("Communication", "QuestionnaireResponse", "Task"):
            continue
        whose = resource.get("for") or resource["subject"]
        kinds[resource["resourceType"]] += 1
        if kinds[resource["resourceType"]] <= 25:
            check_writable(resource, whose["reference"])
    tasks = [each for each in month.resources if each["resourceType"] == "Task"]
    read = [task for each in tasks if (task := WorkTask.from_fhir(each, vocabulary))]
    changes = {change.kind for task in read for change in task.changes}

    assert len(read) == len(tasks)
    assert {"claimed", "rerouted", "escalated", "asked-patient", "replied", "closed"} <= changes
    assert {task.status for task in read} >= {"requested", "completed"}


def test_the_seal_vouches_for_what_the_rules_decided(policy: Policy, month: Month) -> None:
    vocabulary = Vocabulary(policy.code_system)
    messages = [each for each in month.resources if each["resourceType"] == "Communication"]
    read = [message for each in messages if (message := Message.from_fhir(each, vocabulary))]
    decided = [each for each in read if each.routing]

    assert len(decided) == len(month.story.requests)
    for each in decided:
        assert each.routing
        assert SEAL.holds(each.routing, each.identifier, each.patient)


def test_every_pointer_leads_somewhere(month: Month) -> None:
    held = {f"{each['resourceType']}/{each['id']}" for each in month.resources}
    pointed = set(
        re.findall(r'"reference": "([A-Za-z]+/month-[^"]+)"', json.dumps(month.resources))
    )

    assert pointed
    assert pointed <= held
