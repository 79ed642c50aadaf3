from __future__ import annotations

from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from fhirclient.models.capabilitystatement import CapabilityStatement

from tests.sandbox.fhir.clinic import BASE, Client, Clinic, json_of, said

UNSEARCHABLE = {"Binary"}


def statement(clinic: Clinic) -> Any:
    response = clinic.app.test_client().get("/fhir/metadata")
    assert response.status_code == 200
    return json_of(response)


def test_anyone_may_read_what_the_server_can_do(clinic: Clinic) -> None:
    said_ = statement(clinic)

    assert said_["implementation"]["url"] == BASE
    assert "instantiates" not in said_
    get_fhir_model_class("CapabilityStatement").model_validate(said_)
    CapabilityStatement(said_)


def test_older_clients_find_the_smart_server_here(clinic: Clinic) -> None:
    security = statement(clinic)["rest"][0]["security"]

    uris = {e["url"]: e["valueUri"] for e in security["extension"][0]["extension"]}
    assert uris == {"authorize": f"{BASE}/authorize", "token": f"{BASE}/token"}
    assert security["service"][0]["coding"][0]["code"] == "SMART-on-FHIR"


def test_every_declared_parameter_and_include_is_applied(clinic: Clinic, nora: Client) -> None:
    samples = {"date": "2026", "uri": "urn:x", "token": "x", "reference": "x", "string": "x"}
    for resource in statement(clinic)["rest"][0]["resource"]:
        if resource["type"] in UNSEARCHABLE:
            assert "searchParam" not in resource
            continue
        asked = [f"{p['name']}={samples[p['type']]}" for p in resource["searchParam"]]
        asked += [f"_include={include}" for include in resource.get("searchInclude", ())]
        asked += [f"_revinclude={include}" for include in resource["searchRevInclude"]]
        response = nora.get(f"/{resource['type']}?{'&'.join(asked)}", Prefer="handling=strict")
        assert response.status_code == 200, said(response)


def test_every_declared_interaction_is_there_and_no_other(clinic: Clinic, nora: Client) -> None:
    for resource in statement(clinic)["rest"][0]["resource"]:
        codes = {interaction["code"] for interaction in resource["interaction"]}
        answers = {
            "read": nora.get(f"/{resource['type']}/x"),
            "vread": nora.get(f"/{resource['type']}/x/_history/1"),
            "history-instance": nora.get(f"/{resource['type']}/x/_history"),
            "create": nora.post(f"/{resource['type']}", {}),
            "update": nora.put(f"/{resource['type']}/x", {}),
            "search-type": nora.get(f"/{resource['type']}"),
            "delete": nora("DELETE", f"/{resource['type']}/x"),
            "patch": nora("PATCH", f"/{resource['type']}/x"),
        }
        offered = {code for code, answer in answers.items() if answer.status_code != 405}
        assert offered == codes, resource["type"]
