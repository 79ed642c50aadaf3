"""Which pages are private, who may frame them, and which POSTs count: over all routes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from smartapp.sessions.handles import seal_handle
from tests.app import people
from tests.app.browser import Browser
from tests.app.page import Form
from tests.app.people import PLAIN, Patient, Staff, frame_of
from tests.app.world import APP, World, opened

# Pages that anyone may open. Adding one is a decision worth a reviewer's attention.
PUBLIC_ENDPOINTS = {
    "static",
    "public.welcome",
    "public.language",
    "public.jwks",
    "public.healthz",
    "public.readyz",
    "launch.from_ehr",
    "launch.standalone",
    "launch.back",
}


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with opened() as world:
        patient = people.patient(world)
        patient.logs_in("james")
        patient.asks_for("lisinopril")
        yield world


@pytest.fixture
def world(shared: World) -> World:
    """James has asked for one medicine; nothing here changes that."""
    return shared


@pytest.fixture
def james(world: World) -> Patient:
    patient = people.patient(world)
    patient.logs_in("james")
    return patient


@pytest.fixture
def tom(world: World) -> Staff:
    staff = people.staff(world)
    staff.opens("tom")
    return staff


# --- every route ------------------------------------------------------------------------------


def test_every_route_is_private_unless_it_is_listed(world: World) -> None:
    views = world.app.view_functions
    public = {name for name, view in views.items() if not hasattr(view, "is_private")}

    assert public == PUBLIC_ENDPOINTS


OF_STAFF = ("staff.", "item.", "answer.")
OF_PATIENTS = ("patient.", "refill.", "request.")


def private_rules(world: World) -> list[Rule]:
    rules = world.app.url_map.iter_rules()
    return [rule for rule in rules if rule.endpoint not in PUBLIC_ENDPOINTS]


def address_of(rule: Rule, lid: str) -> str:
    values = {"lid": lid, "handle": "x" * 30}
    return str(rule.rule).replace("<lid>", values["lid"]).replace("<handle>", values["handle"])


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
    assert tried >= 12


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
    assert "You work these queues: Front desk." in queue.text
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
    before = len(world.asked("POST", "/fhir/")) + len(world.asked("PUT", "/fhir/"))
    for action in actions:
        for browser in (james.browser, tom.browser):
            answer = browser.ask("GET", action)
            assert answer.status_code in {401, 405}, action

    assert len(world.asked("POST", "/fhir/")) + len(world.asked("PUT", "/fhir/")) == before
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


# --- who may frame what -----------------------------------------------------------------------


def ancestors(answer: TestResponse) -> str:
    policy = answer.headers["Content-Security-Policy"]
    return policy.partition("frame-ancestors ")[2].split(";")[0]


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


def test_pages_of_a_launch_may_be_framed_by_the_ehrs_of_the_configuration(world: World) -> None:
    ehr = world.running.addresses.base
    framed = world.browser(framed=True)
    for address in ("/launch", "/callback/sandbox-clinicians?state=x", "/l/x/queue"):
        assert ancestors(framed.ask("GET", address)) == ehr
    leaving = framed.ask("GET", frame_of(world, "tom"))
    assert leaving.status_code == 303
    assert ancestors(leaving) == ehr


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


@pytest.mark.parametrize("code", ["<script>", "nothing", "said", "x" * 2000])
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
