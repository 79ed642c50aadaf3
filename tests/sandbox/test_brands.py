"""The names and logos by which people find their clinic, as SMART 2.2 publishes them."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from fhir.resources.R4B import get_fhir_model_class

from tests.sandbox.example_app import Ehr


@pytest.fixture
def stated(ehr: Ehr) -> dict[str, Any]:
    where = ehr.at.fhir + "/.well-known/smart-configuration"
    said: dict[str, Any] = requests.get(where, timeout=5).json()
    return said


@pytest.fixture
def answer(stated: dict[str, Any]) -> requests.Response:
    return requests.get(stated["user_access_brand_bundle"], timeout=5)


def by_key(bundle: dict[str, Any]) -> dict[str, Any]:
    resources = [entry["resource"] for entry in bundle["entry"]]
    return {f"{each['resourceType']}/{each['id']}": each for each in resources}


def part(extension: dict[str, Any], name: str) -> list[Any]:
    found = [each for each in extension["extension"] if each["url"] == name]
    return [value for each in found for key, value in each.items() if key != "url"]


def test_the_bundle_is_a_dated_collection_of_valid_resources(answer: requests.Response) -> None:
    bundle = answer.json()

    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    assert answer.headers["Content-Type"] == "application/fhir+json"
    get_fhir_model_class("Bundle").model_validate(bundle)


def test_exactly_one_brand_is_this_servers_own(
    ehr: Ehr, stated: dict[str, Any], answer: requests.Response
) -> None:
    found = by_key(answer.json())
    identifier = stated["user_access_brand_identifier"]
    [own] = [each for each in found.values() if identifier in each.get("identifier", ())]
    [reference] = own["endpoint"]

    assert own["name"] == "Lindenfield Family Clinic"
    assert found[reference["reference"]]["address"] == ehr.at.fhir


def test_every_portal_names_an_endpoint_that_is_there(answer: requests.Response) -> None:
    found = by_key(answer.json())
    brands = [each for each in found.values() if each["resourceType"] == "Organization"]

    assert len(brands) == 3
    for brand in brands:
        [portal] = [e for e in brand["extension"] if e["url"].endswith("organization-portal")]
        [endpoint] = part(portal, "portalEndpoint")
        assert found[endpoint["reference"]]["connectionType"]["code"] == "hl7-fhir-rest"
        assert "partOf" not in brand or brand["partOf"]["reference"] in found


def test_a_logo_comes_with_its_license(answer: requests.Response) -> None:
    clinic = by_key(answer.json())["Organization/lindenfield-clinic"]
    [brand] = [e for e in clinic["extension"] if e["url"].endswith("organization-brand")]
    [logo] = part(brand, "brandLogo")

    assert part(brand, "brandLogoLicense")
    assert requests.get(logo, timeout=5).headers["Content-Type"].startswith("image/svg")


def test_what_has_not_changed_is_not_sent_again(answer: requests.Response) -> None:
    tag = answer.headers["ETag"]
    again = requests.get(answer.url, headers={"If-None-Match": tag}, timeout=5)

    assert tag.startswith('W/"')
    assert (again.status_code, again.content) == (304, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
