"""What the app asks of an EHR over a whole request, from login to answer: no more than it says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app import people
from tests.app.browser import query_of
from tests.app.launching import callback
from tests.app.world import Json, World, opened

WRITTEN = {"Communication", "Task", "QuestionnaireResponse"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with opened() as world:
        yield world


def scope_of_login(world: World) -> list[str]:
    answer = world.browser().ask("GET", "/launch/sandbox-patients")
    return query_of(answer.headers["Location"])["scope"].split()


@pytest.mark.smart(89, 90, 139)
@pytest.mark.parametrize("together", [True, False], ids=["together", "one-by-one"])
def test_each_write_is_of_three_types_and_each_request_carries_the_token(together: bool) -> None:
    """One transaction where the EHR takes it, no fourth type, no state of ours in the record."""
    with opened() as world:
        world.behaves(transaction=together)
        before = len(world.ehr)
        patient, nurse = people.patient(world), people.staff(world)
        patient.logs_in("james")
        patient.asks_for("lisinopril")
        nurse.opens("tom")
        nurse.answers_and_closes()

        calls = [each for each in world.asked(path="/fhir") if not _is_public(each["path"])]
        assert len(calls) > 20
        assert {each["authorization"] for each in calls} == {True}
        writes = [each for each in calls if each["method"] != "GET"]
        whole = [each for each in writes if each["path"] == "/fhir"]
        single = {each["path"].split("/")[2] for each in writes if each not in whole}
        assert len(whole) == together
        assert single == ({"Communication", "Task"} if together else WRITTEN)
        assert {each["method"] for each in writes} == {"POST", "PUT"}
        assert len(world.ehr) - before == sum(len(world.written(kind)) for kind in WRITTEN)


def _is_public(path: str) -> bool:
    return path.endswith(("/metadata", "smart-configuration"))


@pytest.mark.smart(43, 95)
def test_access_for_later_is_asked_only_where_the_configuration_says_so(world: World) -> None:
    assert "offline_access" in scope_of_login(world)

    def without(config: Json) -> None:
        scopes = config["ehrs"][0]["scopes"]
        scopes["patient"] = scopes["patient"].replace(" offline_access", "")

    with opened(changed=without) as brief:
        assert not {"offline_access", "online_access"} & set(scope_of_login(brief))
        patient = people.patient(brief)
        assert patient.logs_in("james").headings == ("Hello, James Alan Carter",)


@pytest.mark.smart(16)
@pytest.mark.parametrize(
    "statement",
    [
        {"resourceType": "Conformance", "fhirVersion": "1.0.2", "rest": [{"mode": "server"}]},
        {"resourceType": "CapabilityStatement", "fhirVersion": "3.0.1", "rest": []},
        {"resourceType": "CapabilityStatement", "fhirVersion": "4.3.0"},
    ],
    ids=lambda statement: statement["fhirVersion"],
)
def test_an_ehr_with_another_version_of_fhir_is_launched_from_without_an_error_of_ours(
    statement: Json,
) -> None:
    """What it does not declare is not offered; nothing breaks."""
    with opened() as world:
        rule = {"kind": "edited", "set": statement, "drop": ["rest"]}
        if "rest" in statement:
            rule["drop"] = []
        world.fails({"match": {"path": "/fhir/metadata"}, "fault": rule})
        patient = people.patient(world)

        answer = patient.browser.follow("GET", callback(patient))
        assert answer.status_code in {200, 502}
        assert "<h1" in answer.text
        assert not world.log.events("unexpected")


@pytest.mark.smart(150)
def test_nothing_of_a_launch_stays_in_addresses_referrers_or_caches(world: World) -> None:
    patient = people.patient(world)
    page = patient.logs_in("james")

    assert "?" not in page.url
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    came_back = [url for url in patient.browser.visited if "/callback/" in url]
    assert came_back
    for url in came_back:
        assert query_of(url)["code"] not in page.url
