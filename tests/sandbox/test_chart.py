"""The EHR's own pages, as a person at the clinic uses them."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.example_app import NURSE, PARENT, PATIENT, Ehr


def chart_of(patient: str) -> str:
    return f"/ehr/{NURSE.username}/chart/{patient}"


CHART = chart_of(PATIENT.patients[0])


def page(ehr: Ehr, path: str) -> requests.Response:
    return requests.get(ehr.at.base + path, timeout=5)


def frames(text: str) -> list[str]:
    return [unescape(source) for source in re.findall(r'<iframe[^>]* src="([^"]+)"', text)]


def test_the_front_page_leads_to_the_portal_and_to_the_clinic(ehr: Ehr) -> None:
    text = page(ehr, "/").text

    assert 'href="http://localhost:8000/launch/sandbox-patients">Be a patient' in text
    assert 'href="/ehr">Work at the clinic' in text


def test_staff_are_listed_and_patients_are_not(ehr: Ehr) -> None:
    text = page(ehr, "/ehr").text

    assert f"/ehr/{NURSE.username}" in text
    assert PATIENT.username not in re.findall(r'href="/ehr/([^"]+)"', text)


def test_the_worklist_has_patients_and_the_appointments_of_today(ehr: Ehr) -> None:
    text = page(ehr, f"/ehr/{NURSE.username}").text

    assert f'href="{CHART}"' in text
    assert "from today, " in text


def test_a_chart_frames_the_app_with_a_launch_of_its_own(ehr: Ehr) -> None:
    first, second = page(ehr, CHART).text, page(ehr, CHART).text
    (frame,) = frames(first)
    address = urlsplit(frame)
    query = parse_qs(address.query)

    assert f"{address.scheme}://{address.netloc}{address.path}" == "http://localhost:8000/launch"
    assert query["iss"] == [ehr.at.fhir]
    assert frames(second) != [frame]


def test_the_frame_is_held_as_tightly_as_real_ehrs_hold_it(ehr: Ehr) -> None:
    text = page(ehr, CHART).text

    assert (
        'sandbox="allow-forms allow-scripts allow-same-origin allow-popups allow-downloads"' in text
    )


@pytest.mark.parametrize(
    "tab", ["summary", "medicines", "results", "visits", "documents", "messages"]
)
def test_every_tab_of_every_chart_opens(ehr: Ehr, tab: str) -> None:
    charts = re.findall(
        r'href="(/ehr/[^"]+/chart/[^"]+)"', page(ehr, f"/ehr/{NURSE.username}").text
    )
    assert charts
    for chart in charts:
        answer = page(ehr, f"{chart}?tab={tab}")
        assert answer.status_code == 200
        assert not frames(answer.text)


def test_what_only_mentions_a_patient_is_not_on_their_chart(ehr: Ehr) -> None:
    own, other = PATIENT.patients[0], PARENT.patients[-1]
    ehr.running.app.extensions["ehr"].store.create(
        {
            "resourceType": "Communication",
            "status": "completed",
            "subject": {"reference": f"Patient/{other}"},
            "about": [{"reference": f"Patient/{own}"}],
            "payload": [{"contentString": "Only for the other chart"}],
        }
    )

    assert "Only for the other" not in page(ehr, f"{CHART}?tab=messages").text
    assert "Only for the other" in page(ehr, f"{chart_of(other)}?tab=messages").text


def test_two_charts_stand_side_by_side_each_with_its_own_launch(ehr: Ehr) -> None:
    left, right = PATIENT.patients[0], PARENT.patients[-1]
    text = page(ehr, f"/ehr/{NURSE.username}/side-by-side?left={left}&right={right}").text
    launches = [parse_qs(urlsplit(frame).query)["launch"] for frame in frames(text)]

    assert len(launches) == 2
    assert launches[0] != launches[1]


def test_the_queue_has_a_frame_and_no_chart(ehr: Ehr) -> None:
    text = page(ehr, f"/ehr/{NURSE.username}/queue").text

    assert len(frames(text)) == 1
    assert 'aria-label="Patient"' not in text


@pytest.mark.parametrize(
    "path",
    [
        "/ehr/nobody",
        f"/ehr/{PATIENT.username}",
        f"/ehr/{NURSE.username}/chart/nobody",
        f"{CHART}?tab=nothing",
        f"/ehr/{PATIENT.username}/chart/{PATIENT.patients[0]}",
    ],
)
def test_there_is_no_page_for_what_is_not_there(ehr: Ehr, path: str) -> None:
    assert page(ehr, path).status_code == 404


def test_pages_may_be_framed_by_the_ehr_only_and_frame_the_app_only(ehr: Ehr) -> None:
    policy = page(ehr, CHART).headers["Content-Security-Policy"]

    assert "frame-ancestors 'self'" in policy
    assert "frame-src http://localhost:8000 'self'" in policy
    assert "script" not in policy
