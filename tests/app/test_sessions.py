"""Sessions: one for each launch, and none opens, sees or ends another."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from smartapp.sessions.handles import seal_handle
from tests.app import people
from tests.app.browser import Browser
from tests.app.people import PLAIN, Patient, Staff
from tests.app.world import World

IDLE_PATIENT, IDLE_STAFF = 20 * 60, 15 * 60


def in_same_browser(staff: Staff) -> Staff:
    return Staff(staff.browser, staff.world)


@pytest.mark.smart(26)
def test_two_charts_side_by_side_never_mix(world: World, patient: Patient, nurse: Staff) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    maria = people.patient(world)
    maria.logs_in("maria")
    maria.asks_for("lisinopril")
    left, right = nurse, in_same_browser(nurse)
    left.opens("tom", "james-carter")
    right.opens("tom", "maria-lopez")

    assert left.home != right.home
    for _ in range(3):
        one, other = left.queue(), right.queue()
        assert "James" in one.text
        assert "María" not in one.text
        assert "María" in other.text
        assert "James" not in other.text


def test_a_handle_of_one_session_is_nothing_in_another(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    left, right = nurse, in_same_browser(nurse)
    left.opens("tom", "james-carter")
    right.opens("tom", "james-carter")
    item = left.opens_item().path
    handle = item.rpartition("/")[2]

    page = right.browser.get(f"{right.home}/queue/{handle}", status=404)
    assert "lisinopril" not in page.text


def test_a_handle_of_one_patient_is_nothing_to_another(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    receipt = patient.asks_for("lisinopril")
    form = patient.form_address("zolpidem")
    maria = people.patient(world)
    maria.logs_in("maria")

    for address in (receipt.path, urlsplit(form).path):
        stolen = address.replace(patient.home, maria.home)
        assert "lisinopril" not in maria.browser.get(stolen, status=404).text
    maria.browser.get(receipt.url, status=401)


def test_an_item_of_another_patient_is_not_found_in_a_chart(
    world: World, patient: Patient, nurse: Staff
) -> None:
    """The nurse may see it in her queue; in this chart there is only this patient."""
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom", "maria-lopez")
    ((lid, secret),) = nurse.browser.sessions.items()
    key = world.services.launches.find(lid, secret).handle_key
    handle = seal_handle(key, lid, f"Task/{world.written('Task')[0]['id']}")

    page = nurse.browser.get(f"{nurse.home}/queue/{handle}", status=404)
    assert "lisinopril" not in page.text
    assert world.events("compartment.mismatch")


@pytest.mark.parametrize("path", ["start", "medicines", "requests", "queue", ""])
def test_without_its_cookie_a_session_is_closed(world: World, patient: Patient, path: str) -> None:
    patient.logs_in("james")
    stranger = world.browser()

    page = stranger.get(f"{patient.home}/{path}", status=401)
    assert page.headings == ("You are signed out",)
    assert "James" not in page.text


def test_the_cookie_of_one_session_does_not_open_another(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    maria = people.patient(world)
    maria.logs_in("maria")
    james_jar, marias_jar = (each.browser.cookies["localhost"] for each in (patient, maria))
    (james_name,), (marias_name,) = james_jar, marias_jar
    marias_jar[james_name] = marias_jar[marias_name]

    page = maria.browser.get(f"{patient.home}/start", status=401)
    assert "James" not in page.text


@pytest.mark.parametrize(
    "lid", ["x", "x" * 22, "..", "%2e%2e", "a" * 500, "é" * 20, "0" * 22 + "%00", "-" * 22]
)
def test_a_made_up_session_is_no_session(world: World, lid: str) -> None:
    answer = world.browser().ask("GET", f"/l/{lid}/start")

    assert answer.status_code in {401, 404}


def test_signing_out_ends_this_session_and_no_other(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    other = Patient(patient.browser)
    other.logs_in("maria")
    page = patient.go("start")
    out = patient.browser.submit(page.form("/sign-out"))

    assert out.headings == ("You are signed out",)
    patient.go("start", status=401)
    assert "María" in other.go("start").text
    assert [event["reason_code"] for event in world.events("session.end")] == ["logout"]


def test_signing_out_in_a_frame_leads_nowhere_that_stays_empty(nurse: Staff) -> None:
    queue = nurse.opens("tom")
    out = nurse.browser.submit(queue.form("/sign-out"))

    assert "Open the app again from the EHR when you need it." in out.text
    assert not [href for _, href in out.links if urlsplit(href).path == "/"]
    nurse.browser.get(f"{nurse.home}/queue", status=401)


def test_whoever_goes_away_is_signed_out_after_a_while(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    nurse.opens("tom")
    world.clock.passes(IDLE_STAFF - 60)
    nurse.queue()
    patient.go("start")
    world.clock.passes(IDLE_STAFF + 1)

    nurse.browser.get(f"{nurse.home}/queue", status=401)
    patient.go("start")
    world.clock.passes(IDLE_PATIENT + 1)
    patient.go("start", status=401)


def test_what_was_typed_is_given_back_when_the_session_has_ended(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    form = patient.opens_form("lisinopril").form("/refill")
    world.clock.passes(IDLE_PATIENT + 1)

    page = patient.browser.submit(form, {**PLAIN, "more": "Ouch", "then": "check"}, status=401)
    assert "What you wrote. You can copy it from here." in page.text
    assert "Ouch" in page.text
    assert "4-7-days" not in page.text, "codes are of no use to anybody"


def test_a_token_that_the_ehr_withdrew_ends_in_a_new_login(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    gone = {"match": {"path": "/fhir/Patient/"}, "fault": {"kind": "status", "status": 401}}
    world.fails(gone)

    page = patient.go("start", status=401)
    assert page.headings == ("Please sign in again",)


def test_a_registration_that_was_taken_away_ends_its_sessions(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    settings = world.services.settings
    later = world.with_services(settings=replace(settings, ehrs=settings.ehrs[1:])).browser()
    later.cookies = patient.browser.cookies

    later.get(f"{patient.home}/start", status=401)


@pytest.mark.smart(8, 147)
def test_the_cookies_of_a_patient_and_of_a_frame(world: World, nurse: Staff) -> None:
    """Host-bound, unreadable for scripts; in a frame of another site each has its own jar."""
    patient = people.patient(world)
    patient.logs_in("james")
    nurse.opens("tom")
    (own,) = _session_cookies(patient.browser)
    (framed,) = _session_cookies(nurse.browser)

    for cookie in (own, framed):
        assert cookie["path"] == "/"
        assert "domain" not in cookie
        assert {"secure", "httponly"} <= set(cookie)
        assert "max-age" not in cookie
        assert "expires" not in cookie
    assert own["samesite"] == "Lax"
    assert "partitioned" not in own
    assert framed["samesite"] == "None"
    assert "partitioned" in framed


def _session_cookies(browser: Browser) -> list[dict[str, str]]:
    jar = browser.cookies["localhost"]
    return [dict(jar[name].attributes) for name in jar if name.startswith("__Host-L-")]


def test_the_language_is_kept_in_a_cookie_that_says_nothing_else(world: World) -> None:
    browser = world.browser()
    front = browser.get("/")
    spanish = browser.submit(front.form("/language"), {"language": "es"})

    assert spanish.lang == "es"
    cookie = browser.cookies["localhost"]["__Host-Language"]
    assert cookie.value == "es"
    assert {"secure", "httponly"} <= set(cookie.attributes)
    browser.submit(spanish.form("/language"), {"language": "<script>"})
    assert browser.cookies["localhost"]["__Host-Language"].value == "es"


def test_the_language_that_was_chosen_at_the_door_holds_inside(world: World) -> None:
    patient = people.patient(world)
    front = patient.browser.get("/")
    patient.browser.submit(front.form("/language"), {"language": "es"})

    assert patient.logs_in("james").lang == "es"


def test_an_old_receipt_does_not_throw_away_what_is_typed_anew(
    patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    receipt = patient.asks_for("lisinopril")
    nurse.opens("tom")
    nurse.answers_and_closes()
    form = patient.opens_form("lisinopril")
    patient.answers(form, more="Half a thought")
    patient.browser.get(receipt.url)

    again = patient.opens_form("lisinopril").form("/refill")
    assert again.fields["more"] == ["Half a thought"]
