"""A record of thirteen thousand entries: the first view is soon there, and memory stays small."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.app import people
from tests.app.people import Patient
from tests.app.world import World, opened

SECONDS = 2.0
MEGABYTES = 100
VIEWS = ("start", "summary", "results", "results?by=visit", "documents")

Json = dict[str, Any]


def observations(count: int) -> Iterator[Json]:
    newest = datetime.now(UTC).replace(microsecond=0)
    for number in range(count):
        yield {
            "resourceType": "Observation",
            "id": f"long-{number}",
            "status": "final",
            "category": [
                {
                    "coding": [
                        {
                            "system": (
                                "http://terminology.hl7.org/CodeSystem/observation-category"
                            ),
                            "code": "laboratory",
                        }
                    ]
                }
            ],
            "code": {
                "text": f"Test {number % 40}",
                "coding": [{"system": "http://loinc.org", "code": f"9{number % 40:04}-1"}],
            },
            "subject": {"reference": "Patient/james-carter"},
            "effectiveDateTime": (newest - timedelta(hours=7 * number)).isoformat(),
            "valueQuantity": {"value": number % 90, "unit": "mg/dL"},
        }


def documents(count: int) -> Iterator[Json]:
    newest = datetime.now(UTC).replace(microsecond=0)
    for number in range(count):
        yield {
            "resourceType": "DocumentReference",
            "id": f"long-document-{number}",
            "status": "current",
            "type": {"text": f"Letter {number}"},
            "subject": {"reference": "Patient/james-carter"},
            "date": (newest - timedelta(hours=20 * number)).isoformat(),
            "content": [
                {"attachment": {"contentType": "text/plain", "data": "SGVsbG8=", "title": "Letter"}}
            ],
        }


def james_with(world: World, results: int, letters: int) -> Patient:
    world.ehr.load([*observations(results), *documents(letters)])
    james = people.patient(world)
    james.logs_in("james")
    return james


def resident() -> float:
    """Megabytes at the highest so far: app and EHR share this process, so that it is too much."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def asked_pages(world: World, path: str) -> int:
    return len(world.asked("GET", path))


def test_of_a_long_record_only_the_newest_page_is_read() -> None:
    with opened() as world:
        james = james_with(world, 300, 150)
        for view in VIEWS:
            world.forgets_what_was_asked()
            page = james.go(view)
            assert asked_pages(world, "/fhir/Observation") <= 3, view
            assert asked_pages(world, "/fhir/DocumentReference") <= 1, view
            assert len(page.html) < 120_000


@pytest.mark.proof
def test_the_first_view_of_13000_entries_takes_two_seconds_and_little_memory() -> None:
    with opened() as world:
        james = james_with(world, 10_000, 3_000)
        before = resident()
        took = {}
        for view in VIEWS:
            started = time.monotonic()
            page = james.go(view)
            took[view] = time.monotonic() - started
            assert page.status == 200
        for _ in range(5):
            for view in VIEWS:
                james.go(view)
        grown = resident() - before
        figures = ", ".join(f"{view} {seconds:.2f} s" for view, seconds in took.items())
        print(f"first views: {figures}; {grown:.0f} MB more")
        assert max(took.values()) <= SECONDS
        assert grown <= MEGABYTES
