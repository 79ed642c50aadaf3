"""Every topic, from the start page to a receipt whose resources are read from the EHR."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import expect

from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy
from tests.app.asked import answers_in, details, routing_of
from tests.journeys.browsers import Windows
from tests.journeys.people import Patient
from tests.journeys.programs import ROOT
from tests.journeys.record import Record

WHO = "james-carter"
WORDS = "Please read this. It is about me."
ALL = (
    *("medical-question", "new-symptom", "visit-follow-up", "test-result", "refill"),
    *("side-effect", "appointment", "referral", "billing", "form-or-letter"),
    *("update-details", "record-correction", "proxy-access", "feedback"),
)
# Every topic once in English: with JavaScript, but for these four.
WITHOUT_SCRIPT = ("visit-follow-up", "refill", "appointment", "feedback")
WITH_SCRIPT = tuple(each for each in ALL if each not in WITHOUT_SCRIPT)
IN_SPANISH = ("medical-question", "new-symptom", "refill", "appointment", "billing", "proxy-access")


@cache
def policy() -> Policy:
    return load_policy(ROOT / "policy")


@cache
def case_of(topic: str) -> Mapping[str, Any]:
    """The first request of the topic that somebody has labelled: what is said, where it goes."""
    text = (ROOT / "policy" / "cases" / "mix" / f"{topic}.toml").read_text()
    found: dict[str, Any] = tomllib.loads(text)["cases"][0]
    return found


def test_no_topic_is_left_out() -> None:
    assert set(ALL) == {code for group in policy().groups for code in group.topics}


@pytest.mark.parametrize(
    ("topics", "language", "javascript"),
    [
        pytest.param(WITH_SCRIPT[:5], "en", True, id="half of them"),
        pytest.param(WITH_SCRIPT[5:], "en", True, id="the other half"),
        pytest.param(IN_SPANISH, "es", True, id="in Spanish"),
        pytest.param(WITHOUT_SCRIPT, "en", False, id="without JavaScript"),
    ],
)
def test_from_the_start_page_to_what_the_ehr_holds(
    windows: Windows, record: Record, topics: tuple[str, ...], language: str, javascript: bool
) -> None:
    patient = Patient(windows.open(language=language, javascript=javascript), windows.programs)
    patient.logs_in("james")
    patient.chooses_language(language)
    for topic in topics:
        before = record.counts(WHO)
        patient.finds(topic)
        patient.fills_in(case_of(topic)["answers"])
        patient.ticks_what_it_may_cost()
        patient.sends()
        expect(patient.main.locator(".app-receipt--received"), topic).to_be_visible()
        code = patient.main.locator(".app-receipt__code").inner_text()
        written = Written.since(record, before)
        written.is_what_was_asked(topic, language)
        assert written.sid.split("-")[0].upper() == code


@dataclass(frozen=True)
class Written:
    """The three resources of one request, as the EHR gives them to its own staff."""

    message: dict[str, Any]
    task: dict[str, Any]
    response: dict[str, Any]

    @classmethod
    def since(cls, record: Record, before: Mapping[str, int]) -> Written:
        new = {kind: found[before[kind] :] for kind, found in record.of(WHO).items()}
        (message,), (task,), (response,) = (
            new[kind] for kind in ("Communication", "Task", "QuestionnaireResponse")
        )
        return cls(message, task, response)

    @property
    def sid(self) -> str:
        return str(self.task["identifier"][0]["value"])

    def is_what_was_asked(self, topic: str, language: str) -> None:
        case, said = case_of(topic), routing_of(self.message)
        queue = self.task["performerType"][0]["coding"][0]["code"]
        assert queue == said["queue"] == case["expect"]["queue"], topic
        assert self.task["priority"] == case["expect"]["priority"], topic
        assert self.task["code"]["coding"][0]["code"] == topic
        assert self.message["language"] == self.response["language"] == language
        assert {self.sid} == {
            self.message["identifier"][0]["value"],
            self.response["identifier"]["value"],
        }
        assert self.task["focus"] == {"reference": f"Communication/{self.message['id']}"}
        answers = f"QuestionnaireResponse/{self.response['id']}"
        assert details(self.task, "answers") == [{"reference": answers}]
        given = dict(answers_in(self.response["item"]))
        for question, answer in case["answers"].items():
            wanted = answer[0] if isinstance(answer, list) else answer
            assert given[question] == wanted, f"{topic}: {question}"
        for each, who in (
            (self.message, "subject"),
            (self.task, "for"),
            (self.response, "subject"),
        ):
            assert each[who]["reference"] == f"Patient/{WHO}"
