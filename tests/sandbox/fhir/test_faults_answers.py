"""FHIR answers that arrive with something wrong in them, on them, or instead of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.fhir.clinic import BASE, Client, Clinic, json_of, task

AWAY = "http://canary.example"


def test_xml_in_place_of_the_record(nora: Client, switch: Any) -> None:
    switch({"kind": "wrong", "what": "xml"})
    response = nora.get("/Patient/ana")

    assert (response.status_code, response.mimetype) == (200, "application/fhir+xml")
    assert "ETag" not in response.headers


def test_json_that_is_called_text_or_begins_with_a_mark(nora: Client, switch: Any) -> None:
    switch({"kind": "wrong", "what": "text"})
    switch({"kind": "wrong", "what": "bom"})
    response = nora.get("/Patient/ana")

    assert response.mimetype == "text/plain"
    assert response.headers["Content-Length"] == str(len(response.data))
    assert json.loads(response.data.decode("utf-8-sig"))["id"] == "ana"


def test_members_of_an_answer_are_set_and_dropped(nora: Client, switch: Any) -> None:
    switch({"kind": "edited", "set": {"gender": "other", "photo": []}, "drop": ["birthDate"]})
    patient = nora.json("/Patient/ana")

    assert (patient["gender"], patient["photo"], "birthDate" in patient) == ("other", [], False)
    assert patient["name"][0]["family"] == "Muñoz"


@pytest.mark.parametrize("path", ["/Patient/nobody", "/Binary/letter"])
def test_what_is_no_good_json_object_is_not_edited(nora: Client, switch: Any, path: str) -> None:
    before = nora.get(path).data
    switch({"kind": "edited", "set": {"gender": "other"}})

    assert nora.get(path).data == before


def test_a_cookie_is_another_one_each_time_unless_it_is_named(nora: Client, switch: Any) -> None:
    switch({"kind": "cookie"}, path="/Patient/")
    switch({"kind": "cookie", "name": "lb", "value": "node-7"}, path="/Task")
    random = {nora.get("/Patient/ana").headers["Set-Cookie"] for _ in range(2)}

    assert len(random) == 2
    assert all(cookie.startswith("ehr-session=") for cookie in random)
    assert nora.get("/Task").headers["Set-Cookie"].startswith("lb=node-7;")


@pytest.mark.parametrize(("after_commit", "written"), [(False, 0), (True, 1)])
def test_a_redirect_to_another_host(
    clinic: Clinic, nora: Client, switch: Any, after_commit: bool, written: int
) -> None:
    switch({"kind": "redirect", "to": f"{AWAY}/Task", "after_commit": after_commit})
    response = nora.post("/Task", task())

    assert (response.status_code, response.headers["Location"]) == (307, f"{AWAY}/Task")
    assert len(clinic.store.of_type("Task")) == written


# --- links ---------------------------------------------------------------------------------------


def test_every_link_of_a_search_leads_away(nora: Client, switch: Any) -> None:
    switch({"kind": "links", "to": AWAY})
    bundle = nora.json("/Observation?_count=2")

    assert [link["url"] for link in bundle["link"] if link["relation"] == "next"] == [
        f"{AWAY}/Bundle.link.next"
    ]
    assert bundle["link"][0]["url"].startswith(BASE)
    assert {entry["fullUrl"] for entry in bundle["entry"]} == {
        f"{AWAY}/Bundle.entry.fullUrl/Observation/{entry['resource']['id']}"
        for entry in bundle["entry"]
    }


@pytest.mark.parametrize("only", ["next", "fullUrl", "Location"])
def test_one_kind_of_link_leads_away_alone(nora: Client, switch: Any, only: str) -> None:
    switch({"kind": "links", "to": AWAY, "only": only})
    bundle = nora.json("/Observation?_count=2")
    location = nora.post("/Task", task()).headers["Location"]
    following = next(link["url"] for link in bundle["link"] if link["relation"] == "next")

    led_away = {
        "next": following.startswith(AWAY),
        "fullUrl": bundle["entry"][0]["fullUrl"].startswith(AWAY),
        "Location": location.startswith(AWAY),
    }
    assert {name for name, away in led_away.items() if away} == {only}


def test_an_empty_search_has_a_next_page_elsewhere_and_no_entries(
    nora: Client, switch: Any
) -> None:
    switch({"kind": "links", "to": AWAY})
    bundle = nora.json("/Observation?code=nothing")

    assert bundle["link"][-1]["relation"] == "next"
    assert "entry" not in bundle


def test_a_history_has_no_next_page(nora: Client, switch: Any) -> None:
    switch({"kind": "links", "to": AWAY})
    history = nora.json("/Patient/ana/_history")

    assert "link" not in history
    assert history["entry"][0]["fullUrl"].startswith(AWAY)


def test_a_statement_of_what_the_server_can_do_has_no_such_links(
    clinic: Clinic, switch: Any
) -> None:
    http = clinic.app.test_client()
    before = json_of(http.get("/fhir/metadata"))
    switch({"kind": "links", "to": AWAY})

    assert json_of(http.get("/fhir/metadata")) == before
