"""How long a session lasts: what prolongs it, what does not, and what every page says of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from smartapp.config import load_settings
from smartapp.errors import ConfigurationError
from smartapp.sessions import Launches, Vault
from tests.app import people
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import World

IDLE_PATIENT, IDLE_STAFF, LONGEST = 20 * 60, 15 * 60, 12 * 3600


def asks(patient: Patient | Staff, status: int = 200) -> dict[str, Any]:
    """As the script does every now and then."""
    answer = patient.browser.ask("GET", f"{patient.home}/session")
    assert answer.status_code == status
    return json.loads(answer.text) if status == 200 else {}


def stays(patient: Patient | Staff, page: Page) -> dict[str, Any]:
    """As the script does while somebody types."""
    form = page.form("/session")
    answer = patient.browser.ask("POST", form.action, fields=form.fields)
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.text)
    return found


def test_every_page_says_when_it_ends(world: World, james: Patient, nurse: Staff) -> None:
    nurse.opens("tom")
    for page in (james.go("start"), james.go("medicines"), nurse.queue()):
        assert "If you do nothing here, you are signed out at" in page.text
    assert asks(james)["ends_in"] in range(IDLE_PATIENT - 5, IDLE_PATIENT + 1)
    assert asks(nurse)["ends_in"] in range(IDLE_STAFF - 5, IDLE_STAFF + 1)


def test_a_script_that_asks_keeps_nobody_signed_in(world: World, james: Patient) -> None:
    for _ in range(IDLE_PATIENT // 60 - 1):
        world.clock.passes(60)
        asks(james)
    assert asks(james)["ends_in"] <= 60

    world.clock.passes(61)
    asks(james, status=401)
    page = james.go("start", status=401)
    assert "Nothing was done here for a while" in page.text


def test_somebody_who_types_for_forty_minutes_stays(world: World, james: Patient) -> None:
    page = james.opens_form("lisinopril")
    for _ in range(40):
        world.clock.passes(60)
        assert stays(james, page)["ends_in"] > IDLE_PATIENT - 5

    assert james.go("start").status == 200


def test_only_a_page_of_the_session_itself_can_say_that_somebody_is_there(
    world: World, james: Patient
) -> None:
    world.clock.passes(IDLE_PATIENT - 60)
    form = james.browser.page.form("/session") if james.browser.page else None
    assert form is not None
    for fields in ({}, {"csrf_token": "made-up"}):
        refused = james.browser.ask("POST", form.action, fields=fields)
        assert refused.status_code == 403


def test_after_twelve_hours_everybody_signs_in_again_and_is_told_in_time(
    world: World, james: Patient
) -> None:
    while asks(james)["can_stay"]:
        world.clock.passes(600)
        page = james.go("start")

    assert "you have to sign in again. Please save what you write." in page.text
    left = asks(james)["ends_in"]
    assert stays(james, page)["ends_in"] <= left
    world.clock.passes(left + 1)
    assert "You were signed in for many hours" in james.go("start", status=401).text


def test_a_clinic_chooses_other_times(world: World) -> None:
    settings, store = world.services.settings, world.services.store
    short = Launches(store, Vault(settings.secret_keys), world.clock, patient_idle=120.0)
    patient = people.patient(world.with_services(launches=short))
    patient.logs_in("james")
    world.clock.passes(121)

    patient.go("start", status=401)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMARTAPP_STAFF_IDLE_MINUTES", "0"),
        ("SMARTAPP_PATIENT_IDLE_MINUTES", "twenty"),
        ("SMARTAPP_SESSION_HOURS", "25"),
    ],
)
def test_times_that_cannot_be_meant_stop_the_start(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as stopped:
        load_settings({"SMARTAPP_ENV": "development", name: value})

    assert name in str(stopped.value)


def test_times_are_read_from_the_environment(world: World) -> None:
    config = str(world.audit_folder.parent / "launch-config.json")
    settings = load_settings(
        {
            "SMARTAPP_ENV": "development",
            "SMARTAPP_CONFIG": config,
            "SMARTAPP_PRIVATE_KEYS": str(world.audit_folder.parent / "keys"),
            "SMARTAPP_STAFF_IDLE_MINUTES": "5",
            "SMARTAPP_PATIENT_IDLE_MINUTES": "10",
            "SMARTAPP_SESSION_HOURS": "8",
        }
    )

    times = (settings.staff_idle, settings.patient_idle, settings.longest_session)
    assert times == (300, 600, 28_800)
