"""Both launches, login and consent, and what is refused on the way."""

from __future__ import annotations

import pytest
import requests

from sandbox.people import logins
from tests.sandbox.example_app import (
    CALLBACK,
    NURSE,
    PARENT,
    PATIENT,
    PERSON,
    Ehr,
    ExampleApp,
    came_back,
    claims_of,
    ticked,
)

# --- standalone -------------------------------------------------------------------------------


def test_a_patient_logs_in_and_the_app_gets_their_record(app: ExampleApp) -> None:
    answer = app.launched(PATIENT)

    assert answer["patient"] == PATIENT.patients[0]
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 3600
    assert answer["need_patient_banner"] is True
    assert "encounter" not in answer


def test_a_parent_is_asked_whose_record_to_open(app: ExampleApp) -> None:
    picker = app.send(app.ask(), username=PARENT.username)
    child = PARENT.patients[-1]
    consent = app.send(picker, patient=child)
    code = came_back(app.send(consent, allow=ticked(consent)))["code"]

    answer = app.redeem(code).json()
    claims = claims_of(app.ehr, answer["id_token"])
    assert answer["patient"] == child
    assert claims["sub"] == PARENT.username
    assert claims["fhirUser"] == f"{app.ehr.at.fhir}/{PARENT.fhir_user_for(child)}"
    assert PARENT.fhir_user_for(child) != PARENT.fhir_user


def test_a_person_is_the_same_person_in_every_record_that_they_open(app: ExampleApp) -> None:
    for patient in PERSON.patients:
        picker = app.send(app.ask(), username=PERSON.username)
        consent = app.send(picker, patient=patient)
        answer = app.redeem(came_back(app.send(consent, allow=ticked(consent)))["code"]).json()
        user = claims_of(app.ehr, answer["id_token"])["fhirUser"]
        headers = {"Authorization": f"Bearer {answer['access_token']}"}

        assert answer["patient"] == patient
        assert user == f"{app.ehr.at.fhir}/{PERSON.fhir_user}"
        assert requests.get(user, headers=headers, timeout=5).json()["link"]


def test_a_parent_cannot_open_the_record_of_another_family(app: ExampleApp) -> None:
    picker = app.send(app.ask(), username=PARENT.username)
    everybody = {patient for login in logins() for patient in login.patients}
    stranger = min(everybody - set(PARENT.patients))

    assert app.send(picker, patient=stranger).status_code == 400


def test_consent_cannot_be_given_before_a_patient_is_chosen(app: ExampleApp) -> None:
    picker = app.send(app.ask(), username=PARENT.username)
    consent = picker.url.replace("/patient/", "/consent/")

    assert app.open(consent, method="POST", data={"allow": "identity"}).status_code == 400


def test_without_launch_patient_no_patient_and_no_patient_scope_is_given(app: ExampleApp) -> None:
    answer = app.launched(PATIENT, scope="openid fhirUser patient/Patient.rs")

    assert "patient" not in answer
    assert answer["scope"] == "openid fhirUser"


def test_a_patient_is_chosen_only_where_the_app_asked_for_one(ehr: Ehr) -> None:
    app = ExampleApp(ehr, scope="openid user/Patient.rs")
    consent = app.consent_page()
    picker = consent.url.replace("/consent/", "/patient/")
    answer = app.open(picker, method="POST", data={"patient": PATIENT.patients[0]})

    assert answer.status_code == 400


def test_the_request_may_come_by_post(app: ExampleApp) -> None:
    login = app.open(app.ehr.at.authorize, method="POST", data=app.request())

    assert "/oauth/login/" in login.url


def test_who_may_log_in_depends_on_the_app(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="patients-test")
    login = app.ask()

    assert PATIENT.name in login.text
    assert NURSE.name not in login.text
    assert app.send(login, username=NURSE.username).status_code == 400


def test_the_callback_says_which_server_it_comes_from(app: ExampleApp) -> None:
    page = app.consent_page()
    told = came_back(app.send(page, allow=ticked(page)))

    assert told["iss"] == app.ehr.at.issuer
    assert told["state"] == "some-state"


# --- consent ----------------------------------------------------------------------------------


def test_what_is_unticked_is_not_granted(ehr: Ehr) -> None:
    app = ExampleApp(ehr, scope="openid launch/patient patient/Patient.rs patient/Task.crs")
    page = app.consent_page()
    kept = [box for box in ticked(page) if box != "requests"]
    answer = app.redeem(came_back(app.send(page, allow=kept))["code"]).json()

    assert len(kept) == len(ticked(page)) - 1
    assert answer["scope"] == "openid launch/patient patient/Patient.rs"


def test_without_openid_there_is_no_id_token(app: ExampleApp) -> None:
    page = app.consent_page()
    kept = [box for box in ticked(page) if box != "identity"]
    answer = app.redeem(came_back(app.send(page, allow=kept))["code"]).json()

    assert "id_token" not in answer


@pytest.mark.parametrize("step", ["login", "consent"])
def test_cancel_sends_the_person_back_with_access_denied(app: ExampleApp, step: str) -> None:
    page = app.ask() if step == "login" else app.consent_page()
    cancel = page.url.replace(f"/{step}/", "/cancel/")
    told = came_back(app.open(cancel, method="POST"))

    assert told["error"] == "access_denied"
    assert told["state"] == "some-state"
    assert told["iss"] == app.ehr.at.issuer


def test_a_consent_is_given_once(app: ExampleApp) -> None:
    page = app.consent_page()
    app.send(page, allow=ticked(page))
    again = app.send(page, allow=ticked(page))

    assert again.status_code == 410
    assert "This login is over" in again.text


# --- EHR launch -------------------------------------------------------------------------------


def test_the_chart_opens_its_own_app_without_login_or_consent(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="chart-test", scope="openid fhirUser launch user/Patient.rs")
    patient = PATIENT.patients[0]
    launch = ehr.launch_value(patient, query="intent=reply&banner=no")
    answer = app.redeem(came_back(app.ask(launch=launch))["code"]).json()

    assert answer["patient"] == patient
    assert answer["intent"] == "reply"
    assert answer["need_patient_banner"] is False
    assert answer["scope"] == "openid fhirUser launch user/Patient.rs"


def test_the_visit_that_is_open_goes_with_the_launch(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="chart-test", scope="launch user/Patient.rs")
    patient = PARENT.patients[-1]
    visit = ehr.running.app.extensions["ehr"].store.create(
        {
            "resourceType": "Encounter",
            "status": "in-progress",
            "class": {"code": "AMB"},
            "subject": {"reference": f"Patient/{patient}"},
        }
    )
    code = came_back(app.ask(launch=ehr.launch_value(patient)))["code"]

    assert app.redeem(code).json()["encounter"] == visit["id"]


def test_another_app_is_asked_for_on_the_consent_page(ehr: Ehr) -> None:
    app = ExampleApp(ehr, scope="openid launch patient/Patient.rs")
    page = app.ask(launch=ehr.launch_value(PATIENT.patients[0]))

    assert "/oauth/consent/" in page.url
    assert NURSE.name in page.text


def test_nobody_else_logs_in_to_what_the_chart_launched(ehr: Ehr) -> None:
    app = ExampleApp(ehr, scope="openid launch patient/Patient.rs")
    consent = app.ask(launch=ehr.launch_value(PATIENT.patients[0]))
    login = consent.url.replace("/consent/", "/login/")
    answer = app.open(login, method="POST", data={"username": PATIENT.username})

    assert answer.status_code == 400


def test_a_launch_value_works_once(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="chart-test", scope="launch user/Patient.rs")
    launch = ehr.launch_value(PATIENT.patients[0])
    first = came_back(app.ask(launch=launch))
    second = came_back(app.ask(launch=launch))

    assert "code" in first
    assert second["error"] == "invalid_request"


def test_a_launch_value_grows_old(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="chart-test", scope="launch user/Patient.rs")
    launch = ehr.launch_value(PATIENT.patients[0])
    ehr.clock.passes(301)

    assert came_back(app.ask(launch=launch))["error"] == "invalid_request"


def test_a_refused_request_does_not_use_the_launch_value_up(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="chart-test", scope="launch user/Patient.rs")
    launch = ehr.launch_value(PATIENT.patients[0])
    app.ask(launch=launch, aud="http://elsewhere.example")

    assert "code" in came_back(app.ask(launch=launch))


def test_a_queue_launch_has_no_patient_and_asks_for_a_banner(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="chart-test", scope="launch user/Patient.rs patient/Task.rs")
    launch = ehr.launch_on(f"/ehr/{NURSE.username}/queue")
    answer = app.redeem(came_back(app.ask(launch=launch))["code"]).json()

    assert "patient" not in answer
    assert answer["need_patient_banner"] is True
    assert answer["scope"] == "launch user/Patient.rs"


def test_an_app_for_patients_is_not_opened_from_the_chart(ehr: Ehr) -> None:
    app = ExampleApp(ehr, client_id="patients-test", scope="launch patient/Patient.rs")
    told = came_back(app.ask(launch=ehr.launch_value(PATIENT.patients[0])))

    assert told["error"] == "access_denied"


# --- what is refused at the authorization endpoint --------------------------------------------


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"aud": "http://elsewhere.example/fhir"}, "invalid_request"),
        ({"aud": None}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"scope": "launch patient/Patient.rs"}, "invalid_request"),
        ({"launch": "never-offered"}, "invalid_request"),
        ({"scope": "launch user/Patient.rs", "launch": "never-offered"}, "invalid_request"),
        ({"scope": "patient/Patient.dus nonsense"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": 'co"dé'}, "unsupported_response_type"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_wrong_request_is_told_to_the_app(
    app: ExampleApp, change: dict[str, str | None], error: str
) -> None:
    told = came_back(app.ask(**change))

    assert told["error"] == error
    assert told["iss"] == app.ehr.at.issuer
    assert "code" not in told


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "http://evil.example/callback"},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + '?é"'},
        {"client_id": "nobody"},
        {"client_id": None},
        {"client_id": "nobody", "response_type": "token"},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    app: ExampleApp, change: dict[str, str | None]
) -> None:
    answer = app.ask(**change)

    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "not valid" in answer.text


def test_a_parameter_given_twice_is_refused(app: ExampleApp) -> None:
    asked = [*app.request().items(), ("state", "other")]

    assert app.open(app.ehr.at.authorize, params=asked).status_code == 400
