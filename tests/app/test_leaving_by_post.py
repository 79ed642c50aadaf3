"""A request that is too long for an address goes to the EHR as a form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app import people
from tests.app.browser import LEAVING
from tests.app.page import read_page
from tests.app.world import Json, World, opened


def by_post(config: Json) -> None:
    for each in config["ehrs"]:
        each.setdefault("vendor", {})["authorize"] = "post"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with opened(changed=by_post) as world:
        yield world


@pytest.mark.smart(45)
def test_patients_and_staff_get_in_by_a_form_too(world: World) -> None:
    patient, nurse = people.patient(world), people.staff(world)

    assert patient.logs_in("james").headings == ("Hello, James Alan Carter",)
    assert nurse.opens("nina", "james-carter").headings == ("This patient’s open requests",)
    asked = world.asked("POST", "/oauth/authorize")
    assert len(asked) == 2
    assert not world.asked("GET", "/oauth/authorize")


@pytest.mark.smart(3, 4, 45)
def test_the_form_holds_what_the_address_would_hold_and_a_button(world: World) -> None:
    browser = world.browser()
    answer = browser.ask("GET", "/launch/sandbox-patients")
    page = read_page(browser.visited[-1], 200, {}, answer.text)
    (form,) = page.forms

    assert form.action == world.running.addresses.authorize
    assert set(form.fields) == {
        *("response_type", "client_id", "redirect_uri", "scope", "state", "aud", "nonce"),
        *("code_challenge", "code_challenge_method"),
    }
    assert ">\n  Continue\n</button>" in answer.text


def test_only_this_page_may_send_a_form_elsewhere(world: World) -> None:
    browser = world.browser()
    leaving = browser.ask("GET", "/launch/sandbox-patients").headers["Content-Security-Policy"]
    front = browser.ask("GET", "/").headers["Content-Security-Policy"]

    ehr = world.running.addresses.base
    assert f"form-action 'self' {ehr} https:;" in leaving
    assert "form-action 'self';" in front
    assert LEAVING not in browser.ask("GET", "/").text
