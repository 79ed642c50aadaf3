"""What the EHR wishes beside the token: its colours, no banner, a certain page, a way to manage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from smartapp.pages.opening import opening
from smartapp.pages.style import style_sheet
from tests.app import people
from tests.app.people import Patient, Staff
from tests.app.world import World, opened

TOKEN = {"path": "/oauth/token"}
PAGES = frozenset({"start", "requests", "medicines", "allergies"})
BANNER = 'class="app-record'


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    shared.forgets_what_was_asked()
    yield shared
    shared.recovers()


def says(world: World, **said: Any) -> None:
    world.fails({"match": TOKEN, "fault": {"kind": "edited", "set": said}})


# --- colours ----------------------------------------------------------------------------------


@pytest.mark.smart(66)
def test_the_ehrs_colours_come_from_our_own_origin(world: World, nurse: Staff) -> None:
    says(world, smart_style_url=f"{world.running.addresses.base}/static/smart-style.json")
    nurse.opens("nina", "james-carter")
    world.forgets_what_was_asked()

    page = nurse.queue()
    assert f'href="{nurse.home}/style.css"' in page.html
    sheet = nurse.browser.ask("GET", f"{nurse.home}/style.css")

    assert sheet.content_type == "text/css; charset=utf-8"
    assert "--app-brand: #2d4a6b;" in sheet.text
    assert "--app-page: #f4f6f8;" in sheet.text
    assert "Georgia" not in sheet.text, "colours only"
    (asked,) = world.asked("GET", "smart-style.json")
    assert not asked["authorization"]
    nurse.browser.ask("GET", f"{nurse.home}/style.css")
    assert len(world.asked("GET", "smart-style.json")) == 1, "kept by its address"


def test_without_a_style_no_page_asks_for_one(world: World, nurse: Staff) -> None:
    page = nurse.opens("nina", "james-carter")

    assert "style.css" not in page.html
    assert nurse.browser.ask("GET", f"{nurse.home}/style.css").text == ""


def test_a_style_that_cannot_be_had_leaves_the_app_as_it_looks(world: World, nurse: Staff) -> None:
    says(world, smart_style_url=f"{world.running.addresses.base}/nowhere.json")
    nurse.opens("nina", "james-carter")

    assert nurse.browser.ask("GET", f"{nurse.home}/style.css").text == ""


@pytest.mark.smart(66)
@pytest.mark.parametrize(
    "colour",
    [
        "red; } body { display: none",
        "url(javascript:alert(1))",
        "url(https://evil.example/x)",
        "#12345",
        "#1234567",
        "#gggggg",
        "expression(alert(1))",
        "var(--app-page)",
        "#ffffff",
        "#fffff0",
        "",
        7,
        None,
        ["#000000"],
    ],
)
def test_what_is_no_colour_that_can_be_read_is_left_out(colour: Any) -> None:
    for name in ("color_text", "color_highlight", "color_error", "color_success"):
        assert style_sheet({name: colour}) == ""
    if colour not in ("#ffffff", "#fffff0"):
        assert style_sheet({"color_background": colour}) == ""


@pytest.mark.smart(66)
def test_a_colour_is_taken_only_where_people_can_still_read() -> None:
    assert "--app-ink: #112233;" in style_sheet({"color_text": "#123"})
    assert style_sheet({"color_background": "#000000"}) == "", "our ink would vanish"
    assert style_sheet({"color_highlight": "#ffcc00"}) == "", "yellow on white"
    both = style_sheet({"color_background": "#ffeeaa", "color_highlight": "#004488"})
    assert "--app-page: #ffeeaa;" in both
    assert "--govuk-link-colour: #004488;" in both
    assert both.startswith("@media screen and (prefers-color-scheme: light)")
    assert style_sheet({"color_modal_backdrop": "#000000", "dim_font_size": "99px"}) == ""


# --- the banner -------------------------------------------------------------------------------


@pytest.mark.smart(64)
def test_where_the_chart_says_whose_record_it_is_the_app_need_not(
    world: World, nurse: Staff
) -> None:
    assert BANNER in nurse.opens("nina", "james-carter").html
    says(world, need_patient_banner=False)

    assert BANNER not in nurse.opens("nina", "james-carter").html


@pytest.mark.smart(64)
def test_without_a_patient_in_context_the_banner_of_an_item_stays() -> None:
    with opened() as world:
        patient = people.patient(world)
        patient.logs_in("james")
        patient.asks_for("lisinopril")
        says(world, need_patient_banner=False)
        nurse = people.staff(world)
        nurse.opens("tom")
        assert BANNER in nurse.opens_item().html


@pytest.mark.smart(64)
def test_on_a_phone_the_banner_stays_whatever_the_ehr_says(world: World, patient: Patient) -> None:
    says(world, need_patient_banner=False)

    assert BANNER in patient.logs_in("james").html


# --- a certain page ---------------------------------------------------------------------------


@pytest.mark.smart(65, 145)
@pytest.mark.parametrize(
    ("said", "page"),
    [
        ({"intent": "medications"}, "medicines"),
        ({"intent": "something-new"}, "start"),
        ({"appContext": '{"open": "requests"}', "intent": "medicines"}, "requests"),
        ({"appContext": "garbage", "intent": "refill"}, "medicines"),
    ],
    ids=str,
)
def test_a_patient_starts_where_the_ehr_meant(
    world: World, patient: Patient, said: dict[str, str], page: str
) -> None:
    says(world, **said)
    opened_at = patient.logs_in("james")

    assert opened_at.path.endswith(f"/{page}")
    assert patient.browser.get(f"{patient.home}/").path.endswith("/start"), "only at the beginning"


@pytest.mark.smart(65)
def test_staff_start_with_the_queue_whatever_the_intent(world: World, nurse: Staff) -> None:
    says(world, intent="summary-timeline-view")

    assert nurse.opens("nina", "james-carter").path.endswith("/queue")


@pytest.mark.smart(145)
@pytest.mark.parametrize(
    "app_context",
    [
        "",
        "null",
        "[]",
        '{"open": 7}',
        '{"open": "//evil.example"}',
        '{"open": "../../etc"}',
        '{"open": "queue"}',
        '{"close": "medicines"}',
        "[" * 100_000,
        '{"open": "' + "x" * 1000 + '"}',
    ],
    ids=lambda text: text[:20],
)
def test_a_task_can_do_no_more_than_pick_a_page(app_context: str) -> None:
    assert opening(None, app_context, PAGES) is None
    assert opening("medicines", app_context, PAGES) == "medicines"


@pytest.mark.smart(68)
@pytest.mark.parametrize("form", ["plain", "object"])
def test_staff_start_with_the_work_that_the_ehr_names(form: str) -> None:
    with opened() as world:
        patient = people.patient(world)
        patient.logs_in("james")
        patient.asks_for("lisinopril")
        reference = f"Task/{world.written('Task')[0]['id']}"
        named = reference if form == "plain" else {"reference": reference, "type": "Task"}

        says(world, fhirContext=["ImagingStudy/1", "Task/nobodys", named])
        nurse = people.staff(world)
        page = nurse.opens("tom", "james-carter")

        assert page.path.startswith(f"{nurse.home}/queue/")
        assert "lisinopril" in page.text
        assert nurse.browser.get(f"{nurse.home}/").path.endswith("/queue"), "only at the beginning"


@pytest.mark.smart(68)
def test_work_that_is_not_there_or_not_theirs_leaves_staff_with_the_queue() -> None:
    with opened() as world:
        patient = people.patient(world)
        patient.logs_in("james")
        patient.asks_for("lisinopril")
        reference = f"Task/{world.written('Task')[0]['id']}"
        says(world, fhirContext=["Task/nobodys", "Communication/nothing", "Condition/1"])
        assert people.staff(world).opens("tom", "james-carter").path.endswith("/queue")

        says(world, fhirContext=[reference])
        for username, chart in (("tom", "dorothy-hayes"), ("shaw", "")):
            page = people.staff(world).opens(username, chart)
            assert page.path.endswith("/queue")
            assert "lisinopril" not in page.text


# --- managing access --------------------------------------------------------------------------


@pytest.mark.smart(133)
def test_patients_find_where_their_ehr_manages_access(world: World, patient: Patient) -> None:
    page = patient.logs_in("james")

    assert page.link("See which apps can open your record") == world.running.addresses.manage
    ended = Client(world.running.app).post("/oauth/manage", data={"username": "james"})
    assert "No app may open a record in the name of James Carter any more." in ended.text
    patient.go("medicines", status=401)


def test_staff_are_not_sent_there(world: World, nurse: Staff) -> None:
    assert world.running.addresses.manage not in nurse.opens("nina", "james-carter").html


# --- brands -----------------------------------------------------------------------------------


@pytest.mark.smart(138)
def test_the_front_page_names_clinics_as_people_know_them(world: World) -> None:
    page = world.browser().get("/")

    assert "Lindenfield – also known as Lindenfield Family Practice" in page.text
    assert (
        "These places do not work with this app yet: Lindenfield Community Hospital." in page.text
    )
    picture = world.browser().ask("GET", "/clinic/sandbox-patients/logo")
    assert picture.content_type == "image/svg+xml"
    assert picture.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert world.browser().ask("GET", "/clinic/nobody/logo").status_code == 404
