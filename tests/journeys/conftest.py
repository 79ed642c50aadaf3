"""The demo's own programs, once for each test process, and browsers for each journey."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.browsers import Windows, chromium
from tests.journeys.people import Nurse, Patient
from tests.journeys.programs import Programs, demo
from tests.journeys.record import Record, open_record


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    with demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def remembering() -> Iterator[Browser]:
    """A browser that keeps pages for its Back button, as people's browsers do."""
    with chromium(keeps_pages=True) as launched:
        yield launched


@pytest.fixture(scope="session")
def ehr_record(programs: Programs) -> Record:
    return open_record(programs)


@pytest.fixture
def record(ehr_record: Record) -> Record:
    ehr_record.closes_all_work()
    return ehr_record


@pytest.fixture
def windows(browser: Browser, programs: Programs, record: Record) -> Iterator[Windows]:
    opened = Windows(browser, programs)
    yield opened
    programs.goes_wrong()
    assert opened.close() == []


@pytest.fixture
def phone(windows: Windows) -> Page:
    return windows.open()


@pytest.fixture
def patient(phone: Page, programs: Programs) -> Patient:
    return Patient(phone, programs)


@pytest.fixture
def nurse(windows: Windows, programs: Programs) -> Nurse:
    return Nurse(windows.open(width=1280, height=800), programs.ehr)
