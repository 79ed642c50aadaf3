from __future__ import annotations

import json
import time
from typing import Any

import pytest
from flask import Flask, request

from sandbox.faults import Faults
from sandbox.faults.rules import Asked, Rule
from tests.sandbox.fhir.clinic import Client, Clinic, json_of, message, said, task

Json = dict[str, Any]


def rules(clinic: Clinic) -> list[Json]:
    listed: list[Json] = json_of(clinic.app.test_client().get("/faults"))["rules"]
    return listed


# --- what can go wrong ---------------------------------------------------------------------------


def test_a_status_with_its_retry_after_and_nothing_done(
    clinic: Clinic, nora: Client, switch: Any
) -> None:
    switch({"kind": "status", "status": 429, "retry_after": 7})

    response = nora.post("/Task", task())

    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    said(response)
    assert clinic.store.of_type("Task") == []


def test_a_503_without_retry_after_may_have_done_the_work(
    clinic: Clinic, nora: Client, switch: Any
) -> None:
    switch({"kind": "status", "status": 503, "after_commit": True})

    response = nora.post("/Task", task())

    assert response.status_code == 503
    assert "Retry-After" not in response.headers
    assert len(clinic.store.of_type("Task")) == 1


def test_a_delay(clinic: Clinic, nora: Client, switch: Any) -> None:
    switch({"kind": "delay", "seconds": 0.2})
    switch({"kind": "delay", "seconds": 0.1, "after_commit": True})

    before = time.monotonic()
    assert nora.get("/Patient/ana").status_code == 200
    assert 0.3 <= time.monotonic() - before < 3


def test_json_that_stops_half_way(nora: Client, switch: Any) -> None:
    switch({"kind": "truncated"})

    response = nora.get("/Patient/ana")

    assert response.status_code == 200
    assert response.headers["Content-Length"] == str(len(response.data))
    with pytest.raises(json.JSONDecodeError):
        json.loads(response.data)


def test_a_login_page_in_place_of_the_record(nora: Client, switch: Any) -> None:
    switch({"kind": "wrong", "what": "html"})

    response = nora.get("/Patient/ana")

    assert (response.status_code, response.mimetype) == (200, "text/html")


def test_a_resource_of_another_type(nora: Client, switch: Any) -> None:
    switch({"kind": "wrong", "what": "type"})

    assert nora.json("/Patient/ana")["resourceType"] == "Basic"
    assert nora.get("/Patient/ana").headers["ETag"] == 'W/"1"'


def test_a_lost_answer_is_a_502_where_no_connection_can_be_dropped(
    clinic: Clinic, nora: Client, switch: Any
) -> None:
    switch({"kind": "lost"})

    assert nora.post("/Task", task()).status_code == 502
    assert len(clinic.store.of_type("Task")) == 1


def test_a_refused_request_does_nothing(clinic: Clinic, nora: Client, switch: Any) -> None:
    switch({"kind": "refused"})

    assert nora.post("/Task", task()).status_code == 502
    assert clinic.store.of_type("Task") == []


def test_several_faults_strike_together(clinic: Clinic, nora: Client, switch: Any) -> None:
    switch({"kind": "status", "status": 502, "after_commit": True})
    switch({"kind": "status", "status": 500})

    assert nora.get("/Patient/ana").status_code == 502
    assert [rule["hits"] for rule in rules(clinic)] == [1, 1]


def test_any_path_of_the_program_can_fail(clinic: Clinic, switch: Any) -> None:
    @clinic.app.post("/oauth/token")
    def token() -> str:
        return "a token"

    switch({"kind": "status", "status": 503}, path="/oauth/token")
    http = clinic.app.test_client()

    assert http.post("/oauth/token").status_code == 503
    assert http.get("/fhir/metadata").status_code == 200


# --- whom it strikes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "struck"),
    [
        ({}, ["GET /Patient/ana", "GET /Task", "POST /Task", "POST /Task/_search"]),
        ({"method": "post"}, ["POST /Task", "POST /Task/_search"]),
        ({"type": "Task"}, ["GET /Task", "POST /Task", "POST /Task/_search"]),
        ({"type": "Task", "method": "GET"}, ["GET /Task"]),
        ({"path": "_search"}, ["POST /Task/_search"]),
        ({"path": "/Pat"}, ["GET /Patient/ana"]),
        ({"type": "Tas"}, []),
        ({"nth": 2}, ["GET /Task"]),
        ({"times": 2}, ["GET /Patient/ana", "GET /Task"]),
        ({"type": "Task", "nth": 3}, ["POST /Task/_search"]),
        ({"probability": 0}, []),
    ],
)
def test_a_rule_strikes_what_it_names(
    nora: Client, switch: Any, match: Json, struck: list[str]
) -> None:
    switch({"kind": "status", "status": 500}, **match)

    asked = ["GET /Patient/ana", "GET /Task", "POST /Task", "POST /Task/_search"]
    hit = [call for call in asked if nora(*call.split()).status_code == 500]
    assert hit == struck


def test_dice_fall_the_same_way_for_the_same_seed() -> None:
    def throws(seed: int) -> list[bool]:
        match = {"probability": 0.5, "seed": seed}
        rule = Rule.from_json({"match": match, "fault": {"kind": "truncated"}}, "x")
        return [rule.strikes(Asked("GET", "/")) for _ in range(40)]

    assert throws(1) == throws(1) != throws(2)
    assert 5 < sum(throws(1)) < 35


# --- switching on and off ------------------------------------------------------------------------


def test_rules_are_listed_with_their_counters(clinic: Clinic, nora: Client, switch: Any) -> None:
    id_ = switch({"kind": "delay", "seconds": 0}, type="Task", times=1)
    nora.get("/Task")
    nora.get("/Task")
    nora.get("/Patient/ana")

    assert rules(clinic) == [
        {
            "id": id_,
            "match": {"type": "Task", "times": 1},
            "fault": {"kind": "delay", "seconds": 0, "after_commit": False},
            "seen": 1,
            "hits": 1,
        }
    ]


def test_rules_are_replaced_removed_and_cleared(clinic: Clinic, nora: Client) -> None:
    http = clinic.app.test_client()
    broken = {"fault": {"kind": "status", "status": 500}}

    http.put("/faults", json=[{"id": "mine", **broken}, broken])
    assert rules(clinic)[0]["id"] == "mine"
    assert http.delete("/faults/mine").status_code == 204
    assert http.delete("/faults/mine").status_code == 404
    assert nora.get("/Patient/ana").status_code == 500
    assert http.delete("/faults").status_code == 204
    assert nora.get("/Patient/ana").status_code == 200


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({}, "fault"),
        ({"fault": {"kind": "colour"}}, "fault.kind"),
        ({"fault": {"kind": "delay"}}, "fault.seconds is missing"),
        ({"fault": {"kind": "delay", "seconds": "1"}}, "fault.seconds"),
        ({"fault": {"kind": "delay", "seconds": True}}, "fault.seconds"),
        ({"fault": {"kind": "status", "status": 500, "colour": 1}}, "colour"),
        ({"fault": {"kind": "lost", "how": "quietly"}}, "fault.how"),
        ({"fault": {"kind": "lost"}, "match": {"colour": 1}}, "colour"),
        ({"fault": {"kind": "lost"}, "match": {"nth": "2"}}, "match.nth"),
        ({"fault": {"kind": "edited", "set": []}}, "fault.set"),
        ({"fault": {"kind": "edited", "drop": ["scope", 1]}}, "fault.drop"),
        ({"fault": {"kind": "callback", "set": {"state": 1}}}, "fault.set"),
        ({"fault": {"kind": "scopes", "written": "v3"}}, "fault.written"),
        ({"fault": {"kind": "redirect", "to": "/", "status": 200}}, "fault.status"),
        ({"fault": {"kind": "forged", "how": "badly"}}, "fault.how"),
        ({"fault": {"kind": "lost"}, "match": []}, "match"),
        ({"fault": {"kind": "lost"}, "times": 1}, "times"),
        ([], "rule"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_explained(
    clinic: Clinic, rule: Any, complaint: str
) -> None:
    http = clinic.app.test_client()
    for response in (http.post("/faults", json=rule), http.put("/faults", json=[rule])):
        assert response.status_code == 400
        assert complaint in json_of(response)["error"]
    assert rules(clinic) == []


def test_a_bad_list_leaves_the_rules_as_they_were(clinic: Clinic, switch: Any) -> None:
    kept = switch({"kind": "truncated"})
    http = clinic.app.test_client()

    assert http.put("/faults", json=[{"fault": {"kind": "lost"}}, {}]).status_code == 400
    assert http.put("/faults", json="all").status_code == 400
    assert [rule["id"] for rule in rules(clinic)] == [kept]


@pytest.mark.parametrize("address", ["192.0.2.7", "", "::ffff:192.0.2.7"])
def test_only_this_machine_switches_faults(clinic: Clinic, address: str) -> None:
    http = clinic.app.test_client()
    elsewhere = {"REMOTE_ADDR": address}

    for method, path in (("GET", "/faults"), ("POST", "/faults"), ("GET", "/ledger")):
        response = http.open(
            path,
            method=method,
            environ_overrides=elsewhere,
            headers={"X-Forwarded-For": "127.0.0.1"},
        )
        assert response.status_code == 403


def test_a_page_in_a_browser_cannot_switch_faults(clinic: Clinic) -> None:
    """A form of another site sends no JSON; with another type the body is not read."""
    body = json.dumps({"fault": {"kind": "lost"}})
    response = clinic.app.test_client().post("/faults", data=body, content_type="text/plain")

    assert response.status_code == 415
    assert rules(clinic) == []


# --- the ledger ----------------------------------------------------------------------------------


def test_the_ledger_tells_what_was_asked_and_never_the_token(
    clinic: Clinic, ana: Client, switch: Any
) -> None:
    fault = switch({"kind": "status", "status": 500}, method="POST")
    ana.get("/Observation?patient=ana&code=secret")
    ana.post("/Communication", message())
    clinic.app.test_client().get("/fhir/Patient/ana")

    response = clinic.app.test_client().get("/ledger")

    calls = json_of(response)["calls"]
    assert [
        (c["method"], c["path"], c["status"], c["user"], c["authorization"]) for c in calls
    ] == [
        ("GET", "/fhir/Observation", 200, "Patient/ana", True),
        # Nobody looked at this one's token: the fault came first.
        ("POST", "/fhir/Communication", 500, None, True),
        ("GET", "/fhir/Patient/ana", 401, None, False),
    ]
    assert [c["faults"] for c in calls] == [[], [fault], []]
    assert "secret" not in response.text
    assert "Bearer" not in response.text


def test_the_ledger_can_start_anew(clinic: Clinic, ana: Client) -> None:
    ana.get("/Patient/ana")
    http = clinic.app.test_client()

    assert http.delete("/ledger").status_code == 204
    assert json_of(http.get("/ledger")) == {"calls": []}


def test_the_ledger_says_when() -> None:
    faults, app = Faults(clock=lambda: 7.0), Flask("x")
    faults.install(app)
    app.test_client().get("/")

    assert [call["at"] for call in faults.ledger.as_json()] == [7.0]


def test_the_ledger_tells_whether_a_cookie_came_back(clinic: Clinic, ana: Client) -> None:
    ana.get("/Patient/ana")
    ana.http.set_cookie("lb", "node-7")
    ana.get("/Patient/ana")

    calls = json_of(clinic.app.test_client().get("/ledger"))["calls"]
    assert [call["cookie"] for call in calls] == [False, True]


def test_the_ledger_knows_what_a_token_request_is_for_and_leaves_its_form_to_the_program(
    clinic: Clinic,
) -> None:
    @clinic.app.post("/oauth/token")
    def token() -> str:
        return request.form["refresh_token"]

    http = clinic.app.test_client()
    form = {"grant_type": "refresh_token", "refresh_token": "secret"}
    answer = http.post("/oauth/token", data=form)
    http.post("/oauth/token", json=form)

    ledger = http.get("/ledger")
    assert answer.text == "secret"
    assert [call["grant"] for call in json_of(ledger)["calls"]] == ["refresh_token", None]
    assert "secret" not in ledger.text
