"""Opening the app: what is asked of the EHR, what comes of it, and who is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest

from smartapp.transport import Limits
from tests.app import people
from tests.app.browser import Browser, query_of
from tests.app.page import Page
from tests.app.people import Patient
from tests.app.wire import connections
from tests.app.world import APP, Json, World, opened

TOKEN = "/oauth/token"


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    """One for all: nothing is written here. Faults and the ledger are each test's own."""
    shared.forgets_what_was_asked()
    yield shared
    shared.recovers()


def says_so_and_offers_a_way_on(page: Page, heading: str) -> None:
    assert page.headings == (heading,), page.text
    assert re.search(r"read out this code: (launch|ehr)-[a-z-]+-[0-9a-f]{8}", page.text)
    assert "What you can do" in page.text


def callback(patient: Patient, username: str = "james") -> str:
    """The address that the EHR sends the browser back to, before the browser goes there."""
    consent = patient.reaches_consent(username)
    form = consent.forms[0]
    answer = patient.browser.ask("POST", form.action, fields={"allow": form.choices["allow"]})
    return str(answer.headers["Location"])


# --- three kinds of clients -------------------------------------------------------------------


@pytest.mark.parametrize("auth", ["public", "secret", "private_key_jwt"])
@pytest.mark.smart(1, 2)
def test_patients_and_staff_get_in_with_each_kind_of_client(auth: str) -> None:
    with opened(auth=auth) as world:
        patient, nurse = people.patient(world), people.staff(world)

        assert patient.logs_in("james").headings == ("Hello, James Alan Carter",)
        assert nurse.opens("nina", "james-carter").headings == ("This patient’s open requests",)

        calls = world.asked("POST", TOKEN)
        assert [call["status"] for call in calls] == [200, 200]
        assert {call["authorization"] for call in calls} == {auth == "secret"}


def test_the_request_to_the_ehr_holds_what_the_specification_asks_for(world: World) -> None:
    browser = world.browser()
    answer = browser.ask("GET", "/launch/sandbox-patients")

    assert answer.status_code == 303
    asked = query_of(answer.headers["Location"])
    assert answer.headers["Location"].startswith(world.running.addresses.authorize)
    assert asked["response_type"] == "code"
    assert asked["aud"] == world.running.addresses.fhir
    assert asked["redirect_uri"] == f"{APP}/callback/sandbox-patients"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43
    assert "launch/patient" in asked["scope"].split()
    assert "launch" not in asked


# --- consent ----------------------------------------------------------------------------------


def test_who_denies_is_told_that_nothing_was_read(world: World, patient: Patient) -> None:
    consent = patient.reaches_consent("james")
    deny = next(form for form in consent.forms if "/cancel/" in form.action)
    page = patient.browser.submit(deny, status=403)

    says_so_and_offers_a_way_on(page, "You did not allow access")
    assert "Nothing was read from your record, and nothing was changed." in page.text
    assert world.asked("POST", TOKEN) == []
    assert patient.browser.click("Go to the front page").path == "/"


def test_without_knowing_who_is_there_nobody_gets_in(world: World, patient: Patient) -> None:
    consent = patient.reaches_consent("james")
    allowed = [each for each in consent.forms[0].choices["allow"] if each != "identity"]
    page = patient.browser.submit(consent.forms[0], {"allow": allowed}, status=400)

    says_so_and_offers_a_way_on(page, "Your clinic’s system is not answering as it should")
    assert patient.browser.sessions == {}


def test_without_the_patients_own_details_the_record_is_not_opened(
    world: World, patient: Patient
) -> None:
    consent = patient.reaches_consent("james")
    allowed = [each for each in consent.forms[0].choices["allow"] if each != "your-details"]
    page = patient.browser.submit(consent.forms[0], {"allow": allowed}, status=403)

    says_so_and_offers_a_way_on(page, "Your clinic’s system does not offer this")
    assert patient.browser.sessions == {}


def test_a_part_that_was_not_allowed_does_not_read_none(world: World, patient: Patient) -> None:
    patient.logs_in("james", without=["medicines"])

    page = patient.go("medicines")
    assert "We could not load your medicines. This does not mean that you have none." in page.text
    assert "no current medicines" not in page.text


# --- the way back -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        "invalid_request",
        "unauthorized_client",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "login_required",
        "<script>alert(1)</script>",
        "x" * 3000,
    ],
)
def test_every_refusal_of_the_ehr_is_a_page_in_plain_words(
    world: World, patient: Patient, error: str
) -> None:
    state = query_of(callback(patient))["state"]
    query = urlencode({"error": error, "error_description": "<b>why</b>", "state": state})
    page = patient.browser.get(f"/callback/sandbox-patients?{query}", status=400)

    says_so_and_offers_a_way_on(page, "Your clinic’s system refused the sign-in")
    assert error not in page.html
    assert "<b>why" not in page.html
    assert world.asked("POST", TOKEN) == []


@pytest.mark.parametrize("state", [None, "", "wrong", "é", "x" * 5000, "a\x00b"])
def test_a_state_that_is_not_ours_gets_nobody_in(
    world: World, patient: Patient, state: str | None
) -> None:
    query = {**query_of(callback(patient)), "state": state}
    given = urlencode({name: value for name, value in query.items() if value is not None})
    page = patient.browser.get(f"/callback/sandbox-patients?{given}", status=400)

    says_so_and_offers_a_way_on(page, "That sign-in is too old")
    assert world.asked("POST", TOKEN) == []
    assert patient.browser.sessions == {}


def test_a_state_works_once(world: World, patient: Patient) -> None:
    address = callback(patient)
    patient.browser.get(address)
    page = patient.browser.get(address, status=400)

    says_so_and_offers_a_way_on(page, "That sign-in is too old")
    assert len(world.asked("POST", TOKEN)) == 1
    assert len(patient.browser.sessions) == 1


def test_a_state_is_used_up_by_a_refusal(world: World, patient: Patient) -> None:
    address = callback(patient)
    state = query_of(address)["state"]
    refusal = urlencode({"error": "server_error", "state": state})
    patient.browser.get(f"/callback/sandbox-patients?{refusal}", status=400)

    patient.browser.get(address, status=400)
    assert world.asked("POST", TOKEN) == []


def test_a_sign_in_that_took_too_long_is_started_again() -> None:
    with opened() as world:
        patient = people.patient(world)
        address = callback(patient)
        world.clock.passes(601)

        page = patient.browser.get(address, status=400)
        says_so_and_offers_a_way_on(page, "That sign-in is too old")
        assert world.asked("POST", TOKEN) == []


@pytest.mark.smart(3)
def test_whoever_is_handed_the_address_of_anothers_sign_in_gets_nothing(
    world: World, patient: Patient
) -> None:
    address = callback(patient)
    other = world.browser()
    page = other.get(address, status=400)

    says_so_and_offers_a_way_on(page, "Your browser did not keep this sign-in")
    assert world.asked("POST", TOKEN) == []
    assert other.sessions == {}


def test_the_cookie_of_another_sign_in_does_not_help(world: World, patient: Patient) -> None:
    address = callback(patient)
    other = people.patient(world)
    callback(other)
    mine, theirs = (each.browser.cookies["localhost"] for each in (patient, other))
    (name,), (stranger,) = mine, theirs
    mine[name] = theirs[stranger]

    page = patient.browser.get(address, status=400)
    says_so_and_offers_a_way_on(page, "Your browser did not keep this sign-in")
    assert world.asked("POST", TOKEN) == []


def test_an_answer_that_names_another_server_is_refused(world: World, patient: Patient) -> None:
    query = {**query_of(callback(patient)), "iss": "https://evil.example"}
    page = patient.browser.get(f"/callback/sandbox-patients?{urlencode(query)}", status=400)

    says_so_and_offers_a_way_on(page, "The answer came from the wrong system")
    assert world.asked("POST", TOKEN) == []


def test_an_answer_at_the_callback_of_another_registration_is_refused(
    world: World, patient: Patient
) -> None:
    query = urlsplit(callback(patient)).query
    page = patient.browser.get(f"/callback/sandbox-clinicians?{query}", status=400)

    says_so_and_offers_a_way_on(page, "The answer came from the wrong system")
    assert world.asked("POST", TOKEN) == []
    patient.browser.get(f"/callback/sandbox-patients?{query}", status=400)
    assert world.asked("POST", TOKEN) == [], "it is used up"


def test_a_callback_that_nobody_registered_is_not_one_of_ours(world: World) -> None:
    page = world.browser().get("/callback/nobody?state=x&code=y", status=400)

    says_so_and_offers_a_way_on(page, "This clinic is not set up here")
    assert world.asked() == []


def test_of_twenty_callbacks_at_once_one_opens_a_session(world: World, patient: Patient) -> None:
    """As by a page that is loaded again and again while the first answer is on its way."""
    address = callback(patient)
    browsers = [world.browser() for _ in range(20)]
    for each in browsers:
        each.cookies = {host: dict(jar) for host, jar in patient.browser.cookies.items()}
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda browser: browser.ask("GET", address), browsers))

    assert sorted(answer.status_code for answer in answers) == [303, *[400] * 19]
    assert len(world.asked("POST", TOKEN)) == 1
    assert sum(len(browser.sessions) for browser in browsers) == 1


def test_a_launch_value_of_the_ehr_works_once(world: World) -> None:
    address = people.frame_of(world, "nina", "james-carter")
    nurse = world.browser(framed=True)
    nurse.get(address)
    page = nurse.get(address, status=400)

    says_so_and_offers_a_way_on(page, "Your clinic’s system refused the sign-in")


# --- who is asked, and who is not -------------------------------------------------------------


def hostile_issuers(base: str) -> list[str]:
    host = urlsplit(base).netloc
    twisted = [
        f"{base}/..",
        f"{base}/../evil",
        f"{base}//",
        f"{base}?x=1",
        f"{base}#x",
        f"{base}%2f..%2fevil",
        f"{base}\\evil",
        f"{base};x",
        f" {base}",
        f"{base} ",
        f"{base}\t",
        f"{base}\x00",
        f"{base}\r\nX: y",
        base.upper(),
        base.replace("http://", "HTTP://"),
        base.replace("http://", "https://"),
        base.replace("http://", "//"),
        base.replace("http://", ""),
        base.replace("/fhir", "/FHIR"),
        base.replace("/fhir", "/fhi"),
        base.replace("/fhir", "/fhir2"),
        base.replace("/fhir", "/%66hir"),
        base.replace("/fhir", "/fhir/."),
        base.replace("/fhir", ""),
        f"http://{host}@evil.example/fhir",
        f"http://evil.example@{host}/fhir",
        f"http://user:word@{host}/fhir",
        f"http://{host}.evil.example/fhir",
        f"http://evil.example/{host}/fhir",
        f"http://evil.example?{base}",
        f"http://evil.example#{base}",
        f"http://evil.example/{base}",
        base.replace("127.0.0.1", "localhost"),
        base.replace("127.0.0.1", "127.1"),
        base.replace("127.0.0.1", "2130706433"),
        base.replace("127.0.0.1", "0x7f.1"),
        base.replace("127.0.0.1", "0177.0.0.1"),
        base.replace("127.0.0.1", "[::1]"),
        base.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
        base.replace("127.0.0.1", "127.0.0.1."),
        base.replace("127.0.0.1", "１２７.0.0.1"),
        base.replace(host, "127.0.0.1:80"),
        base.replace(host, "127.0.0.1:6379"),
    ]
    elsewhere = [
        "http://169.254.169.254/latest/meta-data/",
        "http://metadata.google.internal/",
        "http://[fd00:ec2::254]/",
        "http://0.0.0.0/",
        "http://evil.example/fhir",
        "https://evil.example/fhir",
        "https://xn--vil-hoa.example/fhir",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "ftp://127.0.0.1/",
        "unix:///var/run/docker.sock",
        "javascript:alert(1)",
        "data:text/plain,x",
        "ldap://evil.example",
        "http://",
        "x",
        "null",
        "é" * 100,
        "x" * 20_000,
    ]
    return [*twisted, *elsewhere]


@pytest.mark.smart(4)
def test_an_issuer_that_was_not_configured_is_never_contacted(world: World) -> None:
    issuers = hostile_issuers(world.running.addresses.fhir)
    assert len(issuers) >= 60
    browser = world.browser(framed=True)
    with connections() as made:
        for iss in issuers:
            page = browser.get(f"/launch?{urlencode({'iss': iss, 'launch': 'x'})}", status=400)
            says_so_and_offers_a_way_on(page, "This clinic is not set up here")
            assert iss == "x" or iss not in page.html

    assert made == []
    assert len(world.events("launch.deny")) >= len(issuers)


@pytest.mark.parametrize("query", ["", "launch=x", "iss=", "iss=&launch=x"])
def test_a_launch_without_an_issuer_says_what_is_wrong(world: World, query: str) -> None:
    page = world.browser(framed=True).get(f"/launch?{query}", status=400)

    says_so_and_offers_a_way_on(page, "Something was missing when the app was opened")


def test_a_launch_without_its_value_says_what_is_wrong(world: World) -> None:
    query = urlencode({"iss": world.running.addresses.fhir})
    page = world.browser(framed=True).get(f"/launch?{query}", status=400)

    says_so_and_offers_a_way_on(page, "Something was missing when the app was opened")


SPOOFED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Server": "evil.example",
    "X-Original-URL": "/evil",
    "Forwarded": "host=evil.example;proto=https;for=203.0.113.9",
}


def test_no_address_is_made_from_the_headers_of_a_request(world: World) -> None:
    browser = world.browser()
    leaving = browser.ask("GET", "/launch/sandbox-patients", headers=SPOOFED)
    assert query_of(leaving.headers["Location"])["redirect_uri"].startswith(APP)
    front = browser.ask("GET", "/", headers=SPOOFED)
    missing = browser.ask("GET", "/nowhere", headers=SPOOFED)

    for answer in (leaving, front, missing):
        assert "evil" not in answer.text
        assert "evil" not in json.dumps(dict(answer.headers))
    assert all("203.0.113.9" not in json.dumps(event) for event in world.events())


def test_staff_do_not_get_in_by_the_registration_of_patients() -> None:
    with opened(clients_changed=lambda client: client.pop("roles")) as world:
        nurse = people.patient(world)
        page = nurse.browser.get(nurse.starts_at())
        page = nurse.browser.submit(page.forms[0], {"username": "nina"})
        page = nurse.browser.submit(page.forms[0], {"patient": "james-carter"})
        allowed = page.forms[0].choices["allow"]
        page = nurse.browser.submit(page.forms[0], {"allow": allowed}, status=400)

        says_so_and_offers_a_way_on(page, "This way in is for someone else")
        assert nurse.browser.sessions == {}


def test_a_patient_does_not_get_in_by_the_registration_of_staff() -> None:
    def standalone_too(config: Json) -> None:
        config["ehrs"][1]["launches"] = ["standalone"]
        config["ehrs"][0]["launches"] = ["ehr"]

    with opened(
        changed=standalone_too, clients_changed=lambda client: client.pop("roles")
    ) as world:
        patient = people.patient(world)
        page = patient.browser.get("/launch/sandbox-clinicians")
        page = patient.browser.submit(page.forms[0], {"username": "james"})
        allowed = page.forms[0].choices["allow"]
        page = patient.browser.submit(page.forms[0], {"allow": allowed}, status=400)

        says_so_and_offers_a_way_on(page, "This way in is for someone else")
        assert patient.browser.sessions == {}


# --- an EHR that is down, slow or odd at each step --------------------------------------------

DISCOVERY = {"path": "/.well-known/smart-configuration"}
METADATA = {"path": "/fhir/metadata"}
JWKS = {"path": "/oauth/jwks.json"}
FIRST_READ = {"method": "GET", "path": "/fhir/Patient/"}
AT_TOKEN = {"path": TOKEN}
TROUBLE = "Your clinic’s system is not answering as it should"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "refused"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 429, "retry_after": 0},
        {"kind": "truncated"},
        {"kind": "wrong", "what": "html"},
        {"kind": "lost"},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_trouble_at_each_step_is_a_plain_page(world: World, fault: Json) -> None:
    """Before anybody has logged in, at the token, at the keys, at the first look at the record."""
    # What is remembered from other launches would hide the trouble.
    start = world.another_worker().browser()
    world.fails({"match": DISCOVERY, "fault": fault}, {"match": METADATA, "fault": fault})
    page = start.get("/launch/sandbox-patients", status=502)
    says_so_and_offers_a_way_on(page, TROUBLE)
    for step in (AT_TOKEN, JWKS, FIRST_READ):
        world.recovers()
        fresh = world.another_worker()
        patient = people.patient(fresh)
        address = callback(patient)
        world.fails({"match": step, "fault": fault})
        answer = patient.browser.ask("GET", address)
        assert answer.status_code in {400, 502, 503, 504}, (step, answer.status_code)
        assert TROUBLE in answer.text, step
        assert patient.browser.sessions == {}


def test_an_ehr_that_never_answers_costs_seconds_and_not_minutes() -> None:
    slow = {"kind": "delay", "seconds": 1.5}
    with opened(limits=Limits(first_byte=0.3, total=0.5, longest_pause=0.01)) as world:
        patient = people.patient(world)
        address = callback(patient)
        world.fails({"match": AT_TOKEN, "fault": slow})
        page = patient.browser.get(address, status=504)
        says_so_and_offers_a_way_on(page, TROUBLE)


def test_a_code_that_the_ehr_refuses_is_a_plain_page(world: World, patient: Patient) -> None:
    query = {**query_of(callback(patient)), "code": "not-the-code"}
    page = patient.browser.get(f"/callback/sandbox-patients?{urlencode(query)}", status=502)

    says_so_and_offers_a_way_on(page, TROUBLE)
    assert [call["status"] for call in world.asked("POST", TOKEN)] == [400]


def test_in_a_frame_no_page_leads_where_the_frame_stays_empty(world: World) -> None:
    """The front page may be framed by nobody: a link to it would end in a blank frame."""
    nurse = world.browser(framed=True)
    page = nurse.get("/launch?iss=http://evil.example&launch=x", status=400)

    for _, href in page.links:
        path = urlsplit(href).path
        assert path != "/" or href.endswith("#main-content"), page.links
    assert not any(urlsplit(form.action).path == "/language" for form in page.forms)


def test_sessions_are_opened_afresh_for_every_launch(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    first = dict(patient.browser.sessions)
    patient.logs_in("james")

    assert len(patient.browser.sessions) == 2
    assert first.items() < patient.browser.sessions.items()


def cookie_names(browser: Browser) -> set[str]:
    return set(browser.cookies["localhost"])


def test_the_cookie_of_the_way_in_is_gone_afterwards(patient: Patient) -> None:
    callback(patient)
    assert all(name.startswith("__Host-P-") for name in cookie_names(patient.browser))
    again = people.Patient(patient.browser)
    again.logs_in("james")
    names = cookie_names(patient.browser)
    assert len([name for name in names if name.startswith("__Host-L-")]) == 1
