"""A patient's record in which every link leads to a canary, and the answers around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.app import Config
from sandbox.rest.validation import check_shape
from sandbox.serving import started
from tests.sandbox.conftest import clients_file
from tests.sandbox.example_app import PATIENT, Clock, Ehr, ExampleApp
from tests.sandbox.saboteur import Saboteur

CANARY = "http://canary.example:9"
WHOM = PATIENT.patients[0]


@pytest.fixture(scope="module")
def ehr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ehr]:
    """One of its own, since a poisoned record stays so."""
    clock = Clock()
    config = Config(clients=clients_file(tmp_path_factory.mktemp("sandbox")))
    with started(config, clock) as running:
        yield Ehr(running, clock)


@pytest.fixture
def poisoned(ehr: Ehr, saboteur: Saboteur) -> list[str]:
    """`Type/id` of each resource with links."""
    answer = saboteur("POST", "/canary", {"patient": WHOM, "address": CANARY})
    assert answer.status_code == 200, answer.text
    assert answer.json()["rules"] == ["canary-links", "canary-context"]
    keys: list[str] = answer.json()["resources"]
    return keys


@pytest.fixture
def record(ehr: Ehr) -> requests.Session:
    scope = "launch/patient patient/*.cruds"
    token = ExampleApp(ehr, scope=scope).launched()["access_token"]
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    return session


def links_in(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith(CANARY):
        yield value
    for each in value if isinstance(value, list) else ():
        yield from links_in(each)
    for each in value.values() if isinstance(value, dict) else ():
        yield from links_in(each)


def read(ehr: Ehr, record: requests.Session, path: str) -> Any:
    answer = record.get(f"{ehr.at.fhir}/{path}", timeout=5)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_poisoned_resource_is_valid_visible_and_full_of_links(
    ehr: Ehr, poisoned: list[str], record: requests.Session
) -> None:
    assert len(poisoned) == 18
    for key in poisoned:
        resource = read(ehr, record, key)
        type_ = key.partition("/")[0]
        check_shape(resource, type_)
        links = set(links_in(resource))
        assert links, key
        assert all(f"/{type_}." in link for link in links), links


@pytest.mark.parametrize(
    "link",
    [
        "Patient.photo",
        "Practitioner/Observation.performer",
        "DocumentReference.content.attachment",
        "Binary/DocumentReference.content.attachment",
        "DiagnosticReport.presentedForm",
        "Medication/MedicationRequest.medication",
        "DocumentReference/Communication.contentReference",
        "Communication.contentAttachment",
        "Questionnaire/QuestionnaireResponse.questionnaire",
    ],
)
def test_links_stand_where_apps_follow_them(
    ehr: Ehr, poisoned: list[str], record: requests.Session, link: str
) -> None:
    everything = [read(ehr, record, key) for key in poisoned]

    assert f"{CANARY}/{link}" in set(links_in(everything))


def test_the_rest_of_the_record_stays(
    ehr: Ehr, poisoned: list[str], record: requests.Session
) -> None:
    patient = read(ehr, record, f"Patient/{WHOM}")

    assert patient["name"][0]["family"]
    assert read(ehr, record, f"Observation?patient={WHOM}&_summary=count")["total"] > 1


def test_a_bundle_leads_away_by_its_next_link_and_its_full_urls(
    ehr: Ehr, poisoned: list[str], record: requests.Session
) -> None:
    bundle = read(ehr, record, f"Condition?patient={WHOM}")

    assert {link["relation"]: link["url"] for link in bundle["link"]}["next"] == (
        f"{CANARY}/Bundle.link.next"
    )
    assert all(entry["fullUrl"].startswith(CANARY) for entry in bundle["entry"])


def test_what_was_created_is_said_to_lie_elsewhere(
    ehr: Ehr, poisoned: list[str], record: requests.Session
) -> None:
    task = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "for": {"reference": f"Patient/{WHOM}"},
    }
    headers = {"Content-Type": "application/fhir+json"}
    answer = record.post(f"{ehr.at.fhir}/Task", json=task, headers=headers, timeout=5)

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{CANARY}/Location"


def test_the_launch_context_leads_away_as_well(ehr: Ehr, poisoned: list[str]) -> None:
    answer = ExampleApp(ehr).launched()

    assert answer["fhirContext"][0]["reference"] == f"{CANARY}/ImagingStudy/fhirContext"
    assert answer["smart_style_url"] == f"{CANARY}/smart_style_url"


def test_another_canary_takes_the_place_of_the_first(
    ehr: Ehr, poisoned: list[str], saboteur: Saboteur, record: requests.Session
) -> None:
    another = "http://another.example"
    saboteur("POST", "/canary", {"patient": WHOM, "address": another})

    assert len(saboteur("GET", "/faults").json()["rules"]) == 2
    patient = read(ehr, record, f"Patient/{WHOM}")
    assert list(links_in(patient)) == []
    assert patient["photo"][0]["url"] == f"{another}/Patient.photo"


def test_there_must_be_such_a_patient(saboteur: Saboteur) -> None:
    nobody = saboteur("POST", "/canary", {"patient": "nobody", "address": CANARY})

    assert nobody.status_code == 404
