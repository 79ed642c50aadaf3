from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.fhir.clinic import BASE, MESSAGE, Client, Clinic, json_of, message, said, task

Json = dict[str, Any]

FORM_URN = "urn:uuid:aaaaaaaa-0000-4000-8000-000000000001"
WORDS_URN = "urn:uuid:aaaaaaaa-0000-4000-8000-000000000002"


def entry(method: str, url: str, resource: Json | None = None, urn: str = "", **more: str) -> Json:
    return {
        **({"fullUrl": urn} if urn else {}),
        **({"resource": resource} if resource else {}),
        "request": {"method": method, "url": url, **more},
    }


def bundle(kind: str, *entries: Json) -> Json:
    return {"resourceType": "Bundle", "type": kind, **({"entry": list(entries)} if entries else {})}


def submission(value: str = "one") -> Json:
    """The three resources of one request, the work first, so that all must wait for the words."""
    form = {
        "resourceType": "QuestionnaireResponse",
        "identifier": {"system": MESSAGE, "value": f"form-{value}"},
        "status": "completed",
        "subject": {"reference": "Patient/ana"},
    }
    condition = f"identifier={MESSAGE}|"
    return bundle(
        "transaction",
        entry(
            "POST",
            "Task",
            task(
                focus={"reference": WORDS_URN},
                input=[{"type": {"text": "form"}, "valueReference": {"reference": FORM_URN}}],
                identifier=[{"system": MESSAGE, "value": f"task-{value}"}],
            ),
            ifNoneExist=f"{condition}task-{value}",
        ),
        entry(
            "POST",
            "Communication",
            message(value=value, about=[{"reference": FORM_URN}]),
            WORDS_URN,
            ifNoneExist=f"{condition}{value}",
        ),
        entry(
            "POST", "QuestionnaireResponse", form, FORM_URN, ifNoneExist=f"{condition}form-{value}"
        ),
    )


def test_a_transaction_writes_all_and_ties_them_together(clinic: Clinic, ana: Client) -> None:
    answer = json_of(ana.post("", submission()))

    work, words, form = (e["resource"] for e in answer["entry"])
    assert answer["type"] == "transaction-response"
    assert [e["response"]["status"] for e in answer["entry"]] == ["201 Created"] * 3
    assert answer["entry"][0]["response"]["location"] == f"{BASE}/Task/{work['id']}/_history/1"
    assert answer["entry"][0]["response"]["etag"] == 'W/"1"'
    assert work["focus"]["reference"] == f"Communication/{words['id']}"
    assert work["input"][0]["valueReference"]["reference"] == f"QuestionnaireResponse/{form['id']}"
    assert clinic.store.read("Communication", words["id"]) == words
    assert words["about"][0]["reference"] == f"QuestionnaireResponse/{form['id']}"


def test_the_same_transaction_again_writes_nothing(clinic: Clinic, ana: Client) -> None:
    first = json_of(ana.post("/", submission()))
    before = len(clinic.store)
    again = json_of(ana.post("/", submission()))

    assert len(clinic.store) == before
    assert [e["response"]["status"] for e in again["entry"]] == ["200 OK"] * 3
    assert [e["resource"] for e in again["entry"]] == [e["resource"] for e in first["entry"]]


def test_a_transaction_completes_what_was_there_in_part(clinic: Clinic, ana: Client) -> None:
    words = clinic.store.create(message(value="one"))

    answer = json_of(ana.post("", submission()))

    assert [e["response"]["status"][:3] for e in answer["entry"]] == ["201", "200", "201"]
    assert answer["entry"][0]["resource"]["focus"]["reference"] == f"Communication/{words['id']}"


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        (entry("POST", "Task", task(status="done")), 400),
        (entry("POST", "Task", task(focus={"reference": "urn:uuid:nobody"})), 422),
        (entry("POST", "Task", task("ben")), 403),
        (entry("PUT", "Task/nobody", task(id="nobody")), 404),
        (entry("GET", "Observation/bens"), 404),
        (entry("DELETE", "Task/1"), 400),
        (entry("PUT", "Task?identifier=1", task()), 400),
        (entry("POST", "Colour", task()), 404),
        (entry("POST", "Task"), 400),
        ({"resource": task()}, 400),
    ],
)
def test_one_bad_entry_undoes_the_whole_transaction(
    clinic: Clinic, ana: Client, bad: Json, status: int
) -> None:
    before = len(clinic.store)
    whole = submission()
    whole["entry"].append(bad)

    response = ana.post("", whole)

    assert response.status_code == status
    assert "ntry" in said(response)
    assert len(clinic.store) == before


def test_a_lost_race_undoes_the_whole_transaction(clinic: Clinic, nora: Client) -> None:
    first = clinic.store.create(task())
    clinic.store.update(first)
    claim = entry("PUT", f"Task/{first['id']}", dict(first), ifMatch='W/"1"')

    response = nora.post(
        "", bundle("transaction", entry("POST", "Communication", message()), claim)
    )

    assert response.status_code == 412
    assert clinic.store.of_type("Communication") == []


def test_a_nurse_answers_and_closes_in_one_transaction(clinic: Clinic, nora: Client) -> None:
    open_task = clinic.store.create(task())
    done = {
        **open_task,
        "status": "completed",
        "output": [{"type": {"text": "reply"}, "valueReference": {"reference": WORDS_URN}}],
    }

    answer = json_of(
        nora.post(
            "",
            bundle(
                "transaction",
                entry("GET", f"Task/{open_task['id']}"),
                entry("PUT", f"Task/{open_task['id']}", done, ifMatch='W/"1"'),
                entry("POST", "Communication", message(), WORDS_URN),
            ),
        )
    )

    read, closed, reply = (e["resource"] for e in answer["entry"])
    assert closed["output"][0]["valueReference"]["reference"] == f"Communication/{reply['id']}"
    assert read == closed, "reads come after the writes, wherever they stand"


def test_a_batch_does_each_entry_alone(clinic: Clinic, ana: Client) -> None:
    answer = json_of(
        ana.post(
            "",
            bundle(
                "batch",
                entry("POST", "Communication", message(value="one")),
                entry("GET", "Patient/ben"),
                entry("GET", "Observation?category=vital-signs"),
                entry("GET", f"{BASE}/Patient/ana/_history/1"),
                entry("POST", "Task", task("ben")),
            ),
        )
    )

    assert answer["type"] == "batch-response"
    statuses = [e["response"]["status"][:3] for e in answer["entry"]]
    assert statuses == ["201", "404", "200", "200", "403"]
    assert answer["entry"][2]["resource"]["total"] == 1
    assert answer["entry"][1]["response"]["outcome"]["resourceType"] == "OperationOutcome"
    assert len(clinic.store.of_type("Communication")) == 1


def test_each_entry_needs_its_own_scope(clinic: Clinic) -> None:
    client = clinic.grant("patient/Communication.cs")

    answer = client.post(
        "",
        bundle("batch", entry("POST", "Task", task()), entry("POST", "Communication", message())),
    )
    assert [e["response"]["status"][:3] for e in json_of(answer)["entry"]] == ["403", "201"]
    assert client.post("", submission()).status_code == 403
    assert len(clinic.store.of_type("Communication")) == 1


def test_two_entries_with_the_same_condition_are_refused(ana: Client) -> None:
    twice = submission()
    twice["entry"].append(twice["entry"][1])

    assert ana.post("", twice).status_code == 400


def test_an_empty_bundle_is_answered_and_another_kind_is_not(ana: Client) -> None:
    assert json_of(ana.post("", bundle("batch"))) == {
        "resourceType": "Bundle",
        "type": "batch-response",
    }
    others: list[Any] = [bundle("collection"), task(), [], "x"]
    for wrong in others:
        assert ana.post("", wrong).status_code == 400
