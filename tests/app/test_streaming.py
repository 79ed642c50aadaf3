"""A page whose parts arrive one by one: what is ready waits for nothing, and nothing is made up."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from smartapp.audit import AuditTrail
from smartapp.errors import AuditUnavailable
from tests.app import people
from tests.app.people import Patient
from tests.app.world import World

HEADINGS = (
    "Allergies", "Medicines", "Health conditions", "Test results", "Vital signs", "Vaccines",
    "Operations and treatments", "About your life and habits",
)  # fmt: skip


def reading(kind: str, fault: dict[str, Any]) -> dict[str, Any]:
    return {"match": {"method": "GET", "path": f"/fhir/{kind}"}, "fault": fault}


def slow(kind: str, seconds: float) -> dict[str, Any]:
    return reading(kind, {"kind": "delay", "seconds": seconds})


def opened(patient: Patient, path: str = "summary", **headers: str) -> TestResponse:
    """The answer while it is still coming."""
    browser = patient.browser
    address = f"{patient.home.removeprefix(browser.app_url)}/{path}"
    sent = {**browser._usual_headers(browser.app_url + address), **headers}
    return browser.app.open(address, base_url=browser.app_url, headers=sent)


def chunks(answer: TestResponse) -> Iterator[tuple[float, str]]:
    started = time.monotonic()
    for chunk in answer.response:
        yield time.monotonic() - started, chunk.decode() if isinstance(chunk, bytes) else chunk


def test_every_part_comes_and_has_a_place(james: Patient) -> None:
    page = james.go("summary")

    for heading in HEADINGS:
        assert heading in page.text
    places = re.findall(r'<slot name="([^"]+)"', page.html)
    assert sorted(places) == sorted(re.findall(r' slot="([^"]+)"', page.html))
    assert page.html.rstrip().endswith("</html>")


def test_what_is_ready_is_there_long_before_what_is_slow(world: World, james: Patient) -> None:
    world.fails(slow("Immunization", 1.5))
    came: dict[str, float] = {}
    for moment, text in chunks(opened(james)):
        for heading in HEADINGS:
            if f">{heading}</h2>" in text:
                came[heading] = moment
    assert came["Vaccines"] >= 1.4
    assert max(moment for name, moment in came.items() if name != "Vaccines") < 1.2


def test_the_opening_is_sent_before_the_ehr_has_said_whose_record_it_is(
    world: World, james: Patient
) -> None:
    hasty = world.with_services(first_word=0.01)
    world.fails(slow("Patient", 1.0))
    james.browser.app = hasty.browser().app
    first, text = next(chunks(opened(james)))

    assert first < 0.9
    assert "<h1" not in text
    assert "James" not in text


def test_a_part_that_is_too_slow_says_so_and_is_not_empty(
    world: World, james: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smartapp.views.stream.PAGE_SECONDS", 0.8)
    world.fails(slow("Immunization", 2.0))
    page = james.go("summary")

    assert "took too long to send this part" in page.text
    assert "No vaccines are in your record." not in page.text
    assert page.link("Try again").endswith("/summary")


@pytest.mark.parametrize(
    ("kind", "never"),
    [
        ("AllergyIntolerance", "No allergies are in your record."),
        ("MedicationRequest", "no current medicines"),
        ("Condition", "No current health conditions"),
        ("Observation", "No test results are in your record."),
        ("Immunization", "No vaccines are in your record."),
        ("Procedure", "No operations or treatments"),
    ],
)
def test_a_part_that_fails_never_reads_none(
    world: World, james: Patient, kind: str, never: str
) -> None:
    world.fails(reading(kind, {"kind": "status", "status": 500}))
    page = james.go("summary")

    assert "We could not load this part." in page.text
    assert never not in page.text


def test_a_record_that_cannot_be_read_has_the_status_of_its_failure(
    world: World, james: Patient
) -> None:
    world.fails(reading("Patient", {"kind": "status", "status": 500}))

    assert "Allergies" not in james.go("summary", status=502).text


def test_a_failure_after_the_first_word_is_said_in_the_page(world: World, james: Patient) -> None:
    hasty = world.with_services(first_word=0.0)
    james.browser.app = hasty.browser().app
    world.fails(slow("Patient", 0.3), reading("Patient", {"kind": "status", "status": 500}))
    page = james.go("summary")

    assert page.headings == ("Your clinic’s system is not answering as it should",)
    assert "Penicillin" not in page.text
    assert page.html.rstrip().endswith("</html>")


class Deaf(AuditTrail):
    """Takes no more events."""

    def __init__(self) -> None:
        """Nothing is opened."""

    def record(self, *_events: object) -> None:
        raise AuditUnavailable


def test_nothing_is_shown_that_is_not_on_record(world: World, james: Patient) -> None:
    deaf = world.with_services(audit=Deaf())
    james.browser.app = deaf.browser().app
    page = james.go("summary")

    assert page.headings == ("The app is not available for a moment",)
    for heading in HEADINGS[:4]:
        assert f">{heading}</h2>" not in page.html


def test_what_is_shown_is_on_record_by_type(world: World, james: Patient) -> None:
    before = len(world.events("record.view"))
    james.go("summary")
    events = world.events("record.view")[before:]
    kinds = {each["type"] for event in events for each in event["entities"]}

    assert {"Patient", "Observation", "Condition", "MedicationRequest"} <= kinds


def test_each_part_travels_compressed_and_at_once(world: World, james: Patient) -> None:
    world.fails(slow("Immunization", 1.0))
    answer = opened(james, **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    unpacker = zlib.decompressobj(31)
    parts = iter(answer.response)
    first = next(parts)
    assert isinstance(first, bytes)

    assert b"<!DOCTYPE html>" in unpacker.decompress(first)
    rest = b"".join(part for part in parts if isinstance(part, bytes))
    assert b"</html>" in unpacker.decompress(rest)


def test_who_acts_for_another_is_told_whose_record_it_is(world: World) -> None:
    rachel = people.patient(world)
    rachel.logs_in("rachel")
    page = rachel.go("summary")

    assert "Zoe" in page.text
    assert "You are acting for this person" in page.text
