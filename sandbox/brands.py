"""User-access brands of SMART 2.2: by which names and logos people know what this EHR serves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.people.cast import CLINIC, HOSPITAL
from sandbox.people.codes.systems import HL7
from sandbox.people.shapes import DATA_ABSENT_REASON, Ref
from sandbox.smart.discovery import Addresses

Json = dict[str, Any]

PATH = "/.well-known/user-access-brands.json"
_CORE = "http://hl7.org/fhir/StructureDefinition"
_RIVERSIDE = Ref("Organization", "riverside-clinic", "Lindenfield Riverside Clinic")
_URI = "urn:ietf:rfc:3986"
_CLINIC_SITE = "https://lindenfield-clinic.example.org"
_HOSPITAL_SITE = "https://lindenfield-hospital.example.org"
_HERE, _AT_THE_HOSPITAL = "this-ehr", "hospital-ehr"
_STARTED = datetime.now(UTC).isoformat(timespec="seconds")


def stated(at: Addresses) -> Json:
    """In smart-configuration: where the bundle is, and which brand in it is this server's own."""
    return {
        "user_access_brand_bundle": at.base + PATH,
        "user_access_brand_identifier": _identifier(_CLINIC_SITE),
    }


def bundle(at: Addresses) -> Json:
    """The clinic with its branch, and a hospital with an EHR that no app here is registered at."""
    resources = [_clinic(at), _branch(at), _hospital(), *_endpoints(at)]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": _STARTED,
        "entry": [
            {"fullUrl": f"{at.base}/brands/{each['resourceType']}/{each['id']}", "resource": each}
            for each in resources
        ],
    }


def _clinic(at: Addresses) -> Json:
    return {
        **_brand(CLINIC, _CLINIC_SITE, _HERE, logo=_logo(at), portal=at.base),
        "alias": ["Lindenfield Family Practice"],
        "address": [_place("Lindenfield", "60099")],
    }


def _branch(at: Addresses) -> Json:
    """Known by a name of its own; whose records it has, the clinic has."""
    site = f"{_CLINIC_SITE}/riverside"
    return {
        **_brand(_RIVERSIDE, site, _HERE, portal=at.base),
        "partOf": {"reference": f"Organization/{CLINIC.id}"},
        "address": [_place("Lindenfield", "60098")],
    }


def _hospital() -> Json:
    """Asked for its website, it gave none, which the specification allows to say."""
    declined = {"extension": [{"url": DATA_ABSENT_REASON, "valueCode": "asked-declined"}]}
    return {
        **_brand(HOSPITAL, _HOSPITAL_SITE, _AT_THE_HOSPITAL),
        "telecom": [{"system": "url", "_value": declined}],
        "address": [_place("Lindenfield", "60099")],
    }


def _brand(who: Ref, site: str, endpoint: str, logo: Json | None = None, portal: str = "") -> Json:
    to_endpoint = {"reference": f"Endpoint/{endpoint}"}
    address = [{"url": "portalUrl", "valueUrl": portal}] if portal else []
    shown = {
        "url": f"{_CORE}/organization-portal",
        "extension": [
            {"url": "portalName", "valueString": f"{who.display} portal"},
            *address,
            {"url": "portalEndpoint", "valueReference": to_endpoint},
        ],
    }
    return {
        "resourceType": "Organization",
        "id": who.id,
        "extension": [shown, *([logo] if logo else [])],
        "identifier": [_identifier(site)],
        "active": True,
        "type": [{"coding": [{"system": f"{HL7}/organization-type", "code": "prov"}]}],
        "name": who.display,
        "telecom": [{"system": "url", "value": site}],
        "endpoint": [to_endpoint],
    }


def _logo(at: Addresses) -> Json:
    parts = {"brandLogo": f"{at.base}/static/ehr.svg", "brandLogoLicense": f"{at.base}/"}
    return {
        "url": f"{_CORE}/organization-brand",
        "extension": [{"url": name, "valueUrl": url} for name, url in parts.items()],
    }


def _endpoints(at: Addresses) -> list[Json]:
    return [
        _endpoint(_HERE, f"FHIR R4 at {CLINIC.display}", at.fhir, _CLINIC_SITE),
        _endpoint(
            _AT_THE_HOSPITAL,
            f"FHIR R4 at {HOSPITAL.display}",
            f"{_HOSPITAL_SITE}/fhir/r4",
            _HOSPITAL_SITE,
        ),
    ]


def _endpoint(id_: str, name: str, address: str, developers: str) -> Json:
    return {
        "resourceType": "Endpoint",
        "id": id_,
        "extension": [{"url": f"{_CORE}/endpoint-fhir-version", "valueCode": "4.0.1"}],
        "status": "active",
        "connectionType": {"system": f"{HL7}/endpoint-connection-type", "code": "hl7-fhir-rest"},
        "name": name,
        "contact": [{"system": "url", "value": f"{developers}/developers"}],
        "payloadType": [{"coding": [{"system": f"{HL7}/endpoint-payload-type", "code": "none"}]}],
        "address": address,
    }


def _identifier(site: str) -> Json:
    return {"system": _URI, "value": site}


def _place(city: str, postal_code: str) -> Json:
    return {"city": city, "state": "IL", "postalCode": postal_code, "country": "US"}
