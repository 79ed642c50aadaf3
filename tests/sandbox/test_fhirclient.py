"""fhirclient, a client that nobody here wrote, launches against the sandbox and reads."""

from __future__ import annotations

import requests
from fhirclient.client import FHIRClient
from fhirclient.models.medicationrequest import MedicationRequest
from fhirclient.models.patient import Patient

from tests.sandbox.example_app import CALLBACK, PATIENT, Ehr, ExampleApp, ticked

SCOPE = "openid fhirUser offline_access patient/Patient.rs patient/MedicationRequest.rs"


def client_for(ehr: Ehr, **more: str) -> FHIRClient:
    settings = {
        "app_id": "public-test",
        "api_base": ehr.at.fhir,
        "redirect_uri": CALLBACK,
        "scope": SCOPE,
    }
    return FHIRClient(settings=settings | more)


def allow(ehr: Ehr, page: requests.Response, app: ExampleApp) -> str:
    """The address at which the person's browser comes back."""
    return app.send(page, allow=ticked(page)).headers["Location"]


def test_fhirclient_reads_a_patient_and_their_medicines(ehr: Ehr) -> None:
    client, app = client_for(ehr), ExampleApp(ehr)
    client.prepare()
    login = app.open(client.authorize_url)
    consent = app.send(login, username=PATIENT.username)
    client.handle_callback(allow(ehr, consent, app))

    patient = Patient.read(PATIENT.patients[0], client.server)
    search = MedicationRequest.where({"patient": patient.id})
    found = list(search.perform_resources_iter(client.server))

    assert client.patient_id == PATIENT.patients[0]
    assert patient.name[0].family
    assert found
    assert all(order.subject.reference == f"Patient/{patient.id}" for order in found)


def test_fhirclient_is_launched_from_the_chart_and_refreshes(ehr: Ehr) -> None:
    launch = ehr.launch_value(PATIENT.patients[0])
    client, app = client_for(ehr, launch_token=launch), ExampleApp(ehr)
    client.prepare()
    client.handle_callback(allow(ehr, app.open(client.authorize_url), app))
    token = client.server.auth.access_token

    assert client.reauthorize()
    assert client.server.auth.access_token != token
    assert client.patient.id == PATIENT.patients[0]
