"""Which pages are private, who may frame them, and which POSTs count: over all routes."""

from __future__ import annotations

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from smartapp.sessions.handles import seal_handle
from tests.app import people
from tests.app.browser import Browser
from tests.app.people import Patient, Staff
from tests.app.world import APP, World

# Pages that anyone may open. Adding one is a decision worth a reviewer's attention.
PUBLIC_ENDPOINTS = {
    "static",
    "public.welcome",
    "public.language",
    "public.jwks",
    "public.logo",
    "public.healthz",
    "public.readyz",
    "launch.from_ehr",
    "launch.standalone",
    "launch.back",
    "window.enter",
}


@pytest.fixture
def world(settled: World) -> World:
    """Nothing here changes it."""
    return settled


# --- every route ------------------------------------------------------------------------------


def test_every_route_is_private_unless_it_is_listed(world: World) -> None:
    views = world.app.view_functions
    public = {name for name, view in views.items() if not hasattr(view, "is_private")}

    assert public == PUBLIC_ENDPOINTS


OF_STAFF = ("staff.", "meant.", "item.", "acting.", "answer.")
OF_PATIENTS = ("patient.", "ask.", "readings.", "request.", "rules.")


def private_rules(world: World) -> list[Rule]:
    rules = world.app.url_map.iter_rules()
    return [rule for rule in rules if rule.endpoint not in PUBLIC_ENDPOINTS]


def address_of(rule: Rule, lid: str) -> str:
    values = {"lid": lid, "handle": "x" * 30}
    return (
        str(rule.rule)
        .replace("<lid>", values["lid"])
        .replace("<handle>", values["handle"])
        .replace("<int:at>", "0")
        .replace("<code>", "refill")
    )


def test_without_a_session_no_private_page_opens(world: World, james: Patient) -> None:
    """The name of a session is no secret, so knowing it opens nothing."""
    lid = james.home.removeprefix("/l/")
    for rule in private_rules(world):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = _from_own_page(world.browser(), method, address_of(rule, lid))
            assert answer.status_code == 401, rule


def test_no_page_of_staff_opens_for_a_patient_and_the_reverse(
    world: World, james: Patient, tom: Staff
) -> None:
    tried = 0
    for who, wrong in ((james, OF_STAFF), (tom, OF_PATIENTS)):
        lid = who.home.removeprefix("/l/")
        token = who.browser.get(f"{who.home}/").form("/language").fields["csrf_token"]
        for rule in private_rules(world):
            if rule.endpoint.startswith(wrong):
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    before = len(world.events("access.denied"))
                    answer = _from_own_page(
                        who.browser, method, address_of(rule, lid), {"csrf_token": token[0]}
                    )
                    assert answer.status_code == 403, rule
                    assert "This page is not for you" in answer.text
                    (event,) = world.events("access.denied")[before:]
                    assert event["subtype"] == rule.endpoint
                    assert event["reason_code"] == "role"
                    assert event["who"]["ref"] in {
                        "Patient/james-carter",
                        "Practitioner/nurse-berg",
                    }
                    tried += 1
    assert tried >= 20


def _from_own_page(
    browser: Browser, method: str, address: str, fields: dict[str, str] | None = None
) -> TestResponse:
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": APP}
    data = (fields or {"x": "y"}) if method == "POST" else None
    return browser.ask(method, address, fields=data, headers=headers)


def test_staff_of_another_team_cannot_open_an_item(world: World, tom: Staff) -> None:
    """The front desk works other queues: not in the list, and not by its address either."""
    kim = people.staff(world)
    queue = kim.opens("kim")
    assert "You work these queues: Front desk, Health records." in queue.text
    assert "lisinopril" not in queue.text
    ((lid, secret),) = kim.browser.sessions.items()
    key = world.services.launches.find(lid, secret).handle_key
    task = world.written("Task")[0]
    for reference in (f"Task/{task['id']}", task["focus"]["reference"]):
        page = kim.browser.get(f"{kim.home}/queue/{seal_handle(key, lid, reference)}", status=403)
        assert "lisinopril" not in page.text


def test_staff_without_a_role_here_have_no_queue(world: World) -> None:
    erik_is_a_doctor = people.staff(world)
    assert "Physician" in erik_is_a_doctor.opens("erik").text
    shaw = people.staff(world)
    assert "Billing" in shaw.opens("shaw").text


@pytest.mark.parametrize("kind", ["Patient", "Practitioner", "MedicationRequest", "Submission"])
def test_a_handle_of_another_kind_is_not_an_item(world: World, tom: Staff, kind: str) -> None:
    ((lid, secret),) = tom.browser.sessions.items()
    key = world.services.launches.find(lid, secret).handle_key
    handle = seal_handle(key, lid, f"{kind}/james-carter")
    tom.browser.get(f"{tom.home}/queue/{handle}", status=404)
