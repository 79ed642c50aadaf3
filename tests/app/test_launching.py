"""Opening the app: what is asked of the EHR, what comes of it, and who is refused."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest

from tests.app import people
from tests.app.browser import Browser, query_of
from tests.app.launching import TOKEN, callback, says_so_and_offers_a_way_on
from tests.app.people import Patient
from tests.app.world import APP, World, opened


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


# --- three kinds of clients -------------------------------------------------------------------


@pytest.mark.parametrize("auth", ["public", "secret", "private_key_jwt"])
@pytest.mark.smart(56, 57)
def test_patients_and_staff_get_in_with_each_kind_of_client(auth: str) -> None:
    with opened(auth=auth) as world:
        patient, nurse = people.patient(world), people.staff(world)

        assert patient.logs_in("james").headings == ("Hello, James Alan Carter",)
        assert nurse.opens("nina", "james-carter").headings == ("This patient’s open requests",)

        calls = world.asked("POST", TOKEN)
        assert [call["status"] for call in calls] == [200, 200]
        assert {call["authorization"] for call in calls} == {auth == "secret"}


@pytest.mark.smart(4, 21, 22, 34, 35, 36, 39, 42, 49)
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


@pytest.mark.smart(85)
def test_a_part_that_was_not_allowed_does_not_read_none(world: World, patient: Patient) -> None:
    patient.logs_in("james", without=["medicines"])

    page = patient.go("medicines")
    assert "We could not load your medicines. This does not mean that you have none." in page.text
    assert "no current medicines" not in page.text


# --- the way back -----------------------------------------------------------------------------


SET_UP = "This app is not set up right at your clinic"
NOT_NOW = "Your clinic’s system cannot sign you in right now"
UNFINISHED = "The sign-in was not finished"
REFUSED = "Your clinic’s system refused the sign-in"


@pytest.mark.parametrize(
    ("error", "heading"),
    [
        ("invalid_request", REFUSED),  # a launch that was used before says this too
        ("unauthorized_client", SET_UP),
        ("unsupported_response_type", SET_UP),
        ("invalid_scope", SET_UP),
        ("server_error", NOT_NOW),
        ("temporarily_unavailable", NOT_NOW),
        ("login_required", UNFINISHED),
        ("consent_required", UNFINISHED),
        ("something_new", REFUSED),
        ("<script>alert(1)</script>", REFUSED),
        ("x" * 3000, REFUSED),
    ],
)
@pytest.mark.smart(6, 53)
def test_every_refusal_of_the_ehr_is_a_page_in_plain_words(
    world: World, patient: Patient, error: str, heading: str
) -> None:
    state = query_of(callback(patient))["state"]
    query = urlencode({"error": error, "error_description": "<b>why</b>", "state": state})
    page = patient.browser.get(f"/callback/sandbox-patients?{query}", status=400)

    says_so_and_offers_a_way_on(page, heading)
    assert page.link("Start again").endswith("/launch/sandbox-patients")
    assert error not in page.html
    assert "<b>why" not in page.html
    assert world.asked("POST", TOKEN) == []


@pytest.mark.smart(53)
def test_what_the_ehr_says_about_an_error_is_a_link_only_where_it_is_the_ehrs(
    world: World, patient: Patient
) -> None:
    words = "Read what your clinic’s system says about this"
    for place, linked in ((world.running.addresses.base, True), ("javascript:alert(1)//", False)):
        state = query_of(callback(patient))["state"]
        said = {"error": "invalid_scope", "error_uri": f"{place}/why", "state": state}
        page = patient.browser.get(f"/callback/sandbox-patients?{urlencode(said)}", status=400)
        assert (words in page.text) is linked
        assert not linked or page.link(words) == f"{place}/why"


@pytest.mark.parametrize("state", [None, "", "wrong", "é", "x" * 5000, "a\x00b"])
@pytest.mark.smart(5, 50)
def test_a_state_that_is_not_ours_gets_nobody_in(
    world: World, patient: Patient, state: str | None
) -> None:
    query = {**query_of(callback(patient)), "state": state}
    given = urlencode({name: value for name, value in query.items() if value is not None})
    page = patient.browser.get(f"/callback/sandbox-patients?{given}", status=400)

    says_so_and_offers_a_way_on(page, "That sign-in is too old")
    assert world.asked("POST", TOKEN) == []
    assert patient.browser.sessions == {}


@pytest.mark.smart(51, 52)
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


@pytest.mark.smart(51)
def test_whoever_is_handed_the_address_of_anothers_sign_in_gets_nothing(
    world: World, patient: Patient
) -> None:
    address = callback(patient)
    other = world.browser()
    page = other.get(address, status=400)

    says_so_and_offers_a_way_on(page, "Your browser did not keep this sign-in")
    assert world.asked("POST", TOKEN) == []
    assert other.sessions == {}


@pytest.mark.smart(51, 148)
def test_a_browser_that_keeps_no_cookie_is_told_so_and_not_sent_in_circles(
    world: World, patient: Patient
) -> None:
    address = callback(patient)
    patient.browser.cookies.clear()
    visited = len(patient.browser.visited)
    page = patient.browser.get(address, status=400)

    says_so_and_offers_a_way_on(page, "Your browser did not keep this sign-in")
    assert "If you block cookies, allow them for this site." in page.text
    assert len(patient.browser.visited) == visited + 1
    assert world.asked("POST", TOKEN) == []


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


@pytest.mark.smart(54)
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


@pytest.mark.smart(52)
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


# --- what is left in the browser ------------------------------------------------------------


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
