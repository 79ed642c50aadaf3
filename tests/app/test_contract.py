"""fhirclient, a client that nobody here wrote, reads from the EHR what the app wrote into it."""

from __future__ import annotations

from typing import Any

from fhirclient.client import FHIRClient
from fhirclient.models.communication import Communication
from fhirclient.models.questionnaireresponse import QuestionnaireResponse
from fhirclient.models.task import Task

from tests.app import people
from tests.app.people import Patient
from tests.app.world import World
from tests.sandbox.example_app import CALLBACK, Ehr, ExampleApp, ticked

SCOPE = (
    "launch/patient openid fhirUser patient/Patient.rs patient/Communication.rs"
    " patient/QuestionnaireResponse.rs patient/Task.rs"
)


def logged_in(world: World, username: str) -> FHIRClient:
    """As the patient themselves, in an app of their own."""
    ehr = Ehr(world.running, world.clock)  # type: ignore[arg-type]  # another clock, as good
    app = ExampleApp(ehr)
    client = FHIRClient(
        settings={
            "app_id": "public-example",
            "api_base": world.running.addresses.fhir,
            "redirect_uri": CALLBACK,
            "scope": SCOPE,
        }
    )
    client.prepare()
    consent = app.send(app.open(client.authorize_url), username=username)
    client.handle_callback(app.send(consent, allow=ticked(consent)).headers["Location"])
    return client


def found(kind: Any, client: FHIRClient) -> list[Any]:
    search = kind.where({"patient": client.patient_id})
    return list(search.perform_resources_iter(client.server))


def test_fhirclient_reads_the_request_and_its_answer(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril", more="I travel on Friday.")
    nurse = people.staff(world)
    nurse.opens("nina")
    nurse.answers_and_closes("We sent it.")

    client = logged_in(world, "james")
    (task,) = found(Task, client)
    messages = found(Communication, client)
    (response,) = found(QuestionnaireResponse, client)

    asked = next(each for each in messages if each.partOf is None)
    answer = next(each for each in messages if each.partOf is not None)
    assert asked.payload[0].contentString == "I travel on Friday."
    assert answer.payload[0].contentString == "We sent it."
    assert answer.partOf[0].reference == f"Communication/{asked.id}"
    assert task.status == "completed"
    assert task.focus.reference == f"Communication/{asked.id}"
    assert asked.about[0].reference == f"QuestionnaireResponse/{response.id}"
    assert {each.linkId for each in response.item}
    assert {each.as_json()["resourceType"] for each in (task, asked, response)} == {
        "Task",
        "Communication",
        "QuestionnaireResponse",
    }
