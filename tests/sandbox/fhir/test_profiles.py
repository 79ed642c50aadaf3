"""EHRs that accept and refuse writes as their statements say, honest about it or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.profiles import PROFILES, WRITTEN, Manner
from sandbox.smart.settings import Settings
from tests.sandbox.fhir.clinic import MESSAGE, Client, Clinic, json_of, message, task

CONDITION = {"If-None-Exist": f"identifier={MESSAGE}|m-1"}
FORM: dict[str, Any] = {
    "resourceType": "QuestionnaireResponse",
    "status": "completed",
    "questionnaire": "https://app.example/Questionnaire/refill|1.0.0",
    "subject": {"reference": "Patient/ana"},
}


def behaving(manner: Manner) -> Clinic:
    return Clinic.opened(manner)


def profile(name: str, **settings: Any) -> Clinic:
    return behaving(Settings(profile=name, **settings).manner)  # type: ignore[arg-type]


def stated(clinic: Clinic) -> dict[str, Any]:
    rest = json_of(clinic.app.test_client().get("/fhir/metadata"))["rest"][0]
    return {each["type"]: each for each in rest["resource"]}


@pytest.mark.parametrize(
    ("name", "patient", "staff"),
    [
        ("open", (201, 201, 201), (201, 201, 201)),
        ("epic", (403, 403, 405), (201, 422, 405)),
        ("oracle", (403, 405, 404), (422, 405, 404)),
        ("meditech", (201, 201, 405), (201, 201, 405)),
        ("athenahealth", (404, 201, 404), (404, 201, 404)),
    ],
)
def test_each_lets_patients_and_staff_create_what_it_says(
    name: str, patient: tuple[int, ...], staff: tuple[int, ...]
) -> None:
    clinic = profile(name)
    sent = {"Communication": message(), "QuestionnaireResponse": FORM, "Task": task()}

    for who, expected in (("ana", patient), ("nora", staff)):
        client = clinic.client(who)
        answers = tuple(client.post(f"/{kind}", body).status_code for kind, body in sent.items())
        assert answers == expected, who


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_an_honest_statement_tells_what_there_is_and_nothing_else(name: str) -> None:
    clinic = profile(name)
    types, nora = stated(clinic), clinic.client("nora")

    for kind in WRITTEN:
        codes = {each["code"] for each in types.get(kind, {}).get("interaction", ())}
        answers = {
            "create": nora.post(f"/{kind}", {}),
            "update": nora.put(f"/{kind}/x", {}),
            "search-type": nora.get(f"/{kind}"),
            "read": nora.get(f"/{kind}/x"),
        }
        for code, answer in answers.items():
            is_there = answer.status_code != 405 and "has no" not in answer.text
            assert is_there == (code in codes), (kind, code)


def test_an_untruthful_statement_promises_what_the_open_one_does() -> None:
    types = stated(profile("athenahealth", truthful=False))

    assert types == stated(profile("open"))
    assert (
        profile("athenahealth", truthful=False)
        .client("ana")
        .post("/Communication", message())
        .status_code
        == 404
    )


def test_an_honest_server_does_not_grant_what_it_would_refuse() -> None:
    assert Settings(profile="epic").manner.denied == (
        "patient/Communication.cu",
        "patient/QuestionnaireResponse.cu",
        "patient/Task.cu",
    )
    assert Settings(profile="open").manner.denied == ()
    assert Settings(profile="epic", truthful=False).manner.denied == ()


@pytest.mark.parametrize(("how", "stored"), [("works", 1), ("ignored", 2)])
def test_a_repeated_create_is_one_or_two(how: str, stored: int) -> None:
    clinic = profile("open", conditional_create=how)
    ana = clinic.client("ana")

    for _ in range(2):
        ana.post("/Communication", message(value="m-1"), **CONDITION)

    assert len(clinic.store.identified("Communication", "m-1")) == stored
    assert stated(clinic)["Communication"]["conditionalCreate"] is (how == "works")


def test_two_racy_creates_at_once_store_twice(at_once: Any) -> None:
    clinic = profile("open", conditional_create="racy")
    ana = clinic.client("ana")

    def create() -> int:
        return ana.post("/Communication", message(value="m-1"), **CONDITION).status_code

    assert at_once(create, create) == [201, 201]
    assert ana.post("/Communication", message(value="m-1"), **CONDITION).status_code == 412
    assert len(clinic.store.identified("Communication", "m-1")) == 2


def test_a_slow_index_finds_later_what_can_be_read_at_once() -> None:
    clinic = profile("open", index_seconds=5.0)
    ana, address = clinic.client("ana"), f"/Communication?identifier={MESSAGE}|m-1"
    stored = json_of(ana.post("/Communication", message(value="m-1")))

    assert json_of(ana.get(address))["total"] == 0
    assert ana.get(f"/Communication/{stored['id']}").status_code == 200
    again = ana.post("/Communication", message(value="m-1"), **CONDITION)
    assert again.status_code == 201, "a conditional create looks in the same index"
    clinic.clock.ahead = 6.0
    assert json_of(ana.get(address))["total"] == 2


@pytest.mark.parametrize(("how", "status"), [("412", 412), ("409", 409), ("ignored", 200)])
def test_an_old_version_is_refused_or_nobody_looks(how: str, status: int) -> None:
    nora = profile("open", locking=how).client("nora")
    first = json_of(nora.post("/Task", task()))
    changed = {**first, "status": "accepted"}
    nora.put(f"/Task/{first['id']}", changed, **{"If-Match": 'W/"1"'})

    late = nora.put(f"/Task/{first['id']}", changed, **{"If-Match": 'W/"1"'})

    assert late.status_code == status


def test_a_server_without_search_by_identifier_leaves_it_out() -> None:
    clinic = profile("meditech")
    ana = clinic.client("ana")
    for value in ("m-1", "m-2"):
        ana.post("/Communication", message(value=value))

    assert json_of(ana.get(f"/Communication?identifier={MESSAGE}|m-1"))["total"] == 2
    names = {each["name"] for each in stated(clinic)["Communication"]["searchParam"]}
    assert "identifier" not in names
    assert "patient" in names


def test_a_create_answers_without_a_body_unless_asked_for_one() -> None:
    nora = profile("epic").client("nora")

    bare = nora.post("/Communication", message())
    whole = nora.post("/Communication", message(), Prefer="return=representation")

    assert (bare.status_code, bare.data) == (201, b"")
    assert bare.headers["Location"].startswith("Communication/")
    assert "ETag" not in bare.headers
    assert json_of(whole)["resourceType"] == "Communication"


def test_only_an_open_server_does_transactions() -> None:
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": []}

    assert profile("open").client("nora").post("", bundle).status_code == 200
    assert profile("meditech").client("nora").post("", bundle).status_code == 400


def test_what_no_app_writes_is_read_only_everywhere_but_in_the_open(nora: Client) -> None:
    patient = {"resourceType": "Patient", "name": [{"text": "New"}]}

    assert nora.post("/Patient", patient).status_code == 201
    assert profile("meditech").client("nora").post("/Patient", patient).status_code == 405


def test_settings_go_over_what_the_profile_has() -> None:
    manner = Settings(profile="oracle", locking="ignored", index_seconds=2.0).manner

    assert replace(manner, locking="409", index_seconds=0.0) == PROFILES["oracle"]
