"""Pages are light, and what makes them light gives nothing away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import requests
from playwright.sync_api import Page

from tests.journeys.browsers import Windows
from tests.journeys.people import Patient
from tests.journeys.programs import Programs

pytestmark = pytest.mark.journey

FIRST_VIEW = 60 * 1024
LATER_PAGE = 15 * 1024


@dataclass
class Scales:
    """What went over the wire, headers included. What comes from the cache weighs nothing."""

    weight: int = 0
    answers: int = 0

    def add(self, event: dict[str, float]) -> None:
        self.weight += int(event["encodedDataLength"])
        self.answers += 1


@contextmanager
def weighed(page: Page) -> Iterator[Scales]:
    scales = Scales()
    session = page.context.new_cdp_session(page)
    session.on("Network.loadingFinished", scales.add)
    session.send("Network.enable")
    yield scales
    page.wait_for_load_state("networkidle")
    session.detach()


def test_the_first_view_is_small(windows: Windows, programs: Programs) -> None:
    page = windows.open()
    with weighed(page) as scales:
        page.goto(f"{programs.app}/")
    assert scales.answers >= 3  # the page, its style and its script
    assert 10_000 < scales.weight <= FIRST_VIEW


def test_later_pages_are_smaller_still(patient: Patient) -> None:
    patient.is_signed_in_as("dorothy")
    for section in ("start", "medicines", "requests", "summary", "results", "results?by=visit"):
        with weighed(patient.page) as scales:
            patient.goes_to(section)
        assert 500 < scales.weight <= LATER_PAGE, section
    patient.goes_to("medicines")
    with weighed(patient.page) as scales:
        patient.page.locator(".app-card a.govuk-button").first.click()
        patient.page.wait_for_url("**/refill")
    assert 500 < scales.weight <= LATER_PAGE


def test_no_page_says_the_same_token_twice(patient: Patient) -> None:
    patient.is_signed_in_as("james")
    said: list[str] = []
    for _ in range(3):
        patient.goes_to("start")
        said += set(re.findall(r'name="csrf_token" value="(\w+)"', patient.page.content()))
    assert len(said) >= 3
    assert len(said) == len(set(said))


@pytest.mark.parametrize("takes", ["gzip", "identity", "gzip;q=0", "br"])
def test_only_a_browser_that_takes_it_gets_it_compressed(programs: Programs, takes: str) -> None:
    answer = requests.get(f"{programs.app}/", headers={"Accept-Encoding": takes}, timeout=10)
    assert answer.headers.get("Content-Encoding") == ("gzip" if takes == "gzip" else None)
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "</html>" in answer.text


def test_what_a_browser_has_kept_is_not_sent_again(programs: Programs) -> None:
    front = requests.get(f"{programs.app}/", timeout=10).text
    (path,) = re.findall(r'href="([^"]+app\.css[^"]*)"', front)
    first = requests.get(programs.app + path, timeout=10)
    assert first.headers["Content-Encoding"] == "gzip"
    again = requests.get(
        programs.app + path, headers={"If-None-Match": first.headers["ETag"]}, timeout=10
    )
    assert again.status_code == 304
    assert again.content == b""
