"""Appointments that are coming, visits that were, and what a person takes away from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from smartapp.fhir.dates import FhirDate
from smartapp.pages.calendar_file import Event, calendar_file
from tests.app import people
from tests.app.page import Page
from tests.app.people import Patient
from tests.app.world import Json, World

pytestmark = pytest.mark.usefixtures("recovering")


@pytest.fixture(scope="module")
def world(lasting: World) -> World:
    return lasting


@pytest.fixture(scope="module")
def james(world: World) -> Patient:
    patient = people.patient(world)
    patient.logs_in("james")
    return patient


def opens(patient: Patient, words: str) -> Page:
    page = patient.go("visits")
    rows = [part for part in page.html.split("<li") if words in part and "/visits/" in part]
    assert rows, page.text
    return patient.browser.get(rows[0].partition('href="')[2].partition('"')[0])


def test_a_patient_finds_what_is_coming_and_what_was(james: Patient) -> None:
    page = james.go("visits")

    coming, _, past = page.text.partition("Past visits")
    assert "First visit at the heart clinic" in coming
    assert "Booked" in coming
    assert "With Dr. Erik Lindqvist" in coming
    assert "High blood pressure" in past
    assert "Nurse blood pressure check" in past.partition("Appointments that did not take place")[2]
    assert "Missed" in past


def test_one_appointment_says_where_with_whom_how_to_prepare_and_what_to_fill_in(
    james: Patient,
) -> None:
    page = opens(james, "First visit at the heart clinic")

    assert "400 Riverside Drive, second floor" in page.text
    assert "+1-312-555-0100" in page.text
    assert "Bring your medicines and your home blood pressure readings." in page.text
    assert "Before your visit" in page.text
    assert "Your last visit before this one" in page.text
    assert "It stays booked until the clinic says otherwise." in page.text
    asking = james.browser.click("Ask to change or cancel it")
    assert "Ask about an appointment" in asking.text


def test_a_video_visit_has_a_link_that_says_where_it_leads(world: World) -> None:
    zoe = people.patient(world)
    zoe.logs_in("zoe")
    page = opens(zoe, "Skin check by video")

    assert page.link("Join the video visit") == (
        "https://video.clinic.example.org/visit/zoe-skin-check"
    )
    assert "opens video.clinic.example.org" in page.text


def test_an_appointment_goes_into_a_calendar_without_its_reason(james: Patient) -> None:
    page = opens(james, "First visit at the heart clinic")

    answer = james.browser.ask("GET", page.link("Put it into your calendar"))

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=visit.ics"
    lines = answer.data.decode().replace("\r\n ", "").split("\r\n")
    assert "SUMMARY:Visit: Lindenfield Family Clinic" in lines
    assert any(line.startswith("LOCATION:Riverside office\\, 400 Riverside") for line in lines)
    assert b"heart" not in answer.data
    assert b"james" not in answer.data.lower()


def test_a_summary_is_what_the_record_holds_and_names_what_it_does_not(walter: Patient) -> None:
    stay = opens(walter, "Hospital stay")

    assert "Arthritis of the right knee" in stay.text
    assert "oxycodone 5 mg tablet Take 1 tablet by mouth every 6 hours" in stay.text
    assert "No longer current" in stay.text
    assert "Referral to physical therapy" in stay.text
    assert "It is in a document of its own." in stay.text
    assert "What to do at home" in stay.text
    stitches = opens(walter, "Follow-up visit")
    assert "The record holds no summary of this visit for you." in stitches.text
    assert "which signs are urgent" in stitches.text


def test_the_clinics_own_words_stand_in_the_summary_and_on_record(world: World) -> None:
    maria = people.patient(world)
    maria.logs_in("maria")
    maria.browser.submit(maria.go("start").forms[0], {"language": "en"})
    before = len(world.events("document.open"))

    page = opens(maria, "Follow-up visit")

    assert "Llame al 911 si se le hinchan la cara" in page.text
    assert '<blockquote class="app-document" lang="es">' in page.html
    assert len(world.events("document.open")) == before + 1


@pytest.mark.parametrize("kind", ["Encounter", "Appointment"])
def test_a_part_that_failed_is_not_an_empty_one(world: World, james: Patient, kind: str) -> None:
    world.fails({"match": {"type": kind}, "fault": {"kind": "status", "status": 500}})

    page = james.go("visits")

    assert "This does not mean that there is nothing in it." in page.text
    assert ("You have no coming appointments" in page.text) is False
    assert ("No past visits" in page.text) is False


def test_an_ehr_that_shares_no_appointments_still_shows_the_visits(world: World) -> None:
    patient = people.patient(world)
    patient.logs_in("james", without={"visits"})
    assert patient.go("visits").text.count("You did not let this app see this part") >= 1


def an_appointment(identity: str, **more: Any) -> Json:
    when = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    return {
        "resourceType": "Appointment",
        "id": identity,
        "status": "booked",
        "description": f"Visit {identity}",
        "start": when,
        "participant": [{"actor": {"reference": "Patient/james-carter"}, "status": "accepted"}],
    } | more


def test_an_appointment_that_another_patient_shares_is_not_shown(
    world: World, james: Patient
) -> None:
    both = [
        {"actor": {"reference": f"Patient/{each}"}, "status": "accepted"}
        for each in ("james-carter", "maria-lopez")
    ]
    world.ehr.load([an_appointment("alone"), an_appointment("together", participant=both)])

    page = james.go("visits")

    assert "Visit alone" in page.text
    assert "Visit together" not in page.text
    assert world.events("compartment.mismatch")[-1]["entities"][0]["type"] == "Appointment"


def test_without_an_end_a_place_or_a_date_a_page_says_so(world: World, james: Patient) -> None:
    world.ehr.load(
        [an_appointment("bare", start=None, status="proposed", description="Visit bare")]
    )

    page = opens(james, "Visit bare")

    assert "Date not set yet" in page.text
    assert "Suggested, not booked" in page.text
    assert "Not stated. Ask the clinic." in page.text
    assert "Put it into your calendar" not in page.text


def test_where_nothing_can_be_asked_the_page_says_whom_to_call(world: World) -> None:
    patient = people.patient(world)
    patient.logs_in("james", without={"requests"})

    page = opens(patient, "First visit at the heart clinic")

    assert "Ask to change or cancel it" not in page.text
    assert "To change or cancel it, call the clinic at 312-555-0142." in page.text


# --- the calendar file ------------------------------------------------------------------------


def event(**more: Any) -> Event:
    made = datetime(2026, 3, 1, tzinfo=UTC)
    start = FhirDate.parse("2026-03-08T10:00:00-05:00")
    assert start is not None
    usual = {"uid": "u", "made": made, "start": start, "end": None, "summary": "Visit",
             "place": "", "description": "x", "sure": True}  # fmt: skip
    return Event(**(usual | more))


def test_a_calendar_file_is_in_short_lines_that_cut_no_character() -> None:
    content = calendar_file(event(summary="ñ" * 200))

    assert content.endswith(b"END:VCALENDAR\r\n")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    assert "ñ" * 200 in content.replace(b"\r\n ", b"").decode()


def test_no_text_can_add_a_line_to_a_calendar_file() -> None:
    hostile = "x\r\nATTENDEE:mailto:a@b\nBEGIN:VALARM\u2028END:VEVENT, \\; end"

    content = calendar_file(event(place=hostile)).replace(b"\r\n ", b"").decode()

    names = [line.partition(":")[0].partition(";")[0] for line in content.split("\r\n")]
    assert names == ["BEGIN", "VERSION", "PRODID", "METHOD", "BEGIN", "UID", "DTSTAMP", "DTSTART",
                     "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS", "CLASS", "END", "END",
                     ""]  # fmt: skip
    assert "\\, \\\\\\; end" in content


def test_times_are_exact_and_days_are_days() -> None:
    timed = calendar_file(event(end=FhirDate.parse("2026-03-08T10:30:00-05:00"))).decode()
    daily = calendar_file(event(start=FhirDate.parse("2026-12-31"), sure=False)).decode()

    assert "DTSTART:20260308T150000Z\r\nDTEND:20260308T153000Z" in timed
    assert "DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101" in daily
    assert "STATUS:TENTATIVE" in daily
