"""Who may frame a page, and what it may load: on every answer, whatever its status."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.app.people import Patient, Staff, frame_of
from tests.app.world import World


@pytest.fixture
def world(settled: World) -> World:
    """Nothing here changes it."""
    return settled


def ancestors(answer: TestResponse) -> str:
    policy = answer.headers["Content-Security-Policy"]
    return policy.partition("frame-ancestors ")[2].split(";")[0]


@pytest.mark.smart(146)
def test_a_page_of_staff_may_be_framed_by_their_ehr_alone(world: World, tom: Staff) -> None:
    ehr = world.running.addresses.base
    for address, status in (
        (f"{tom.home}/queue", 200),
        (f"{tom.home}/", 303),
        (f"{tom.home}/queue/x", 404),
        (f"{tom.home}/start", 403),
    ):
        answer = tom.browser.ask("GET", address)
        assert answer.status_code == status
        assert ancestors(answer) == ehr


@pytest.mark.smart(146)
def test_a_page_of_a_patient_may_be_framed_by_nobody(james: Patient) -> None:
    for address, status in (
        (f"{james.home}/start", 200),
        (f"{james.home}/medicines", 200),
        (f"{james.home}/", 303),
        (f"{james.home}/requests/x", 404),
        (f"{james.home}/queue", 403),
    ):
        answer = james.browser.ask("GET", address)
        assert answer.status_code == status
        assert ancestors(answer) == "'none'"


@pytest.mark.smart(18, 146)
def test_pages_of_a_launch_may_be_framed_by_the_ehrs_of_the_configuration(world: World) -> None:
    ehr = world.running.addresses.base
    framed = world.browser(framed=True)
    for address in ("/launch", "/callback/sandbox-clinicians?state=x", "/l/x/queue"):
        assert ancestors(framed.ask("GET", address)) == ehr
    leaving = framed.ask("GET", frame_of(world, "tom"))
    assert leaving.status_code == 303
    assert ancestors(leaving) == ehr


@pytest.mark.smart(146)
def test_everything_else_may_be_framed_by_nobody(world: World) -> None:
    browser = world.browser()
    for address in ("/", "/healthz", "/readyz", "/keys/jwks.json", "/static/build/app.css"):
        answer = browser.ask("GET", address)
        assert answer.status_code == 200
        assert ancestors(answer) == "'none'", address


def test_what_a_page_may_load_is_its_own(james: Patient) -> None:
    policy = james.go("start").headers["content-security-policy"]
    parts = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))

    assert parts["default-src"] == "'none'"
    assert parts["base-uri"] == "'none'"
    assert parts["object-src"] == "'none'"
    assert parts["form-action"] == "'self'"
    assert parts["script-src"].split()[0] == "'self'"
    assert "http" not in policy.replace("frame-ancestors", "")
    for name, value in parts.items():
        assert "*" not in value, name
        assert "unsafe" not in value, name


def test_a_file_that_does_not_change_is_kept_and_a_missing_one_is_not(world: World) -> None:
    browser = world.browser()
    assert "immutable" in browser.ask("GET", "/static/build/app.css").headers["Cache-Control"]
    missing = browser.ask("GET", "/static/build/nothing.css")
    assert missing.status_code == 404
    assert "immutable" not in missing.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    ["/static/../launch-config.json", "/static/%2e%2e/policy/policy.toml", "/static//etc/passwd"],
)
def test_no_file_outside_the_folder_is_given_out(world: World, path: str) -> None:
    answer = world.browser().follow("GET", path)

    assert answer.status_code in {308, 404}
    assert "root:" not in answer.text
