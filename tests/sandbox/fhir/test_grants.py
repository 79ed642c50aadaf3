from __future__ import annotations

from typing import Any

import pytest

from sandbox.grants import Grant, Scope, scope_of
from tests.sandbox.fhir.clinic import (
    CATEGORY,
    Client,
    Clinic,
    concept,
    json_of,
    message,
    said,
    task,
)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("patient/Task.rs", Scope("patient", "Task", "rs")),
        ("patient/Task.read", Scope("patient", "Task", "rs")),
        ("user/*.write", Scope("user", "*", "cud")),
        ("user/Task.*", Scope("user", "Task", "cruds")),
        ("user/*.cruds", Scope("user", "*", "cruds")),
        (
            "patient/Observation.rs?category=a|b",
            Scope("patient", "Observation", "rs", "category=a|b"),
        ),
        ("http://smarthealthit.org/fhir/scopes/patient/Task.rs", Scope("patient", "Task", "rs")),
        ("patient/Task.sr", None),
        ("patient/Task.", None),
        ("patient/task.r", None),
        ("system/*.cruds", None),
        ("openid", None),
        ("launch/patient", None),
    ],
)
def test_scopes_of_both_versions_are_understood(text: str, scope: Scope | None) -> None:
    assert scope_of(text) == scope


def test_a_grant_does_not_show_its_token() -> None:
    assert "secret" not in repr(Grant("secret", "Patient/ana", "ana", (), "patient"))


def test_without_a_token_the_door_is_named(clinic: Clinic) -> None:
    client = clinic.app.test_client()
    for headers in ({}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer"}):
        response = client.get("/fhir/Patient/ana", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        said(response)
    assert client.get("/fhir/Patient/ana?access_token=ana").status_code == 401


def test_a_dead_token_is_called_dead(clinic: Clinic) -> None:
    response = clinic.client("nobody").get("/Patient/ana")

    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
    said(response)


# --- what a scope allows ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("patient/Task.r", {"read"}),
        ("patient/Task.s", {"search"}),
        ("patient/Task.c", {"create"}),
        ("patient/Task.u", {"update"}),
        ("patient/Task.read", {"read", "search"}),
        ("patient/Task.write", {"create", "update"}),
        ("patient/Task.*", {"read", "search", "create", "update"}),
        ("patient/*.rs", {"read", "search"}),
        ("patient/Communication.cruds", set()),
        ("", set()),
    ],
)
def test_each_letter_opens_its_own_door(clinic: Clinic, scope: str, allowed: set[str]) -> None:
    made = clinic.store.create(task())
    client = clinic.grant(*scope.split())

    answers = {
        "read": client.get(f"/Task/{made['id']}"),
        "search": client.get("/Task?patient=ana"),
        "create": client.post("/Task", task()),
        "update": client.put(f"/Task/{made['id']}", made),
    }

    assert {name for name, a in answers.items() if a.status_code < 300} == allowed
    for name in answers.keys() - allowed:
        assert answers[name].status_code == 403
        assert "insufficient_scope" in answers[name].headers["WWW-Authenticate"]
        said(answers[name])


def test_a_granular_scope_shows_its_category_only(clinic: Clinic) -> None:
    client = clinic.grant(f"patient/Observation.rs?category={CATEGORY}|vital-signs")

    assert client.found("/Observation") == ["pressure"]
    assert client.get("/Observation/pressure").status_code == 200
    assert client.get("/Observation/potassium").status_code == 404
    assert client.found("/Observation?_id=potassium") == []


def test_two_granular_scopes_add_up(clinic: Clinic) -> None:
    client = clinic.grant(
        "patient/Observation.rs?category=vital-signs", "patient/Observation.rs?code=2951-2"
    )

    assert set(client.found("/Observation")) == {"pressure", "sodium"}


def test_a_filter_that_cannot_be_applied_lets_nothing_through(clinic: Clinic) -> None:
    client = clinic.grant(
        "patient/Observation.rs?colour=red",
        "patient/Task.rs?_count=5",
        "patient/Patient.rs?category=x",
    )
    clinic.store.create(task())

    assert client.found("/Observation") == []
    assert client.found("/Task") == []
    assert client.found("/Patient") == []


def test_a_granular_scope_also_binds_what_is_written(clinic: Clinic) -> None:
    client = clinic.grant("patient/Communication.c?category=urn:kind|refill")

    refill = message(category=[concept("urn:kind", "refill")])
    assert client.post("/Communication", refill).status_code == 201
    assert client.post("/Communication", message()).status_code == 403


# --- another patient's record does not exist ----------------------------------------------------


BENS: dict[str, Any] = {
    "/Patient/ben": None,
    "/Observation/bens": None,
    "/Observation/bens/_history": None,
    "/Observation/bens/_history/1": None,
}


@pytest.mark.parametrize("path", BENS)
def test_another_patients_resource_is_as_if_it_were_not_there(ana: Client, path: str) -> None:
    response = ana.get(path)

    assert response.status_code == 404
    nobody = ana.get(path.replace("bens", "nobody").replace("/ben", "/nobody"))
    assert nobody.status_code == 404


def test_a_search_finds_nothing_of_another_patient(ana: Client) -> None:
    assert ana.found("/Observation?patient=ben") == []
    assert ana.found("/Observation?_id=bens") == []
    assert set(ana.found("/Observation")) == {"potassium", "pressure", "sodium"}
    assert ana.found("/Patient") == ["ana"]
    assert ana.json("/Observation?patient=ben")["total"] == 0


def test_an_include_does_not_reach_another_patient(clinic: Clinic, ana: Client) -> None:
    clinic.store.load(
        [
            message(id="to-both", recipient=[{"reference": "Patient/ben"}]),
            message("ben", id="reply", partOf=[{"reference": "Communication/to-both"}]),
        ]
    )

    asked = "/Communication?_include=Communication:recipient&_revinclude=Communication:part-of"
    entries = ana.json(asked)["entry"]
    assert [entry["resource"]["id"] for entry in entries] == ["to-both"]


def test_an_include_needs_a_scope_for_what_it_brings(clinic: Clinic) -> None:
    client = clinic.grant("patient/MedicationRequest.rs")
    asked = "/MedicationRequest?_include=MedicationRequest:medication"

    assert len(client.json(asked)["entry"]) == 1


@pytest.mark.parametrize(
    "path", ["/Practitioner/nora", "/Organization/clinic", "/Medication/lisinopril"]
)
def test_a_patient_reads_what_belongs_to_the_clinic(ana: Client, path: str) -> None:
    assert ana.get(path).status_code == 200


def test_a_patient_writes_nothing_that_belongs_to_the_clinic(clinic: Clinic, ana: Client) -> None:
    nora = clinic.store.read("Practitioner", "nora")

    assert ana.put("/Practitioner/nora", nora).status_code == 403
    assert (
        ana.post("/Organization", {"resourceType": "Organization", "name": "x"}).status_code == 403
    )


def test_a_task_belongs_to_the_patient_it_is_for(clinic: Clinic, ana: Client, ben: Client) -> None:
    made = clinic.store.create(task(owner={"reference": "Patient/ben"}))["id"]

    assert ana.get(f"/Task/{made}").status_code == 200
    assert ben.get(f"/Task/{made}").status_code == 404


def test_a_binary_belongs_to_whom_its_document_belongs_to(ana: Client, ben: Client) -> None:
    assert ana.get("/Binary/letter").status_code == 200
    assert ben.get("/Binary/letter").status_code == 404


def test_a_binarys_security_context_decides_before_its_documents(
    clinic: Clinic, ana: Client, ben: Client
) -> None:
    letter = {
        **ana.json("/Binary/letter?_format=json"),
        "securityContext": {"reference": "Patient/ben"},
    }
    clinic.store.update(letter)

    assert ana.get("/Binary/letter").status_code == 404
    assert ben.get("/Binary/letter").status_code == 200


def test_nobody_opens_a_binary_by_pointing_at_it(ben: Client) -> None:
    steal = {"contentAttachment": {"contentType": "text/plain", "url": "Binary/letter"}}
    alone = ben.post("/Communication", message("ben", payload=[steal]))
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:uuid:0b7e1c62-8d4c-4b0f-9c60-0d3a4c6e2f11",
                "resource": message("ben", payload=[steal]),
                "request": {"method": "POST", "url": "Communication"},
            }
        ],
    }

    assert alone.status_code == 422
    assert ben.post("", bundle).status_code == 422
    assert ben.get("/Binary/letter").status_code == 404


def test_provenance_goes_with_what_it_is_about(ana: Client, ben: Client) -> None:
    assert ana.get("/Provenance/signed").status_code == 200
    assert ben.get("/Provenance/signed").status_code == 404


def test_provenance_of_provenance_leads_nowhere_and_ends(clinic: Clinic, ana: Client) -> None:
    signed = clinic.store.read("Provenance", "signed")
    circle = {**(signed or {}), "id": "circle", "target": [{"reference": "Provenance/circle"}]}
    clinic.store.load([circle])

    assert ana.get("/Provenance/circle").status_code == 404


def test_a_device_belongs_to_its_patient_or_to_the_clinic(
    clinic: Clinic, ana: Client, ben: Client
) -> None:
    implant = {"resourceType": "Device", "id": "implant", "patient": {"reference": "Patient/ana"}}
    clinic.store.load([implant, {"resourceType": "Device", "id": "scales"}])

    assert set(ana.found("/Device")) == {"implant", "scales"}
    assert ben.found("/Device") == ["scales"]
    assert ben.get("/Device/implant").status_code == 404


def test_a_care_team_of_no_patient_is_the_clinics(clinic: Clinic, ana: Client, ben: Client) -> None:
    anas = {"resourceType": "CareTeam", "id": "anas", "subject": {"reference": "Patient/ana"}}
    clinic.store.load([anas, {"resourceType": "CareTeam", "id": "on-call"}])

    assert set(ana.found("/CareTeam")) == {"anas", "on-call"}
    assert ben.found("/CareTeam") == ["on-call"]
    to_the_team = message("ben", recipient=[{"reference": "CareTeam/on-call"}])
    assert ben.post("/Communication", to_the_team).status_code == 201
    assert ben.post("/CareTeam", {"resourceType": "CareTeam"}).status_code == 403


def test_a_version_that_was_another_patients_stays_so(
    clinic: Clinic, ana: Client, ben: Client
) -> None:
    clinic.store.load([message("ben", id="misfiled")])
    clinic.store.update(message("ana", id="misfiled"))

    assert ana.get("/Communication/misfiled/_history/1").status_code == 404
    assert ana.json("/Communication/misfiled/_history")["total"] == 1
    assert ben.get("/Communication/misfiled/_history/1").status_code == 404


def test_a_merged_patients_older_record_is_part_of_the_record(clinic: Clinic, ana: Client) -> None:
    old = {
        "resourceType": "Patient",
        "id": "old-ana",
        "active": False,
        "link": [{"other": {"reference": "Patient/ana"}, "type": "replaced-by"}],
    }
    clinic.store.load([old, message("old-ana", id="before")])

    assert set(ana.found("/Patient")) == {"ana", "old-ana"}
    assert ana.get("/Communication/before").status_code == 200
    assert clinic.grant("patient/*.rs", patient="old-ana").get("/Patient/ana").status_code == 404


def test_a_child_reads_nothing_of_the_parent_who_acts_for_it(clinic: Clinic) -> None:
    proxy = Grant("t", "RelatedPerson/mother", "ben", ("patient/*.cruds", "user/*.rs"), "patient")
    clinic.grants["proxy"] = proxy

    assert clinic.client("proxy").found("/Patient") == ["ben"]
    assert clinic.client("proxy").get("/Observation/potassium").status_code == 404


def test_a_person_reads_themselves_with_the_scope_for_it_and_nobody_else(clinic: Clinic) -> None:
    clinic.store.load({"resourceType": "Person", "id": id_} for id_ in ("ann", "bob"))

    def status(path: str, *scopes: str, user: str = "Person/ann") -> int:
        clinic.grants["person"] = Grant("t-person", user, "ben", scopes, "patient")
        return clinic.client("person").get(path).status_code

    assert status("/Person/ann", "fhirUser", "patient/Task.rs") == 200
    assert status("/Person/ann", "patient/Task.rs") == 403
    assert status("/Person/bob", "fhirUser") == 404
    assert status("/Person?_id=ann", "fhirUser") == 403
    assert status("/Patient/ben", "fhirUser", user="Patient/ben") == 403


# --- whose a write is ----------------------------------------------------------------------------


def test_a_patient_writes_about_nobody_else(ana: Client) -> None:
    for resource in (task("ben"), {**task(), "for": {"display": "me"}}):
        assert ana.post("/Task", resource).status_code == 403
    sent_to_me = message("ben", recipient=[{"reference": "Patient/ana"}])
    assert ana.post("/Communication", sent_to_me).status_code == 403


def test_a_patient_makes_no_appointment_for_two(ana: Client) -> None:
    both = [
        {"actor": {"reference": f"Patient/{who}"}, "status": "accepted"} for who in ("ana", "ben")
    ]
    visit = {"resourceType": "Appointment", "status": "proposed", "participant": both}

    assert ana.post("/Appointment", visit).status_code == 403
    assert ana.post("/Appointment", {**visit, "participant": both[:1]}).status_code == 201


def test_a_patient_cannot_move_a_resource_to_or_from_another(
    clinic: Clinic, ana: Client, ben: Client
) -> None:
    mine = clinic.store.create(task())

    assert (
        ana.put(f"/Task/{mine['id']}", {**mine, "for": {"reference": "Patient/ben"}}).status_code
        == 403
    )
    taken = ben.put(f"/Task/{mine['id']}", {**mine, "for": {"reference": "Patient/ben"}})
    assert taken.status_code == 404
    assert clinic.store.read("Task", mine["id"]) == mine


def test_a_patients_reference_into_another_record_leads_nowhere(ana: Client) -> None:
    response = ana.post("/Communication", message(about=[{"reference": "Observation/bens"}]))

    assert response.status_code == 422
    assert "Observation/bens" in said(response)


def test_a_conditional_create_does_not_tell_what_others_have(clinic: Clinic, ana: Client) -> None:
    clinic.store.create(message("ben", "shared"))

    condition = "identifier=https://app.example/message|shared"
    response = ana.post("/Communication", message(value="shared"), If_None_Exist=condition)

    assert response.status_code == 201
    assert json_of(response)["subject"]["reference"] == "Patient/ana"


# --- staff ----------------------------------------------------------------------------------------


def test_staff_see_the_clinic_by_user_scopes(clinic: Clinic) -> None:
    nurse = clinic.grant("user/Observation.rs", patient=None, staff=True)

    assert len(nurse.found("/Observation")) == 4
    assert nurse.get("/Patient/ana").status_code == 403


def test_staff_with_a_patients_scope_see_that_patient(clinic: Clinic) -> None:
    nurse = clinic.grant("patient/Observation.rs", patient="ben", staff=True)

    assert nurse.found("/Observation") == ["bens"]


def test_the_wider_of_two_scopes_counts(clinic: Clinic) -> None:
    nurse = clinic.grant(
        "patient/*.cruds", "user/Observation.rs?category=laboratory", patient="ana", staff=True
    )

    assert set(nurse.found("/Observation")) == {"potassium", "pressure", "sodium", "bens"}
    assert nurse.found("/Patient") == ["ana"]


def test_a_patients_scope_without_a_patient_opens_nothing(clinic: Clinic) -> None:
    nurse = clinic.grant("patient/*.cruds", patient=None, staff=True)

    assert nurse.get("/Observation").status_code == 403
    assert nurse.get("/Practitioner/nora").status_code == 403
