"""Which POSTs count, and where an answer leads: nobody else makes this browser do anything."""

from __future__ import annotations

import pytest

from tests.app import people
from tests.app.page import Form
from tests.app.people import PLAIN, Patient, Staff
from tests.app.world import APP, World


@pytest.fixture
def world(settled: World) -> World:
    """Nothing here changes it."""
    return settled


# --- forged requests --------------------------------------------------------------------------


def sending_form(james: Patient) -> Form:
    return james.checks("zolpidem").form("/send")


FORGERIES = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "a sister site": {"Sec-Fetch-Site": "same-site"},
    "nobody knows where": {"Sec-Fetch-Site": "none"},
    "an old browser, another site": {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    "an old browser that says nothing": {"Sec-Fetch-Site": "", "Origin": ""},
    "an opaque place": {"Sec-Fetch-Site": "", "Origin": "null"},
    "the app's name in another": {"Sec-Fetch-Site": "", "Origin": f"{APP}.evil.example"},
    "json": {"Content-Type": "application/json"},
    "plain text": {"Content-Type": "text/plain"},
}


@pytest.mark.parametrize("headers", FORGERIES.values(), ids=list(FORGERIES))
def test_a_post_that_did_not_come_from_a_page_of_ours_does_nothing(
    world: World, james: Patient, headers: dict[str, str]
) -> None:
    form = sending_form(james)
    before = len(world.written("Task"))
    page = james.browser.post(form.action, form.fields, headers=headers, status=403)

    assert page.headings == ("We could not be sure that this came from you",)
    assert "Nothing was sent." in page.text
    assert len(world.written("Task")) == before
    assert world.events("access.denied")[-1]["reason_code"] == "forged"


def test_a_post_that_does_not_say_what_it_is_does_nothing(james: Patient) -> None:
    form = james.go("start").form("/language")
    answer = james.browser.ask("POST", form.action, fields=b"language=es")

    assert answer.status_code == 403
    assert james.go("start").lang == "en"


@pytest.mark.parametrize("token", [None, "", "x", "é" * 64, "0" * 64])
def test_a_post_without_the_token_of_its_session_does_nothing(
    world: World, james: Patient, token: str | None
) -> None:
    form = sending_form(james)
    fields = {name: values for name, values in form.fields.items() if name != "csrf_token"}
    given = fields if token is None else {**fields, "csrf_token": token}
    before = len(world.written("Task"))

    james.browser.post(form.action, given, status=403)
    assert len(world.written("Task")) == before


def test_the_token_of_one_session_does_not_serve_another(world: World, james: Patient) -> None:
    other = people.patient(world)
    other.logs_in("james")
    form = sending_form(james)
    stolen = other.go("start").form("/language").fields["csrf_token"]

    james.browser.post(form.action, {**form.fields, "csrf_token": stolen}, status=403)


def test_an_old_browser_that_says_where_it_comes_from_is_believed(james: Patient) -> None:
    form = james.go("start").form("/language")
    headers = {"Sec-Fetch-Site": "", "Origin": APP}

    page = james.browser.post(form.action, {**form.fields, "language": "es"}, headers=headers)
    assert page.lang == "es"


def test_a_get_changes_nothing(world: World, james: Patient, tom: Staff) -> None:
    check = james.checks("zolpidem")
    item = tom.opens_item()
    actions = [check.form("/send").action, item.form("/claim").action]
    actions += [f"{james.home}/language?language=es", f"{james.home}/sign-out"]
    before = len(world.asked("POST", "/fhir")) + len(world.asked("PUT", "/fhir/"))
    for action in actions:
        for browser in (james.browser, tom.browser):
            answer = browser.ask("GET", action)
            assert answer.status_code in {401, 405}, action

    assert len(world.asked("POST", "/fhir")) + len(world.asked("PUT", "/fhir/")) == before
    assert james.go("start").lang == "en"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_do_nothing(james: Patient, method: str) -> None:
    answer = james.browser.ask(method, f"{james.home}/start")

    assert answer.status_code in {403, 405}


# --- where an answer leads --------------------------------------------------------------------


@pytest.mark.parametrize(
    "referrer",
    [
        "https://evil.example/",
        "//evil.example/l/x/start",
        "https://evil.example/l/{lid}/start",
        "javascript:alert(1)",
        f"{APP}/l/{{lid}}/sign-out",
        f"{APP}/l/{{lid}}/../../launch",
        f"{APP}/l/{{lid}}//evil.example",
        f"{APP}/l/{{lid}}/%0d%0aLocation:%20https://evil.example",
        f"{APP}/",
        "",
        "x" * 5000,
        f"{APP}/l/{{lid}}/nowhere",
    ],
)
@pytest.mark.smart(7)
def test_changing_the_language_leads_to_a_page_of_this_session(
    james: Patient, referrer: str
) -> None:
    lid = james.home.removeprefix("/l/")
    form = james.go("start").form("/language")
    fields = {**form.fields, "language": "en", "next": "https://evil.example"}
    headers = {"Referer": referrer.replace("{lid}", lid)}
    answer = james.browser.ask("POST", form.action, fields=fields, headers=headers)

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{james.home}/")
    assert "//" not in answer.headers["Location"]
    there = james.browser.follow("GET", answer.headers["Location"])
    assert there.status_code == 200, answer.headers["Location"]


def test_the_language_can_be_changed_on_a_page_that_a_post_has_made(
    james: Patient, tom: Staff
) -> None:
    wrong = james.answers(james.opens_form("zolpidem"), {**PLAIN, "taking": ""}, status=422)
    spanish = james.browser.submit(wrong.form("/language"), {"language": "es"})
    assert spanish.lang == "es"
    assert spanish.has_form("/refill")
    james.browser.submit(spanish.form("/language"), {"language": "en"})

    lost = tom.browser.post(
        tom.opens_item().form("/claim").action,
        {**tom.opens_item().form("/claim").fields, "etag": 'W/"0"'},
        status=409,
    )
    assert tom.browser.submit(lost.form("/language"), {"language": "es"}).lang == "es"


# --- too much, and too odd --------------------------------------------------------------------


def test_a_post_that_is_too_large_is_a_plain_page(james: Patient) -> None:
    form = james.opens_form("zolpidem").form("/refill")
    page = james.browser.submit(form, {"more": "x" * 300_000, "then": "check"}, status=413)

    assert page.headings == ("That was too much at once",)


def test_more_than_a_draft_holds_is_a_plain_page_with_what_was_typed(james: Patient) -> None:
    form = james.opens_form("zolpidem").form("/refill")
    page = james.browser.submit(form, {"more": "x" * 70_000, "then": "check"}, status=413)

    assert page.headings == ("That was too much at once",)
    assert "xxxx" in page.text


@pytest.mark.parametrize("sid", ["", "x", "é", "../..", "11111111-1111-1111-1111-11111111111"])
def test_a_submission_that_was_never_made_is_not_sent(
    world: World, james: Patient, sid: str
) -> None:
    form = sending_form(james)
    before = len(world.written("Communication"))
    page = james.browser.submit(form, {"submission": sid})

    assert "These answers are no longer here. Please answer again." in page.text
    assert len(world.written("Communication")) == before


@pytest.mark.parametrize("code", ["<script>", "unheard-of", "said", "x" * 2000])
def test_what_an_address_says_is_only_looked_up(james: Patient, code: str) -> None:
    page = james.browser.get(f"{james.home}/start?said={code}")

    assert code not in page.html or code == "said"


def test_health_is_told_without_a_session(world: World) -> None:
    browser = world.browser()
    assert browser.ask("GET", "/healthz").text == "ok\n"
    assert browser.ask("GET", "/readyz").text == "ok\n"
    keys = browser.ask("GET", "/keys/jwks.json").get_json()["keys"]
    assert keys
    assert all("d" not in key and "p" not in key for key in keys)
