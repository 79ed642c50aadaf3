"""The loop, walked: a patient asks on a phone, a nurse answers in the EHR, the patient reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browsers import Windows
from tests.journeys.people import Nurse, Patient
from tests.journeys.programs import demo
from tests.journeys.record import Record, open_record
from tests.sessions.servers import redis_on_port

pytestmark = pytest.mark.journey

WORDS = "I go on a trip on Friday.\nThank you, Zoë <b>"
WHO = {"en": ("james", "James Alan Carter"), "es": ("maria", "María Elena López")}
SAID = {
    "en": ("The clinic has your request", "Your refill of lisinopril", "Finished"),
    "es": ("La clínica tiene su solicitud", "Su resurtido de lisinopril", "Terminada"),
}
CODES = "https://smartapp.example/fhir"
NURSE = {"reference": "Practitioner/nurse-okafor", "display": "Nina Okafor, RN"}


@pytest.fixture
def on_redis(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[tuple[Windows, Record]]:
    """The same programs once more, with sessions, drafts and outbox in a real Redis."""
    folder = tmp_path_factory.mktemp("demo")
    with redis_on_port() as redis, demo(folder, REDIS_URL=redis.url) as programs:
        windows = Windows(browser, programs)
        yield windows, open_record(programs)
        assert windows.close() == []


@pytest.mark.parametrize(
    ("language", "javascript"),
    [
        pytest.param("en", True, id="en-with-script"),
        pytest.param("es", False, id="es-without-script"),
        pytest.param("es", True, id="es-with-script", marks=pytest.mark.proof),
        pytest.param("en", False, id="en-without-script", marks=pytest.mark.proof),
    ],
)
def test_a_patient_asks_a_nurse_answers_and_the_patient_reads_it(
    windows: Windows, record: Record, language: str, javascript: bool
) -> None:
    walk_the_loop(windows, record, language, javascript=javascript)


@pytest.mark.proof
def test_the_same_with_what_is_kept_in_redis(on_redis: tuple[Windows, Record]) -> None:
    walk_the_loop(*on_redis, "en", javascript=True)


def walk_the_loop(windows: Windows, record: Record, language: str, *, javascript: bool) -> None:
    username, name = WHO[language]
    received, answer, finished = SAID[language]
    phone = windows.open(language=language, javascript=javascript)
    patient = Patient(phone, windows.programs)
    patient.logs_in(username)
    request = patient.asks_for("lisinopril", words=WORDS)
    expect(patient.main.locator(".app-receipt--received")).to_contain_text(received)
    assert phone.title().startswith(received)
    expect(phone.locator("html")).to_have_attribute("lang", language)
    reference = patient.main.locator(".app-receipt__code").inner_text()

    desk = windows.open(width=1280, height=800, javascript=javascript)
    nurse = Nurse(desk, windows.programs.ehr)
    nurse.opens_the_queue()
    nurse.opens("lisinopril")
    message = nurse.main.locator(".app-message__text")
    expect(message).to_have_text(WORDS, use_inner_text=True)
    expect(message).to_have_attribute("lang", language)
    nurse.takes_it()
    nurse.starts_with("approved")
    expect(nurse.words).to_have_value(re.compile(f"^{answer}"))
    sent = nurse.words.input_value()
    nurse.answers_and_closes()
    expect(nurse.rows).to_have_count(0)

    phone.goto(request)
    expect(patient.main.locator(".app-message").last).to_contain_text(sent)
    expect(patient.main.locator("[aria-current=step]")).to_contain_text(finished)
    check_what_was_written(record, reference, name, language, sent)
    patient.signs_out()
    expect(phone.locator("body")).not_to_contain_text(name)
    phone.goto(request)
    expect(phone.locator("body")).not_to_contain_text(reference)


def check_what_was_written(
    record: Record, reference: str, name: str, language: str, sent: str
) -> None:
    """Two messages, one set of answers and one piece of work, tied together by one id."""
    who = {"reference": f"Patient/{patient_id(name)}", "display": name}
    found = record.of(patient_id(name))
    message = only(found["Communication"], "message", reference)
    task = only(found["Task"], "task", reference)
    response = only(found["QuestionnaireResponse"], "response", reference)
    (reply,) = [each for each in found["Communication"] if links(each, "partOf") == [ref(message)]]
    submission = message["identifier"][0]["value"]

    assert response["subject"] == {"reference": who["reference"]}
    assert response["author"] == who
    assert answer_to(response, "supply-left") == "4-7-days"
    assert message["subject"] == {"reference": who["reference"]}
    assert message["sender"] == who
    assert message["payload"] == [{"contentString": WORDS}]
    assert message["language"] == language
    order = f"MedicationRequest/{patient_id(name)}-lisinopril"
    assert links(message, "about")[0] == ref(response)
    assert links(message, "about")[1].startswith(order)

    assert task["groupIdentifier"]["value"] == submission
    assert task["for"] == {"reference": who["reference"]}
    assert task["requester"] == who
    assert task["focus"] == {"reference": ref(message)}
    assert detail(task, "input", "answers") == {"reference": ref(response)}
    assert task["performerType"][0]["coding"] == [
        {"system": f"{CODES}/CodeSystem/queue", "code": "refills"}
    ]
    due = datetime.fromisoformat(task["restriction"]["period"]["end"])
    assert timedelta(hours=1) < due - datetime.now(UTC) < timedelta(days=8)
    assert task["status"] == "completed"
    assert task["owner"] == NURSE
    outcome = detail(task, "output", "outcome")
    assert outcome["coding"][0]["code"] == "sent-to-pharmacy"
    assert detail(task, "output", "reply") == {"reference": ref(reply)}

    assert reply["sender"] == NURSE
    assert links(reply, "recipient") == [who["reference"]]
    assert links(reply, "inResponseTo") == [ref(message)]
    assert reply["payload"] == [{"contentString": sent}]
    assert reply["language"] == language


def patient_id(name: str) -> str:
    return {"James Alan Carter": "james-carter", "María Elena López": "maria-lopez"}[name]


def only(resources: list[dict[str, Any]], system: str, reference: str) -> dict[str, Any]:
    """The one whose identifier begins as the receipt says."""
    found = [
        each
        for each in resources
        for identifier in listed(each["identifier"])
        if identifier["system"] == f"{CODES}/{system}"
        and identifier["value"].upper().startswith(reference)
    ]
    assert len(found) == 1
    return found[0]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def ref(resource: dict[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def links(resource: dict[str, Any], name: str) -> list[str]:
    return [each["reference"] for each in resource.get(name, [])]


def detail(task: dict[str, Any], where: str, code: str) -> Any:
    for each in task[where]:
        if each["type"]["coding"][0]["code"] == code:
            return next(value for name, value in each.items() if name.startswith("value"))
    raise AssertionError(code)


def answer_to(response: dict[str, Any], question: str) -> str:
    """By linkId, at whatever depth."""
    waiting = list(response["item"])
    while waiting:
        item = waiting.pop()
        if item["linkId"] == question:
            return str(item["answer"][0]["valueCoding"]["code"])
        waiting += item.get("item", [])
    raise AssertionError(question)
