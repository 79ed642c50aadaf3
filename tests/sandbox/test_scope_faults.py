"""Scopes that are granted otherwise than they were asked for."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.grants import scope_of
from tests.sandbox.example_app import PATIENT, Ehr, ExampleApp
from tests.sandbox.saboteur import REDEEM, Saboteur

SMART = "http://smarthealthit.org/fhir/scopes/"
OPENID = "http://openid.net/specs/openid-connect-core-1_0#"
ASKED = "openid launch/patient offline_access patient/Patient.rs patient/Task.cru"


@pytest.fixture
def app(ehr: Ehr) -> ExampleApp:
    return ExampleApp(ehr, scope=ASKED)


def status(app: ExampleApp, answer: dict[str, Any], path: str) -> int:
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    return requests.get(f"{app.ehr.at.fhir}/{path}", headers=headers, timeout=5).status_code


@pytest.mark.parametrize(
    ("deny", "granted"),
    [
        (["patient/Task"], "openid launch/patient offline_access patient/Patient.rs"),
        (["patient/Task.c", "patient/Task.u"], f"{ASKED[:-3]}r"),
        (["patient/Task.write"], f"{ASKED[:-3]}r"),
        (["patient/Patient.r"], ASKED.replace("Patient.rs", "Patient.s")),
        (["user/Task", "patient/Goal", "fhirUser"], ASKED),
    ],
    ids=["a type", "letters", "version 1", "half of reading", "what was not asked"],
)
def test_scopes_are_denied_whole_or_by_the_letter(
    app: ExampleApp, saboteur: Saboteur, deny: list[str], granted: str
) -> None:
    saboteur.switches_on("scopes", REDEEM, deny=deny)

    assert app.launched()["scope"] == granted


def test_what_is_denied_is_really_out_of_reach_and_stays_so(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    saboteur.switches_on("scopes", {**REDEEM, "times": 1}, deny=["patient/Patient"])
    answer = app.launched()
    again = app.refresh(answer["refresh_token"]).json()

    assert status(app, answer, f"Patient/{PATIENT.patients[0]}") == 403
    assert again["scope"] == answer["scope"]


def test_without_openid_there_is_no_id_token(app: ExampleApp, saboteur: Saboteur) -> None:
    saboteur.switches_on("scopes", REDEEM, deny=["openid"])

    assert "id_token" not in app.launched()


def test_without_offline_access_there_is_no_refresh_token(
    app: ExampleApp, saboteur: Saboteur
) -> None:
    saboteur.switches_on("scopes", REDEEM, deny=["offline_access"])

    assert "refresh_token" not in app.launched()


def test_scopes_that_nobody_asked_for_are_granted_too(app: ExampleApp, saboteur: Saboteur) -> None:
    saboteur.switches_on("scopes", REDEEM, extra=["patient/Observation.rs", "__ehr/feature"])
    answer = app.launched()

    assert answer["scope"] == f"{ASKED} patient/Observation.rs __ehr/feature"
    assert status(app, answer, f"Observation?patient={PATIENT.patients[0]}") == 200


WRITTEN = {
    "v1": "openid launch/patient offline_access patient/Patient.read patient/Task.read"
    " patient/Task.write",
    "split": "openid launch/patient offline_access patient/Patient.r patient/Patient.s"
    " patient/Task.c patient/Task.r patient/Task.u",
    "uri": f"{OPENID}openid {SMART}launch/patient {OPENID}offline_access"
    f" {SMART}patient/Patient.rs {SMART}patient/Task.cru",
}


@pytest.mark.parametrize(("form", "granted"), WRITTEN.items())
def test_the_same_scopes_are_written_otherwise(
    app: ExampleApp, saboteur: Saboteur, form: str, granted: str
) -> None:
    saboteur.switches_on("scopes", REDEEM, written=form)
    answer = app.launched()

    assert answer["scope"] == granted
    assert "id_token" in answer
    assert status(app, answer, f"Patient/{PATIENT.patients[0]}") == 200


def test_version_1_is_answered_in_version_2(ehr: Ehr, saboteur: Saboteur) -> None:
    app = ExampleApp(
        ehr, scope="launch/patient patient/Patient.read patient/*.* patient/Task.write"
    )
    saboteur.switches_on("scopes", REDEEM, written="v2")

    assert app.launched()["scope"] == (
        "launch/patient patient/Patient.rs patient/*.cruds patient/Task.cud"
    )


def test_a_filter_is_kept_where_the_form_has_filters(ehr: Ehr, saboteur: Saboteur) -> None:
    app = ExampleApp(ehr, scope="launch/patient patient/Observation.rs?category=laboratory")
    saboteur.switches_on("scopes", REDEEM, written="split")

    granted = app.launched()["scope"].split()[1:]
    assert [scope_of(each).letters for each in granted] == ["r", "s"]  # type: ignore[union-attr]  # both are scopes
    assert all(each.endswith("?category=laboratory") for each in granted)
